"""Hides the valves of the devices, so that people meet the safe valves of the zones."""

from typing import Final

from homeassistant.components.homeassistant import exposed_entities
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN

ASSISTANTS: Final = ("cloud.alexa", "cloud.google_assistant", "conversation")
_HIDDEN: Final = "hidden"


@callback
def hide_valve(hass: HomeAssistant, entity_id: str) -> None:
    """Hide the physical valve and keep it away from voice assistants.

    So "open the valve" meets the zone's safe valve.
    """
    registry = er.async_get(hass)
    entry = registry.async_get(entity_id)
    if entry is not None and entry.hidden_by is None:
        hidden_by = er.RegistryEntryHider.INTEGRATION
        registry.async_update_entity(entity_id, hidden_by=hidden_by)
        registry.async_update_entity_options(entity_id, DOMAIN, {_HIDDEN: True})
    for assistant in ASSISTANTS:
        exposed_entities.async_expose_entity(hass, assistant, entity_id, False)


@callback
def show_valve(hass: HomeAssistant, entity_id: str) -> None:
    """Show a valve again that was hidden here; what others hid stays hidden.

    Voice assistants do not get it back: that is for the user to decide.
    """
    registry = er.async_get(hass)
    entry = registry.async_get(entity_id)
    if entry is None or _HIDDEN not in entry.options.get(DOMAIN, ()):
        return
    registry.async_update_entity_options(entity_id, DOMAIN, None)
    if entry.hidden_by is er.RegistryEntryHider.INTEGRATION:
        registry.async_update_entity(entity_id, hidden_by=None)
