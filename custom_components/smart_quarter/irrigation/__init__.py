"""Irrigation of façade greening: sites, zones, probes, valves and tanks."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant

from ..system import SystemSpec
from . import binary_sensor, button, event, number, sensor, switch, valve
from .actions import async_setup_actions
from .const import CONF_VALVE, SUBENTRY_TANK, SUBENTRY_ZONE, SYSTEM
from .flow import IrrigationFlow, TankFlow, ZoneFlow
from .health import health_info
from .ledger import SiteLedger
from .repairs import create_fix_flow
from .runtime import IrrigationRuntime
from .visibility import show_valve


async def _async_remove_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete the site's memory and give its valves back."""
    for zone in entry.get_subentries_of_type(SUBENTRY_ZONE):
        show_valve(hass, zone.data[CONF_VALVE])
    await SiteLedger(hass, entry.entry_id).async_remove()


SPEC = SystemSpec(
    key=SYSTEM,
    create_runtime=IrrigationRuntime,
    platforms={
        Platform.BINARY_SENSOR: binary_sensor.async_setup_entry,
        Platform.BUTTON: button.async_setup_entry,
        Platform.EVENT: event.async_setup_entry,
        Platform.NUMBER: number.async_setup_entry,
        Platform.SENSOR: sensor.async_setup_entry,
        Platform.SWITCH: switch.async_setup_entry,
        Platform.VALVE: valve.async_setup_entry,
    },
    flow=IrrigationFlow,
    subentry_flows={SUBENTRY_ZONE: ZoneFlow, SUBENTRY_TANK: TankFlow},
    setup_actions=async_setup_actions,
    create_fix_flow=create_fix_flow,
    remove_entry=_async_remove_entry,
    health=health_info,
)
