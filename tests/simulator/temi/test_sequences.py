"""What is no sequence is refused, with the reason."""

from contextlib import suppress
from typing import Any

from hypothesis import given, strategies as st
import pytest

from simulator.temi.fields import SequenceError
from simulator.temi.sequences import read

from .office import CALLS, ROUND, body, call, drive, long_drive, speak
from .room import SERIAL

EXPLICIT = {"type": "SPEAK", "startStep": 1, "endStep": 1}
NURSE = {"temiId": "temi-nurse"}


def explicit(**extra: Any) -> dict[str, Any]:
    """Return an explicit sentence."""
    return body({**EXPLICIT, "extra": {"tts": "x", **extra}})


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ([], "object"),
        (body(), "non-empty"),
        (body(speak(1), actions={}), "non-empty"),
        (body(speak(1), serialNumber="1"), "serialNumber"),
        (body(speak(1), serialNumber=1), "serialNumber"),
        (body(speak(1), serialNumber="٠٠١١٩٢٦٠٠٥٨"), "serialNumber"),
        (body(speak(1), serialNumber=f"{SERIAL}\n"), "serialNumber"),
        (body(speak(1), colour="red"), "colour"),
        (body(speak(1), name=1), "name must be a string"),
        (body(speak(1), name=None), "name must be a string"),
        (body(speak(1), description=[]), "description must be a string"),
        (body(speak(1), volume="5"), "volume must be a number"),
        (body(speak(1), volume=True), "volume must be a number"),
        (body(speak(1), volume=0), "volume"),
        (body(speak(1), volume=10.5), "volume"),
        (body(speak(1), volume=float("nan")), "volume"),
        (body(speak(1), fixedVolume=1), "fixedVolume must be a boolean"),
        (body(speak(1), stopBy=True), "stopBy must be an object"),
        (body(speak(1), stopBy={"wakeup": "yes"}), "wakeup must be a boolean"),
        (body(speak(1), stopBy={"touchScreen": 0}), "touchScreen"),
        (body(speak(1), startFromStep=2), "beyond"),
        (body(speak(1), startFromStep=0), "startFromStep"),
        (body(speak(1), repeatSequence=-2), "repeatSequence"),
        (body(speak(1), repeatSequence=1.5), "repeatSequence"),
    ],
)
def test_a_sequence_that_cannot_be_is_refused_with_the_reason(
    what: Any, reason: str
) -> None:
    with pytest.raises(SequenceError, match=reason):
        read(what, CALLS)


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (body(speak(1, colour="red")), "colour"),
        (body({"type": "DANCE", "step": 1}), "type"),
        (body({"type": ["SPEAK"], "step": 1}), "type"),
        (body({"type": "SPEAK", "step": 1}), "tts"),
        (body(speak(1, tts=" ")), "tts"),
        (body(speak(1, tts=1)), "tts must be a string"),
        (body(speak(1, language=1)), "language must be a string"),
        (body(speak(1, language=None)), "language must be a string"),
        (body(speak(1, location=1)), "location must be a string"),
        (body(speak(1, actionId=1)), "actionId must be a string"),
        (body(speak(1, delay="1")), "delay must be a number"),
        (body(speak(1, delay=False)), "delay must be a number"),
        (body(speak(1, finalInEndStep=1)), "finalInEndStep must be a boolean"),
        (body(speak(1, display="banner")), "got: banner"),
        (body(speak(1, display=["text"])), "display must be a string"),
        (body(drive(1, "x", platform="fax")), "platform"),
        (body(drive(1, " ")), "location"),
        (body(speak(1, extra=[])), "extra must be an object"),
        (body(drive(1, "x", extra={"speed": "high"})), "extra does not fit"),
        (body(drive(1, "x", extra={"tts": "x"})), "extra does not fit"),
        (body(speak(1, extra={"locationName": "x"})), "extra does not fit"),
        (explicit(locationName="x"), "extra does not fit"),
        (body(call(1, "temi-lead", extra={"tts": "x"})), "extra does not fit"),
        (body(call(1, "temi-lead", extra={})), "extra does not fit"),
        (explicit(tts=1), "tts must be a string"),
        (explicit(tts=" "), "tts"),
        (explicit(language=1), "language must be a string"),
        (explicit(loop="no"), "loop must be a boolean"),
        (explicit(display="banner"), "got: banner"),
        (explicit(display=["text"]), "got: list"),
        (body(long_drive(1, 1, "x", speed="slow")), "speed"),
        (body(long_drive(1, 1, "x", onError="cry")), "onError"),
        (body(long_drive(1, 1, "x", personalLead=1)), "personalLead"),
    ],
)
def test_an_action_that_cannot_be_is_refused_with_the_reason(
    what: Any, reason: str
) -> None:
    with pytest.raises(SequenceError, match=reason):
        read(what, CALLS)


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (body(call(1)), "contactIds"),
        (body({"type": "START_CALL", "step": 1}), "contactIds"),
        (body(call(1, contactIds="temi-lead")), "contactIds must be an array"),
        (body(call(1, "temi-nurse", " temi-nurse")), "unique"),
        (body(call(1, "temi-nurse", NURSE)), "unique"),
        (body(call(1, "nobody")), "not found"),
        (body(call(1, " ")), "temiId"),
        (body(call(1, 1)), "temiId"),
        (body(call(1, {})), "temiId"),
        (body(call(1, {**NURSE, "platform": "fax"})), "platform"),
        (body(call(1, {**NURSE, "platform": None})), "platform"),
        (body(call(1, {**NURSE, "name": "Nurse"})), "unknown field: name"),
        (body(call(1, "temi-lead", platform="fax")), "platform"),
        (body(speak(1, contactIds=[])), "contactIds"),
        (body(speak(1, contactIds=[5])), "temiId"),
        (body(call(1, {"temiId": "temi-lead"}), speak(1)), "share"),
        (body(call(1, "temi-lead"), call(1, "temi-nurse")), "share"),
        (body(long_drive(1, 3, "x"), speak(1), call(2, "temi-lead")), "share"),
    ],
)
def test_a_call_that_cannot_be_is_refused_with_the_reason(
    what: Any, reason: str
) -> None:
    with pytest.raises(SequenceError, match=reason):
        read(what, CALLS)


