"""Sensors of a robot: where it is, what its navigation does, and whether it obeys."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import RobotEntity
from .model import Hearing, Phase, Reason, RobotState, Stage, reason_of
from .runtime import TemiConfigEntry

UNDER_WAY: Final = "under_way"
CALLED: Final = "called"
"""It was sent, but has not said yet that it drives."""
UNKNOWN: Final = Phase.UNKNOWN

type Value = int | str | None


@dataclass(frozen=True, kw_only=True)
class Description(SensorEntityDescription):
    """A sensor and how its value is taken from what is known of the robot."""

    value_fn: Callable[[RobotState], Value]


def _location(state: RobotState) -> str | None:
    """Return the waypoint at which it stands, or that it is under way."""
    return UNDER_WAY if state.is_moving else state.location


def _navigation(state: RobotState) -> str | None:
    """Return what the navigation does, as far as it says."""
    if state.drive is not None and state.drive.stage is Stage.CALLING:
        return CALLED
    return None if state.phase is UNKNOWN else state.phase.value


SENSORS: Final = (
    Description(
        key="battery",
        device_class=SensorDeviceClass.BATTERY,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda state: state.battery,
    ),
    Description(
        key="navigation",
        device_class=SensorDeviceClass.ENUM,
        options=[CALLED, *(phase.value for phase in Phase if phase is not UNKNOWN)],
        value_fn=_navigation,
    ),
    Description(
        key="reason",
        device_class=SensorDeviceClass.ENUM,
        options=[reason.value for reason in Reason],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda state: reason_of(state.reason_id, state.phase).value,
    ),
    Description(key="location", value_fn=_location),
    Description(
        key="hearing",
        device_class=SensorDeviceClass.ENUM,
        options=[hearing.value for hearing in Hearing],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda state: state.hearing.value,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TemiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors."""
    async_add_entities(RobotSensor(entry.runtime_data, each) for each in SENSORS)


class RobotSensor(RobotEntity[Value], SensorEntity):
    """A sensor of a robot."""

    entity_description: Description

    @override
    def _read(self, view: RobotState) -> Value:
        """Return the value."""
        self._attr_native_value = self.entity_description.value_fn(view)
        return self._attr_native_value
