"""Doors: how a platform of Home Assistant reaches the entry's system."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_SYSTEM
from .registry import SYSTEMS
from .system import PlatformSetup, SmartQuarterConfigEntry


def platform_setup(platform: Platform) -> PlatformSetup:
    """Return the set-up function of a door: it hands over to the entry's system."""

    async def async_setup_entry(
        hass: HomeAssistant,
        entry: SmartQuarterConfigEntry,
        async_add_entities: AddConfigEntryEntitiesCallback,
    ) -> None:
        """Set up the entities of the entry's system."""
        setup = SYSTEMS[entry.data[CONF_SYSTEM]].platforms[platform]
        await setup(hass, entry, async_add_entities)

    return async_setup_entry
