"""How the bridge app reads commands: whatever is not exactly right is dropped without a word."""

from dataclasses import dataclass
import json
from typing import Any

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
    except ValueError:
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
    try:
        return int(found)
    except ValueError:
        return None


def number(payload: Payload, key: str) -> float | None:
    """Return a number, or a text that is one."""
    found = payload.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        return float(found)
    except ValueError:
        return None
