"""What the cloud says of a robot is read as it is meant."""

from collections.abc import Callable, Iterator
from contextlib import suppress
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.temi.cloud_model import (
    AnswerError,
    CloudStatus,
    Contact,
    Movement,
    Presence,
    SequenceTold,
    Token,
    read_accepted,
    read_contacts,
    read_locations,
    read_status,
    read_token,
)

from .cloud_world import SERIAL, status_body

TOKEN = {
    "status": "ok",
    "scopes": ["read:robot:status", "action:robot:sequence"],
    "robotScope": "selected",
    "serialNumbers": [SERIAL],
}
LOCATIONS = {"mapId": "1", "locations": [{"name": "home base"}, {"name": " Flat 12.1"}]}
CONTACTS = {"contacts": [{"temiId": "nurse", "name": "Nurse", "kind": "member"}]}
ACCEPTED = {"status": "accepted", "sequenceId": "615b14b4", "serialNumber": SERIAL}
READERS: list[tuple[Callable[[object], object], dict[str, Any]]] = [
    (read_status, status_body()),
    (read_token, TOKEN),
    (read_locations, LOCATIONS),
    (read_contacts, CONTACTS),
    (read_accepted, ACCEPTED),
]
NOTHING_ELSE: dict[str, Any] = {
    "movement": None,
    "sequence": None,
    "in_call": False,
    "battery": None,
    "is_charging": None,
}

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["start", "online", "all", "selected"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("status", "movement", "sequence", "call", "battery", "level"),
                    *("isCharging", "type", "location", "step", "scopes", "robotScope"),
                    *("serialNumbers", "locations", "contacts", "temiId", "name"),
                    *("sequenceId", "total", "anything"),
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


def test_all_that_is_said_of_a_robot_is_read() -> None:
    assert read_status(status_body()) == CloudStatus(
        presence=Presence.BUSY,
        movement=Movement("go_to", "complete", "flat 12.1"),
        sequence=SequenceTold("615b14b41a20f8423a7af06a", "start", "help", 3, 3),
        in_call=True,
        battery=87,
        is_charging=False,
    )


@pytest.mark.parametrize("rest", [{}, dict.fromkeys(["movement", "call", "battery"])])
def test_what_is_left_out_is_not_known(rest: dict[str, Any]) -> None:
    found = read_status({"serialNumber": SERIAL, "status": "online", **rest})
    assert found == CloudStatus(presence=Presence.ONLINE, **NOTHING_ELSE)


def test_what_is_new_is_overlooked() -> None:
    usual = status_body()
    battery = {**usual["battery"], "health": 1}
    assert read_status({**usual, "battery": battery, "mood": []}) == read_status(usual)


@pytest.mark.parametrize("presence", Presence)
def test_every_presence_is_known(presence: Presence) -> None:
    assert read_status({"status": presence.value}).presence is presence


def test_a_presence_that_is_new_is_not_known() -> None:
    assert read_status({"status": "asleep"}).presence is None


@pytest.mark.parametrize("status", ["complete", "abort", "Start", "ringing"])
def test_only_a_call_that_has_begun_is_one(status: str) -> None:
    assert read_status(status_body(call={"status": status})).in_call is False


@pytest.mark.parametrize(
    ("status", "runs"), [("start", True), ("complete", False), ("abort", False)]
)
def test_only_a_sequence_that_has_begun_runs(status: str, runs: bool) -> None:
    found = read_status(status_body(sequence={"status": status})).sequence
    assert found == SequenceTold(None, status, "", None, None)
    assert found.is_running is runs


@pytest.mark.parametrize("level", [True, -1, 101, "87", 87.5, None, [], float("nan")])
def test_a_battery_that_cannot_be_is_not_known(level: object) -> None:
    battery = {"level": level, "isCharging": True}
    found = read_status(status_body(battery=battery))
    assert (found.battery, found.is_charging) == (None, True)


@pytest.mark.parametrize("level", [0, 100])
def test_a_battery_may_be_empty_or_full(level: int) -> None:
    assert read_status(status_body(battery={"level": level})).battery == level


@pytest.mark.parametrize("is_charging", [0, 1, "true", None, {}])
def test_only_true_and_false_say_whether_it_charges(is_charging: object) -> None:
    battery = {"level": 5, "isCharging": is_charging}
    found = read_status(status_body(battery=battery))
    assert (found.battery, found.is_charging) == (5, None)


@pytest.mark.parametrize("step", [True, -1, "2", 2.5, None])
def test_a_step_that_cannot_be_is_not_known(step: object) -> None:
    found = read_status(status_body(sequence={"status": "start", "step": step}))
    assert found.sequence.step is None


def test_a_movement_may_say_only_what_it_is() -> None:
    idle = read_status(status_body(movement={"type": "idle"}))
    assert idle.movement == Movement("idle", "", None)
    assert read_status(status_body(movement={"location": "x"})).movement is None


@pytest.mark.parametrize("body", [None, [], "online", 1, {}, {"status": 1}])
@pytest.mark.parametrize("reader", [reader for reader, _ in READERS])
def test_something_else_is_no_answer(
    reader: Callable[[object], object], body: object
) -> None:
    with pytest.raises(AnswerError):
        reader(body)


@pytest.mark.parametrize("part", ["movement", "sequence", "call", "battery"])
@pytest.mark.parametrize("wrong", [[], "start", 1, True])
def test_a_part_that_is_something_else_is_no_answer(part: str, wrong: object) -> None:
    with pytest.raises(AnswerError):
        read_status(status_body(**{part: wrong}))


@pytest.mark.parametrize("part", ["sequence", "call"])
def test_a_sequence_or_call_says_how_it_is(part: str) -> None:
    with pytest.raises(AnswerError):
        read_status(status_body(**{part: {}}))


def test_places_keep_their_names() -> None:
    assert read_locations(LOCATIONS) == ("home base", " Flat 12.1")
    nameless = {"locations": [{}, {"name": 5}, {"name": ""}, {"name": "A"}]}
    assert read_locations(nameless) == ("A",)


def test_who_can_be_called_has_an_id() -> None:
    assert read_contacts(CONTACTS) == (Contact("nurse", "Nurse"),)
    rows = {"contacts": [{"name": "Nobody"}, {"temiId": "lead"}]}
    assert read_contacts(rows) == (Contact("lead", ""),)


@pytest.mark.parametrize("rows", [None, {}, "x", [None], [["name"]]])
def test_a_list_holds_what_it_should(rows: object) -> None:
    for reader, key in ((read_locations, "locations"), (read_contacts, "contacts")):
        with pytest.raises(AnswerError):
            reader({key: rows})


def test_a_key_may_see_the_robots_that_are_named() -> None:
    token = read_token(TOKEN)
    assert token == Token(frozenset(TOKEN["scopes"]), frozenset({SERIAL}))
    assert token.may_see(SERIAL)
    assert not token.may_see("00000000000")


def test_a_key_may_see_all_robots_only_when_that_is_said() -> None:
    everything = read_token({"scopes": [], "robotScope": "all", "serialNumbers": []})
    assert everything.may_see(SERIAL)
    nothing = read_token({"scopes": [], "robotScope": "every", "serialNumbers": []})
    assert not nothing.may_see(SERIAL)
    with pytest.raises(AnswerError):
        read_token({"scopes": []})


@pytest.mark.parametrize("scopes", [None, "all", ["a", 1], [None]])
def test_scopes_are_texts(scopes: object) -> None:
    with pytest.raises(AnswerError):
        read_token({**TOKEN, "scopes": scopes})


@pytest.mark.parametrize("found", [None, "", 5, []])
def test_what_is_accepted_has_an_id(found: object) -> None:
    assert read_accepted(ACCEPTED) == "615b14b4"
    with pytest.raises(AnswerError):
        read_accepted({**ACCEPTED, "sequenceId": found})


@given(JSON)
def test_whatever_is_answered_is_read_or_refused(body: object) -> None:
    for reader, _ in READERS:
        with suppress(AnswerError):
            reader(body)


@given(st.data())
def test_an_answer_with_one_thing_wrong_is_read_or_refused(data: st.DataObject) -> None:
    for reader, body in READERS:
        spoilt = json.loads(json.dumps(body))
        inside, key = data.draw(st.sampled_from(list(places(spoilt))))
        inside[key] = data.draw(JSON)
        with suppress(AnswerError):
            reader(spoilt)


def places(body: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a body, as what holds it and its key there."""
    keys = body if isinstance(body, dict) else range(len(body))
    for key in keys:
        yield body, key
        if isinstance(body[key], dict | list):
            yield from places(body[key])
