"""The forms of the emergency system: fields, their selectors and defaults."""

from collections.abc import Mapping
from enum import StrEnum
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
)
import voluptuous as vol

from .const import (
    CONF_AREA,
    CONF_CONSENT,
    CONF_FIRST,
    CONF_LAST,
    CONF_NOTIFIERS,
    CONF_PHONES,
    CONF_PIN,
    CONF_PLACE,
    CONF_POLICY,
    CONF_PUSH_DETAIL,
    CONF_REPEAT_S,
    CONF_ROLE,
    CONF_SECOND,
    CONF_STEP_S,
    CONF_USER,
)
from .messages import Detail
from .model import Kind, Role

SOURCE_DOMAINS: Final = (
    *("binary_sensor", "event", "button", "input_boolean", "input_button"),
    *("sensor", "switch"),
)
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


def _select(*options: StrEnum, key: str) -> SelectSelector:
    """Return a list of words to choose from."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[option.value for option in options],
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


def _seconds() -> NumberSelector:
    """Return a box for seconds; what is allowed is checked with a sentence of our own."""
    return NumberSelector(
        NumberSelectorConfig(
            mode=NumberSelectorMode.BOX,
            step=1,
            unit_of_measurement=UnitOfTime.SECONDS,
        )
    )


_SOURCES: Final = EntitySelector(
    EntitySelectorConfig(domain=list(SOURCE_DOMAINS), multiple=True)
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
    }
)
PLACE_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Optional(CONF_AREA): AreaSelector(),
        **{vol.Optional(kind.value): _SOURCES for kind in KINDS},
        vol.Required(CONF_CONSENT, default=False): BooleanSelector(),
        vol.Optional(CONF_POLICY): _choice(),
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
        vol.Optional(CONF_NOTIFIERS): EntitySelector(
            EntitySelectorConfig(domain="notify", multiple=True)
        ),
        vol.Optional(CONF_PLACE): _choice(),
    }
)
POLICY_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_FIRST): _choice(multiple=True),
        vol.Optional(CONF_SECOND): _choice(multiple=True),
        vol.Optional(CONF_LAST): _choice(multiple=True),
        vol.Optional(CONF_STEP_S): _seconds(),
        vol.Required(CONF_REPEAT_S, default=30): _seconds(),
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
