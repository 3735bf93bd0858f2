"""What the cloud is asked for is well formed."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.temi.cloud_sequences import (
    Call,
    CallPlatform,
    Move,
    Speak,
    Step,
    call_sequence,
    drive_sequence,
    sequence,
    speak_action,
    speak_sequence,
)
from simulator.temi.sequences import read

from .cloud_world import SERIAL


def test_a_drive_ends_when_the_robot_does_not_get_there() -> None:
    action = {
        "type": "MOVEMENT",
        "extra": {"locationName": " Flat 12.1 ", "onError": "abort"},
        "startStep": 1,
        "endStep": 1,
    }
    wanted = {"serialNumber": SERIAL, "actions": [action]}
    assert drive_sequence(SERIAL, " Flat 12.1 ") == wanted


def test_a_drive_is_announced_spoken_through_and_ends_with_words() -> None:
    found = drive_sequence(SERIAL, "flat", "I go", "I come", "I am here", "de-DE")
    assert [
        (each["type"], each["startStep"], each["endStep"], each["extra"].get("tts"))
        for each in as_actions(found)
    ] == [
        ("SPEAK", 1, 1, "I go"),
        ("MOVEMENT", 2, 2, None),
        ("SPEAK", 2, 2, "I come"),
        ("SPEAK", 3, 3, "I am here"),
    ]
    languages = {each["extra"].get("language") for each in as_actions(found)}
    assert languages == {None, "de-DE"}


@pytest.mark.parametrize("empty", ["", "  "])
@pytest.mark.parametrize("left", ["before", "under_way", "there"])
def test_words_that_are_empty_are_left_out(left: str, empty: str) -> None:
    texts = dict.fromkeys(("before", "under_way", "there"), empty)
    alone = drive_sequence(SERIAL, "flat", **texts)
    assert alone == drive_sequence(SERIAL, "flat")
    one = as_actions(drive_sequence(SERIAL, "flat", **(texts | {left: "Hi"})))
    assert sorted(each["type"] for each in one) == ["MOVEMENT", "SPEAK"]
    assert max(each["endStep"] for each in one) == (1 if left == "under_way" else 2)


def test_a_robot_can_just_speak() -> None:
    action = {
        "type": "SPEAK",
        "extra": {"tts": "Hello", "language": "en-US"},
        "startStep": 1,
        "endStep": 1,
    }
    wanted = {"serialNumber": SERIAL, "actions": [action]}
    assert speak_sequence(SERIAL, "Hello", "en-US") == wanted
    assert speak_sequence(SERIAL, "Hello") == sequence(SERIAL, [Speak("Hello")])


def test_a_call_comes_after_the_way_and_the_words() -> None:
    web = CallPlatform.WEB
    found = call_sequence(SERIAL, ["a", "b"], web, "flat", "I call help", "en-US")
    way, words, call = as_actions(found)
    assert way["extra"] == {"locationName": "flat", "onError": "skip"}
    assert words["extra"] == {"tts": "I call help", "language": "en-US"}
    assert (call["contactIds"], call["platform"]) == (["a", "b"], "web")
    assert [each["startStep"] for each in (way, words, call)] == [1, 2, 3]
    assert [each["endStep"] for each in (way, words, call)] == [1, 2, 3]


@pytest.mark.parametrize("announcement", [None, "", "  "])
def test_a_call_needs_neither_way_nor_words(announcement: str | None) -> None:
    found = call_sequence(SERIAL, ["a"], CallPlatform.BOTH, announcement=announcement)
    assert [each["type"] for each in as_actions(found)] == ["START_CALL"]


def test_nobody_is_called_twice() -> None:
    found = call_sequence(SERIAL, ["a", " a ", "", "b"], CallPlatform.BOTH)
    assert as_actions(found)[0]["contactIds"] == ["a", "b"]


def test_words_without_a_language_are_said_in_the_robots_own() -> None:
    assert speak_action("Hello", "") == {"type": "SPEAK", "extra": {"tts": "Hello"}}


def test_a_sequence_has_a_name_a_volume_and_is_repeated_if_wanted() -> None:
    assert sequence(SERIAL, [Speak("Hi")]).keys() == {"serialNumber", "actions"}
    found = sequence(SERIAL, [Speak("Hi")], name="Round", repeat=-1, volume=8)
    assert (found["name"], found["repeatSequence"], found["volume"]) == ("Round", -1, 8)


CONTENT = st.text(min_size=1).filter(str.strip)
SPEAK = st.builds(Speak, CONTENT, st.sampled_from(["", "de-DE"]))
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(Move, CONTENT, st.booleans(), st.none() | SPEAK),
    SPEAK,
    st.builds(
        Call,
        st.lists(st.sampled_from(["nurse", "lead"]), min_size=1).map(tuple),
        st.sampled_from(CallPlatform),
    ),
)


@given(st.lists(STEPS, min_size=1), st.text(), st.integers(min_value=-1))
def test_every_sequence_can_be_sent_and_played(
    steps: list[Step], name: str, repeat: int
) -> None:
    body = json.loads(json.dumps(sequence(SERIAL, steps, name, repeat)))
    played = read(body, frozenset({"nurse", "lead"}))
    assert {action.last for action in played.actions} == {*range(1, len(steps) + 1)}
    assert all(action.first == action.last for action in played.actions)
    assert (played.name, played.repeats) == (name, repeat)
    said = [action.what for action in played.actions if action.kind == "SPEAK"]
    assert said == [speech.text for step in steps if (speech := words(step))]


def words(step: Step) -> Speak | None:
    """Return what is said in a step."""
    match step:
        case Speak():
            return step
        case Move(under_way=under_way):
            return under_way
    return None


def as_actions(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the actions of a sequence."""
    return list(body["actions"])
