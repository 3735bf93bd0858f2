"""The forms of irrigation: fields, their selectors and defaults."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from homeassistant.const import CONF_NAME, UnitOfTime
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TimeSelector,
)
import voluptuous as vol

from .const import (
    CONF_AUTO_OFF_MIN,
    CONF_BEHIND_MASTER,
    CONF_CAPACITY_L,
    CONF_CONSENT,
    CONF_CYCLE_MIN,
    CONF_EMPTY,
    CONF_FIELD_CAPACITY,
    CONF_FLOW_L_MIN,
    CONF_FROST_C,
    CONF_GREEN_WALL_AREA_M2,
    CONF_HIDE_VALVE,
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
)
from .model import ProbeUnit
from .settings import SITE_DEFAULTS, TANK_DEFAULTS, ZONE_DEFAULTS
from .soils import Texture
from .timers import TimerKind

type Fields = dict[vol.Marker, Any]

VALVE_DOMAINS: Final = ["valve", "switch"]
NUMBER_DOMAINS: Final = ["sensor", "number", "input_number"]
_DEFAULTS: Final[Mapping[str, Any]] = {
    **TANK_DEFAULTS,
    **ZONE_DEFAULTS,
    **SITE_DEFAULTS,
}


def _entity(*domains: str, multiple: bool = False) -> EntitySelector:
    """Return a selector of entities."""
    return EntitySelector(EntitySelectorConfig(domain=list(domains), multiple=multiple))


def _number(unit: str | None = None) -> NumberSelector:
    """Return a box for a number; what is allowed is checked with a sentence of our own."""
    config = NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any")
    if unit is not None:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)


def _select(options: type[StrEnum], key: str) -> SelectSelector:
    """Return a list to choose from."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[option.value for option in options],
            translation_key=key,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def _required(key: str) -> vol.Marker:
    """Return a required field with its default, if it has one."""
    if key in _DEFAULTS:
        return vol.Required(key, default=_DEFAULTS[key])
    return vol.Required(key)


def _fields(selectors: Mapping[str, Any], *optional: str) -> vol.Schema:
    """Return a form; the fields named last may be left empty."""
    return vol.Schema(
        {
            vol.Optional(key) if key in optional else _required(key): selector
            for key, selector in selectors.items()
        }
    )


SITE_SCHEMA: Final = _fields(
    {
        CONF_NAME: TextSelector(),
        CONF_MASTER_VALVE: _entity(*VALVE_DOMAINS),
        CONF_PUMP: _entity("switch"),
        CONF_MAX_FLOW_L_MIN: _number("L/min"),
        CONF_WINDOW_START: TimeSelector(),
        CONF_WINDOW_END: TimeSelector(),
        CONF_TEMPERATURE: _entity("sensor"),
        CONF_FROST_C: _number("°C"),
        CONF_RAIN: _entity("binary_sensor", "sensor"),
    },
    CONF_MASTER_VALVE,
    CONF_PUMP,
    CONF_MAX_FLOW_L_MIN,
    CONF_TEMPERATURE,
    CONF_RAIN,
)
ZONE_SCHEMA: Final = _fields(
    {
        CONF_NAME: TextSelector(),
        CONF_PROBES: _entity(*NUMBER_DOMAINS, multiple=True),
        CONF_PROBE_UNIT: _select(ProbeUnit, "probe_unit"),
        CONF_RAW_DRY: _number(),
        CONF_RAW_WET: _number(),
        CONF_VALVE: _entity(*VALVE_DOMAINS),
        CONF_FLOW_L_MIN: _number("L/min"),
        CONF_ROOTED_AREA_M2: _number("m²"),
        CONF_GREEN_WALL_AREA_M2: _number("m²"),
        CONF_BEHIND_MASTER: BooleanSelector(),
    },
    CONF_RAW_DRY,
    CONF_RAW_WET,
)
ZONE_SCHEMA_WITHOUT_SUPPLY: Final = vol.Schema(
    {
        marker: selector
        for marker, selector in ZONE_SCHEMA.schema.items()
        if marker != CONF_BEHIND_MASTER
    }
)
SOIL_SCHEMA: Final = _fields(
    {
        CONF_SOIL: _select(Texture, "soil"),
        CONF_FIELD_CAPACITY: _number("%"),
        CONF_WILTING_POINT: _number("%"),
        CONF_ROOT_DEPTH_CM: _number("cm"),
        CONF_MAD: _number("%"),
        CONF_REFILL: _number("%"),
    },
    CONF_FIELD_CAPACITY,
    CONF_WILTING_POINT,
)
WATERING_SCHEMA: Final = _fields(
    {
        CONF_MAX_RUN_MIN: _number(UnitOfTime.MINUTES),
        CONF_MAX_DAILY_MIN: _number(UnitOfTime.MINUTES),
        CONF_CYCLE_MIN: _number(UnitOfTime.MINUTES),
        CONF_SOAK_MIN: _number(UnitOfTime.MINUTES),
        CONF_MIN_GAP_MIN: _number(UnitOfTime.MINUTES),
        CONF_SETTLE_MIN: _number(UnitOfTime.MINUTES),
        CONF_MANUAL_MIN: _number(UnitOfTime.MINUTES),
        CONF_MANUAL_MAX_MIN: _number(UnitOfTime.MINUTES),
        CONF_SILENT_AFTER_H: _number(UnitOfTime.HOURS),
    }
)
SAFETY_SCHEMA: Final = _fields(
    {
        CONF_TIMER: _select(TimerKind, "timer"),
        CONF_TIMER_NUMBER: _entity("number"),
        CONF_AUTO_OFF_MIN: _number(UnitOfTime.MINUTES),
        CONF_CONSENT: BooleanSelector(),
        CONF_HIDE_VALVE: BooleanSelector(),
    },
    CONF_TIMER_NUMBER,
    CONF_AUTO_OFF_MIN,
)
TANK_SCHEMA: Final = _fields(
    {
        CONF_NAME: TextSelector(),
        CONF_LEVEL: _entity(*NUMBER_DOMAINS),
        CONF_READING_EMPTY: _number(),
        CONF_READING_FULL: _number(),
        CONF_CAPACITY_L: _number("L"),
        CONF_LOW: _number("%"),
        CONF_EMPTY: _number("%"),
        CONF_RESTART: _number("%"),
        CONF_SILENT_AFTER_H: _number(UnitOfTime.HOURS),
    }
)
