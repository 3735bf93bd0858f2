"""System health: which systems run, and a few figures of each."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .registry import FAILED_SYSTEMS, SYSTEMS


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register the page's information."""
    register.async_register_info(async_health_info)


async def async_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the state of all systems."""
    info: dict[str, Any] = {
        "entries_loaded": len(hass.config_entries.async_loaded_entries(DOMAIN)),
        "systems_failed": ", ".join(FAILED_SYSTEMS) or "-",
    }
    for spec in SYSTEMS.values():
        if spec.health is not None:
            info |= spec.health(hass)
    return info
