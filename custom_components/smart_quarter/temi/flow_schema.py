"""The forms of a robot."""

from typing import Final

from homeassistant.const import CONF_NAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    AreaSelector,
    ObjectSelector,
    ObjectSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .cloud import DEFAULT_URL
from .const import (
    CONF_API_KEY,
    CONF_AREA,
    CONF_AREAS,
    CONF_CLOUD,
    CONF_CLOUD_URL,
    CONF_SERIAL,
    CONF_WAYPOINT,
)

_KEY: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
_URL: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
CLOUD_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(CONF_API_KEY): _KEY,
        vol.Optional(CONF_CLOUD_URL, default=DEFAULT_URL): _URL,
    }
)
CLOUD: Final = {
    vol.Optional(CONF_CLOUD, default={}): section(CLOUD_SCHEMA, {"collapsed": True})
}
NAME_SCHEMA: Final = vol.Schema({vol.Required(CONF_NAME): TextSelector()})
FOUND_SCHEMA: Final = NAME_SCHEMA.extend(CLOUD)
NAMED_SCHEMA: Final = NAME_SCHEMA.extend(
    {vol.Required(CONF_SERIAL): TextSelector(), **CLOUD}
)
KEY_SCHEMA: Final = vol.Schema({vol.Required(CONF_API_KEY): _KEY})


def change_schema(waypoints: list[str]) -> vol.Schema:
    """Return the form of a change; the robot says which waypoints there are."""
    waypoint = SelectSelectorConfig(options=waypoints, custom_value=True)
    config = ObjectSelectorConfig(
        fields={
            CONF_AREA: {"selector": AreaSelector(), "required": True},
            CONF_WAYPOINT: {"selector": SelectSelector(waypoint), "required": True},
        },
        multiple=True,
        label_field=CONF_WAYPOINT,
        translation_key="temi_area",
    )
    areas = {vol.Optional(CONF_AREAS, default=[]): ObjectSelector(config)}
    return NAME_SCHEMA.extend({**areas, **CLOUD})
