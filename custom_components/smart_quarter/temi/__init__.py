"""Robots: Temi with the stock MQTT bridge app, and drives that count only when confirmed."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant

from ..system import SystemSpec
from . import binary_sensor, button, event, notify, number, select, sensor
from .actions import async_setup_actions
from .const import CONF_API_KEY, CONF_AREAS, CONF_CLOUD_URL, CONF_SERIAL, SYSTEM
from .flow import TemiFlow
from .health import health_info
from .memory import Memory
from .repairs import create_fix_flow
from .runtime import TemiRuntime


async def _async_remove_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Forget whether the robot heard."""
    await Memory(hass, entry.entry_id).async_remove()


SPEC = SystemSpec(
    key=SYSTEM,
    create_runtime=TemiRuntime,
    platforms={
        Platform.BINARY_SENSOR: binary_sensor.async_setup_entry,
        Platform.BUTTON: button.async_setup_entry,
        Platform.EVENT: event.async_setup_entry,
        Platform.NOTIFY: notify.async_setup_entry,
        Platform.NUMBER: number.async_setup_entry,
        Platform.SELECT: select.async_setup_entry,
        Platform.SENSOR: sensor.async_setup_entry,
    },
    flow=TemiFlow,
    setup_actions=async_setup_actions,
    create_fix_flow=create_fix_flow,
    remove_entry=_async_remove_entry,
    health=health_info,
    to_redact=frozenset(
        {CONF_SERIAL, CONF_AREAS, CONF_API_KEY, CONF_CLOUD_URL, "discovery_keys"}
    ),
)
