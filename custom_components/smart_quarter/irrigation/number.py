"""Numbers of a site and its zones: how dry a zone may get, the rain delay."""

import math
from typing import override

from homeassistant.components.number import NumberEntity, NumberMode
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import SiteEntity, SiteView, ZoneEntity, ZoneView, async_add_for_zones
from .runtime import IrrigationConfigEntry, IrrigationRuntime


async def async_setup_entry(
    hass: HomeAssistant,
    entry: IrrigationConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the numbers."""
    async_add_entities([RainDelay(entry.runtime_data, "rain_delay")])
    async_add_for_zones(entry, async_add_entities, _zone_numbers)


def _zone_numbers(runtime: IrrigationRuntime, zone_id: str) -> list[AllowedDepletion]:
    """Return the numbers of a zone."""
    return [AllowedDepletion(runtime, zone_id, "mad")]


class AllowedDepletion(ZoneEntity, NumberEntity):
    """Management-allowed depletion (MAD): how dry a zone may get before it is watered."""

    _attr_entity_category = EntityCategory.CONFIG
    _attr_mode = NumberMode.BOX
    _attr_native_max_value = 80
    _attr_native_min_value = 10
    _attr_native_unit_of_measurement = PERCENTAGE

    @override
    def _take_over(self, view: ZoneView) -> bool:
        """Take the zone's setting over."""
        before, self._attr_native_value = (
            self._attr_native_value,
            round(view.zone.mad * 100),
        )
        return before != self._attr_native_value

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the zone's setting."""
        await self.runtime.async_set_mad(self.zone_id, value)


class RainDelay(SiteEntity, NumberEntity):
    """Hours for which nothing is watered automatically."""

    _attr_mode = NumberMode.BOX
    _attr_native_max_value = 168
    _attr_native_min_value = 0
    _attr_native_unit_of_measurement = UnitOfTime.HOURS

    @override
    def _take_over(self, view: SiteView) -> bool:
        """Show the hours that are left, rounded up."""
        until = view.state.rain_delay_until
        left_s = 0.0 if until is None else (until - view.now).total_seconds()
        hours = max(0, math.ceil(left_s / 3600))
        before, self._attr_native_value = self._attr_native_value, hours
        return before != hours

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Begin the delay anew, or end it with 0."""
        await self.runtime.async_set_rain_delay(value)
