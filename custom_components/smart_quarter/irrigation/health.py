"""Figures of irrigation for the system health page."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant

from ..running import runtimes
from .const import SYSTEM


def health_info(hass: HomeAssistant) -> Mapping[str, Any]:
    """Return the number of sites, zones and open problems."""
    sites = runtimes(hass, SYSTEM)
    return {
        "irrigation_sites": len(sites),
        "irrigation_zones": sum(len(runtime.zones) for runtime in sites),
        "irrigation_problems": sum(len(runtime.problems) for runtime in sites),
    }
