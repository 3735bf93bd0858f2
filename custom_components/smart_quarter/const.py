"""Constants that all systems share."""

from typing import Final

DOMAIN: Final = "smart_quarter"

CONF_SYSTEM: Final = "system"
