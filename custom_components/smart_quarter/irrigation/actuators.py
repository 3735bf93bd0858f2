"""Carries commands out, in order, an opening only once the ledger is on disk."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .adapters import ValveDriver
from .const import (
    CONF_MASTER_VALVE,
    CONF_PUMP,
    CONF_TIMER,
    CONF_TIMER_NUMBER,
    CONF_VALVE,
)
from .settings import ZONE_DEFAULTS, SiteSettings
from .site_events import Command, Supply
from .timers import TimerKind
from .valve_model import SendOpen

_LOGGER = logging.getLogger(__name__)

STOP_TIMEOUT_S: Final = 2.0


def drivers_of(hass: HomeAssistant, settings: SiteSettings) -> dict[str, ValveDriver]:
    """Return the driver of every valve of a site."""
    supplies = {Supply.MASTER: CONF_MASTER_VALVE, Supply.PUMP: CONF_PUMP}
    drivers: dict[str, ValveDriver] = {
        valve_id: ValveDriver(hass, entity_id)
        for valve_id, key in supplies.items()
        if (entity_id := settings.site.get(key))
    }
    for zone_id, stored in settings.zones.items():
        zone = {**ZONE_DEFAULTS, **stored}
        drivers[zone_id] = ValveDriver(
            hass,
            zone[CONF_VALVE],
            TimerKind(zone[CONF_TIMER]),
            zone.get(CONF_TIMER_NUMBER),
        )
    return drivers


class Actuators:
    """Sends commands; one valve's commands never overtake each other."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        save: Callable[[], Awaitable[bool]],
        is_wanted: Callable[[str], bool],
    ) -> None:
        """Remember how to make an opening durable and whether it still counts."""
        self._hass = hass
        self._entry = entry
        self._save = save
        self._is_wanted = is_wanted
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.drivers: Mapping[str, ValveDriver] = {}

    @callback
    def async_send(self, command: Command) -> None:
        """Send a command after the one before it; a close ends a pending opening."""
        before = self._tasks.get(command.valve_id)
        if before is not None and not isinstance(command.send, SendOpen):
            before.cancel()
        self._tasks[command.valve_id] = self._entry.async_create_background_task(
            self._hass,
            self._async_carry_out(command, before),
            f"irrigation {command.valve_id}",
        )

    async def async_close_all(self, valve_ids: list[str]) -> None:
        """Close valves before Home Assistant ends; best effort, within two seconds."""
        closes = [
            self._async_close(self.drivers[valve_id])
            for valve_id in valve_ids
            if valve_id in self.drivers
        ]
        if closes:
            tasks = [self._hass.async_create_task(close) for close in closes]
            await asyncio.wait(tasks, timeout=STOP_TIMEOUT_S)

    async def _async_carry_out(
        self, command: Command, before: asyncio.Task[None] | None
    ) -> None:
        """Send one command; a failure is the machine's to notice and repeat."""
        if before is not None:
            await asyncio.wait([before])
        if (driver := self.drivers.get(command.valve_id)) is None:
            return
        if isinstance(command.send, SendOpen):
            await self._async_open(command.valve_id, driver, command.send.seconds)
        else:
            await self._async_close(driver)

    async def _async_open(
        self, valve_id: str, driver: ValveDriver, seconds: int
    ) -> None:
        """Open, unless the ledger cannot be written or nobody wants it any more."""
        if not await self._save() or not self._is_wanted(valve_id):
            return
        try:
            await driver.async_open(seconds)
        except (HomeAssistantError, TimeoutError) as err:
            _LOGGER.warning("Opening %s failed: %s", driver.entity_id, err)

    async def _async_close(self, driver: ValveDriver) -> None:
        """Close; the machine repeats what did not work."""
        try:
            await driver.async_close()
        except (HomeAssistantError, TimeoutError) as err:
            _LOGGER.warning("Closing %s failed: %s", driver.entity_id, err)
