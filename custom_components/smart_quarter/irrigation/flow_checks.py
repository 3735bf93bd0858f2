"""What the forms refuse: each check names a field and the sentence that says what to enter."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..const import CONF_SYSTEM, DOMAIN
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
from .model import ProbeUnit
from .soils import Texture
from .timers import TimerKind

type Form = Mapping[str, Any]
type Errors = dict[str, str]
type Finding = tuple[str, str]

SHORTEST_WINDOW: Final = timedelta(minutes=15)
_MAY_BE_ZERO: Final = frozenset({CONF_SOAK_MIN, CONF_MIN_GAP_MIN, CONF_SETTLE_MIN})


def errors_of(findings: Iterator[Finding]) -> Errors:
    """Return the first finding of each field."""
    errors: Errors = {}
    for field, error in findings:
        errors.setdefault(field, error)
    return errors


def check_site(
    hass: HomeAssistant, form: Form, own_entry_id: str | None
) -> Iterator[Finding]:
    """Check the form of a site."""
    yield from _name(form, _site_names(hass, own_entry_id))
    keys = (CONF_MASTER_VALVE, CONF_PUMP, CONF_TEMPERATURE, CONF_RAIN)
    yield from _entities(hass, form, keys)
    taken = _valves_in_use(hass, (own_entry_id, None))
    for key in (CONF_MASTER_VALVE, CONF_PUMP):
        yield from _valve(hass, form, key, taken)
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
    yield from _name(form, _zone_names(hass, entry_id, zone_id))
    if not form[CONF_PROBES]:
        yield CONF_PROBES, "probes_missing"
    if any(not _exists(hass, probe_id) for probe_id in form[CONF_PROBES]):
        yield CONF_PROBES, "entity_unknown"
    yield from _raw_points(form)
    yield from _entities(hass, form, (CONF_VALVE,))
    yield from _valve(hass, form, CONF_VALVE, _valves_in_use(hass, (entry_id, zone_id)))
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
    for key, value in form.items():
        if value < 0 or (value == 0 and key not in _MAY_BE_ZERO):
            yield key, "not_positive"
    if form[CONF_MAX_RUN_MIN] > form[CONF_MAX_DAILY_MIN]:
        yield CONF_MAX_RUN_MIN, "run_above_daily"
    if form[CONF_CYCLE_MIN] > form[CONF_MAX_RUN_MIN]:
        yield CONF_CYCLE_MIN, "cycle_above_run"


def check_safety(hass: HomeAssistant, form: Form, valve: str) -> Iterator[Finding]:
    """Check what closes the valve when Home Assistant fails."""
    kind = TimerKind(form[CONF_TIMER])
    number = form.get(CONF_TIMER_NUMBER)
    if kind is TimerKind.NUMBER and (number is None or not _exists(hass, number)):
        yield CONF_TIMER_NUMBER, "timer_number_missing"
    if kind is TimerKind.AUTO_OFF and form.get(CONF_AUTO_OFF_MIN, 0) <= 0:
        yield CONF_AUTO_OFF_MIN, "auto_off_missing"
    wrong = {
        TimerKind.ZIGBEE2MQTT: "not_zigbee2mqtt",
        TimerKind.ACTION: "no_timed_action",
    }
    if kind in wrong and detect_timer(hass, valve) is not kind:
        yield CONF_TIMER, wrong[kind]


def check_tank(hass: HomeAssistant, form: Form) -> Iterator[Finding]:
    """Check the form of a tank."""
    yield from _name(form, set())
    yield from _entities(hass, form, (CONF_LEVEL,))
    yield from _positive(form, CONF_CAPACITY_L)
    if form[CONF_READING_EMPTY] == form[CONF_READING_FULL]:
        yield CONF_READING_FULL, "readings_equal"
    if not 0 <= form[CONF_EMPTY] < form[CONF_LOW]:
        yield CONF_EMPTY, "empty_above_low"
    if not form[CONF_LOW] <= form[CONF_RESTART] < 100:
        yield CONF_RESTART, "restart_below_low"


def _name(form: Form, taken: set[str]) -> Iterator[Finding]:
    """Refuse an empty name and one that is taken."""
    name = form[CONF_NAME].strip().casefold()
    if not name:
        yield CONF_NAME, "name_missing"
    elif name in taken:
        yield CONF_NAME, "name_taken"


def _site_names(hass: HomeAssistant, own_entry_id: str | None) -> set[str]:
    """Return the names of all other sites."""
    return {
        entry.title.casefold()
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data[CONF_SYSTEM] == SYSTEM and entry.entry_id != own_entry_id
    }


def _zone_names(hass: HomeAssistant, entry_id: str, zone_id: str | None) -> set[str]:
    """Return the names of all other zones of a site."""
    entry = hass.config_entries.async_get_known_entry(entry_id)
    return {
        subentry.title.casefold()
        for subentry in entry.get_subentries_of_type(SUBENTRY_ZONE)
        if subentry.subentry_id != zone_id
    }


def _entities(
    hass: HomeAssistant, form: Form, keys: tuple[str, ...]
) -> Iterator[Finding]:
    """Refuse entities that do not exist."""
    for key in keys:
        if (entity_id := form.get(key)) and not _exists(hass, entity_id):
            yield key, "entity_unknown"


def _exists(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether Home Assistant knows an entity."""
    known = er.async_get(hass).async_get(entity_id) is not None
    return known or hass.states.get(entity_id) is not None


def _valve(
    hass: HomeAssistant, form: Form, key: str, taken: set[str]
) -> Iterator[Finding]:
    """Refuse a valve that something else uses, and our own safe valves."""
    if (entity_id := form.get(key)) is None:
        return
    entry = er.async_get(hass).async_get(entity_id)
    if entry is not None and entry.platform == DOMAIN:
        yield key, "own_valve"
    if entity_id in taken:
        yield key, "valve_taken"


def _valves_in_use(hass: HomeAssistant, but: tuple[str | None, str | None]) -> set[str]:
    """Return all valves in use, but those of one site's supply or of one zone."""
    used: set[str] = set()
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.data[CONF_SYSTEM] != SYSTEM:
            continue
        if (entry.entry_id, None) != but or but[1] is not None:
            keys = (CONF_MASTER_VALVE, CONF_PUMP)
            used |= {entry.data[key] for key in keys if key in entry.data}
        used |= {
            subentry.data[CONF_VALVE]
            for subentry in entry.get_subentries_of_type(SUBENTRY_ZONE)
            if subentry.subentry_id != but[1]
        }
    return used


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


def _is_window_too_short(form: Form) -> bool:
    """Tell whether a window that is not the whole day leaves no time to water."""
    day = datetime(2000, 1, 1)
    start = datetime.combine(day, time.fromisoformat(form[CONF_WINDOW_START]))
    end = datetime.combine(day, time.fromisoformat(form[CONF_WINDOW_END]))
    length = (end - start) % timedelta(days=1)
    return timedelta(0) < length < SHORTEST_WINDOW
