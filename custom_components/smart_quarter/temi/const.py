"""Names under which a robot's settings are stored."""

from typing import Final

SYSTEM: Final = "temi"

CONF_SERIAL: Final = "serial"
CONF_AREAS: Final = "areas"
CONF_AREA: Final = "area"
CONF_WAYPOINT: Final = "waypoint"

MANUFACTURER: Final = "temi"
MODEL: Final = "Robot with the MQTT bridge app"
