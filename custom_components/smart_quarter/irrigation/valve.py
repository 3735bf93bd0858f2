"""The safe valve of a zone: opening it is a manual run that ends by itself."""

from typing import override

from homeassistant.components.valve import (
    ValveDeviceClass,
    ValveEntity,
    ValveEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import ZoneEntity, ZoneView, async_add_for_zones
from .runtime import IrrigationConfigEntry, IrrigationRuntime
from .valve_model import ValvePhase, ValveState
from .valve_rules import MAYBE_OPEN


async def async_setup_entry(
    hass: HomeAssistant,
    entry: IrrigationConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the valves."""
    async_add_for_zones(entry, async_add_entities, _valves)


def _valves(runtime: IrrigationRuntime, zone_id: str) -> list[ZoneValve]:
    """Return the valve of a zone."""
    return [ZoneValve(runtime, zone_id)]


class ZoneValve(ZoneEntity, ValveEntity):
    """A zone's valve as people may use it."""

    _attr_device_class = ValveDeviceClass.WATER
    _attr_name = None
    _attr_reports_position = False
    _attr_supported_features = ValveEntityFeature.OPEN | ValveEntityFeature.CLOSE
    _shown: tuple[ValvePhase, bool | None] | None = None

    def __init__(self, runtime: IrrigationRuntime, zone_id: str) -> None:
        """Stand for the zone itself."""
        super().__init__(runtime, zone_id, "valve")
        self._attr_translation_key = None

    @override
    def _take_over(self, view: ZoneView) -> bool:
        """Show what the valve is believed to do; a suspect one counts as open."""
        phase, closed = view.memory.valve.phase, _is_closed(view.memory.valve)
        before, self._shown = self._shown, (phase, closed)
        self._attr_is_opening = phase is ValvePhase.OPENING
        self._attr_is_closing = phase is ValvePhase.CLOSING
        self._attr_is_closed = closed
        return before != self._shown

    @override
    async def async_open_valve(self) -> None:
        """Water the zone for its usual time."""
        await self.runtime.async_water(self.zone_id)

    @override
    async def async_close_valve(self) -> None:
        """Shut the water off."""
        await self.runtime.async_stop(self.zone_id)


def _is_closed(valve: ValveState) -> bool | None:
    """Tell whether a valve is closed; None: nobody can see it now."""
    if valve.phase in MAYBE_OPEN:
        return False
    return True if valve.available and valve.phase is not ValvePhase.UNKNOWN else None
