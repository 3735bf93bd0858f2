"""The forms of the emergency system: fields, their selectors and defaults."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_NAME, UnitOfTime
from homeassistant.helpers.selector import (
    AreaSelector,
    BooleanSelector,
    DeviceFilterSelectorConfig,
    DeviceSelector,
    DeviceSelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
    TimeSelector,
)
import voluptuous as vol

from .const import (
    CONF_ACTIVITY,
    CONF_ACTIVITY_IS_CHECK_IN,
    CONF_AREA,
    CONF_CALENDAR,
    CONF_CHECK_IN_UNTIL,
    CONF_CONSENT,
    CONF_DAY_INACTIVITY_H,
    CONF_END,
    CONF_FIRST,
    CONF_HEARTBEAT_URL,
    CONF_INACTIVITY_H,
    CONF_LAST,
    CONF_LIFELINES,
    CONF_LIGHTS,
    CONF_NOTIFIERS,
    CONF_PERSONS,
    CONF_PHONES,
    CONF_PIN,
    CONF_PLACE,
    CONF_POLICY,
    CONF_PUSH_DETAIL,
    CONF_REPEAT_S,
    CONF_ROLE,
    CONF_SCRIPTS,
    CONF_SECOND,
    CONF_SILENT_H,
    CONF_SIRENS,
    CONF_SLEEP_BEGINS,
    CONF_SLEEP_ENDS,
    CONF_SPEAKERS,
    CONF_START,
    CONF_STEP_S,
    CONF_TTS,
    CONF_USER,
    CONF_WATCH,
    CONF_WAYS_FROM,
    CONF_WEEKDAYS,
    CONF_WEEKLY_TEST,
)
from .messages import Detail
from .model import Kind, Role
from .settings import LONGEST_MIN, MINUTE_KEYS, SLEEP, STAY_KEYS, WEEKDAYS
from .ways import STEP_KEYS

SOURCE_DOMAINS: Final = (
    *("binary_sensor", "event", "button", "input_boolean", "input_button"),
    *("sensor", "switch"),
)
SIREN_DOMAINS: Final = ("siren", "switch", "light")
KINDS: Final = (
    Kind.MANUAL,
    Kind.FALL,
    Kind.SMOKE,
    Kind.GAS,
    Kind.WATER,
    Kind.WANDER,
    Kind.TECHNICAL,
)
"""Kinds that entities report as they are; the others depend on the time of day, too."""
ROLES: Final = (
    Role.CARETAKER,
    Role.LEAD,
    Role.TECHNICIAN,
    Role.RESIDENT,
    Role.OBSERVER,
)


def _select(*options: str, key: str) -> SelectSelector:
    """Return a list of words to choose from."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[str(option) for option in options],
            translation_key=key,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def _choice(*, multiple: bool = False) -> SelectSelector:
    """Return a list to choose from that `with_options` fills."""
    config = SelectSelectorConfig(
        options=[], multiple=multiple, mode=SelectSelectorMode.DROPDOWN
    )
    return SelectSelector(config)


def _number(unit: UnitOfTime) -> NumberSelector:
    """Return a box for a number; what is allowed is checked with a sentence of our own."""
    return NumberSelector(
        NumberSelectorConfig(
            mode=NumberSelectorMode.BOX,
            step=1,
            unit_of_measurement=unit,
        )
    )


def _entities(*domains: str) -> EntitySelector:
    """Return a list of entities to choose from."""
    return EntitySelector(EntitySelectorConfig(domain=list(domains), multiple=True))


_SOURCES: Final = _entities(*SOURCE_DOMAINS)


def _stays() -> dict[vol.Marker, Any]:
    """Return the fields about what lasts: what says so, and from when on it is too long."""
    fields: dict[vol.Marker, Any] = {}
    for rule, key in STAY_KEYS.items():
        minutes = vol.Required(MINUTE_KEYS[rule], default=LONGEST_MIN[rule])
        fields |= {vol.Optional(key): _STAY, minutes: _number(UnitOfTime.MINUTES)}
    return fields


_STAY: Final = EntitySelector(
    EntitySelectorConfig(domain=["binary_sensor", "input_boolean"])
)
_PHONES: Final = DeviceSelector(
    DeviceSelectorConfig(
        filter=[DeviceFilterSelectorConfig(integration="mobile_app")], multiple=True
    )
)

