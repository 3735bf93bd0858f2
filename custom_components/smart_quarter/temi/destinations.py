"""Where an action sends a robot: a waypoint, an area of Home Assistant, or where an entity is."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.template.helpers import resolve_area_id
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..exceptions import SmartQuarterInputError
from .select import Destination

ATTR_WAYPOINT: Final = "waypoint"
ATTR_AREA: Final = "area"
ATTR_PLACE: Final = "place"
WHERE: Final[VolDictType] = {
    vol.Exclusive(ATTR_WAYPOINT, "where"): cv.string,
    vol.Exclusive(ATTR_AREA, "where"): cv.string,
    vol.Exclusive(ATTR_PLACE, "where"): cv.entity_id,
}
WORDS: Final = vol.All(cv.string, vol.Length(max=1000))
"""What a robot can be told to say."""


def waypoint_of(robot: Destination, data: Mapping[str, Any]) -> str | None:
    """Return the waypoint that is meant, None when nothing is said about it."""
    drives = robot.runtime.drives
    if (waypoint := data.get(ATTR_WAYPOINT)) is not None:
        return drives.waypoint(waypoint)
    if (area := data.get(ATTR_AREA)) is not None:
        return drives.waypoint_in(area)
    if (place := data.get(ATTR_PLACE)) is not None:
        return drives.waypoint_in(_area_of(robot.hass, place))
    return None


def _area_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return the area of an entity, or of its device."""
    if (area_id := resolve_area_id(hass, entity_id)) is None:
        raise SmartQuarterInputError("temi_place_without_area", place=entity_id)
    return area_id
