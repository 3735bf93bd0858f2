"""Follows entities that a user renames, so that no input and no valve is lost."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er


@callback
def async_follow_renames(hass: HomeAssistant, entry: ConfigEntry) -> CALLBACK_TYPE:
    """Rename entities in the settings of an installation and its parts."""

    @callback
    def renamed(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        data = event.data
        if data["action"] == "update" and "old_entity_id" in data:
            _rename(hass, entry, data["old_entity_id"], data["entity_id"])

    return hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, renamed)


def _rename(hass: HomeAssistant, entry: ConfigEntry, old: str, new: str) -> None:
    """Change every setting that names the entity."""
    data = _replaced(entry.data, old, new)
    if data != entry.data:
        hass.config_entries.async_update_entry(entry, data=data)
    for subentry in tuple(entry.subentries.values()):
        part = _replaced(subentry.data, old, new)
        if part != subentry.data:
            data = MappingProxyType(part)
            hass.config_entries.async_update_subentry(entry, subentry, data=data)


def _replaced(value: Any, old: str, new: str) -> Any:
    """Return a setting with an entity renamed, wherever it stands in it."""
    match value:
        case Mapping():
            return {
                _replaced(key, old, new): _replaced(each, old, new)
                for key, each in value.items()
            }
        case list():
            return [_replaced(each, old, new) for each in value]
    return new if value == old else value
