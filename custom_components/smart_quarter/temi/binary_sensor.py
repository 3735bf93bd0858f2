"""Binary sensors of a robot: is it there, does it charge, is somebody with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import RobotEntity
from .model import RobotState
from .runtime import TemiConfigEntry


@dataclass(frozen=True, kw_only=True)
class Description(BinarySensorEntityDescription):
    """A binary sensor and how it is taken from what is known of the robot."""

    is_on_fn: Callable[[RobotState], bool | None]
    always: bool = False
    """Whether it is known also of a robot that does not report."""


def _sees_person(state: RobotState) -> bool | None:
    """Tell whether somebody is seen; while it drives the robot does not look."""
    return False if state.is_moving else state.sees_person


SENSORS: Final = (
    Description(
        key="online",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda state: state.online,
        always=True,
    ),
    Description(
        key="charging",
        device_class=BinarySensorDeviceClass.BATTERY_CHARGING,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda state: state.is_charging,
    ),
    Description(
        key="person",
        device_class=BinarySensorDeviceClass.OCCUPANCY,
        is_on_fn=_sees_person,
    ),
    Description(key="in_use", is_on_fn=lambda state: state.in_use),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TemiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors."""
    async_add_entities(RobotBinarySensor(entry.runtime_data, each) for each in SENSORS)


class RobotBinarySensor(RobotEntity[bool | None], BinarySensorEntity):
    """A binary sensor of a robot."""

    entity_description: Description

    @override
    def _read(self, view: RobotState) -> bool | None:
        """Return whether it is on."""
        self._attr_is_on = self.entity_description.is_on_fn(view)
        return self._attr_is_on

    @override
    def _is_available(self, view: RobotState) -> bool:
        """Tell whether this is known now."""
        return self.entity_description.always or super()._is_available(view)
