"""Finds what runs of a system."""

from typing import Any

from homeassistant.core import HomeAssistant

from .const import CONF_SYSTEM, DOMAIN


def runtimes(hass: HomeAssistant, system: str) -> list[Any]:
    """Return the runtimes of all entries of a system that are loaded."""
    return [
        entry.runtime_data
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        if entry.data[CONF_SYSTEM] == system
    ]
