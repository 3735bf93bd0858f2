"""The devices that stand for a site, its zones and its tank."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceInfo

from ..const import DOMAIN

MANUFACTURER = "Smart Quarter"


def site_device(entry: ConfigEntry) -> DeviceInfo:
    """Return the device of a site."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        manufacturer=MANUFACTURER,
        model="Irrigation site",
        entry_type=dr.DeviceEntryType.SERVICE,
    )


def part_device(
    hass: HomeAssistant, entry: ConfigEntry, subentry_id: str, model: str
) -> DeviceInfo:
    """Return the device of a zone or tank, below its site."""
    site_id = dr.async_get_device_id_by_identifier(
        hass, (DOMAIN, entry.entry_id), config_entry_id=entry.entry_id
    )
    return DeviceInfo(
        identifiers={(DOMAIN, subentry_id)},
        name=entry.subentries[subentry_id].title,
        manufacturer=MANUFACTURER,
        model=model,
        via_device_id=site_id,
    )
