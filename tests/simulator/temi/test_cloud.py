"""The vendor's cloud in front of a simulated robot: what it answers, and what it refuses."""

from datetime import timedelta
import json
from typing import Any

import pytest

from simulator.temi.cloud import SCOPES

from .office import CALLS, ROUND, Office, body, call, drive, speak
from .room import OPEN_RMF, SERIAL

ROBOTS = {"robots": [{"teminame": "Temi", "serialNumber": SERIAL}]}


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_nobody_gets_in_without_a_token(office: Office, token: str) -> None:
    for path in ("/verify", "/robots", f"/robots/{SERIAL}"):
        assert await office.get(path, token) == (401, None)


async def test_a_token_tells_what_it_may_do(office: Office) -> None:
    code, found = await office.get("/verify")
    assert (code, found["status"], tuple(found["scopes"])) == (200, "ok", SCOPES)
    assert (found["robotScope"], found["serialNumbers"]) == ("all", [])
    assert found["tokenId"] != (await office.get("/verify", "other"))[1]["tokenId"]
    assert (await office.get("/verify", "none"))[1]["scopes"] == []
    for path in ("/robots", f"/robots/{SERIAL}", f"/robots/{SERIAL}/contacts"):
        assert (await office.get(path, "none"))[0] == 403
    for path in ("play", "validate", "stop"):
        assert (await office.post(path, ROUND, "none"))[0] == 403


async def test_a_token_may_be_for_some_robots_only(office: Office) -> None:
    found = (await office.get("/verify", "ours"))[1]
    assert (found["robotScope"], found["serialNumbers"]) == ("selected", [SERIAL])
    assert await office.get("/robots", "ours") == (200, ROBOTS)
    assert (await office.post("play", ROUND, "ours"))[0] == 202
    assert await office.get("/robots", "theirs") == (200, {"robots": []})
    for path in ("", "/locations", "/contacts"):
        assert (await office.get(f"/robots/{SERIAL}{path}", "theirs"))[0] == 403
    for path in ("play", "validate"):
        assert await office.post(path, ROUND, "theirs") == (403, None)


async def test_robots_places_and_contacts_are_listed(office: Office) -> None:
    assert await office.get("/robots") == (200, ROBOTS)
    _, places = await office.get(f"/robots/{SERIAL}/locations")
    names = [each["name"] for each in places["locations"]]
    assert names == ["home base", "entrance", "flat 12.1"]
    _, found = await office.get(f"/robots/{SERIAL}/contacts")
    assert {each["temiId"] for each in found["contacts"]} == CALLS


async def test_a_robot_without_the_plan_is_not_there(office: Office) -> None:
    office.faults["basic"] = 1.0
    assert await office.get("/robots") == (200, {"robots": []})
    assert (await office.get(f"/robots/{SERIAL}"))[0] == 403
    for path in ("play", "validate"):
        assert (await office.post(path, ROUND))[0] == 403
    assert (await office.get("/robots/00000000000"))[0] == 403


async def test_a_round_is_played_step_by_step_and_a_call_holds_it(
    office: Office,
) -> None:
    before = await office.status()
    assert (before["status"], before["movement"]) == ("online", {"type": "idle"})
    assert before["battery"] == {"level": 87, "isCharging": True}
    assert before.keys().isdisjoint({"sequence", "call"})
    code, played = await office.post("play", ROUND)
    assert (code, played["status"]) == (202, "accepted")
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
    office.do("hang up")
    office.run(60)
    told = await office.status()
    assert (told["sequence"]["status"], told["status"]) == ("complete", "online")
    assert told["movement"] == {
        "type": "go_to",
        "status": "complete",
        "location": "home base",
    }
    assert "call" not in told


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


async def test_of_a_robot_that_was_never_heard_nothing_is_known(office: Office) -> None:
    office.faults["wifi_lost"] = 1.0
    office.run(5)
    named = {"teminame": "Temi", "serialNumber": SERIAL}
    assert await office.status() == {**named, "status": "offline"}