HOUSE_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_PUSH_DETAIL, default=Detail.PLACE): _select(
            *Detail, key="emergency_push_detail"
        ),
        vol.Optional(CONF_HEARTBEAT_URL): TextSelector(
            TextSelectorConfig(type=TextSelectorType.URL)
        ),
        vol.Optional(CONF_TTS): EntitySelector(EntitySelectorConfig(domain="tts")),
        vol.Optional(CONF_CALENDAR): EntitySelector(
            EntitySelectorConfig(domain="calendar")
        ),
        vol.Optional(CONF_LIFELINES): _entities("binary_sensor", "sensor"),
        vol.Required(CONF_WEEKLY_TEST, default=True): BooleanSelector(),
    }
)
SHIFT_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_PERSONS): _choice(multiple=True),
        vol.Required(CONF_WEEKDAYS, default=list(WEEKDAYS)): SelectSelector(
            SelectSelectorConfig(
                options=list(WEEKDAYS),
                translation_key="emergency_weekday",
                multiple=True,
                mode=SelectSelectorMode.LIST,
            )
        ),
        vol.Required(CONF_START): TimeSelector(),
        vol.Required(CONF_END): TimeSelector(),
    }
)
PLACE_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Optional(CONF_AREA): AreaSelector(),
        **{vol.Optional(kind.value): _SOURCES for kind in KINDS},
        vol.Required(CONF_CONSENT, default=False): BooleanSelector(),
        vol.Optional(CONF_POLICY): _choice(),
        vol.Optional(CONF_SILENT_H): _number(UnitOfTime.HOURS),
        vol.Optional(CONF_SPEAKERS): _entities("media_player"),
        vol.Optional(CONF_LIGHTS): _entities("light"),
        vol.Required(CONF_WATCH, default=False): BooleanSelector(),
    }
)
WATCH_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(CONF_ACTIVITY): _entities(*SOURCE_DOMAINS, "light"),
        vol.Optional(CONF_INACTIVITY_H): _number(UnitOfTime.HOURS),
        vol.Optional(CONF_DAY_INACTIVITY_H): _number(UnitOfTime.HOURS),
        vol.Required(CONF_SLEEP_BEGINS, default=SLEEP[0]): TimeSelector(),
        vol.Required(CONF_SLEEP_ENDS, default=SLEEP[1]): TimeSelector(),
        vol.Optional(CONF_CHECK_IN_UNTIL): TimeSelector(),
        vol.Required(CONF_ACTIVITY_IS_CHECK_IN, default=False): BooleanSelector(),
        **_stays(),
    }
)
PERSON_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_ROLE, default=Role.CARETAKER): _select(
            *ROLES, key="emergency_role"
        ),
        vol.Optional(CONF_USER): _choice(),
        vol.Optional(CONF_PIN): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD)
        ),
        vol.Optional(CONF_PHONES): _PHONES,
        vol.Optional(CONF_NOTIFIERS): _entities("notify"),
        vol.Optional(CONF_PLACE): _choice(),
    }
)
POLICY_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_FIRST): _choice(multiple=True),
        vol.Optional(CONF_SECOND): _choice(multiple=True),
        vol.Optional(CONF_LAST): _choice(multiple=True),
        vol.Optional(CONF_STEP_S): _number(UnitOfTime.SECONDS),
        vol.Required(CONF_REPEAT_S, default=30): _number(UnitOfTime.SECONDS),
        vol.Optional(CONF_SIRENS): _entities(*SIREN_DOMAINS),
        vol.Optional(CONF_SPEAKERS): _entities("media_player"),
        vol.Optional(CONF_TTS): EntitySelector(EntitySelectorConfig(domain="tts")),
        vol.Optional(CONF_SCRIPTS): _entities("script"),
        vol.Required(CONF_WAYS_FROM, default=CONF_FIRST): _select(
            *STEP_KEYS, key="emergency_ways_from"
        ),
    }
)


def with_options(
    schema: vol.Schema, names: Mapping[str, Mapping[str, str]]
) -> vol.Schema:
    """Return a form whose lists are filled: by field, the name of each value."""
    fields: dict[Any, Any] = {}
    for marker, selector in schema.schema.items():
        if (known := names.get(str(marker))) is not None:
            options = [
                SelectOptionDict(value=value, label=label)
                for value, label in known.items()
            ]
            selector = SelectSelector(
                SelectSelectorConfig(
                    options=options,
                    multiple=selector.config["multiple"],
                    mode=selector.config["mode"],
                )
            )
        fields[marker] = selector
    return vol.Schema(fields)
