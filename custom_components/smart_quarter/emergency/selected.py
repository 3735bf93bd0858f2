"""What a trigger or condition is about: places and kinds that a user chose, or all."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.const import CONF_OPTIONS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.typing import ConfigType, VolDictType
import voluptuous as vol

from ..const import CONF_SYSTEM, DOMAIN
from .const import CONF_KIND, CONF_PLACE, SUBENTRY_PLACE, SYSTEM
from .model import Incident, Kind

PLACE_FIELD: Final[VolDictType] = {vol.Optional(CONF_PLACE): cv.entity_ids}
INCIDENT_FIELDS: Final[VolDictType] = {
    **PLACE_FIELD,
    vol.Optional(CONF_KIND): vol.All(cv.ensure_list, [vol.Coerce(Kind)]),
}


def checked(hass: HomeAssistant, config: ConfigType, fields: VolDictType) -> ConfigType:
    """Return a trigger's or condition's options; refuse entities that belong to no place."""
    schema = vol.Schema({vol.Optional(CONF_OPTIONS, default={}): fields})
    found: ConfigType = schema(config)
    for entity_id in found[CONF_OPTIONS].get(CONF_PLACE, ()):
        if place_of(hass, entity_id) is None:
            raise vol.Invalid(f"{entity_id} belongs to no place of an emergency system")
    return found


def place_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the place that one of our entities belongs to."""
    found = er.async_get(hass).async_get(entity_id)
    if found is None or found.platform != DOMAIN or found.config_entry_id is None:
        return None
    entry = hass.config_entries.async_get_entry(found.config_entry_id)
    if entry is None or entry.data[CONF_SYSTEM] != SYSTEM:
        return None
    part = entry.subentries.get(found.config_subentry_id or "")
    is_place = part is not None and part.subentry_type == SUBENTRY_PLACE
    return found.config_subentry_id if is_place else None


def places(hass: HomeAssistant, options: Mapping[str, Any]) -> set[str] | None:
    """Return the chosen places, None for all."""
    if not (chosen := options.get(CONF_PLACE)):
        return None
    return {place_id for each in chosen if (place_id := place_of(hass, each))}


def is_selected(
    hass: HomeAssistant, options: Mapping[str, Any], incident: Incident
) -> bool:
    """Tell whether an incident is one of those that were chosen."""
    chosen, kinds = places(hass, options), options.get(CONF_KIND)
    return (chosen is None or incident.place_id in chosen) and (
        not kinds or incident.kind in kinds
    )


def state_entity(hass: HomeAssistant, place_id: str | None) -> str | None:
    """Return the State entity of a place."""
    return er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{place_id}_state")


def selected(
    hass: HomeAssistant, options: Mapping[str, Any], incidents: Iterable[Incident]
) -> list[Incident]:
    """Return those of the incidents that were chosen."""
    return [each for each in incidents if is_selected(hass, options, each)]
