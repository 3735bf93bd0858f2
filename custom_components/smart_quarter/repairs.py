"""Repairs: each system mends its own issues."""

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.core import HomeAssistant

from .const import CONF_SYSTEM
from .registry import SYSTEMS


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the fix flow of the system that raised the issue."""
    spec = SYSTEMS.get(str(data[CONF_SYSTEM])) if data else None
    if spec is None or spec.create_fix_flow is None:
        return ConfirmRepairFlow()
    return spec.create_fix_flow(hass, issue_id, data or {})
