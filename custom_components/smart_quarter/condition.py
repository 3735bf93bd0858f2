"""Conditions: each system brings its own."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import Condition

from .registry import SYSTEMS


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions of all systems."""
    return {
        key: condition
        for spec in SYSTEMS.values()
        for key, condition in spec.conditions.items()
    }
