"""Diagnostics: what helps to find a fault, without anything personal."""

from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant

from .const import CONF_SYSTEM
from .registry import SYSTEMS
from .system import SmartQuarterConfigEntry

TO_REDACT = {CONF_NAME, "title", "unique_id"}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: SmartQuarterConfigEntry
) -> dict[str, Any]:
    """Return the entry's settings and the state of its system."""
    to_redact = TO_REDACT | SYSTEMS[entry.data[CONF_SYSTEM]].to_redact
    return {
        "entry": async_redact_data(entry.as_dict(), to_redact),
        "runtime": async_redact_data(dict(entry.runtime_data.diagnostics()), to_redact),
    }
