"""A robot with the Open-RMF app: it tells where it is, drives to coordinates, and joins a room."""

from itertools import pairwise
from math import pi
from typing import Any

import pytest

from simulator.temi.position import PAUSE

from .room import OPEN_RMF, SPEC, Room

POSITION = "status/position"
NORTH = '{"x": 3.5, "y": "-1.5", "yaw": 1.5, "angle": 20}'


@pytest.fixture
def room() -> Room:
    """Return a robot with that app in its dock."""
    return Room(OPEN_RMF)


def positions(room: Room) -> list[tuple[Any, ...]]:
    """Return what was told of positions: x, y, tilt, yaw."""
    return [
        tuple(each.payload.values()) for each in room.told if each.topic == POSITION
    ]


def test_on_the_way_it_tells_several_times_a_second_where_it_is(room: Room) -> None:
    told_at = []
    room.go("flat 12.1")
    for _ in range(200):
        room.run(0.1)
        told_at += [room.now] * len(positions(room))
        room.told = []
    waits = {later - before for before, later in pairwise(told_at)}
    assert min(waits) >= PAUSE
    assert 40 <= len(told_at) <= 60, (
        "while it goes for 14 seconds, and at no other time"
    )


def test_a_position_has_its_keys_in_the_order_of_the_app(room: Room) -> None:
    room.go("flat 12.1")
    room.run(20)
    last = room.all(POSITION)[-1]
    assert list(last) == ["position_x", "position_y", "tilt", "yaw"]
    assert last == {
        "position_x": 7,
        "position_y": 7,
        "tilt": 0,
        "yaw": pytest.approx(pi / 4),
    }


def test_back_in_its_dock_it_looks_ahead(room: Room) -> None:
    room.go("entrance")
    room.run(15)
    room.go("home base")
    room.run(10)
    assert positions(room)[-1][3] == pytest.approx(pi)
    room.run(20)
    assert positions(room)[-1] == (0, 0, 0, 0)


def test_standing_still_it_tells_no_position(room: Room) -> None:
    room.run(20)
    assert room.topics() == set()


@pytest.mark.parametrize(
    ("name", "payload", "told"),
    [
        ("move/tilt", '{"angle": 45}', (0, 0, 45, 0)),
        ("move/tilt_by", '{"angle": -10}', (0, 0, -10, 0)),
        ("move/turn_by", '{"angle": 90}', (0, 0, 0, 1.5707963705062866)),
        ("move/turn_by", '{"angle": -355}', (0, 0, 0, 0.08726646006107330)),
        ("move/joystick", '{"x": 1, "y": 0}', (0.10000000149011612, 0, 0, 0)),
        ("move/joystick", '{"x": -9, "y": 0}', (-0.10000000149011612, 0, 0, 0)),
        ("move/joystick", '{"x": 0, "y": 1}', (0, 0, 0, 0.10000000149011612)),
    ],
)
def test_a_tilt_a_turn_and_a_push_are_told_in_single_precision(
    room: Room, name: str, payload: str, told: object
) -> None:
    room.say(name, payload)
    room.run(2)
    assert positions(room) == [told]


@pytest.mark.parametrize("name", ["move/forward", "move/backward", "media/youtube"])
def test_some_commands_it_does_not_know(room: Room, name: str) -> None:
    room.say(name, '{"video_id": "abc"}')
    room.run(2)
    assert room.topics() == set()
    assert room.robot.app.in_front


def test_it_drives_to_coordinates_and_looks_as_it_is_told(room: Room) -> None:
    room.say("move/position", NORTH)
    room.run(20)
    assert positions(room)[-1] == (3.5, -1.5, 20, 1.5)
    assert room.drives() == [
        ("coordinates", phase, 0)
        for phase in ("start", "calculating", "going", "complete")
    ]
    assert room.robot.driver.place is None
    assert not room.robot.is_charging


def test_a_drive_to_coordinates_ends_like_any_other(room: Room) -> None:
    room.say("move/position", NORTH)
    room.run(3)
    room.say("move/position", NORTH)
    room.run(3)
    room.go("entrance")
    room.run(30)
    ends = [each for each in room.drives() if each[1] in {"abort", "complete"}]
    assert ends == [
        ("coordinates", "abort", 1005),
        ("coordinates", "abort", 1005),
        ("entrance", "complete", 0),
    ]


@pytest.mark.parametrize("faults", [{}, {"lost_position": 1.0}])
@pytest.mark.parametrize("x", ["20000", "-1e300"])
def test_off_its_map_it_finds_no_way(x: str, faults: dict[str, float]) -> None:
    room = Room(OPEN_RMF, **faults)
    room.say("move/position", f'{{"x": {x}, "y": 0, "yaw": 0, "angle": 0}}')
    room.run(30)
    assert room.drives()[-1] == ("coordinates", "abort", 0)
    assert positions(room) == []


@pytest.mark.parametrize(
    "payload",
    [
        '{"x": 1, "y": 1, "yaw": 0}',
        '{"x": 1, "yaw": 0, "angle": 0}',
        '{"x": 1, "y": 1, "yaw": 0, "angle": 0.0}',
        '{"x": 1, "y": "left", "yaw": 0, "angle": 0}',
        '{"x": NaN, "y": 1, "yaw": 0, "angle": 0}',
        '{"x": 1, "y": 1, "yaw": 1e999, "angle": 0}',
    ],
)
def test_coordinates_that_are_none_are_silence(room: Room, payload: str) -> None:
    room.say("move/position", payload)
    room.run(20)
    assert room.topics() == set()


@pytest.mark.parametrize("leaves", ["leave", "hang up", "open app"])
def test_in_its_video_room_only_positions_are_told(room: Room, leaves: str) -> None:
    room.say("media/join")
    room.go("entrance")
    room.run(20)
    assert room.robot.app.in_room
    assert not room.robot.in_call, "it is no call of the vendor's"
    assert room.topics() == {POSITION}
    if leaves == "leave":
        room.say("media/leave")
    else:
        room.do(leaves)
    room.go("home base")
    room.run(1)
    assert not room.robot.app.in_room
    assert room.drives() != []


def test_who_leaves_the_room_sees_the_page_that_was_there_before(room: Room) -> None:
    room.say("media/video", '{"url": "https://example.org/v.mp4"}')
    room.say("media/join")
    room.say("media/leave")
    assert not room.robot.app.in_front


def test_the_stock_app_tells_no_position_and_knows_none_of_it() -> None:
    room = Room(SPEC)
    room.say("media/join")
    room.say("move/position", NORTH)
    room.say("move/tilt", '{"angle": 45}')
    room.run(10)
    assert room.topics() == set()
    room.go("entrance")
    room.run(20)
    assert room.topics() == {"event/waypoint/goto", "status/utils/battery"}
