"""Triggers: each system brings its own."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.trigger import Trigger

from .registry import SYSTEMS


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of all systems."""
    return {
        key: trigger
        for spec in SYSTEMS.values()
        for key, trigger in spec.triggers.items()
    }
