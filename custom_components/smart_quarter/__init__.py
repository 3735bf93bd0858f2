"""Smart Quarter: a housing quarter that looks after its plants and its people."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import config_validation as cv, issue_registry as ir
from homeassistant.helpers.device_registry import AnyDeviceEntry
from homeassistant.helpers.typing import ConfigType

from .const import CONF_SYSTEM, DOMAIN
from .registry import FAILED_SYSTEMS, SYSTEMS
from .system import SmartQuarterConfigEntry, SystemSpec

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions of all systems and report those that are broken."""
    for key in FAILED_SYSTEMS:
        _report_broken_system(hass, key)
    for spec in SYSTEMS.values():
        if spec.setup_actions is not None:
            spec.setup_actions(hass)
    return True


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartQuarterConfigEntry
) -> None:
    """Set up the entry's system."""
    spec = _spec_of(entry)
    entry.runtime_data = runtime = spec.create_runtime(hass, entry)
    await runtime.async_load()
    await runtime.async_start()
    await hass.config_entries.async_forward_entry_setups(entry, spec.platforms)
    entry.async_on_unload(entry.add_update_listener(_async_entry_updated))


async def async_unload_entry(
    hass: HomeAssistant, entry: SmartQuarterConfigEntry
) -> None:
    """Unload the entities first, so that none outlives its runtime."""
    platforms = _spec_of(entry).platforms
    await hass.config_entries.async_unload_platforms_or_raise(entry, platforms)
    await entry.runtime_data.async_unload()


async def async_remove_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete what the entry has stored."""
    spec = SYSTEMS.get(entry.data[CONF_SYSTEM])
    if spec is not None and spec.remove_entry is not None:
        await spec.remove_entry(hass, entry)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: SmartQuarterConfigEntry, device: AnyDeviceEntry
) -> bool:
    """Allow the removal of a device that stands for nothing any more."""
    return not entry.runtime_data.is_device_in_use(device)


async def _async_entry_updated(
    hass: HomeAssistant, entry: SmartQuarterConfigEntry
) -> None:
    """Hand changed options and subentries to the running system."""
    await entry.runtime_data.async_apply_config()


def _spec_of(entry: ConfigEntry) -> SystemSpec:
    """Return the system of an entry."""
    key = entry.data[CONF_SYSTEM]
    if (spec := SYSTEMS.get(key)) is None:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="system_unavailable",
            translation_placeholders={"system": key},
        )
    return spec


def _report_broken_system(hass: HomeAssistant, key: str) -> None:
    """Raise a repair issue for a system that cannot be imported."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"system_failed_{key}",
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="system_failed",
        translation_placeholders={"system": key, "error": FAILED_SYSTEMS[key]},
    )
