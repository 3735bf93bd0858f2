"""Figures of the robots for the system health page."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant

from ..running import runtimes
from .const import SYSTEM


def health_info(hass: HomeAssistant) -> Mapping[str, Any]:
    """Return the number of robots, of those that report, and of faults."""
    robots = runtimes(hass, SYSTEM)
    return {
        "temi_robots": len(robots),
        "temi_online": sum(runtime.state.online is True for runtime in robots),
        "temi_faults": sum(len(runtime.faults) for runtime in robots),
    }
