"""Drivers of physical valves: how a command and its duration reach the device."""

import asyncio
from typing import Any, Final

from homeassistant.components.number import (
    ATTR_VALUE,
    DOMAIN as NUMBER_DOMAIN,
    SERVICE_SET_VALUE,
)
from homeassistant.components.valve import DOMAIN as VALVE_DOMAIN
from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_UNIT_OF_MEASUREMENT,
    SERVICE_CLOSE_VALVE,
    SERVICE_OPEN_VALVE,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_UNAVAILABLE,
    UnitOfTime,
)
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
    split_entity_id,
)
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util.unit_conversion import DurationConverter

from ..exceptions import SmartQuarterError
from .timers import TIMED_ACTIONS, TimedAction, TimerKind

COMMAND_TIMEOUT_S: Final = 10.0
"""A command that hangs longer is given up; the machine sends the next one."""
READ_BACK_S: Final = 5.0
MQTT_DOMAIN: Final = "mqtt"


class ValveDriver:
    """Sends commands to one valve."""

    def __init__(
        self,
        hass: HomeAssistant,
        entity_id: str,
        timer: TimerKind = TimerKind.NONE,
        timer_number: str | None = None,
    ) -> None:
        """Remember the valve and how its opening carries a duration."""
        self._hass = hass
        self.entity_id = entity_id
        self._timer = timer
        self._timer_number = timer_number

    async def async_open(self, seconds: int) -> None:
        """Open; raise when the command could not be given with its duration."""
        async with asyncio.timeout(COMMAND_TIMEOUT_S):
            match self._timer:
                case TimerKind.ZIGBEE2MQTT:
                    await self._async_publish(seconds)
                case TimerKind.ACTION:
                    await self._async_timed_action(seconds)
                case TimerKind.NUMBER:
                    await self._async_set_countdown(seconds)
                    await self._async_switch(on=True)
                case TimerKind.AUTO_OFF | TimerKind.NONE:
                    await self._async_switch(on=True)

    async def async_close(self) -> None:
        """Close; also when the valve seems closed, for its report may lag."""
        state = self._hass.states.get(self.entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            return  # nothing would hear it; the machine sends again when it is back
        async with asyncio.timeout(COMMAND_TIMEOUT_S):
            await self._async_switch(on=False)

    async def _async_switch(self, *, on: bool) -> None:
        """Use the valve's or switch's own actions."""
        domain = split_entity_id(self.entity_id)[0]
        if domain == VALVE_DOMAIN:
            action = SERVICE_OPEN_VALVE if on else SERVICE_CLOSE_VALVE
        else:
            action = SERVICE_TURN_ON if on else SERVICE_TURN_OFF
        await self._async_call(domain, action, {ATTR_ENTITY_ID: self.entity_id})

    async def _async_publish(self, seconds: int) -> None:
        """Publish the opening with its duration."""
        if not _is_zigbee2mqtt(self._hass, self.entity_id):
            raise SmartQuarterError("valve_not_zigbee2mqtt", valve=self.entity_id)
        from .zigbee2mqtt import async_open_for  # noqa: PLC0415 - needs MQTT

        await async_open_for(self._hass, self.entity_id, seconds)

    async def _async_timed_action(self, seconds: int) -> None:
        """Call the timed action of the valve's own integration."""
        if (action := _timed_action(self._hass, self.entity_id)) is None:
            raise SmartQuarterError("valve_without_timed_action", valve=self.entity_id)
        data = action.data(self.entity_id, seconds)
        await self._async_call(action.domain, action.action, data)

    async def _async_set_countdown(self, seconds: int) -> None:
        """Set the countdown and read it back before the valve may open."""
        number = self._timer_number
        if number is None or (state := self._hass.states.get(number)) is None:
            raise SmartQuarterError("timer_number_missing", valve=self.entity_id)
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, UnitOfTime.MINUTES)
        value = countdown_value(seconds, unit)
        data = {ATTR_ENTITY_ID: number, ATTR_VALUE: value}
        await self._async_call(NUMBER_DOMAIN, SERVICE_SET_VALUE, data)
        await self._async_read_back(number, value)

    async def _async_read_back(self, number: str, value: float) -> None:
        """Wait until the device itself reports the countdown."""
        confirmed = asyncio.Event()

        @callback
        def check(_event: Event[EventStateChangedData]) -> None:
            if self._reads(number, value):
                confirmed.set()

        stop = async_track_state_change_event(self._hass, number, check)
        try:
            if not self._reads(number, value):
                async with asyncio.timeout(READ_BACK_S):
                    await confirmed.wait()
        finally:
            stop()

    def _reads(self, entity_id: str, value: float) -> bool:
        """Tell whether an entity shows a number."""
        state = self._hass.states.get(entity_id)
        try:
            return state is not None and float(state.state) == value
        except ValueError:
            return False

    async def _async_call(self, domain: str, action: str, data: dict[str, Any]) -> None:
        """Call an action and wait until it was carried out."""
        await self._hass.services.async_call(domain, action, data, blocking=True)


def countdown_value(seconds: int, unit: str) -> float:
    """Return a duration in a countdown's unit, in whole steps, never too short."""
    value = DurationConverter.convert(seconds, UnitOfTime.SECONDS, unit)
    return float(-(-value // 1))


def detect_timer(hass: HomeAssistant, entity_id: str) -> TimerKind:
    """Return how the valve's own timer can be used, as far as it can be told."""
    if _is_zigbee2mqtt(hass, entity_id):
        return TimerKind.ZIGBEE2MQTT
    if _timed_action(hass, entity_id) is not None:
        return TimerKind.ACTION
    return TimerKind.NONE


def _timed_action(hass: HomeAssistant, entity_id: str) -> TimedAction | None:
    """Return the timed action of the integration that provides the valve."""
    entry = er.async_get(hass).async_get(entity_id)
    return None if entry is None else TIMED_ACTIONS.get(entry.platform)


def _is_zigbee2mqtt(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell by the device's identifier whether a running Zigbee2MQTT brings the valve."""
    entry = er.async_get(hass).async_get(entity_id)
    if entry is None or entry.platform != MQTT_DOMAIN or entry.device_id is None:
        return False
    device = dr.async_get(hass).async_get(entry.device_id)
    return (
        MQTT_DOMAIN in hass.config.components
        and device is not None
        and any(
            domain == MQTT_DOMAIN and identifier.startswith("zigbee2mqtt_")
            for domain, identifier in device.identifiers
        )
    )
