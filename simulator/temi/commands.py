"""How the bridge app reads commands: whatever is not exactly right is dropped without a word."""

from dataclasses import dataclass
import json
from math import isfinite
import re
from typing import Any, Final

from .spec import Profile

NOT_KNOWN: Final = {
    Profile.STOCK: frozenset({"move/position", "media/join", "media/leave"}),
    Profile.OPEN_RMF: frozenset({"move/forward", "move/backward", "media/youtube"}),
}
"""What an app does not understand although another one does."""
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,10}")
_JAVA_INT: Final = range(-(2**31), 2**31)

type Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Command:
    """A command that the app understands well enough to look at it."""

    name: str
    """For example `waypoint/goto` or `tts`."""
    payload: Payload


def read(serial: str, topic: str, payload: bytes) -> Command | None:
    """Read a message; None: another robot's, too short, or no JSON object."""
    root, *rest = topic.split("/")
    if root != "temi" or len(rest) < 3 or rest[0] != serial or rest[1] != "command":
        return None
    if rest[2] != "tts" and len(rest) < 4:
        return None
    try:
        found = json.loads(payload)
    except ValueError, RecursionError:
        return None
    if not isinstance(found, dict):
        return None
    return Command("tts" if rest[2] == "tts" else "/".join(rest[2:4]), found)


def text(payload: Payload, key: str) -> str | None:
    """Return a text of a payload."""
    found = payload.get(key)
    return found if isinstance(found, str) else None


def whole(payload: Payload, key: str) -> int | None:
    """Return a whole number; 90.0 is none for the app, "90" is."""
    found = payload.get(key)
    if isinstance(found, bool) or not isinstance(found, int | str):
        return None
    if isinstance(found, str) and not _WHOLE.fullmatch(found):
        return None
    return angle if (angle := int(found)) in _JAVA_INT else None


def number(payload: Payload, key: str) -> float | None:
    """Return a number, or a text that is one; none is endless."""
    found = payload.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        value = float(found)
    except ValueError, OverflowError:
        return None
    return value if isfinite(value) else None
