"""Names under which a robot's settings are stored."""

from typing import Final

SYSTEM: Final = "temi"

CONF_SERIAL: Final = "serial"
CONF_AREAS: Final = "areas"
CONF_AREA: Final = "area"
CONF_WAYPOINT: Final = "waypoint"
CONF_CLOUD: Final = "cloud"
CONF_API_KEY: Final = "api_key"
CONF_CLOUD_URL: Final = "cloud_url"

MANUFACTURER: Final = "temi"
MODEL: Final = "Temi"
