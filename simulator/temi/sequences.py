"""Sequences of the vendor's cloud: what is accepted, and how a robot plays one.

Pure: the body of a request comes in, and either a sequence or what is wrong with it comes out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from .robot import Robot

TYPES: Final = ("MOVEMENT", "SPEAK", "START_CALL")
DISPLAYS: Final = ("none", "text", "talk")
PLATFORMS: Final = ("both", "mobile", "web")
SPEEDS: Final = ("high", "medium")
ON_ERROR: Final = ("skip", "abort")
SPOKEN_PER_S: Final = 15.0
"""Characters."""
START, COMPLETE, ABORT = "start", "complete", "abort"
_SHELL: Final = frozenset(
    {
        *("serialNumber", "actions", "name", "description", "volume", "fixedVolume"),
        *("startFromStep", "repeatSequence", "stopBy"),
    }
)
_ACTION: Final = frozenset(
    {
        *("type", "step", "startStep", "endStep", "finalInEndStep", "delay"),
        *("actionId", "location", "tts", "language", "display", "contactIds"),
        *("platform", "extra"),
    }
)


class SequenceError(ValueError):
    """A sequence that cannot be played, with the reason."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do in a step."""

    kind: str
    step: int
    what: str
    """A location, a text, or the contacts of a call."""
    aborts: bool = False
    """Whether the sequence ends when it fails."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """What a robot is to do, step by step."""

    serial: str
    actions: tuple[Action, ...]
    name: str = ""
    first: int = 1
    repeats: int = 0

    @property
    def last(self) -> int:
        """Return the number of the last step."""
        return max(action.step for action in self.actions)


def read(body: object, contacts: frozenset[str]) -> Sequence:
    """Read the body of a request."""
    if not isinstance(body, dict):
        raise SequenceError("body must be an object")
    if unknown := sorted(body.keys() - _SHELL):
        raise SequenceError(f"unknown field: {unknown[0]}")
    serial, actions = body.get("serialNumber"), body.get("actions")
    if not isinstance(serial, str) or len(serial) != 11 or not serial.isdigit():
        raise SequenceError("serialNumber must have 11 digits")
    if not isinstance(actions, list) or not actions:
        raise SequenceError("actions must be a non-empty array")
    found = tuple(_action(each, contacts) for each in actions)
    _check_steps(found)
    sequence = Sequence(
        serial,
        found,
        str(body.get("name", "")),
        _whole(body, "startFromStep", 1, 1),
        _whole(body, "repeatSequence", 0, -1),
    )
    if sequence.first > sequence.last:
        raise SequenceError("startFromStep is beyond the last step")
    return sequence


def _action(body: object, contacts: frozenset[str]) -> Action:
    """Read an action, compact or explicit."""
    if not isinstance(body, dict) or body.get("type") not in TYPES:
        raise SequenceError(f"type must be one of {'|'.join(TYPES)}")
    if unknown := sorted(body.keys() - _ACTION):
        raise SequenceError(f"unknown field: {unknown[0]}")
    if not isinstance(extra := body.get("extra", {}), dict):
        raise SequenceError("extra must be an object")
    step = _step(body)
    match body["type"]:
        case "MOVEMENT":
            _one_of(extra, "speed", SPEEDS)
            _one_of(extra, "onError", ON_ERROR)
            place = _text(body, "location", extra, "locationName")
            return Action("MOVEMENT", step, place, extra.get("onError") == "abort")
        case "SPEAK":
            _one_of({**extra, **body}, "display", DISPLAYS)
            return Action("SPEAK", step, _text(body, "tts", extra, "tts"))
        case _:
            return Action("START_CALL", step, _called(body, contacts))


def _called(body: Mapping[str, Any], contacts: frozenset[str]) -> str:
    """Return who is called; each must be a member of the robot's project, and only once."""
    _one_of(body, "platform", PLATFORMS)
    entered = body.get("contactIds")
    if not isinstance(entered, list) or not entered:
        raise SequenceError("START_CALL requires contactIds")
    ids = [e.get("temiId", "") if isinstance(e, dict) else e for e in entered]
    named = [each.strip() if isinstance(each, str) else "" for each in ids]
    if len(set(named)) < len(named):
        raise SequenceError("START_CALL contactIds must be unique")
    if missing := [each for each in named if each not in contacts]:
        raise SequenceError(f"contactIds entry not found: {missing[0]}")
    return ",".join(named)


