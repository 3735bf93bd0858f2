"""What may stand in a field of a request."""

from collections.abc import Mapping
from typing import Any, Final

type Fields = Mapping[str, Any]
type Kind = type | tuple[type, ...]

NUMBER: Final = (int, float)
_WORDS: Final[dict[Kind, str]] = {
    str: "a string",
    bool: "a boolean",
    list: "an array",
    dict: "an object",
    NUMBER: "a number",
}


class SequenceError(ValueError):
    """A sequence that cannot be played, with the reason."""


def no_others(body: Fields, known: frozenset[str]) -> None:
    """Refuse a field that nobody knows."""
    if unknown := sorted(body.keys() - known):
        raise SequenceError(f"unknown field: {unknown[0]}")


def check(body: Fields, kinds: Mapping[str, Kind]) -> None:
    """Refuse a field that holds something of another kind."""
    for key, kind in kinds.items():
        if key in body and not _is(body[key], kind):
            raise SequenceError(f"{key} must be {_WORDS[kind]}")


def one_of(body: Fields, key: str, words: tuple[str, ...]) -> None:
    """Refuse a word that is not one of a list."""
    if key in body and body[key] not in words:
        # Anything but a text may be nested too deeply to be shown
        got = body[key] if isinstance(body[key], str) else type(body[key]).__name__
        raise SequenceError(f"{key} must be one of {'|'.join(words)}, got: {got}")


def whole(body: Fields, key: str, default: int, least: int) -> int:
    """Return a whole number."""
    found = body.get(key, default)
    if isinstance(found, bool) or not isinstance(found, int) or found < least:
        raise SequenceError(f"{key} must be an integer >= {least}")
    return found


def _is(found: object, kind: Kind) -> bool:
    """Tell whether something is of a kind; true and false are no numbers."""
    return kind is bool if isinstance(found, bool) else isinstance(found, kind)
