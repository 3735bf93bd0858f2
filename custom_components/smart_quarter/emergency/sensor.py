"""Sensors of a house and its places: what is open, and how far it has come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .answers import median_s, share_within
from .entity import Calls, HouseEntity, PlaceEntity, async_add_for_places
from .model import OPEN, Answer, Phase, Stage
from .runtime import EmergencyConfigEntry, EmergencyRuntime
from .watch_entities import LAST_ACTIVITY, is_watched

IDLE: Final = "idle"
_ORDER: Final = (Stage.ALARM, Stage.ACKNOWLEDGED, Stage.ON_SCENE, Stage.PRE_ALARM)
"""Of several incidents of a place the one shown is the one that most needs somebody."""


@dataclass(frozen=True, kw_only=True)
class Description(SensorEntityDescription):
    """A sensor of the house, and how it follows from the open incidents."""

    value_fn: Callable[[Calls], int | datetime | None]


@dataclass(frozen=True, kw_only=True)
class AnswerDescription(SensorEntityDescription):
    """A figure about how long alarms waited for somebody."""

    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT
    value_fn: Callable[[tuple[Answer, ...], datetime], float | None]


def _unacknowledged(calls: Calls) -> Calls:
    """Return the alarms that nobody has taken."""
    return [each for each in calls if each.stage is Stage.ALARM]


HOUSE_SENSORS: Final = (
    Description(key="open", value_fn=len),
    Description(
        key="unacknowledged", value_fn=lambda found: len(_unacknowledged(found))
    ),
    Description(
        key="oldest_unacknowledged",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=False,
        value_fn=lambda found: min(
            (each.opened_at for each in _unacknowledged(found)), default=None
        ),
    ),
)


ANSWER_SENSORS: Final = (
    AnswerDescription(
        key="acknowledged_within_60s",
        native_unit_of_measurement=PERCENTAGE,
        value_fn=lambda answers, now: share_within(answers, 60, now),
    ),
    AnswerDescription(
        key="acknowledged_within_180s",
        native_unit_of_measurement=PERCENTAGE,
        entity_registry_enabled_default=False,
        value_fn=lambda answers, now: share_within(answers, 180, now),
    ),
    AnswerDescription(
        key="time_to_acknowledge",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        entity_registry_enabled_default=False,
        value_fn=median_s,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EmergencyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors."""
    runtime = entry.runtime_data
    async_add_entities(HouseSensor(runtime, each) for each in HOUSE_SENSORS)
    async_add_entities(AnswerSensor(runtime, each) for each in ANSWER_SENSORS)
    async_add_entities([OnDuty(runtime, "on_duty")])
    async_add_for_places(entry, async_add_entities, _place_sensors)
    async_add_for_places(entry, async_add_entities, _watch_sensors, is_watched)


def _place_sensors(runtime: EmergencyRuntime, place_id: str) -> list[PlaceEntity]:
    """Return the sensors of every place."""
    return [
        PlaceState(runtime, place_id, "state"),
        PlacePhase(runtime, place_id, "phase"),
    ]


def _watch_sensors(runtime: EmergencyRuntime, place_id: str) -> list[PlaceEntity]:
    """Return the sensors of a place where somebody is watched."""
    return [LastActivity(runtime, place_id, LAST_ACTIVITY)]


class HouseSensor(HouseEntity, SensorEntity):
    """A figure of the whole house."""

    entity_description: Description

    @override
    def _take_over(self, view: Calls) -> bool:
        """Take the figure over and tell whether it changed."""
        before = self._attr_native_value
        self._attr_native_value = self.entity_description.value_fn(view)
        return bool(before != self._attr_native_value)


class AnswerSensor(HouseEntity, SensorEntity):
    """A figure about the answers of the last weeks."""

    entity_description: AnswerDescription

    @override
    def _take_over(self, view: Calls) -> bool:
        """Take the figure over and tell whether it changed."""
        before, answers = self._attr_native_value, self.runtime.state.answers
        self._attr_native_value = self.entity_description.value_fn(
            answers, dt_util.utcnow()
        )
        return bool(before != self._attr_native_value)


class OnDuty(HouseEntity, SensorEntity):
    """How many are on duty; unknown when nothing is planned and nobody took over."""

    @override
    def _take_over(self, view: Calls) -> bool:
        """Take the number over and tell whether it changed."""
        duty, before = self.runtime.duty, self._attr_native_value
        number = len(duty.now()[1])
        self._attr_native_value = number if number or duty.is_planned else None
        return before != self._attr_native_value


class PlacePhase(PlaceEntity, SensorEntity):
    """Whether a place has been walked through, and whether somebody lives there.

    A repair message names the places that nobody has walked through.
    """

    _attr_entity_registry_enabled_default = False
    _attr_device_class = SensorDeviceClass.ENUM
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_options = [phase.value for phase in Phase]

    @override
    def _take_over(self, view: Calls) -> bool:
        """Take the phase over and tell whether it changed."""
        known = self.runtime.state.places.get(self.place_id)
        phase = Phase.NOT_COMMISSIONED if known is None else known.phase
        before, self._attr_native_value = self._attr_native_value, phase.value
        return before != self._attr_native_value


class PlaceState(PlaceEntity, SensorEntity):
    """How far the most pressing incident of a place has come."""

    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = [IDLE, *(stage.value for stage in Stage if stage in OPEN)]

    @override
    def _take_over(self, view: Calls) -> bool:
        """Take the stage over and tell whether it changed."""
        stages = {incident.stage for incident in view}
        before = self._attr_native_value
        self._attr_native_value = next(
            (stage.value for stage in _ORDER if stage in stages), IDLE
        )
        return before != self._attr_native_value


class LastActivity(PlaceEntity, SensorEntity):
    """When somebody was active last: a profile of a person, and therefore off by default."""

    _attr_device_class = SensorDeviceClass.TIMESTAMP
    _attr_entity_registry_enabled_default = False

    @override
    def _take_over(self, view: Calls) -> bool:
        """Take the time over and tell whether it changed."""
        before = self._attr_native_value
        self._attr_native_value = self.runtime.activity.last(self.place_id)
        return before != self._attr_native_value
