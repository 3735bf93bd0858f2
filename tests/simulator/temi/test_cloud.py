"""The vendor's cloud in front of a simulated robot: what it answers, and what it refuses."""

from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given, strategies as st
import pytest

from simulator.connection import Broker
from simulator.faults import Faults
from simulator.temi.cloud import BASE, SCOPES, Cloud
from simulator.temi.on_air import Temi
from simulator.temi.sequences import SequenceError, read

from .test_robot import BEGIN, SERIAL, SPEC

TOKENS = {"all": SCOPES, "other": SCOPES, "none": ()}
CALLS = frozenset({"temi-nurse", "temi-lead"})
pytestmark = pytest.mark.usefixtures("socket_enabled")


def body(*actions: dict[str, Any], **shell: Any) -> dict[str, Any]:
    """Return a sequence as it is sent."""
    return {"serialNumber": SERIAL, "actions": list(actions), **shell}


def drive(step: int, location: str, **changes: Any) -> dict[str, Any]:
    """Return a compact drive."""
    return {"type": "MOVEMENT", "step": step, "location": location, **changes}


def speak(step: int, text: str = "Guten Tag") -> dict[str, Any]:
    """Return a compact sentence."""
    return {"type": "SPEAK", "step": step, "tts": text, "language": "de-DE"}


def call(step: int, *contacts: object) -> dict[str, Any]:
    """Return a compact call."""
    return {"type": "START_CALL", "step": step, "contactIds": list(contacts)}


ROUND = body(
    drive(1, "Entrance"),
    speak(2),
    call(3, "temi-nurse"),
    drive(4, "home base"),
    name="R",
)


