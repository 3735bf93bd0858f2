"""From stored settings to the engine's configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, tzinfo
from typing import Any, Final

from .const import (
    CONF_AUTO_OFF_MIN,
    CONF_BEHIND_MASTER,
    CONF_CALIBRATION,
    CONF_CAPACITY_L,
    CONF_CONSENT,
    CONF_CYCLE_MIN,
    CONF_EMPTY,
    CONF_FIELD_CAPACITY,
    CONF_FLOW_L_MIN,
    CONF_FROST_C,
    CONF_GREEN_WALL_AREA_M2,
    CONF_LOW,
    CONF_MAD,
    CONF_MANUAL_MAX_MIN,
    CONF_MANUAL_MIN,
    CONF_MASTER_VALVE,
    CONF_MAX_DAILY_MIN,
    CONF_MAX_FLOW_L_MIN,
    CONF_MAX_RUN_MIN,
    CONF_MIN_GAP_MIN,
    CONF_PROBE_UNIT,
    CONF_PROBES,
    CONF_PUMP,
    CONF_RAW_DRY,
    CONF_RAW_WET,
    CONF_READING_EMPTY,
    CONF_READING_FULL,
    CONF_REFILL,
    CONF_RESTART,
    CONF_ROOT_DEPTH_CM,
    CONF_ROOTED_AREA_M2,
    CONF_SETTLE_MIN,
    CONF_SILENT_AFTER_H,
    CONF_SOAK_MIN,
    CONF_SOIL,
    CONF_TIMER,
    CONF_TIMER_NUMBER,
    CONF_VALVE,
    CONF_WILTING_POINT,
    CONF_WINDOW_END,
    CONF_WINDOW_START,
)
from .model import (
    CalibrationPoint,
    ProbeConfig,
    ProbeUnit,
    SiteConfig,
    Soil,
    TankConfig,
    ZoneConfig,
)
from .soils import CUSTOM_SATURATION, TEXTURES, Texture
from .timers import TimerKind
from .valve_model import ValveLimits

type Settings = Mapping[str, Any]

SITE_DEFAULTS: Final[Settings] = {
    CONF_WINDOW_START: "20:00:00",
    CONF_WINDOW_END: "09:00:00",
    CONF_FROST_C: 3.0,
}
ZONE_DEFAULTS: Final[Settings] = {
    CONF_PROBE_UNIT: ProbeUnit.VOL_PERCENT,
    CONF_GREEN_WALL_AREA_M2: 20.0,
    CONF_ROOTED_AREA_M2: 4.0,
    CONF_FLOW_L_MIN: 8.0,
    CONF_SOIL: Texture.LOAM,
    CONF_ROOT_DEPTH_CM: 60,
    CONF_MAD: 40,
    CONF_REFILL: 80,
    CONF_MAX_RUN_MIN: 30,
    CONF_MAX_DAILY_MIN: 60,
    CONF_MIN_GAP_MIN: 360,
    CONF_SETTLE_MIN: 60,
    CONF_CYCLE_MIN: 10,
    CONF_SOAK_MIN: 15,
    CONF_MANUAL_MIN: 10,
    CONF_MANUAL_MAX_MIN: 60,
    CONF_SILENT_AFTER_H: 6,
    CONF_BEHIND_MASTER: True,
    CONF_TIMER: TimerKind.NONE,
    CONF_CONSENT: False,
}
TANK_DEFAULTS: Final[Settings] = {
    CONF_READING_EMPTY: 0.0,
    CONF_READING_FULL: 100.0,
    CONF_LOW: 15,
    CONF_EMPTY: 5,
    CONF_RESTART: 20,
    CONF_SILENT_AFTER_H: 6,
}
SUPPLY_LIMITS: Final = ValveLimits(consent=True, max_open_s=6 * 3600, manual_max_s=3600)
"""Master valve and pump: held open only while a zone's own deadline runs."""


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """All settings of a site as they are stored."""

    site: Settings
    zones: Mapping[str, Settings]
    tank: Settings | None


def site_config(settings: SiteSettings, time_zone: tzinfo) -> SiteConfig:
    """Return the engine's configuration of a site."""
    site = {**SITE_DEFAULTS, **settings.site}
    return SiteConfig(
        time_zone=time_zone,
        zones={key: zone_config(key, zone) for key, zone in settings.zones.items()},
        tank=None if settings.tank is None else tank_config(settings.tank),
        master=SUPPLY_LIMITS if site.get(CONF_MASTER_VALVE) else None,
        pump=SUPPLY_LIMITS if site.get(CONF_PUMP) else None,
        max_flow_l_min=site.get(CONF_MAX_FLOW_L_MIN),
        window_start=time.fromisoformat(site[CONF_WINDOW_START]),
        window_end=time.fromisoformat(site[CONF_WINDOW_END]),
        frost_c=site[CONF_FROST_C],
    )


