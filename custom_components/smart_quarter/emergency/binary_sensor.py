"""Binary sensors: whether a place needs help, and whether the system itself does."""

from abc import abstractmethod
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import (
    Calls,
    EmergencyEntity,
    HouseEntity,
    PlaceEntity,
    async_add_for_places,
)
from .model import Stage
from .runtime import EmergencyConfigEntry, EmergencyRuntime


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EmergencyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors."""
    async_add_entities([HouseFault(entry.runtime_data, "fault")])
    async_add_for_places(entry, async_add_entities, _place_sensors)


def _place_sensors(runtime: EmergencyRuntime, place_id: str) -> list[_Binary]:
    """Return the binary sensors of a place."""
    return [
        PlaceAlarm(runtime, place_id, "alarm"),
        PlaceFault(runtime, place_id, "fault"),
    ]


class _Binary(EmergencyEntity, BinarySensorEntity):
    """Is on while something is the case."""

    @abstractmethod
    def _is_so(self, calls: Calls) -> bool:
        """Tell whether it is the case."""

    @override
    def _take_over(self, view: Calls) -> bool:
        """Take it over and tell whether it changed."""
        before, self._attr_is_on = self._attr_is_on, self._is_so(view)
        return before is not self._attr_is_on


class PlaceAlarm(PlaceEntity, _Binary):
    """Is on from the alarm until a person has closed it."""

    _attr_device_class = BinarySensorDeviceClass.SAFETY

    @override
    def _is_so(self, calls: Calls) -> bool:
        """Tell whether somebody in the place needs help."""
        return any(each.stage is not Stage.PRE_ALARM for each in calls)


class PlaceFault(PlaceEntity, _Binary):
    """Is on while the place, or a part of it, may not be heard."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @override
    def _is_so(self, calls: Calls) -> bool:
        """Tell whether anything of the place is wrong."""
        return self.place_id in self.runtime.supervisor.unheard or any(
            fault.subject == self.place_id for fault in self.runtime.faults
        )


class HouseFault(HouseEntity, _Binary):
    """Is on while the emergency system needs to be mended."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @override
    def _is_so(self, calls: Calls) -> bool:
        """Tell whether anything is wrong."""
        return bool(self.runtime.faults or self.runtime.unrecorded)
