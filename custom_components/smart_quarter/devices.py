"""The devices that stand for an installation and its parts."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceInfo

from .const import DOMAIN

MANUFACTURER = "Smart Quarter"


def entry_device(entry: ConfigEntry, model: str) -> DeviceInfo:
    """Return the device of a whole installation."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        manufacturer=MANUFACTURER,
        model=model,
        entry_type=dr.DeviceEntryType.SERVICE,
    )


def part_device(
    hass: HomeAssistant, entry: ConfigEntry, subentry_id: str, model: str
) -> DeviceInfo:
    """Return the device of a part, below its installation."""
    entry_device_id = dr.async_get_device_id_by_identifier(
        hass, (DOMAIN, entry.entry_id), config_entry_id=entry.entry_id
    )
    return DeviceInfo(
        identifiers={(DOMAIN, subentry_id)},
        name=entry.subentries[subentry_id].title,
        manufacturer=MANUFACTURER,
        model=model,
        via_device_id=entry_device_id,
    )


@callback
def async_rename_devices(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Give the devices the present names of the installation and its parts."""
    registry = dr.async_get(hass)
    names = {key: part.title for key, part in entry.subentries.items()}
    for key, name in {entry.entry_id: entry.title, **names}.items():
        device = registry.async_get_device_by_identifier((DOMAIN, key), entry.entry_id)
        if device is not None and device.name != name:
            registry.async_update_device(device.id, name=name)
