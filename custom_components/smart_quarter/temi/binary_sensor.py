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
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cloud_entities import CALL, PRIVACY, SEQUENCE
from .cloud_model import CloudStatus, Presence
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


@dataclass(frozen=True, kw_only=True)
class CloudDescription(BinarySensorEntityDescription):
    """A binary sensor and how it is taken from what the cloud says."""

    is_on_fn: Callable[[CloudStatus], bool]


def _plays(status: CloudStatus) -> bool:
    """Tell whether a sequence runs, whoever began it."""
    return status.sequence is not None and status.sequence.is_running


CLOUD_SENSORS: Final = (
    CloudDescription(key=CALL, is_on_fn=lambda status: status.in_call),
    CloudDescription(
        key=PRIVACY, is_on_fn=lambda status: status.presence is Presence.PRIVACY
    ),
    CloudDescription(key=SEQUENCE, is_on_fn=_plays),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TemiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors."""
    runtime = entry.runtime_data
    async_add_entities(RobotBinarySensor(runtime, each) for each in SENSORS)
    async_add_entities([Question(runtime, "question")])

    @callback
    def add() -> None:
        async_add_entities(CloudBinarySensor(runtime, each) for each in CLOUD_SENSORS)

    entry.async_on_unload(runtime.cloud.subscribe_set(add))


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


class Question(RobotEntity[bool], BinarySensorEntity):
    """Whether an answer is waited for, so that a page can offer the buttons for it."""

    @override
    def _read(self, view: RobotState) -> bool:
        """Return whether it is on."""
        self._attr_is_on = self.runtime.asking.is_open
        return self._attr_is_on

    @override
    def _is_available(self, view: RobotState) -> bool:
        """Be known always: a voice assistant can ask for a robot that is away."""
        return True


class CloudBinarySensor(RobotEntity[bool | None], BinarySensorEntity):
    """A binary sensor of what only the cloud knows."""

    entity_description: CloudDescription

    @override
    def _read(self, view: RobotState) -> bool | None:
        """Return whether it is on."""
        status = self.runtime.cloud.status
        on = None if status is None else self.entity_description.is_on_fn(status)
        self._attr_is_on = on
        return on

    @override
    def _is_available(self, view: RobotState) -> bool:
        """Tell whether the cloud answered when it was last asked."""
        return self.runtime.cloud.status is not None
