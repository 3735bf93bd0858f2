"""The emergency system: places that call for help, incidents, and who is told."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant

from ..system import SystemSpec
from . import binary_sensor, button, event, sensor, switch
from .actions import async_setup_actions
from .conditions import CONDITIONS
from .const import (
    CONF_ACTIVITY,
    CONF_BATHROOM,
    CONF_BED,
    CONF_CALENDAR,
    CONF_DOOR,
    CONF_ENTITY,
    CONF_HEARTBEAT_URL,
    CONF_LIFELINES,
    CONF_LIGHTS,
    CONF_NOTIFIERS,
    CONF_PHONES,
    CONF_PIN,
    CONF_SCRIPTS,
    CONF_SIRENS,
    CONF_SPEAKERS,
    CONF_TTS,
    CONF_USER,
    SUBENTRY_PERSON,
    SUBENTRY_PLACE,
    SUBENTRY_POLICY,
    SUBENTRY_SHIFT,
    SUBENTRY_TABLE,
    SYSTEM,
)
from .duty import roster_store
from .flow import EmergencyFlow, PersonFlow, PlaceFlow, PolicyFlow, ShiftFlow
from .flow_import import ImportFlow
from .health import health_info
from .notes import Notes
from .repairs import create_fix_flow
from .runtime import EmergencyRuntime
from .triggers import TRIGGERS


async def _async_remove_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Erase notes and roster; the journal names nobody and stays until somebody deletes its folder."""
    await Notes(hass, entry.entry_id).async_remove()
    await roster_store(hass, entry.entry_id).async_remove()


SPEC = SystemSpec(
    key=SYSTEM,
    create_runtime=EmergencyRuntime,
    platforms={
        Platform.BINARY_SENSOR: binary_sensor.async_setup_entry,
        Platform.BUTTON: button.async_setup_entry,
        Platform.EVENT: event.async_setup_entry,
        Platform.SENSOR: sensor.async_setup_entry,
        Platform.SWITCH: switch.async_setup_entry,
    },
    flow=EmergencyFlow,
    subentry_flows={
        SUBENTRY_PERSON: PersonFlow,
        SUBENTRY_POLICY: PolicyFlow,
        SUBENTRY_PLACE: PlaceFlow,
        SUBENTRY_SHIFT: ShiftFlow,
        SUBENTRY_TABLE: ImportFlow,
    },
    setup_actions=async_setup_actions,
    triggers=TRIGGERS,
    conditions=CONDITIONS,
    create_fix_flow=create_fix_flow,
    remove_entry=_async_remove_entry,
    health=health_info,
    to_redact=frozenset(
        {
            *(CONF_ENTITY, CONF_USER, CONF_PIN, CONF_PHONES, CONF_NOTIFIERS),
            *(CONF_CALENDAR, CONF_LIFELINES),
            *(CONF_ACTIVITY, CONF_BED, CONF_BATHROOM, CONF_DOOR),
            *(CONF_SIRENS, CONF_SPEAKERS, CONF_LIGHTS, CONF_SCRIPTS, CONF_TTS),
            CONF_HEARTBEAT_URL,
        }
    ),
)
