"""What can be wrong with the form of a robot."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..forms import Finding, Form
from .cloud import Cloud, CloudAuthError, CloudError, CloudForbiddenError
from .cloud_model import Token
from .const import CONF_AREA, CONF_AREAS, CONF_SERIAL
from .happenings import Heartbeat
from .payloads import SERIAL

PROBE_S: Final = 10.0
"""Three heartbeats."""
SCOPES: Final = frozenset({"read:robot:status", "action:robot:sequence"})
"""What a key has to allow at least: to see how the robot is, and to send it."""


def check_robot(form: Form, serial: str) -> Iterator[Finding]:
    """Refuse an empty name, and a number that no robot has."""
    if not form[CONF_NAME].strip():
        yield CONF_NAME, "name_missing"
    if not SERIAL.fullmatch(serial):
        yield CONF_SERIAL, "temi_serial_invalid"


def check_areas(hass: HomeAssistant, form: Form) -> Iterator[Finding]:
    """Refuse an area that is unknown or named twice."""
    named = [each[CONF_AREA] for each in form[CONF_AREAS]]
    if len(set(named)) < len(named):
        yield CONF_AREAS, "temi_area_twice"
    areas = ar.async_get(hass)
    if any(areas.async_get_area(each) is None for each in named):
        yield CONF_AREAS, "temi_area_gone"


def check_heard(beat: Heartbeat | None) -> Iterator[Finding]:
    """Refuse a robot that does not report."""
    if beat is None:
        yield "base", "temi_not_heard"


def check_token(found: Token | CloudError, serial: str) -> Iterator[Finding]:
    """Refuse a key that the cloud does not know, or that is not for this."""
    match found:
        case CloudAuthError():
            yield "base", "temi_key_unknown"
        case CloudForbiddenError():
            yield "base", "temi_key_scopes"
        case CloudError():
            yield "base", "temi_cloud_silent"
        case Token() if not found.may_see(serial):
            yield "base", "temi_key_other_robot"
        case Token(scopes=scopes) if not scopes >= SCOPES:
            yield "base", "temi_key_scopes"


def check_url(url: str) -> Iterator[Finding]:
    """Refuse what is no address."""
    if urlsplit(url).scheme not in {"http", "https"}:
        yield "base", "temi_cloud_url_invalid"


async def async_token(
    hass: HomeAssistant, key: str, url: str, serial: str
) -> Token | CloudError:
    """Return what a key may do, or why nobody knows."""
    try:
        cloud = Cloud(async_get_clientsession(hass), url, key, serial)
        return await cloud.async_verify()
    except CloudError as err:
        return err


async def async_has_broker(hass: HomeAssistant) -> bool:
    """Tell whether there is a broker."""
    from .wire import async_is_ready  # noqa: PLC0415 - takes 5 MB

    return await async_is_ready(hass)


async def async_heartbeat(hass: HomeAssistant, serial: str) -> Heartbeat | None:
    """Return what a robot reports, None when it does not."""
    from .wire import async_probe  # noqa: PLC0415 - takes 5 MB

    return await async_probe(hass, serial, PROBE_S)
