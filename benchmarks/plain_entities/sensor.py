"""Entities that are there and do nothing."""

from homeassistant.components.sensor import SensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entities."""
    async_add_entities(
        PlainEntity(device, number)
        for device in range(entry.data["devices"])
        for number in range(entry.data["entities"])
    )


class PlainEntity(SensorEntity):
    """Has a name, a device and a number as its state."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, device: int, number: int) -> None:
        """Name it."""
        self._attr_name = f"Sensor {number}"
        self._attr_unique_id = f"{device}_{number}"
        self._attr_native_value = number
        self._attr_device_info = DeviceInfo(
            identifiers={("plain_entities", str(device))}, name=f"Device {device}"
        )
