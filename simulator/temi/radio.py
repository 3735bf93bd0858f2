"""The app's connection to the broker, with what Paho for Android makes of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
import json
import logging
from typing import Any, Final

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from ..connection import Broker
from .app import Message

_LOGGER = logging.getLogger(__name__)

KEEPALIVE_S: Final = 60
LONGEST_WAIT_S: Final = 128.0


class Radio:
    """Connects anew after each loss, but subscribes only once: the robot is deaf from then on."""

    def __init__(
        self,
        broker: Broker,
        serial: str,
        obey: Callable[[str, bytes], None],
        connected: Callable[[], None],
        keepalive_s: int = KEEPALIVE_S,
    ) -> None:
        """Be off the air."""
        self._broker, self._serial = broker, serial
        self._obey, self._connected = obey, connected
        self._keepalive_s = keepalive_s
        self._wait_s = 1.0
        self._next_try: datetime | None = None
        self._has_subscribed = self._hears_again = False
        self._client = self._new_client()

    @property
    def is_connected(self) -> bool:
        """Tell whether the app believes that it is connected."""
        return self._client.is_connected()

    def tick(self, now: datetime, *, hears_again: bool) -> None:
        """Send and receive what is there; connect again when it is time to."""
        if self._client.socket() is None:
            self._try(now)
            return
        self._hears_again = hears_again
        if self._client.loop(timeout=0) is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._lose(now)

    def send(self, message: Message) -> None:
        """Publish; while it is not connected, what is told is lost."""
        if self.is_connected:
            topic = f"temi/{self._serial}/{message.topic}"
            text = json.dumps(message.payload, separators=(",", ":"))
            self._client.publish(topic, text, qos=1)

    def connect(self) -> None:
        """Connect; raises OSError when nobody answers."""
        self._client.connect(self._broker.host, self._broker.port, self._keepalive_s)

    def subscribe(self) -> None:
        """Listen to commands, at QoS 0."""
        self._client.subscribe(f"temi/{self._serial}/command/#", qos=0)

    def close(self) -> None:
        """Say goodbye: no will is sent."""
        self._client.disconnect()
        self._client.loop(timeout=0)

    def drop(self) -> None:
        """End the connection as a crash does; the broker sends the will."""
        if (socket := self._client.socket()) is not None:
            socket.close()
        self._client = self._new_client()
        self._next_try, self._has_subscribed = None, False

    def _new_client(self) -> Client:
        """Return a client as the app makes it."""
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"temi-{self._serial}",
            clean_session=True,
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        if self._broker.username:
            client.username_pw_set(self._broker.username, self._broker.password)
        client.will_set(f"temi/{self._serial}/lwt", "{}", qos=1)
        client.connect_timeout = 2.0
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        return client

    def _try(self, now: datetime) -> None:
        """Connect, if it is time to."""
        if self._next_try is not None and now < self._next_try:
            return
        try:
            self.connect()
        except OSError:
            self._lose(now)

    def _lose(self, now: datetime) -> None:
        """Wait 1, 2, 4 .. 128 s before the next try."""
        self._next_try = now + timedelta(seconds=self._wait_s)
        self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)

    def _on_connect(self, *_: Any) -> None:
        """Subscribe in the first success callback only."""
        self._wait_s, self._next_try = 1.0, None
        if self._hears_again or not self._has_subscribed:
            self.subscribe()
            self._has_subscribed = True
        self._connected()

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        """Pass a command on."""
        _LOGGER.debug("%s: %s", self._serial, message.topic)
        self._obey(message.topic, message.payload)
