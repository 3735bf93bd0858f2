"""Reads what a robot publishes: whatever is not exactly right is refused and counted."""

from collections.abc import Callable, Mapping
from enum import StrEnum
import json
import re
from typing import Any, Final, TypeGuard

from .happenings import (
    BatteryTold,
    Gone,
    Heartbeat,
    NavigationTold,
    PersonTold,
    PositionTold,
    Told,
    UseTold,
)
from .model import Phase

SERIAL: Final = re.compile(r"[0-9]{11}")
LONGEST_PAYLOAD: Final = 65_536
LONGEST_NAME: Final = 255
MOST_WAYPOINTS: Final = 500
DETECTED: Final = 2
"""States of the detection: 0 idle, 1 lost, 2 detected."""
PHASES: Final = {phase.value: phase for phase in Phase} | {
    "obstacle detected": Phase.OBSTACLE_DETECTED
}


class Refusal(StrEnum):
    """Why a message is not believed."""

    TOPIC = "unknown_topic"
    TEXT = "not_json"
    SHAPE = "unexpected_shape"
    RETAINED = "retained"
    """Nothing of a robot is retained: it may be days old."""


class PayloadError(ValueError):
    """A message that is not believed."""

    def __init__(self, refusal: Refusal) -> None:
        """Say why."""
        super().__init__(refusal)
        self.refusal = refusal


def serial_of(topic: str) -> str | None:
    """Return the serial number in a topic: 11 digits, leading zeros included."""
    root, _, rest = topic.partition("/")
    serial = rest.partition("/")[0]
    return serial if root == "temi" and SERIAL.fullmatch(serial) else None


def read(topic: str, payload: str | bytes | bytearray) -> Told:
    """Read a message; `topic` is what follows `temi/<serial>/`.

    Raises PayloadError for what no robot says; nothing is guessed.
    """
    if (reader := _READERS.get(topic)) is None:
        raise PayloadError(Refusal.TOPIC)
    return reader(_object(payload))


def _object(payload: str | bytes | bytearray) -> Mapping[str, Any]:
    """Return the JSON object of a message."""
    if len(payload) > LONGEST_PAYLOAD:
        raise PayloadError(Refusal.SHAPE)
    try:
        found = json.loads(payload)
    except ValueError, RecursionError:
        raise PayloadError(Refusal.TEXT) from None
    if not isinstance(found, dict):
        raise PayloadError(Refusal.SHAPE)
    return found


def _heartbeat(body: Mapping[str, Any]) -> Told:
    """Read the heartbeat."""
    waypoints = body.get("waypoint_list")
    if not isinstance(waypoints, list) or len(waypoints) > MOST_WAYPOINTS:
        raise PayloadError(Refusal.SHAPE)
    names = tuple(dict.fromkeys(_name(each) for each in waypoints))
    return Heartbeat(names, _percentage(body.get("battery_percentage")))


def _battery(body: Mapping[str, Any]) -> Told:
    """Read the battery; 0 % and not charging is what the app says when it does not know."""
    battery, is_charging = _percentage(body.get("percentage")), body.get("is_charging")
    if battery is None or not isinstance(is_charging, bool):
        raise PayloadError(Refusal.SHAPE)
    if not battery and not is_charging:
        return BatteryTold(None, None)
    return BatteryTold(battery, is_charging)


def _navigation(body: Mapping[str, Any]) -> Told:
    """Read what the navigation says; a word that is new is unknown."""
    status, number = body.get("status"), body.get("description_id", 0)
    if not isinstance(status, str):
        raise PayloadError(Refusal.SHAPE)
    phase = PHASES.get(status, Phase.UNKNOWN)
    return NavigationTold(
        _name(body.get("location")), phase, number if _is_whole(number) else 0
    )


def _person(body: Mapping[str, Any]) -> Told:
    """Read whether somebody is seen."""
    state = body.get("state")
    if not _is_whole(state) or state not in range(DETECTED + 1):
        raise PayloadError(Refusal.SHAPE)
    return PersonTold(state == DETECTED)


def _use(body: Mapping[str, Any]) -> Told:
    """Read whether somebody uses it."""
    if not isinstance(in_use := body.get("is_interacting"), bool):
        raise PayloadError(Refusal.SHAPE)
    return UseTold(in_use)


def _name(found: object) -> str:
    """Return the name of a waypoint."""
    if not isinstance(found, str) or not found.strip() or len(found) > LONGEST_NAME:
        raise PayloadError(Refusal.SHAPE)
    return found


def _percentage(found: object) -> int | None:
    """Return a percentage, None when it is none."""
    return found if _is_whole(found) and 0 <= found <= 100 else None


def _is_whole(found: object) -> TypeGuard[int]:
    """Tell whether something is a whole number; true and false are none."""
    return isinstance(found, int) and not isinstance(found, bool)


_READERS: Final[dict[str, Callable[[Mapping[str, Any]], Told]]] = {
    "status/info": _heartbeat,
    "status/utils/battery": _battery,
    "status/position": lambda _: PositionTold(),
    "event/waypoint/goto": _navigation,
    "event/user/detection": _person,
    "event/user/interaction": _use,
    "lwt": lambda _: Gone(),
}