def _check_steps(actions: tuple[Action, ...]) -> None:
    """Refuse gaps, and a call that shares its step."""
    steps = {action.step for action in actions}
    if steps != set(range(1, max(steps) + 1)):
        raise SequenceError("every consecutive step from 1 on needs a final action")
    for call in actions:
        shared = sum(action.step == call.step for action in actions) > 1
        if call.kind == "START_CALL" and shared:
            raise SequenceError("START_CALL must not share a step")


def _step(body: Mapping[str, Any]) -> int:
    """Return the step of an action; longer ones count with their last."""
    if "step" in body:
        return _whole(body, "step", 0, 1)
    if "startStep" not in body or "endStep" not in body:
        raise SequenceError("every action needs step or startStep and endStep")
    _whole(body, "startStep", 0, 1)
    return _whole(body, "endStep", 0, 1)


def _text(
    body: Mapping[str, Any], key: str, extra: Mapping[str, Any], key_there: str
) -> str:
    """Return a text that stands in one of two places."""
    found = body.get(key) or extra.get(key_there)
    if not isinstance(found, str) or not found.strip():
        raise SequenceError(f"{body['type']} requires {key}")
    return found


def _whole(body: Mapping[str, Any], key: str, default: int, least: int) -> int:
    """Return a whole number."""
    found = body.get(key, default)
    if isinstance(found, bool) or not isinstance(found, int) or found < least:
        raise SequenceError(f"{key} must be an integer >= {least}")
    return found


def _one_of(body: Mapping[str, Any], key: str, words: tuple[str, ...]) -> None:
    """Refuse a word that is not one of a list."""
    if key in body and body[key] not in words:
        raise SequenceError(f"{key} must be one of {'|'.join(words)}, got: {body[key]}")


@dataclass(slots=True)
class Run:
    """A sequence that a robot plays."""

    run_id: str
    token: str
    sequence: Sequence
    robot: Robot
    status: str = START
    step: int = 0
    in_call: bool = False
    _speaks_until: datetime | None = None
    _left: int = field(init=False)

    def __post_init__(self) -> None:
        """Stand before the first step."""
        self.step = self.sequence.first - 1
        self._left = self.sequence.repeats

    def advance(self, now: datetime) -> None:
        """Go on to the next step when everything in this one is done."""
        if self.status == START and not self._is_busy(now):
            self._next(now)

    def stop(self, now: datetime) -> None:
        """End it early."""
        self.status, self.in_call = ABORT, False
        self.robot.stop(now)

    def hang_up(self) -> None:
        """End the call that holds the sequence."""
        self.in_call = False

    def _is_busy(self, now: datetime) -> bool:
        """Tell whether something of this step goes on."""
        speaks = self._speaks_until is not None and now < self._speaks_until
        return self.robot.driver.is_driving or speaks or self.in_call

    def _next(self, now: datetime) -> None:
        """Begin the next step, or end."""
        self.step += 1
        if self.step > self.sequence.last:
            if self._left == 0:
                self.step, self.status = self.sequence.last, COMPLETE
                return
            self.step, self._left = 1, self._left - 1
        for action in self._actions():
            self._begin(action, now)

    def _actions(self) -> Iterator[Action]:
        """Yield what is to be done in this step."""
        return (each for each in self.sequence.actions if each.step == self.step)

    def _begin(self, action: Action, now: datetime) -> None:
        """Begin an action."""
        match action.kind:
            case "MOVEMENT":
                if not self.robot.drive_to(action.what, now) and action.aborts:
                    self.status = ABORT
            case "SPEAK":
                self.robot.said.append(action.what)
                lasts_s = len(action.what) / SPOKEN_PER_S
                self._speaks_until = now + timedelta(seconds=lasts_s)
            case _:
                self.in_call = True
