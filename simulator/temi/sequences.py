"""Sequences of the vendor's cloud: what is accepted.

Pure: the body of a request comes in, and either a sequence or what is wrong with it comes out.
"""

from dataclasses import dataclass
import re
from typing import Final

from .actions import START_CALL, Action, read_action
from .fields import NUMBER, Fields, Kind, SequenceError, check, no_others, whole
from .robot import TOUCH, WAKE_WORD

VOLUME: Final = (1, 10)
_SERIAL: Final = re.compile(r"[0-9]{11}")
_FIELDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("serialNumber", "name", "description"), str),
    "volume": NUMBER,
    "fixedVolume": bool,
    "stopBy": dict,
}
_KNOWN: Final = frozenset({*_FIELDS, "actions", "startFromStep", "repeatSequence"})
_STOPS: Final = {"touchScreen": TOUCH, "wakeup": WAKE_WORD}
"""What a person may do to end a sequence."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """What a robot is to do, step by step."""

    serial: str
    actions: tuple[Action, ...]
    name: str = ""
    first: int = 1
    repeats: int = 0
    stop_by: frozenset[str] = frozenset()
    """What a person may do to end it."""

    @property
    def last(self) -> int:
        """Return the number of the last step."""
        return max(action.last for action in self.actions)


def read(body: object, contacts: frozenset[str]) -> Sequence:
    """Read the body of a request."""
    if not isinstance(body, dict):
        raise SequenceError("body must be an object")
    no_others(body, _KNOWN)
    check(body, _FIELDS)
    if not VOLUME[0] <= body.get("volume", 5) <= VOLUME[1]:
        raise SequenceError("volume must be from {} to {}".format(*VOLUME))
    sequence = Sequence(
        serial=_serial(body),
        actions=_actions(body, contacts),
        name=body.get("name", ""),
        first=whole(body, "startFromStep", 1, 1),
        repeats=whole(body, "repeatSequence", 0, -1),
        stop_by=_stop_by(body.get("stopBy", {})),
    )
    if sequence.first > sequence.last:
        raise SequenceError("startFromStep is beyond the last step")
    return sequence


def _serial(body: Fields) -> str:
    """Return which robot is meant."""
    found: str = body.get("serialNumber", "")
    if not _SERIAL.fullmatch(found):
        raise SequenceError("serialNumber must have 11 digits")
    return found


def _actions(body: Fields, contacts: frozenset[str]) -> tuple[Action, ...]:
    """Return what is to be done."""
    found = body.get("actions")
    if not isinstance(found, list) or not found:
        raise SequenceError("actions must be a non-empty array")
    actions = tuple(read_action(each, contacts) for each in found)
    _check_steps(actions)
    return actions


def _check_steps(actions: tuple[Action, ...]) -> None:
    """Refuse gaps, and a call that shares its step."""
    final = {action.last for action in actions if action.is_final}
    if len(final) < max(action.last for action in actions):
        raise SequenceError("every consecutive step from 1 on needs a final action")
    for call in actions:
        shared = sum(each.first <= call.last <= each.last for each in actions) > 1
        if call.kind == START_CALL and shared:
            raise SequenceError(f"{START_CALL} must not share a step")


def _stop_by(body: Fields) -> frozenset[str]:
    """Return what a person may do to end a sequence."""
    check(body, dict.fromkeys(_STOPS, bool))
    return frozenset(deed for key, deed in _STOPS.items() if body.get(key))
