"""What a robot is asked to do through the vendor's cloud.

Pure: what is wanted comes in, and the body of a request comes out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

type Body = dict[str, object]


class CallPlatform(StrEnum):
    """Where a call rings."""

    BOTH = "both"
    MOBILE = "mobile"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Speak:
    """A step: say something; without a language the robot takes its own."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A step: drive to a waypoint."""

    waypoint: str
    must_arrive: bool = True
    """Whether the sequence ends when it does not."""
    under_way: Speak | None = None
    """What is said on the way; the step ends when both have ended."""


@dataclass(frozen=True, slots=True)
class Call:
    """A step: call somebody; the sequence waits until the call has ended."""

    contact_ids: tuple[str, ...]
    platform: CallPlatform = CallPlatform.BOTH


type Step = Move | Speak | Call


def drive_sequence(
    serial: str,
    waypoint: str,
    before: str = "",
    under_way: str = "",
    there: str = "",
    language: str = "",
) -> Body:
    """Return what sends a robot to a waypoint, and what it says about that.

    When it does not get there, it does not say that it has.
    """
    move = Move(waypoint, under_way=_speech(under_way, language))
    steps = (_speech(before, language), move, _speech(there, language))
    return sequence(serial, [step for step in steps if step is not None])


def speak_sequence(serial: str, text: str, language: str = "") -> Body:
    """Return what lets a robot say something where it is."""
    return sequence(serial, [Speak(text, language)])


def call_sequence(
    serial: str,
    contact_ids: Iterable[str],
    platform: CallPlatform,
    waypoint: str | None = None,
    announcement: str | None = None,
    language: str = "",
) -> Body:
    """Return what lets a robot go somewhere, say something and call somebody.

    It calls also when it does not get there: whoever is called can drive it on.
    """
    move = Move(waypoint, must_arrive=False) if waypoint else None
    call = Call(tuple(contact_ids), platform)
    steps = (move, _speech(announcement or "", language), call)
    return sequence(serial, [step for step in steps if step is not None])


def sequence(
    serial: str,
    steps: Sequence[Step],
    name: str = "",
    repeat: int = 0,
    volume: int | None = None,
) -> Body:
    """Return what lets a robot do one step after the other; it speaks at 5 of 10 if not told."""
    actions = [
        {**action, "startStep": number, "endStep": number}
        for number, step in enumerate(steps, start=1)
        for action in _actions(step)
    ]
    optional = {"name": name or None, "repeatSequence": repeat or None}
    shell = {"serialNumber": serial, **optional, "volume": volume, "actions": actions}
    return {key: value for key, value in shell.items() if value is not None}


def speak_action(text: str, language: str) -> Body:
    """Return an action that says something, still without its step."""
    extra = {"tts": text, "language": language} if language else {"tts": text}
    return {"type": "SPEAK", "extra": extra}


def _speech(text: str, language: str) -> Speak | None:
    """Return a step that says something, unless there is nothing to say."""
    return Speak(text, language) if text.strip() else None


def _actions(step: Step) -> list[Body]:
    """Return the actions of a step, without its number."""
    match step:
        case Move(waypoint, must_arrive, under_way):
            on_error = "abort" if must_arrive else "skip"
            extra = {"locationName": waypoint, "onError": on_error}
            move: Body = {"type": "MOVEMENT", "extra": extra}
            return [move, *(_actions(under_way) if under_way is not None else ())]
        case Speak(text, language):
            return [speak_action(text, language)]
        case Call(contact_ids, platform):
            # The cloud refuses the whole sequence when somebody is named twice
            ids = dict.fromkeys(each.strip() for each in contact_ids if each.strip())
            called = {"contactIds": list(ids), "platform": platform.value}
            return [{"type": "START_CALL", **called}]
