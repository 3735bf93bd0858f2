"""PINs: who stands at a tablet or keypad that several people share."""

from collections import deque
from collections.abc import Mapping
import hashlib
import hmac
import secrets
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ..exceptions import SmartQuarterInputError
from .const import CONF_PIN

LENGTHS: Final = range(4, 9)
UNCHANGED: Final = "unchanged"
"""What a form shows in place of a PIN that is stored."""
MOST_WRONG: Final = 5
"""After so many wrong ones within `LOCKED_S` none is looked at."""
LOCKED_S: Final = 60.0
_SALT_BYTES: Final = 16


def is_pin(text: str) -> bool:
    """Tell whether a text can be a PIN: four to eight digits."""
    return text.isascii() and text.isdigit() and len(text) in LENGTHS


def protect(pin: str) -> str:
    """Return what is stored of a PIN: a salt and a hash; blocks for milliseconds."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"{salt.hex()}${_hash(pin, salt)}"


def owner_of(persons: Mapping[str, Mapping[str, Any]], pin: str) -> str | None:
    """Return the person whose PIN it is; blocks for milliseconds per person."""
    for person_id, person in persons.items():
        if (stored := person.get(CONF_PIN)) and _is_same(pin, stored):
            return person_id
    return None


class PinPad:
    """Takes PINs, but not one after the other until one fits."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without a wrong one."""
        self._hass = hass
        self._wrong_at = deque[float](maxlen=MOST_WRONG)

    async def async_owner_of(
        self, persons: Mapping[str, Mapping[str, Any]], pin: str
    ) -> str | None:
        """Return whose PIN it is; after too many wrong ones raise `SmartQuarterInputError`."""
        now_s = self._hass.loop.time()
        if len(self._wrong_at) == MOST_WRONG and now_s - self._wrong_at[0] < LOCKED_S:
            raise SmartQuarterInputError("emergency_pin_locked")
        owner = await self._hass.async_add_executor_job(owner_of, persons, pin)
        if owner is None:
            self._wrong_at.append(now_s)
        return owner


def _is_same(pin: str, stored: str) -> bool:
    """Tell whether a PIN is the one that was stored."""
    salt, _, known = stored.partition("$")
    return hmac.compare_digest(_hash(pin, bytes.fromhex(salt)), known)


def _hash(pin: str, salt: bytes) -> str:
    """Return the hash of a PIN."""
    return hashlib.scrypt(pin.encode(), salt=salt, n=2**12, r=8, p=1).hex()
