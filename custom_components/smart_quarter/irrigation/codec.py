"""The site's memory as JSON-ready data and back."""

from typing import Any

from mashumaro.codecs.basic import BasicDecoder, BasicEncoder
from mashumaro.exceptions import InvalidFieldValue, MissingField

from .model import SiteState

_ENCODER = BasicEncoder(SiteState)
_DECODER = BasicDecoder(SiteState)


class CorruptStateError(Exception):
    """The stored data is not a site's memory."""


def encode(state: SiteState) -> dict[str, Any]:
    """Return the state as data that JSON can hold."""
    data: dict[str, Any] = _ENCODER.encode(state)
    return data


def decode(data: dict[str, Any]) -> SiteState:
    """Return the state that was stored; raise `CorruptStateError` if it is none."""
    try:
        return _DECODER.decode(data)
    except (
        InvalidFieldValue,
        MissingField,
        TypeError,
        ValueError,
        KeyError,
        AttributeError,
    ) as err:
        raise CorruptStateError(type(err).__name__) from err
