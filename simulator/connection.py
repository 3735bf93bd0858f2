"""The connection to the broker: made again whenever it is lost."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import json
import logging
from typing import Any

from aiomqtt import Client, Message, MqttError, Will

from .discovery import BRIDGE_STATE

_LOGGER = logging.getLogger(__name__)

RECONNECT_S = 0.5
OFFLINE = json.dumps({"state": "offline"})

type Outbox = asyncio.Queue[tuple[str, str, bool]]
"""Topics, messages, and whether they are retained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where the broker is and how to deal with it."""

    host: str = "127.0.0.1"
    port: int = 1883
    username: str | None = None
    password: str | None = None
    republish_s: float = 2.0
    """Wait between Home Assistant's return and telling all states again."""


class Connection:
    """Publishes and listens; nobody who publishes ever waits for the broker."""

    def __init__(
        self,
        broker: Broker,
        topics: list[str],
        announce: Callable[[], None],
        obey: Callable[[str, str], None],
    ) -> None:
        """Call `announce` after every connection, and `obey` with topic and text."""
        self._broker = broker
        self._topics = topics
        self._announce = announce
        self._obey = obey
        self._outbox: Outbox | None = None

    def publish(self, topic: str, payload: Any, *, retain: bool = False) -> None:
        """Publish JSON; while the broker is away nothing is kept."""
        self._put(topic, json.dumps(payload, ensure_ascii=False), retain=retain)

    def publish_text(self, topic: str, text: str) -> None:
        """Publish a text as it is, for the broker to retain."""
        self._put(topic, text, retain=True)

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            try:
                await self._serve()
            except* MqttError as errors:
                _LOGGER.debug("Connection lost: %s", errors.exceptions)
            await asyncio.sleep(RECONNECT_S)

    async def _serve(self) -> None:
        """Connect, announce everything, and obey until the connection ends."""
        async with self._client() as client:
            await client.subscribe([(topic, 1) for topic in self._topics])
            self._outbox = asyncio.Queue()
            self._announce()
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._send(client, self._outbox))
                    tasks.create_task(self._listen(client))
            except asyncio.CancelledError:
                await client.publish(BRIDGE_STATE, OFFLINE, qos=1, retain=True)
                raise
            finally:
                self._outbox = None

    def _client(self) -> Client:
        """Return a client whose last will says that the bridge is gone."""
        broker = self._broker
        return Client(
            broker.host,
            broker.port,
            username=broker.username,
            password=broker.password,
            will=Will(BRIDGE_STATE, OFFLINE, qos=1, retain=True),
            keepalive=15,
            timeout=5,
        )

    def _put(self, topic: str, text: str, *, retain: bool) -> None:
        """Let a message be sent, if there is a connection."""
        if self._outbox is not None:
            self._outbox.put_nowait((topic, text, retain))

    async def _send(self, client: Client, outbox: Outbox) -> None:
        """Send what is waiting, in order."""
        while True:
            topic, text, retain = await outbox.get()
            await client.publish(topic, text, qos=1 if retain else 0, retain=retain)

    async def _listen(self, client: Client) -> None:
        """Pass on what is said."""
        async for message in client.messages:
            self._obey(message.topic.value, _text(message))


def _text(message: Message) -> str:
    """Return the text of a message."""
    payload = message.payload
    if isinstance(payload, bytes):
        return payload.decode(errors="replace")
    return str(payload)
