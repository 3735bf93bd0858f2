"""What the vendor's cloud says of a robot.

Pure: bodies come in and values come out. What the cloud leaves out is None or an empty text;
what it says wrongly about a detail is treated as if it were left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

START: Final = "start"
"""A sequence runs; a call rings or is connected. Every other word means that it is over."""
ALL_ROBOTS: Final = "all"


class AnswerError(ValueError):
    """An answer that is not what the cloud promises."""


class Presence(StrEnum):
    """Whether a robot can be asked for something."""

    ONLINE = "online"
    OFFLINE = "offline"
    BUSY = "busy"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class Movement:
    """The last movement that is known."""

    kind: str
    status: str
    location: str | None


@dataclass(frozen=True, slots=True)
class SequenceTold:
    """The last sequence that is known."""

    sequence_id: str | None
    status: str
    name: str
    step: int | None
    total: int | None

    @property
    def is_running(self) -> bool:
        """Tell whether the robot is at it."""
        return self.status == START


@dataclass(frozen=True, slots=True)
class CloudStatus:
    """How a robot is, as far as the cloud knows."""

    presence: Presence | None
    movement: Movement | None
    sequence: SequenceTold | None
    in_call: bool
    battery: int | None
    is_charging: bool | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who can be called."""

    contact_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Token:
    """What a key may do."""

    scopes: frozenset[str]
    serials: frozenset[str] | None
    """The robots that it may see, None for all of them."""

    def may_see(self, serial: str) -> bool:
        """Tell whether a robot is one of them."""
        return self.serials is None or serial in self.serials


def read_status(body: object) -> CloudStatus:
    """Read how a robot is."""
    answer = _object(body)
    said = _needed(answer, "status")
    call, battery = _part(answer, "call"), _part(answer, "battery") or {}
    is_charging = battery.get("isCharging")
    return CloudStatus(
        presence=next((each for each in Presence if each == said), None),
        movement=_movement(_part(answer, "movement")),
        sequence=_sequence(_part(answer, "sequence")),
        in_call=call is not None and _needed(call, "status") == START,
        battery=_whole(battery, "level", 100),
        is_charging=is_charging if isinstance(is_charging, bool) else None,
    )


def read_locations(body: object) -> tuple[str, ...]:
    """Read where a robot can go; names are kept as they are."""
    rows = _rows(_object(body), "locations")
    return tuple(name for row in rows if (name := _text(row, "name")))


def read_contacts(body: object) -> tuple[Contact, ...]:
    """Read who can be called."""
    rows = _rows(_object(body), "contacts")
    return tuple(
        Contact(contact_id, _text(row, "name"))
        for row in rows
        if (contact_id := _text(row, "temiId"))
    )


def read_token(body: object) -> Token:
    """Read what a key may do; which robots it may see must be said."""
    answer = _object(body)
    sees_all = _text(answer, "robotScope") == ALL_ROBOTS
    serials = None if sees_all else _texts(answer, "serialNumbers")
    return Token(_texts(answer, "scopes"), serials)


def read_accepted(body: object) -> str:
    """Read the id of a sequence that was accepted; whether it ends well is not known yet."""
    return _needed(_object(body), "sequenceId")


def _movement(part: Mapping[str, object] | None) -> Movement | None:
    """Read a movement, unless nothing is said of it."""
    if part is None:
        return None
    kind, status = _text(part, "type"), _text(part, "status")
    location = _text(part, "location") or None
    return Movement(kind, status, location) if kind or status else None


def _sequence(part: Mapping[str, object] | None) -> SequenceTold | None:
    """Read a sequence."""
    if part is None:
        return None
    return SequenceTold(
        sequence_id=_text(part, "sequenceId") or None,
        status=_needed(part, "status"),
        name=_text(part, "name"),
        step=_whole(part, "step"),
        total=_whole(part, "total"),
    )


def _object(found: object) -> Mapping[str, object]:
    """Return an object of JSON."""
    if not isinstance(found, dict):
        raise AnswerError("An object was expected")
    return found


def _part(body: Mapping[str, object], key: str) -> Mapping[str, object] | None:
    """Return a part of an answer that may be left out."""
    return None if (found := body.get(key)) is None else _object(found)


def _rows(body: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """Return a list of objects."""
    return [_object(row) for row in _list(body, key)]


def _texts(body: Mapping[str, object], key: str) -> frozenset[str]:
    """Return a list of texts in which nothing else may stand."""
    found = _list(body, key)
    texts = [each for each in found if isinstance(each, str)]
    if len(texts) < len(found):
        raise AnswerError(f"Only texts were expected in {key}")
    return frozenset(texts)


def _list(body: Mapping[str, object], key: str) -> list[object]:
    """Return a list."""
    if not isinstance(found := body.get(key), list):
        raise AnswerError(f"A list was expected as {key}")
    return found


def _needed(body: Mapping[str, object], key: str) -> str:
    """Return a text that must be there."""
    if not (found := _text(body, key)):
        raise AnswerError(f"A text was expected as {key}")
    return found


def _text(body: Mapping[str, object], key: str) -> str:
    """Return a text, an empty one when there is none."""
    return found if isinstance(found := body.get(key), str) else ""


def _whole(
    body: Mapping[str, object], key: str, highest: int | None = None
) -> int | None:
    """Return a whole number from 0 on; true and false are none."""
    found = body.get(key)
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        return None
    return None if highest is not None and found > highest else found
