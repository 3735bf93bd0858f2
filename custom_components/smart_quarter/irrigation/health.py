"""Figures of irrigation for the system health page."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant

from ..const import CONF_SYSTEM, DOMAIN
from .const import SYSTEM


def health_info(hass: HomeAssistant) -> Mapping[str, Any]:
    """Return the number of sites, zones and open problems."""
    runtimes = [
        entry.runtime_data
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        if entry.data[CONF_SYSTEM] == SYSTEM
    ]
    return {
        "irrigation_sites": len(runtimes),
        "irrigation_zones": sum(len(runtime.zones) for runtime in runtimes),
        "irrigation_problems": sum(len(runtime.problems) for runtime in runtimes),
    }
