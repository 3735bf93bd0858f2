"""A robot drives, charges and tells of it as the stock app does."""

import pytest

from .room import Room


def test_it_tells_every_three_seconds_where_it_can_go_and_how_full_it_is() -> None:
    room = Room()
    room.run(6)
    beats = room.all("status/info")
    assert len(beats) == 3
    assert list(beats[0].items()) == [
        ("waypoint_list", ["home base", "entrance", "flat 12.1"]),
        ("battery_percentage", 87),
    ]


def test_a_drive_begins_looks_for_a_way_goes_and_arrives(room: Room) -> None:
    room.go(" Entrance ")
    room.run(20)
    assert room.drives() == [
        ("entrance", "start", 0),
        ("entrance", "calculating", 0),
        ("entrance", "going", 0),
        ("entrance", "complete", 0),
    ]
    assert room.robot.driver.place == "entrance"


def test_a_drive_takes_as_long_as_its_way(room: Room) -> None:
    room.go("flat 12.1")
    room.run(1.2 + 14.0)
    assert room.robot.driver.is_driving
    room.run(0.3)
    assert not room.robot.driver.is_driving
    assert room.robot.driver.point == (7.0, 7.0)


def test_who_is_there_already_only_begins_and_ends(room: Room) -> None:
    room.go("home base")
    room.run(2)
    assert room.drives() == [("home base", "start", 0), ("home base", "complete", 0)]
    assert room.robot.is_charging


@pytest.mark.parametrize("place", ["moon", "", "entrance hall"])
def test_an_unknown_waypoint_is_silence(room: Room, place: str) -> None:
    room.go(place)
    room.run(30)
    assert room.drives() == []


def test_a_stop_is_an_abort(room: Room) -> None:
    room.go("entrance")
    room.run(5)
    room.say("move/stop")
    room.say("move/stop")
    room.run(5)
    assert room.drives()[-1] == ("entrance", "abort", 1005)
    assert room.robot.driver.place is None


@pytest.mark.parametrize("deed", ["touch", "wake word"])
def test_a_person_ends_a_drive_without_meaning_to(room: Room, deed: str) -> None:
    room.go("entrance")
    room.run(5)
    room.do(deed)
    room.run(31)
    told, room.told = room.told, []
    used = [e.payload["is_interacting"] for e in told if "interaction" in e.topic]
    assert used == [True, False]
    (ended,) = [e.payload for e in told if e.payload.get("status") == "abort"]
    assert ended["description_id"] == 1005


def test_another_drive_ends_the_first_one(room: Room) -> None:
    room.go("entrance")
    room.run(5)
    room.told = []
    room.go("flat 12.1")
    room.run(30)
    drives = room.drives()
    assert drives[:2] == [("entrance", "abort", 1005), ("flat 12.1", "start", 0)]
    assert drives[-1] == ("flat 12.1", "complete", 0)


def test_an_obstacle_is_waited_for_or_ends_the_drive(room: Room) -> None:
    room.go("entrance")
    room.run(5)
    room.told = []
    room.do("block")
    room.run(30)
    assert [each[1:] for each in room.drives()] == [
        ("obstacle detected", 2000),
        ("calculating", 0),
        ("going", 0),
        ("complete", 0),
    ]
    room.go("flat 12.1")
    room.run(5)
    room.told = []
    room.do("wall in")
    room.run(30)
    assert [each[1:] for each in room.drives()] == [
        ("obstacle detected", 2000),
        ("abort", 2000),
    ]


def test_a_robot_that_finds_no_way_looks_for_one_until_it_is_stopped() -> None:
    room = Room(stuck_calculating=1.0)
    room.go("entrance")
    room.run(60)
    phases = [each[1] for each in room.drives()]
    assert phases[0] == "start"
    assert len(phases) > 10 and set(phases[1:]) == {"calculating"}
    room.say("move/stop")
    room.run(1)
    assert room.drives() == [("entrance", "abort", 1005)]


def test_a_robot_that_does_not_know_where_it_is_finds_itself_first() -> None:
    room = Room(lost_position=1.0)
    room.go("entrance")
    room.run(30)
    assert [each[1] for each in room.drives()] == [
        "start",
        "reposing",
        "going",
        "complete",
    ]


@pytest.mark.parametrize(("deed", "reason"), [("touch", 1005), ("wall in", 2000)])
def test_a_robot_that_does_not_find_itself_gives_up(deed: str, reason: int) -> None:
    room = Room(lost_position=1.0)
    room.go("entrance")
    room.run(1)
    room.do(deed)
    room.run(30)
    assert [each[1:] for each in room.drives()] == [
        ("start", 0),
        ("reposing", 0),
        ("abort", reason),
    ]


def test_leaving_the_dock_ends_charging_and_coming_back_begins_it(room: Room) -> None:
    room.go("entrance")
    room.run(20)
    assert [b["is_charging"] for b in room.all("status/utils/battery")] == [False]
    room.go("home base")
    room.run(20)
    told = room.told
    room.told = []
    topics = [
        e.topic for e in told if e.payload.get("is_charging") or "goto" in e.topic
    ]
    assert topics[-1] == "status/utils/battery", "only after it has arrived"


def test_the_battery_is_told_only_when_it_changes() -> None:
    room = Room()
    room.run(29)
    assert room.all("status/utils/battery") == []
    room.run(2)
    assert room.all("status/utils/battery") == [{"percentage": 88, "is_charging": True}]
    room.run(3)
    assert room.all("status/info")[-1]["battery_percentage"] == 88


def test_somebody_is_seen_and_lost_but_not_on_the_way(room: Room) -> None:
    room.do("come")
    room.do("come")
    room.do("leave")
    room.run(1)
    assert [e["state"] for e in room.all("event/user/detection")] == [2, 1, 0]
    room.go("entrance")
    room.do("come")
    room.run(1)
    assert room.all("event/user/detection") == []


def test_waypoints_are_saved_and_deleted_but_never_the_dock(room: Room) -> None:
    room.say("waypoint/save", '{"location": "Sofa"}')
    room.say("waypoint/delete", '{"location": "entrance"}')
    room.say("waypoint/delete", '{"location": "home base"}')
    room.run(3)
    assert {each.topic for each in room.told} == {"status/info"}
    names = room.all("status/info")[-1]["waypoint_list"]
    assert names == ["home base", "flat 12.1", "Sofa"]


def test_a_waypoint_that_is_deleted_on_the_way_is_still_reached(room: Room) -> None:
    room.go("entrance")
    room.run(5)
    room.say("waypoint/delete", '{"location": "entrance"}')
    room.run(15)
    assert room.drives()[-1] == ("entrance", "complete", 0)
    room.go("entrance")
    room.run(5)
    assert room.drives() == []


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("move/joystick", '{"x": 0.5, "y": "0"}'),
        ("move/turn_by", '{"angle": 90}'),
        ("move/forward", "{}"),
    ],
)
def test_moved_by_hand_it_is_nowhere_and_not_in_its_dock(
    room: Room, name: str, payload: str
) -> None:
    room.say(name, payload)
    room.run(10)
    assert room.robot.driver.place is None
    assert not room.robot.is_charging