def over(first: object, last: object, **action: Any) -> dict[str, Any]:
    """Return an action over some steps."""
    steps = {"startStep": first, "endStep": last}
    return {"type": "SPEAK", "tts": "x", **steps, **action}


@pytest.mark.parametrize(
    ("actions", "reason"),
    [
        ([{"type": "SPEAK", "tts": "x"}], "step"),
        ([{"type": "SPEAK", "tts": "x", "startStep": 1}], "step"),
        ([over(0, 1)], "startStep"),
        ([over(True, 1)], "startStep"),
        ([over(1, "1")], "endStep"),
        ([over(1, 1, step=0)], "step"),
        ([speak(1, startStep="1")], "startStep"),
        ([speak(1), speak(2), over(2, 1)], "before startStep"),
        ([over(1, 2, type="START_CALL", contactIds=["temi-lead"])], "same step"),
        ([speak(2)], "consecutive"),
        ([speak(1), speak(3)], "consecutive"),
        ([speak(10**12)], "consecutive"),
        ([over(1, 2)], "consecutive"),
        ([speak(1, finalInEndStep=False)], "consecutive"),
        ([speak(1), speak(2, finalInEndStep=False)], "consecutive"),
    ],
)
def test_steps_that_cannot_be_are_refused_with_the_reason(
    actions: list[Any], reason: str
) -> None:
    with pytest.raises(SequenceError, match=reason):
        read(body(*actions), CALLS)


@pytest.mark.parametrize(
    "what",
    [
        ROUND,
        explicit(language="", display="talk", loop=True, mood="good"),
        body(long_drive(1, 1, "x", speed="medium", personalLead=True)),
        body(long_drive(1, 2, "x"), speak(1), speak(2, delay=0.5)),
        body(call(1, {**NURSE, "platform": "web"}, "temi-lead", platform="mobile")),
        body(call(1, "temi-lead", finalInEndStep=False)),
        body(speak(1), volume=1, fixedVolume=True, description="", stopBy={}),
        body(speak(1), volume=9.5, stopBy={"touchScreen": True, "mood": 1}),
    ],
)
def test_a_sequence_that_can_be_is_accepted(what: dict[str, Any]) -> None:
    assert len(read(what, CALLS).actions) == len(what["actions"])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *("actions", "type", "step", "tts", "serialNumber"),
                        *("contactIds", "extra", "location", "volume", "stopBy"),
                    ]
                ),
                inner | st.sampled_from(["SPEAK", "START_CALL", SERIAL]),
            )
        ),
    )
)
def test_whatever_is_sent_is_a_sequence_or_refused(what: Any) -> None:
    with suppress(SequenceError):
        assert read(what, CALLS).actions
