"""What Home Assistant knows of entities that are, or could be, sources of a place."""

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from ..const import DOMAIN
from .flow_schema import KINDS, SOURCE_DOMAINS
from .matching import ON, number_of
from .model import Kind
from .suggest import Candidate, suggest


def sources_of_area(hass: HomeAssistant, area_id: str) -> dict[Kind, list[str]]:
    """Return the entities of an area that could call for help, by what they report."""
    selected = async_extract_referenced_entity_ids(
        hass, TargetSelection({"area_id": [area_id]})
    )
    registry = er.async_get(hass)
    entries = [registry.async_get(key) for key in selected.indirectly_referenced]
    found = [_candidate(hass, entry) for entry in entries if entry and _can_call(entry)]
    return suggest(found, KINDS)


def is_number(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether an entity shows numbers, as far as it has said anything yet."""
    if not entity_id.startswith("sensor."):
        return False
    entry = er.async_get(hass).async_get(entity_id)
    if entry is not None and _has_unit(entry):
        return True
    state = hass.states.get(entity_id)
    return state is not None and (
        ATTR_UNIT_OF_MEASUREMENT in state.attributes
        or number_of(state.state) is not None
    )


def needs_rule(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether an entity is a sensor of which nothing says that it calls by itself."""
    if not entity_id.startswith("sensor."):
        return False
    entry = er.async_get(hass).async_get(entity_id)
    return entry is None or not ON & {each.lower() for each in _options(entry)}


def _options(entry: er.RegistryEntry) -> tuple[str, ...]:
    """Return the states that an entity says it can take."""
    options = (entry.capabilities or {}).get("options") or ()
    return tuple(str(option) for option in options)


def _has_unit(entry: er.RegistryEntry) -> bool:
    """Tell whether an entity is registered as one that measures something."""
    capabilities = entry.capabilities or {}
    return entry.unit_of_measurement is not None or "state_class" in capabilities


def _can_call(entry: er.RegistryEntry) -> bool:
    """Tell whether an entity can be a source: it is on, and not made of other sources."""
    return (
        entry.domain in SOURCE_DOMAINS
        and entry.platform != DOMAIN
        and not entry.disabled
    )


def _candidate(hass: HomeAssistant, entry: er.RegistryEntry) -> Candidate:
    """Return an entity as it describes itself."""
    return Candidate(
        entity_id=entry.entity_id,
        device_class=entry.device_class or entry.original_device_class,
        name=entry.original_name or "",
        options=_options(entry),
        is_number=is_number(hass, entry.entity_id),
    )
