"""Figures of the emergency system for the system health page."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant

from .houses import houses
from .model import OPEN
from .profiles import recorded_profiles


def health_info(hass: HomeAssistant) -> Mapping[str, Any]:
    """Return the number of houses, places, open incidents, faults and recorded profiles."""
    runtimes = houses(hass)
    incidents = [
        incident
        for runtime in runtimes
        for incident in runtime.state.incidents.values()
        if incident.stage in OPEN
    ]
    return {
        "emergency_houses": len(runtimes),
        "emergency_places": sum(len(runtime.config.places) for runtime in runtimes),
        "emergency_open": len(incidents),
        "emergency_faults": sum(len(runtime.faults) for runtime in runtimes),
        "emergency_recorded": sum(
            len(recorded_profiles(hass, runtime)) for runtime in runtimes
        ),
    }
