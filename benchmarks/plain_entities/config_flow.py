"""A flow that Home Assistant wants to see; the entry is written to its storage."""

from homeassistant.config_entries import ConfigFlow


class PlainFlow(ConfigFlow, domain="plain_entities"):
    """No steps."""
