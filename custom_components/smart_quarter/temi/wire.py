"""The MQTT side of a robot; imported only where a robot is set up, for mqtt takes 5 MB."""

import asyncio
from collections.abc import Callable
import json
import logging
from typing import Any, Final

from homeassistant.components import mqtt
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .happenings import BrokerBack, Heartbeat, Told
from .payloads import PayloadError, Refusal, read

_LOGGER = logging.getLogger(__name__)

COMMAND: Final = "command/"
STOP: Final = "move/stop"
type Hear = Callable[[Told | BrokerBack], None]


class Wire:
    """Hears one robot and sends to it; commands are never retained, a stored one would run again."""

    def __init__(
        self,
        hass: HomeAssistant,
        serial: str,
        hear: Hear,
        refuse: Callable[[Refusal], None],
        retained: Callable[[str], None],
    ) -> None:
        """Know the robot, and who wants to know what it says."""
        self._hass = hass
        self._root = f"temi/{serial}/"
        self._hear, self._refuse, self._retained = hear, refuse, retained
        self._stops: list[CALLBACK_TYPE] = []

    async def async_start(self) -> None:
        """Listen; also to commands, for one that is stored on the broker is a fault.

        At QoS 0: acknowledging each heartbeat held up what Home Assistant sends by 40 ms.
        """
        self._stops = [
            mqtt.async_subscribe_connection_status(self._hass, self._connection),
            await mqtt.async_subscribe(
                self._hass, f"{self._root}#", self._received, qos=0, encoding=None
            ),
        ]

    @callback
    def stop(self) -> None:
        """Listen no longer."""
        for stop in self._stops:
            stop()
        self._stops = []

    async def async_send(self, command: str, payload: dict[str, Any]) -> None:
        """Send a command; raises HomeAssistantError when there is no broker.

        At QoS 0, as the robot hears it anyway: a drive that was queued must not begin when the
        broker is back. Only a stop may come late.
        """
        topic, text = f"{self._root}{COMMAND}{command}", json.dumps(payload)
        qos = 1 if command == STOP else 0
        await mqtt.async_publish(self._hass, topic, text, qos=qos, retain=False)

    async def async_forget(self, command: str) -> None:
        """Take a command from the broker that it would repeat for ever."""
        topic = f"{self._root}{COMMAND}{command}"
        await mqtt.async_publish(self._hass, topic, "", qos=1, retain=True)

    @callback
    def _connection(self, is_connected: bool) -> None:
        """Notice that the broker is back."""
        if is_connected:
            self._hear(BrokerBack())

    @callback
    def _received(self, message: mqtt.ReceiveMessage) -> None:
        """Pass on what is right, and count what is not; nothing of it is logged."""
        topic = message.topic.removeprefix(self._root)
        if topic.startswith(COMMAND):
            if message.retain and message.payload:
                self._retained(topic.removeprefix(COMMAND))
            return
        if message.retain:
            self._refuse(Refusal.RETAINED)
            return
        try:
            self._hear(read(topic, message.payload))
        except PayloadError as err:
            _LOGGER.debug("A message of a robot is not believed: %s", err.refusal)
            self._refuse(err.refusal)


async def async_is_ready(hass: HomeAssistant) -> bool:
    """Tell whether there is a broker, after waiting for it."""
    return await mqtt.async_wait_for_mqtt_client(hass)


async def async_probe(
    hass: HomeAssistant, serial: str, timeout_s: float
) -> Heartbeat | None:
    """Return the next heartbeat of a robot, None when none comes in time."""
    heard: asyncio.Future[Heartbeat] = hass.loop.create_future()

    @callback
    def hear(told: Told | BrokerBack) -> None:
        if isinstance(told, Heartbeat) and not heard.done():
            heard.set_result(told)

    wire = Wire(hass, serial, hear, lambda _: None, lambda _: None)
    await wire.async_start()
    try:
        async with asyncio.timeout(timeout_s):
            return await heard
    except TimeoutError:
        return None
    finally:
        wire.stop()
