"""The actions of a sequence: what the vendor's cloud accepts, and why it refuses the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .fields import NUMBER, Fields, Kind, SequenceError, check, no_others, one_of, whole

MOVEMENT, SPEAK, START_CALL = "MOVEMENT", "SPEAK", "START_CALL"
KINDS: Final = (MOVEMENT, SPEAK, START_CALL)
DISPLAYS: Final = ("none", "text", "talk")
PLATFORMS: Final = ("both", "mobile", "web")
LONGEST_DELAY_S: Final = 86_400.0
"""Whoever wants to wait longer waits so long."""
_CONTACT: Final = frozenset({"temiId", "platform"})
_FIELDS: Final[dict[str, Kind]] = {
    "finalInEndStep": bool,
    "delay": NUMBER,
    "contactIds": list,
    "extra": dict,
    **dict.fromkeys(("type", "actionId", "location", "tts", "language"), str),
    **dict.fromkeys(("display", "platform"), str),
}
_STEPS: Final = ("step", "startStep", "endStep")
_KNOWN: Final = frozenset({*_FIELDS, *_STEPS})


@dataclass(frozen=True, slots=True)
class Extra:
    """What belongs into the explicit part of an action."""

    needed: str
    kinds: Mapping[str, Kind]
    words: Mapping[str, tuple[str, ...]]


_EXTRAS: Final = {
    MOVEMENT: Extra(
        "locationName",
        {"locationName": str, "personalLead": bool},
        {"speed": ("high", "medium"), "onError": ("skip", "abort")},
    ),
    SPEAK: Extra(
        "tts", {"tts": str, "language": str, "loop": bool}, {"display": DISPLAYS}
    ),
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do, from one step on and until another."""

    kind: str
    first: int
    last: int
    what: str
    """A location, a text, or the contacts of a call."""
    aborts: bool = False
    """Whether the sequence ends when it fails."""
    is_final: bool = True
    """Whether its last step waits for it."""
    delay_s: float = 0.0


def read_action(body: object, contacts: frozenset[str]) -> Action:
    """Read an action, compact or explicit."""
    if not isinstance(body, dict) or body.get("type") not in KINDS:
        raise SequenceError(f"type must be one of {'|'.join(KINDS)}")
    no_others(body, _KNOWN)
    check(body, _FIELDS)
    one_of(body, "display", DISPLAYS)
    one_of(body, "platform", PLATFORMS)
    kind, extra = body["type"], _extra(body)
    return Action(
        kind,
        *_steps(body),
        _what(body, extra, contacts),
        aborts=extra.get("onError") == "abort",
        is_final=kind == START_CALL or body.get("finalInEndStep", True),
        delay_s=min(max(0, body.get("delay", 0)), LONGEST_DELAY_S),
    )


def _what(body: Fields, extra: Fields, contacts: frozenset[str]) -> str:
    """Return where to go, what to say, or who is called."""
    called = _called(body)
    match body["type"]:
        case "MOVEMENT":
            return _text(body, "location", extra.get("locationName"))
        case "SPEAK":
            return _text(body, "tts", extra.get("tts"))
    if not called:
        raise SequenceError("START_CALL requires contactIds")
    if missing := [each for each in called if each not in contacts]:
        raise SequenceError(f"contactIds entry not found: {missing[0]}")
    return ",".join(called)


def _extra(body: Fields) -> Fields:
    """Return the explicit part of an action; it has to be the one of its type."""
    if "extra" not in body:
        return {}
    extra, wanted = body["extra"], _EXTRAS.get(body["type"])
    named = extra.keys() & {each.needed for each in _EXTRAS.values()}
    if wanted is None or named != {wanted.needed}:
        raise SequenceError(f"extra does not fit {body['type']}")
    check(extra, wanted.kinds)
    for key, words in wanted.words.items():
        one_of(extra, key, words)
    found: Fields = extra
    return found


def _called(body: Fields) -> list[str]:
    """Return who is named, and only once."""
    if body.get("contactIds") == []:
        raise SequenceError("contactIds must be a non-empty array")
    named = [_contact(each) for each in body.get("contactIds", [])]
    if len(set(named)) < len(named):
        raise SequenceError(f"{START_CALL} contactIds must be unique")
    return named


def _contact(entry: object) -> str:
    """Return the id of somebody who is named by it, or with a platform."""
    if isinstance(entry, dict):
        no_others(entry, _CONTACT)
        one_of(entry, "platform", PLATFORMS)
        entry = entry.get("temiId")
    if not isinstance(entry, str) or not entry.strip():
        raise SequenceError("contactIds entry must be a temiId")
    return entry.strip()


def _steps(body: Fields) -> tuple[int, int]:
    """Return the first and the last step of an action."""
    step, first, last = (whole(body, key, 1, 1) for key in _STEPS)
    if "step" in body:
        return step, step
    if "startStep" not in body or "endStep" not in body:
        raise SequenceError("every action needs step or startStep and endStep")
    if last < first:
        raise SequenceError("endStep must not be before startStep")
    if body["type"] == START_CALL and last > first:
        raise SequenceError(f"{START_CALL} must start and end on the same step")
    return first, last


def _text(body: Fields, key: str, explicit: str | None) -> str:
    """Return a text that stands in one of two places."""
    found: str = body.get(key) or explicit or ""
    if not found.strip():
        raise SequenceError(f"{body['type']} requires {key}")
    return found