def zone_config(zone_id: str, stored: Settings) -> ZoneConfig:
    """Return the engine's configuration of a zone."""
    zone = {**ZONE_DEFAULTS, **stored}
    return ZoneConfig(
        zone_id=zone_id,
        soil=soil_of(zone),
        rooted_area_m2=zone[CONF_ROOTED_AREA_M2],
        green_wall_area_m2=zone[CONF_GREEN_WALL_AREA_M2],
        mad=zone[CONF_MAD] / 100,
        refill=zone[CONF_REFILL] / 100,
        flow_l_min=zone[CONF_FLOW_L_MIN],
        probes=tuple(_probe(zone, probe_id) for probe_id in zone[CONF_PROBES]),
        valve=_valve_limits(zone),
        max_run_s=_seconds(zone, CONF_MAX_RUN_MIN),
        max_daily_s=_seconds(zone, CONF_MAX_DAILY_MIN),
        min_gap_s=_seconds(zone, CONF_MIN_GAP_MIN),
        settle_s=_seconds(zone, CONF_SETTLE_MIN),
        cycle_s=_seconds(zone, CONF_CYCLE_MIN),
        soak_s=_seconds(zone, CONF_SOAK_MIN),
        manual_run_s=_seconds(zone, CONF_MANUAL_MIN),
        behind_master=zone[CONF_BEHIND_MASTER],
    )


def soil_of(zone: Settings) -> Soil:
    """Return the soil of a zone: by its texture, or by the numbers entered."""
    texture = Texture(zone[CONF_SOIL])
    root_depth_m = zone[CONF_ROOT_DEPTH_CM] / 100
    if (typical := TEXTURES.get(texture)) is not None:
        return Soil(**typical._asdict(), root_depth_m=root_depth_m)
    return Soil(
        field_capacity=zone[CONF_FIELD_CAPACITY] / 100,
        wilting_point=zone[CONF_WILTING_POINT] / 100,
        saturation=max(CUSTOM_SATURATION, zone[CONF_FIELD_CAPACITY] / 100 + 0.05),
        root_depth_m=root_depth_m,
    )


def tank_config(stored: Settings) -> TankConfig:
    """Return the engine's configuration of a tank."""
    tank = {**TANK_DEFAULTS, **stored}
    return TankConfig(
        reading_empty=tank[CONF_READING_EMPTY],
        reading_full=tank[CONF_READING_FULL],
        capacity_l=tank[CONF_CAPACITY_L],
        low=tank[CONF_LOW] / 100,
        empty=tank[CONF_EMPTY] / 100,
        restart=tank[CONF_RESTART] / 100,
        silent_after_s=tank[CONF_SILENT_AFTER_H] * 3600,
    )


def _valve_limits(zone: Settings) -> ValveLimits:
    """Return what the zone's valve can do, from how its timer is set."""
    timer = TimerKind(zone[CONF_TIMER])
    longest_s = _seconds(zone, CONF_MAX_RUN_MIN)
    test_s = timer.test_s
    if timer is TimerKind.AUTO_OFF:
        test_s = _seconds(zone, CONF_AUTO_OFF_MIN)
        longest_s = min(longest_s, test_s)
    return ValveLimits(
        has_timer=timer is not TimerKind.NONE,
        timer=f"{zone[CONF_VALVE]} {timer} {zone.get(CONF_TIMER_NUMBER)} {test_s}",
        consent=zone[CONF_CONSENT],
        max_open_s=longest_s,
        manual_max_s=_seconds(zone, CONF_MANUAL_MAX_MIN),
        test_s=test_s,
    )


def _probe(zone: Settings, probe_id: str) -> ProbeConfig:
    """Return a probe; calibrated points of its own come before the zone's."""
    soil = soil_of(zone)
    points = zone.get(CONF_CALIBRATION, {}).get(probe_id, {})
    return ProbeConfig(
        probe_id=probe_id,
        unit=ProbeUnit(zone[CONF_PROBE_UNIT]),
        dry=_point(points.get("dry"), zone.get(CONF_RAW_DRY), soil.wilting_point),
        wet=_point(points.get("wet"), zone.get(CONF_RAW_WET), soil.field_capacity),
        silent_after_s=zone[CONF_SILENT_AFTER_H] * 3600,
    )


def _point(
    own: Mapping[str, float] | None, shared: float | None, vwc: float
) -> CalibrationPoint | None:
    """Return a calibration point of a probe, or the zone's."""
    if own is not None:
        return CalibrationPoint(reading=own["reading"], vwc=own["vwc"])
    return None if shared is None else CalibrationPoint(reading=shared, vwc=vwc)


def _seconds(settings: Settings, key: str) -> int:
    """Return a setting in minutes as seconds."""
    minutes: float = settings[key]
    return round(minutes * 60)