class Office:
    """The cloud, a robot and a clock."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.faults: Faults = {}
        self.temi = Temi(SPEC, self.faults, Random(1), Broker())
        self.cloud = Cloud([self.temi], dict(TOKENS), lambda: self.now)
        self.client = TestClient(TestServer(self.cloud.application()))

    def run(self, seconds: float) -> None:
        """Let time pass in small steps."""
        for _ in range(round(seconds * 10)):
            self.now += timedelta(seconds=0.1)
            self.temi.robot.advance(self.now)
            self.cloud.tick()

    async def get(self, path: str, key: str = "all") -> tuple[int, Any]:
        """Ask."""
        headers = {"x-api-key": key} if key else {}
        async with self.client.get(f"{BASE}{path}", headers=headers) as answer:
            return answer.status, await _content(answer)

    async def post(self, path: str, what: Any, key: str = "all") -> tuple[int, Any]:
        """Ask for something to be done."""
        url, headers = f"{BASE}/sequences/{path}", {"x-api-key": key}
        if isinstance(what, str):
            request = self.client.post(url, headers=headers, data=what)
        else:
            request = self.client.post(url, headers=headers, json=what)
        async with request as answer:
            return answer.status, await _content(answer)

    async def status(self) -> Any:
        """Return how the robot is."""
        return (await self.get(f"/robots/{SERIAL}"))[1]


async def _content(answer: Any) -> Any:
    """Return a body, where there is one."""
    return await answer.json() if answer.content_type == "application/json" else None


@pytest.fixture
async def office() -> Any:
    """Return a cloud that answers."""
    office = Office()
    await office.client.start_server()
    yield office
    await office.client.close()


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_nobody_gets_in_without_a_token(office: Office, token: str) -> None:
    for path in ("/verify", "/robots", f"/robots/{SERIAL}"):
        assert await office.get(path, token) == (401, None)


async def test_a_token_tells_what_it_may_do(office: Office) -> None:
    code, found = await office.get("/verify")
    assert (code, found["status"], tuple(found["scopes"])) == (200, "ok", SCOPES)
    assert (await office.get("/verify", "none"))[1]["scopes"] == []
    for path in ("/robots", f"/robots/{SERIAL}", f"/robots/{SERIAL}/contacts"):
        assert (await office.get(path, "none"))[0] == 403
    assert (await office.post("play", ROUND, "none"))[0] == 403


async def test_robots_places_and_contacts_are_listed(office: Office) -> None:
    robots = {"robots": [{"teminame": "Temi", "serialNumber": SERIAL}]}
    assert await office.get("/robots") == (200, robots)
    _, places = await office.get(f"/robots/{SERIAL}/locations")
    names = [each["name"] for each in places["locations"]]
    assert names == ["home base", "entrance", "flat 12.1"]
    _, found = await office.get(f"/robots/{SERIAL}/contacts")
    assert {each["temiId"] for each in found["contacts"]} == CALLS


async def test_a_robot_without_the_plan_is_not_there(office: Office) -> None:
    office.faults["basic"] = 1.0
    assert await office.get("/robots") == (200, {"robots": []})
    assert (await office.get(f"/robots/{SERIAL}"))[0] == 403
    assert (await office.post("play", ROUND))[0] == 403
    assert (await office.get("/robots/00000000000"))[0] == 403


async def test_a_round_is_played_step_by_step_and_a_call_holds_it(
    office: Office,
) -> None:
    before = await office.status()
    assert before["status"] == "online"
    assert before.keys().isdisjoint({"movement", "sequence", "call"})
    code, played = await office.post("play", ROUND)
    assert (code, played["status"]) == (202, "accepted")
    office.run(1)
    told = await office.status()
    assert told["status"] == "busy"
    assert told["movement"]["location"] == "entrance"
    assert told["sequence"] == {
        "status": "start",
        "name": "R",
        "step": 1,
        "total": 4,
        "sequenceId": played["sequenceId"],
    }
    office.run(60)
    told = await office.status()
    assert (told["sequence"]["step"], told["call"]["status"]) == (3, "start")
    assert office.temi.robot.said == ["Guten Tag"]
    office.cloud.hang_up(SERIAL)
    office.run(60)
    told = await office.status()
    assert (told["sequence"]["status"], told["status"]) == ("complete", "online")
    assert told["movement"] == {
        "type": "go_to",
        "status": "complete",
        "location": "home base",
    }


@pytest.mark.parametrize(
    ("fault", "code"), [("privacy", "robot_privacy"), ("wifi_lost", "robot_offline")]
)
async def test_a_robot_that_does_not_want_or_hear_plays_nothing(
    office: Office, fault: str, code: str
) -> None:
    office.faults[fault] = 1.0
    answer = await office.post("play", ROUND)
    assert (answer[0], answer[1]["error_code"]) == (409, code)
    assert (await office.status())["status"] == code.removeprefix("robot_")
    assert await office.post("validate", ROUND) == (200, {"status": "valid"})


async def test_a_robot_that_is_busy_plays_nothing_else_until_it_is_stopped(
    office: Office,
) -> None:
    _, played = await office.post("play", ROUND)
    office.run(3)
    answer = await office.post("play", ROUND)
    assert (answer[0], answer[1]["error_code"]) == (409, "robot_busy")
    mine = {"sequenceId": played["sequenceId"]}
    stranger = await office.post("stop", mine, "other")
    assert (stranger[0], stranger[1]["error_code"]) == (404, "not_found")
    assert (await office.post("stop", mine))[0] == 202
    office.run(1)
    told = await office.status()
    assert (told["status"], told["movement"]["status"]) == ("online", "abort")
    again = await office.post("stop", mine)
    assert (again[0], again[1]["error_code"]) == (409, "sequence_not_running")
    office.faults["wifi_lost"] = 1.0
    assert (await office.post("stop", mine))[1]["error_code"] == "robot_offline"


@pytest.mark.parametrize("what", [{}, [], {"sequenceId": ""}, {"sequenceId": 1}])
async def test_a_stop_names_a_sequence(office: Office, what: Any) -> None:
    answer = await office.post("stop", what)
    assert (answer[0], answer[1]["error_code"]) == (400, "validation_error")


async def test_a_body_that_is_no_json_is_refused(office: Office) -> None:
    answer = await office.post("play", "{")
    assert (answer[0], answer[1]["error_code"]) == (400, "validation_error")


async def test_an_unknown_place_is_skipped_or_ends_the_sequence(office: Office) -> None:
    await office.post("play", body(drive(1, "moon"), speak(2)))
    office.run(5)
    assert (await office.status())["sequence"]["status"] == "complete"
    explicit = {
        "type": "MOVEMENT",
        "startStep": 1,
        "endStep": 1,
        "extra": {"locationName": "moon", "onError": "abort"},
    }
    await office.post("play", body(explicit, speak(2)))
    office.run(5)
    assert (await office.status())["sequence"]["status"] == "abort"


async def test_a_sequence_begins_late_and_is_repeated(office: Office) -> None:
    shell = {"startFromStep": 2, "repeatSequence": 1}
    await office.post("play", body(speak(1, "one"), speak(2, "two"), **shell))
    office.run(5)
    assert office.temi.robot.said == ["two", "one", "two"]


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ([], "object"),
        (body(), "non-empty"),
        (body(speak(1), serialNumber="1"), "serialNumber"),
        (body(speak(1), colour="red"), "colour"),
        (body(speak(1) | {"colour": "red"}), "colour"),
        (body({"type": "DANCE", "step": 1}), "type"),
        (body({"type": "SPEAK", "step": 1}), "tts"),
        (body(speak(1) | {"extra": []}), "extra"),
        (body({"type": "SPEAK", "tts": "x"}), "step"),
        (
            body({"type": "SPEAK", "tts": "x", "startStep": 0, "endStep": 1}),
            "startStep",
        ),
        (body(speak(1) | {"display": "banner"}), "display"),
        (body(drive(1, "x", extra={"speed": "slow"})), "speed"),
        (body(speak(2)), "consecutive"),
        (body(speak(1), speak(3)), "consecutive"),
        (body(call(1)), "contactIds"),
        (body(call(1, "temi-nurse", " temi-nurse")), "unique"),
        (body(call(1, "nobody")), "not found"),
        (body(call(1, {"temiId": "temi-lead"}), speak(1)), "share"),
        (body(call(1, "temi-lead") | {"platform": "fax"}), "platform"),
        (body(speak(1), startFromStep=2), "beyond"),
        (body(speak(1), startFromStep=0), "startFromStep"),
        (body(speak(1), repeatSequence=-2), "repeatSequence"),
    ],
)
def test_a_sequence_that_cannot_be_is_refused_with_the_reason(
    what: Any, reason: str
) -> None:
    with pytest.raises(SequenceError, match=reason):
        read(what, CALLS)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *("actions", "type", "step", "tts", "serialNumber"),
                        *("contactIds", "extra", "location"),
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
