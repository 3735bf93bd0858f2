"""The entities that a place has only while somebody is watched there."""

from collections.abc import Mapping
from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from .model import PlaceConfig

ABSENCE: Final = "absence"
LAST_ACTIVITY: Final = "last_activity"
WATCH_ENTITIES: Final = {
    Platform.SWITCH: ABSENCE,
    Platform.SENSOR: LAST_ACTIVITY,
}


def is_watched(place: PlaceConfig) -> bool:
    """Tell whether somebody is watched in a place."""
    return place.watch is not None


@callback
def async_forget_unwatched(
    hass: HomeAssistant, places: Mapping[str, PlaceConfig]
) -> None:
    """Remove what is left of a watch that has ended."""
    registry = er.async_get(hass)
    for place_id, place in places.items():
        for platform, key in () if is_watched(place) else WATCH_ENTITIES.items():
            unique_id = f"{place_id}_{key}"
            if found := registry.async_get_entity_id(platform, DOMAIN, unique_id):
                registry.async_remove(found)
