"""Tells a watchman outside the house that it runs: when this stops, he alarms."""

from datetime import datetime, timedelta
import logging
from typing import TYPE_CHECKING, Final

from aiohttp import ClientError, ClientTimeout
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_track_time_interval

from .const import CONF_HEARTBEAT_URL
from .faults import Fault, Problem

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime

_LOGGER = logging.getLogger(__name__)

INTERVAL: Final = timedelta(seconds=60)
"""A watchman who alarms after 90 s hears it in time."""
TIMEOUT_S: Final = 10.0
FAILURES: Final = 3
"""As many in a row are a fault of the way to the watchman."""


class Heartbeat:
    """Calls an address every minute, as long as the house is watched."""

    def __init__(self, runtime: EmergencyRuntime) -> None:
        """Belong to a house."""
        self._runtime = runtime
        self._failed = 0

    @callback
    def start(self) -> None:
        """Call now, and every minute."""
        hass, entry = self._runtime.hass, self._runtime.entry
        entry.async_on_unload(
            async_track_time_interval(hass, self._async_beat, INTERVAL)
        )
        beat = self._async_beat(None)
        entry.async_create_background_task(hass, beat, "emergency heartbeat")

    @property
    def faults(self) -> frozenset[Fault]:
        """Return that nobody outside hears the house."""
        if self._failed < FAILURES:
            return frozenset()
        return frozenset({Fault(Problem.HEARTBEAT_FAILED)})

    async def _async_beat(self, _now: datetime | None) -> None:
        """Call the address; it is secret and never logged."""
        url: str | None = self._runtime.settings.house.get(CONF_HEARTBEAT_URL)
        self._failed = 0 if not url or await self._async_call(url) else self._failed + 1
        self._runtime.report_faults()

    async def _async_call(self, url: str) -> bool:
        """Return whether somebody answered."""
        session = async_get_clientsession(self._runtime.hass)
        try:
            async with session.get(url, timeout=ClientTimeout(TIMEOUT_S)) as answer:
                answer.raise_for_status()
        except (ClientError, TimeoutError, ValueError) as err:
            _LOGGER.debug("The heartbeat failed: %s", type(err).__name__)
            return False
        return True
