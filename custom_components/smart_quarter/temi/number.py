"""The head of a robot: how far it is tilted, as far as one can know."""

from typing import override

from homeassistant.components.number import NumberEntity, NumberMode
from homeassistant.const import DEGREE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import RobotEntity
from .model import RobotState
from .runtime import TemiConfigEntry


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TemiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the head."""
    async_add_entities([Tilt(entry.runtime_data, "tilt")])


class Tilt(RobotEntity[None], NumberEntity):
    """Tilts the head; the robot never says how it stands, so what was sent is shown."""

    _attr_assumed_state = True
    _attr_mode = NumberMode.SLIDER
    _attr_native_max_value = 50
    _attr_native_min_value = -30
    _attr_native_step = 1
    _attr_native_unit_of_measurement = DEGREE

    @override
    def _read(self, view: RobotState) -> None:
        """Show what was sent."""

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Tilt the head."""
        await self.runtime.async_tilt(round(value))
        self._attr_native_value = round(value)
        self.async_write_ha_state()
