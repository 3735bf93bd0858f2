"""What can be wrong with the form of a robot."""

from collections.abc import Iterator

from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar

from ..forms import Finding, Form
from .const import CONF_AREA, CONF_AREAS, CONF_SERIAL
from .payloads import SERIAL


def check_robot(form: Form, serial: str) -> Iterator[Finding]:
    """Refuse an empty name, and a number that no robot has."""
    if not form[CONF_NAME].strip():
        yield CONF_NAME, "name_missing"
    if not SERIAL.fullmatch(serial):
        yield CONF_SERIAL, "temi_serial_invalid"


def check_areas(hass: HomeAssistant, form: Form) -> Iterator[Finding]:
    """Refuse an area that is unknown or named twice."""
    named = [each[CONF_AREA] for each in form.get(CONF_AREAS, ())]
    if len(set(named)) < len(named):
        yield CONF_AREAS, "temi_area_twice"
    areas = ar.async_get(hass)
    if any(areas.async_get_area(each) is None for each in named):
        yield CONF_AREAS, "temi_area_gone"