async def test_of_a_robot_that_is_away_only_the_last_is_known(office: Office) -> None:
    await office.play(drive(1, "entrance"), call(2, "temi-nurse"))
    office.run(5)
    before = await office.status()
    office.faults["wifi_lost"] = 1.0
    office.run(60)
    assert await office.status() == {**before, "status": "offline"}
    office.faults.clear()
    after = await office.status()
    assert (after["sequence"]["step"], after["movement"]["status"]) == (2, "complete")
    assert after["call"]["status"] == "start"
    assert after["battery"]["isCharging"] is False


@pytest.mark.parametrize("fault", ["battery_null", "graceful_close", "background"])
async def test_the_app_is_nothing_to_the_cloud(office: Office, fault: str) -> None:
    office.faults[fault] = 1.0
    office.do("touch")
    await office.play(drive(1, "entrance"))
    for _ in range(300):
        office.now += timedelta(seconds=0.1)
        if fault == "background":
            office.temi.robot.advance(office.now)
        else:
            office.temi.tick(office.now)
        office.cloud.tick()
    told = await office.status()
    assert (told["status"], told["sequence"]["status"]) == ("online", "complete")
    assert told["movement"]["status"] == "complete"


@pytest.mark.usefixtures("socket_enabled")
async def test_of_the_other_app_the_cloud_knows_where_it_drives_but_not_its_room() -> (
    None
):
    async with Office(OPEN_RMF) as office:
        office.say("move/position", x=2, y=1, yaw=0, angle=0)
        office.say("media/join")
        office.run(10)
        told = await office.status()
        assert told["movement"] == {"type": "go_to_coordinate", "status": "complete"}
        assert (told["status"], "call" in told) == ("online", False)
        await office.play(call(1, "temi-nurse"))
        office.say("media/leave")
        assert (await office.status())["call"]["status"] == "start"


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


@pytest.mark.parametrize(
    "what",
    [{}, [], {"sequenceId": ""}, {"sequenceId": 1}, {"sequenceId": "1", "colour": 1}],
)
async def test_a_stop_names_a_sequence(office: Office, what: Any) -> None:
    answer = await office.post("stop", what)
    assert (answer[0], answer[1]["error_code"]) == (400, "validation_error")


def deep(content: str) -> bytes:
    """Return a list in a list in a list."""
    return f"{'[' * 100_000}{content}{']' * 100_000}".encode()


JSON = "application/json"


@pytest.mark.parametrize("path", ["play", "validate", "stop"])
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"{", JSON),
        (b"", JSON),
        (b"\xff", JSON),
        (b"9" * 5000, JSON),
        (deep(""), JSON),
        (b'{"sequenceId": ' + deep("1") + b"}", JSON),
        (json.dumps(body(speak(1), volume=float("nan"))).encode(), JSON),
        (json.dumps(ROUND).encode(), f"{JSON}; charset=klingon"),
        (json.dumps(ROUND).encode(), f"{JSON}; charset=hex"),
    ],
)
async def test_a_body_that_is_no_json_is_refused(
    office: Office, path: str, data: bytes, kind: str
) -> None:
    answer = await office.send(path, data, kind)
    assert (answer[0], answer[1]["error_code"]) == (400, "validation_error")


async def test_a_body_that_cannot_be_unpacked_is_refused(office: Office) -> None:
    packed = {"Content-Encoding": "gzip"}
    answer = await office.send("play", json.dumps(ROUND).encode(), JSON, **packed)
    assert (answer[0], answer[1]["error_code"]) == (400, "validation_error")


@pytest.mark.parametrize("depth", [10, 500, 5000, 50_000])
@pytest.mark.parametrize("place", ["name", "display", "extra", "contactIds", "step"])
async def test_what_is_nested_is_refused_at_any_depth(
    office: Office, place: str, depth: int
) -> None:
    nested = f"{'[' * depth}{']' * depth}"
    action = f'{{"type": "SPEAK", "tts": "x", "step": 1, "{place}": {nested}}}'
    text = f'{{"serialNumber": "{SERIAL}", "actions": [{action}]}}'
    answer = await office.send("play", text.encode(), JSON)
    assert (answer[0], answer[1]["error_code"]) == (400, "validation_error")
