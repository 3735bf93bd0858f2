"""The entities that a robot has only while there is a key for its cloud."""

from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN

CALL: Final = "call"
PRIVACY: Final = "privacy"
SEQUENCE: Final = "sequence"


@callback
def async_forget_cloud(hass: HomeAssistant, entry_id: str) -> None:
    """Remove what is left of a cloud whose key was taken out."""
    registry = er.async_get(hass)
    for key in (CALL, PRIVACY, SEQUENCE):
        unique_id = f"{entry_id}_{key}"
        platform = Platform.BINARY_SENSOR
        if found := registry.async_get_entity_id(platform, DOMAIN, unique_id):
            registry.async_remove(found)
