"""Somebody who can be told."""

from typing import override

from homeassistant.components.notify import NotifyEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entity."""
    async_add_entities([PlainNotify()])


class PlainNotify(NotifyEntity):
    """Takes every message and does nothing with it."""

    _attr_name = "plain"
    _attr_unique_id = "plain"

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Take it."""
