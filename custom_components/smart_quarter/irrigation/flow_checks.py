"""What the forms refuse: each check names a field and the sentence that says what to enter."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import slugify

from ..forms import Finding, Form, check_entities, check_name, exists, names_taken
from .adapters import detect_timer
from .const import (
    CONF_AUTO_OFF_MIN,
    CONF_CAPACITY_L,
    CONF_CYCLE_MIN,
    CONF_EMPTY,
    CONF_FIELD_CAPACITY,
    CONF_FLOW_L_MIN,
    CONF_FROST_C,
    CONF_GREEN_WALL_AREA_M2,
    CONF_LEVEL,
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
    CONF_RAIN,
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
    CONF_TEMPERATURE,
    CONF_TIMER,
    CONF_TIMER_NUMBER,
    CONF_VALVE,
    CONF_WILTING_POINT,
    CONF_WINDOW_END,
    CONF_WINDOW_START,
    SUBENTRY_ZONE,
    SYSTEM,
)
from .flow_valves import check_valve
from .model import ProbeUnit
from .soils import Texture
from .timers import TimerKind
from .valve_model import ValveLimits

SHORTEST_WINDOW: Final = timedelta(minutes=15)
LEAST_OPENING_S: Final = ValveLimits().min_open_s
DAY_MIN: Final = 24 * 60
WEEK_H: Final = 7 * 24
_OPENINGS: Final = (
    CONF_MAX_RUN_MIN,
    CONF_MAX_DAILY_MIN,
    CONF_CYCLE_MIN,
    CONF_MANUAL_MIN,
    CONF_MANUAL_MAX_MIN,
)
_RESTS: Final = (CONF_SOAK_MIN, CONF_MIN_GAP_MIN, CONF_SETTLE_MIN)


def check_site(
    hass: HomeAssistant, form: Form, own_entry_id: str | None
) -> Iterator[Finding]:
    """Check the form of a site."""
    yield from check_name(form, names_taken(hass, SYSTEM, own_entry_id), slugify)
    keys = (CONF_MASTER_VALVE, CONF_PUMP, CONF_TEMPERATURE, CONF_RAIN)
    yield from check_entities(hass, form, keys)
    for key in (CONF_MASTER_VALVE, CONF_PUMP):
        yield from check_valve(hass, form, key, own_entry_id)
    if form.get(CONF_PUMP) and form.get(CONF_PUMP) == form.get(CONF_MASTER_VALVE):
        yield CONF_PUMP, "pump_is_master"
    yield from _positive(form, CONF_MAX_FLOW_L_MIN)
    if not -10 <= form[CONF_FROST_C] <= 15:
        yield CONF_FROST_C, "frost_range"
    if _is_window_too_short(form):
        yield CONF_WINDOW_END, "window_too_short"


def check_zone(
    hass: HomeAssistant, form: Form, entry_id: str, zone_id: str | None
) -> Iterator[Finding]:
    """Check the first form of a zone: probes, valve and areas."""
    yield from check_name(form, _zone_names(hass, entry_id, zone_id))
    if not form[CONF_PROBES]:
        yield CONF_PROBES, "probes_missing"
    yield from check_entities(hass, form, (CONF_PROBES, CONF_VALVE))
    yield from _raw_points(form)
    yield from check_valve(hass, form, CONF_VALVE, zone_id)
    yield from _positive(
        form, CONF_FLOW_L_MIN, CONF_ROOTED_AREA_M2, CONF_GREEN_WALL_AREA_M2
    )


def check_soil(form: Form) -> Iterator[Finding]:
    """Check the soil of a zone and how dry it may get."""
    yield from _positive(form, CONF_ROOT_DEPTH_CM)
    if not 10 <= form[CONF_MAD] <= 80:
        yield CONF_MAD, "mad_range"
    if not 10 <= form[CONF_REFILL] <= 100:
        yield CONF_REFILL, "refill_range"
    if form[CONF_SOIL] != Texture.CUSTOM:
        return
    field_capacity = form.get(CONF_FIELD_CAPACITY)
    wilting_point = form.get(CONF_WILTING_POINT)
    if field_capacity is None or not 1 <= field_capacity <= 60:
        yield CONF_FIELD_CAPACITY, "field_capacity_range"
    if wilting_point is None or wilting_point < 0:
        yield CONF_WILTING_POINT, "wilting_point_range"
    elif field_capacity is not None and wilting_point >= field_capacity:
        yield CONF_WILTING_POINT, "wilting_point_above_field_capacity"


def check_watering(form: Form) -> Iterator[Finding]:
    """Check the times of a zone."""
    for key in _OPENINGS:
        yield from _opening(form, key)
    for key in _RESTS:
        yield from _rest(form, key)
    yield from _silence(form)
    if form[CONF_MAX_RUN_MIN] > form[CONF_MAX_DAILY_MIN]:
        yield CONF_MAX_RUN_MIN, "run_above_daily"
    if form[CONF_CYCLE_MIN] > form[CONF_MAX_RUN_MIN]:
        yield CONF_CYCLE_MIN, "cycle_above_run"


def check_safety(hass: HomeAssistant, form: Form, valve: str) -> Iterator[Finding]:
    """Check what closes the valve when Home Assistant fails."""
    kind = TimerKind(form[CONF_TIMER])
    number = form.get(CONF_TIMER_NUMBER)
    if kind is TimerKind.NUMBER and (number is None or not exists(hass, number)):
        yield CONF_TIMER_NUMBER, "timer_number_missing"
    if kind is TimerKind.AUTO_OFF:
        if form.get(CONF_AUTO_OFF_MIN) is None:
            yield CONF_AUTO_OFF_MIN, "auto_off_missing"
        else:
            yield from _opening(form, CONF_AUTO_OFF_MIN)
    wrong = {
        TimerKind.ZIGBEE2MQTT: "not_zigbee2mqtt",
        TimerKind.ACTION: "no_timed_action",
    }
    if kind in wrong and detect_timer(hass, valve) is not kind:
        yield CONF_TIMER, wrong[kind]


def check_tank(hass: HomeAssistant, form: Form) -> Iterator[Finding]:
    """Check the form of a tank."""
    yield from check_name(form, set())
    yield from check_entities(hass, form, (CONF_LEVEL,))
    yield from _positive(form, CONF_CAPACITY_L)
    yield from _silence(form)
    if form[CONF_READING_EMPTY] == form[CONF_READING_FULL]:
        yield CONF_READING_FULL, "readings_equal"
    if not 0 <= form[CONF_EMPTY] < form[CONF_LOW]:
        yield CONF_EMPTY, "empty_above_low"
    if not form[CONF_LOW] <= form[CONF_RESTART] < 100:
        yield CONF_RESTART, "restart_below_low"


def _zone_names(hass: HomeAssistant, entry_id: str, zone_id: str | None) -> set[str]:
    """Return the names of all other zones of a site."""
    entry = hass.config_entries.async_get_known_entry(entry_id)
    return {
        subentry.title.casefold()
        for subentry in entry.get_subentries_of_type(SUBENTRY_ZONE)
        if subentry.subentry_id != zone_id
    }


def _raw_points(form: Form) -> Iterator[Finding]:
    """Refuse raw numbers without two different calibration points."""
    if form[CONF_PROBE_UNIT] != ProbeUnit.RAW:
        return
    dry, wet = form.get(CONF_RAW_DRY), form.get(CONF_RAW_WET)
    if dry is None:
        yield CONF_RAW_DRY, "raw_point_missing"
    if wet is None:
        yield CONF_RAW_WET, "raw_point_missing"
    elif wet == dry:
        yield CONF_RAW_WET, "raw_points_equal"


def _positive(form: Form, *keys: str) -> Iterator[Finding]:
    """Refuse numbers that are not above zero."""
    for key in keys:
        if (value := form.get(key)) is not None and value <= 0:
            yield key, "not_positive"


def _opening(form: Form, key: str) -> Iterator[Finding]:
    """Refuse minutes for which no valve is ever opened."""
    if (value := form[key]) <= 0:
        yield key, "not_positive"
    elif value * 60 < LEAST_OPENING_S:
        yield key, "too_short"
    elif value > DAY_MIN:
        yield key, "more_than_a_day"


def _rest(form: Form, key: str) -> Iterator[Finding]:
    """Refuse a rest that is negative or never ends."""
    if form[key] < 0:
        yield key, "negative"
    elif form[key] > WEEK_H * 60:
        yield key, "more_than_a_week"


def _silence(form: Form) -> Iterator[Finding]:
    """Refuse hours after which silence would always, or never, be noticed."""
    yield from _positive(form, CONF_SILENT_AFTER_H)
    if form[CONF_SILENT_AFTER_H] > WEEK_H:
        yield CONF_SILENT_AFTER_H, "silent_too_long"


def _is_window_too_short(form: Form) -> bool:
    """Tell whether a window that is not the whole day leaves no time to water."""
    day = datetime(2000, 1, 1)
    start = datetime.combine(day, time.fromisoformat(form[CONF_WINDOW_START]))
    end = datetime.combine(day, time.fromisoformat(form[CONF_WINDOW_END]))
    length = (end - start) % timedelta(days=1)
    return timedelta(0) < length < SHORTEST_WINDOW
