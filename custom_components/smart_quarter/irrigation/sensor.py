"""Sensors of a site, its zones and its tank."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    MATCH_ALL,
    PERCENTAGE,
    EntityCategory,
    UnitOfPrecipitationDepth,
    UnitOfVolume,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .decision import last_vwc
from .entity import (
    IrrigationEntity,
    SiteEntity,
    SiteView,
    TankEntity,
    ZoneEntity,
    ZoneView,
    async_add_for_tank,
    async_add_for_zones,
)
from .model import TankLevel, ZoneState
from .runtime import IrrigationConfigEntry, IrrigationRuntime
from .valve_rules import RUNNING
from .view import ZONE_WORDS, site_today_l, site_total_l, today_l, zone_word

type Value = float | str | datetime | None


@dataclass(frozen=True, kw_only=True)
class Description[ViewT](SensorEntityDescription):
    """A sensor and how its value is taken from what it looks at."""

    value_fn: Callable[[ViewT], Value]
    attributes_fn: Callable[[ViewT], dict[str, Any]] | None = None


def _moisture(view: ZoneView) -> float | None:
    """Return the water content that decisions rest on."""
    vwc = last_vwc(view.memory)
    return None if vwc is None else round(vwc * 100, 1)


def _depletion(view: ZoneView) -> float | None:
    """Return how much water is missing below field capacity."""
    depletion = view.memory.depletion
    return None if depletion is None else round(depletion.depth_mm, 1)


def _numbers(view: ZoneView) -> dict[str, Any]:
    """Return the numbers behind the state."""
    if (decision := view.memory.decision) is None:
        return {}
    return {
        "depletion_mm": _rounded(decision.depletion_mm),
        "threshold_mm": _rounded(decision.threshold_mm),
        "dose_mm": _rounded(decision.dose_mm),
        "litres": _rounded(decision.litres),
        "until": _run_ends(view.memory) or decision.until,
        "limits": list(decision.limits),
    }


def _run_ends(memory: ZoneState) -> datetime | None:
    """Return when the open valve is to be closed."""
    valve = memory.valve
    return valve.opening.deadline if valve.opening and valve.phase in RUNNING else None


def _rain_delay_until(view: SiteView) -> datetime | None:
    """Return when the rain delay ends; None: there is none, or it is over."""
    until = view.state.rain_delay_until
    return until if until is not None and view.now < until else None


def _rounded(value: float | None) -> float | None:
    """Return a number as a person reads it."""
    return None if value is None else round(value, 1)


WATER: Final[Mapping[str, Any]] = {
    "device_class": SensorDeviceClass.WATER,
    "native_unit_of_measurement": UnitOfVolume.LITERS,
    "state_class": SensorStateClass.TOTAL_INCREASING,
    "suggested_display_precision": 0,
}

ZONE_SENSORS: Final = (
    Description[ZoneView](
        key="moisture",
        device_class=SensorDeviceClass.MOISTURE,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=_moisture,
    ),
    Description[ZoneView](
        key="depletion",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfPrecipitationDepth.MILLIMETERS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=_depletion,
    ),
    Description[ZoneView](
        key="water_today",
        **WATER,
        value_fn=lambda v: round(today_l(v.site.config, v.memory, v.site.now), 1),
    ),
    Description[ZoneView](
        key="water_total",
        **WATER,
        value_fn=lambda view: round(view.memory.total_l, 1),
    ),
    Description[ZoneView](
        key="state",
        device_class=SensorDeviceClass.ENUM,
        options=list(ZONE_WORDS),
        value_fn=lambda view: zone_word(
            view.site.config, view.site.state, view.zone.zone_id, view.site.now
        ),
        attributes_fn=_numbers,
    ),
)
SITE_SENSORS: Final = (
    Description[SiteView](
        key="water_today",
        **WATER,
        value_fn=lambda v: round(site_today_l(v.config, v.state, v.now), 1),
    ),
    Description[SiteView](
        key="water_total",
        **WATER,
        value_fn=lambda view: round(site_total_l(view.state), 1),
    ),
    Description[SiteView](
        key="rain_delay_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=_rain_delay_until,
    ),
)
TANK_SENSORS: Final = (
    Description[SiteView](
        key="level",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda view: _share(view, 100),
    ),
    Description[SiteView](
        key="volume",
        device_class=SensorDeviceClass.VOLUME_STORAGE,
        native_unit_of_measurement=UnitOfVolume.LITERS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda view: _share(
            view, view.config.tank.capacity_l if view.config.tank else 0
        ),
    ),
    Description[SiteView](
        key="state",
        device_class=SensorDeviceClass.ENUM,
        options=[level.value for level in TankLevel],
        value_fn=lambda view: view.state.tank.level,
    ),
)


def _share(view: SiteView, whole: float) -> float | None:
    """Return the tank's content as a share of something."""
    fraction = view.state.tank.fraction
    return None if fraction is None else round(fraction * whole, 1)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: IrrigationConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors."""
    runtime = entry.runtime_data
    async_add_entities(SiteSensor(runtime, each) for each in SITE_SENSORS)
    async_add_for_zones(entry, async_add_entities, _zone_sensors)
    async_add_for_tank(entry, async_add_entities, _tank_sensors)


def _zone_sensors(runtime: IrrigationRuntime, zone_id: str) -> list[ZoneSensor]:
    """Return the sensors of a zone."""
    return [ZoneSensor(runtime, zone_id, each) for each in ZONE_SENSORS]


def _tank_sensors(runtime: IrrigationRuntime, tank_id: str) -> list[TankSensor]:
    """Return the sensors of a tank."""
    return [TankSensor(runtime, tank_id, each) for each in TANK_SENSORS]


class _Sensor[ViewT](IrrigationEntity[ViewT], SensorEntity):
    """A sensor whose value a function takes from its view."""

    entity_description: Description[ViewT]
    _attr_native_value: Value = None
    _unrecorded_attributes = frozenset({MATCH_ALL})

    @override
    def _take_over(self, view: ViewT) -> bool:
        """Take the value over and tell whether it or its numbers changed."""
        before = (
            self._attr_native_value,
            getattr(self, "_attr_extra_state_attributes", None),
        )
        self._attr_native_value = self.entity_description.value_fn(view)
        if (attributes_fn := self.entity_description.attributes_fn) is not None:
            self._attr_extra_state_attributes = attributes_fn(view)
        after = (
            self._attr_native_value,
            getattr(self, "_attr_extra_state_attributes", None),
        )
        return after != before


class ZoneSensor(ZoneEntity, _Sensor[ZoneView]):
    """A sensor of a zone."""


class SiteSensor(SiteEntity, _Sensor[SiteView]):
    """A sensor of a site."""


class TankSensor(TankEntity, _Sensor[SiteView]):
    """A sensor of a tank."""
