"""As many devices and entities as the site has, with nothing in them: what HA needs for itself."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up the entities."""
    await hass.config_entries.async_forward_entry_setups(entry, [Platform.SENSOR])
    return True
