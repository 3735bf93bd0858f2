"""A robot drives, charges and tells of it as the stock app does."""

from datetime import UTC, datetime, timedelta
import json
from random import Random
from typing import Any

from hypothesis import given, strategies as st
import pytest

from simulator.faults import Faults
from simulator.temi.robot import Message, Robot
from simulator.temi.spec import RobotSpec

SERIAL = "00119260058"
BEGIN = datetime(2026, 7, 1, 6, tzinfo=UTC)
SPEC = RobotSpec(
    key="temi",
    name="Temi",
    serial=SERIAL,
    waypoints={"entrance": (7.0, 0.0), "flat 12.1": (7.0, 7.0)},
)
RECORDED = (
    ("tts", '{"utterance": "Guten Tag"}'),
    ("waypoint/goto", '{"location": "Entrance"}'),
    ("move/stop", "{}"),
    ("follow/unconstrained", "{}"),
    ("move/tilt", '{"angle": 45}'),
    ("move/tilt_by", '{"angle": -10}'),
    ("move/turn_by", '{"angle": 90}'),
    ("move/joystick", '{"x": 0.5, "y": -0.25}'),
    ("media/video", '{"url": "https://example.org/v.mp4"}'),
    ("media/webview", '{"url": "https://example.org/"}'),
    ("media/youtube", '{"video_id": "abc"}'),
    ("waypoint/save", '{"location": "neu"}'),
)
"""What a client of another project sends, as it was recorded."""


class Room:
    """A robot and a clock."""

    def __init__(self, **faults: float) -> None:
        self.faults: Faults = faults
        self.robot = Robot(SPEC, self.faults, Random(1))
        self.now = BEGIN
        self.told: list[Message] = []
        self.run(0)

    def run(self, seconds: float) -> None:
        """Let time pass in small steps."""
        end = self.now + timedelta(seconds=seconds)
        while True:
            self.told += self.robot.advance(self.now)
            if self.now >= end:
                return
            self.now = min(end, self.now + timedelta(seconds=0.1))

    def say(self, name: str, payload: str = "{}") -> None:
        """Send a command."""
        topic = f"temi/{SERIAL}/command/{name}"
        self.robot.obey(topic, payload.encode(), self.now)

    def go(self, place: str) -> None:
        """Send it somewhere."""
        self.say("waypoint/goto", json.dumps({"location": place}))

    def do(self, deed: str) -> None:
        """Play a person."""
        self.robot.do(deed, self.now)

    def all(self, topic: str) -> list[dict[str, Any]]:
        """Return all payloads of a topic, and forget what was told."""
        found = [each.payload for each in self.told if each.topic == topic]
        self.told = []
        return found

    def drives(self) -> list[tuple[Any, ...]]:
        """Return what was told of drives."""
        keys = ("location", "status", "description_id")
        return [
            tuple(each[key] for key in keys) for each in self.all("event/waypoint/goto")
        ]


@pytest.fixture
def room() -> Room:
    """Return a robot in its dock."""
    return Room()


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
    assert [each[1] for each in room.drives()] == [
        "obstacle detected",
        "calculating",
        "going",
        "complete",
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
    assert {each[1] for each in room.drives()} == {"start", "calculating"}
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


def test_a_page_hides_the_app_and_with_it_all_events_but_the_heartbeat(
    room: Room,
) -> None:
    room.say("media/webview", '{"url": "https://example.org/"}')
    room.go("entrance")
    room.run(20)
    assert {each.topic for each in room.told} == {"status/info"}
    assert room.robot.driver.place == "entrance", "it drives nevertheless"
    room.told = []
    room.do("open app")
    room.go("home base")
    room.run(1)
    assert room.drives() != []


def test_waypoints_are_saved_and_deleted_but_never_the_dock(room: Room) -> None:
    room.say("waypoint/save", '{"location": "Sofa"}')
    room.say("waypoint/delete", '{"location": "entrance"}')
    room.say("waypoint/delete", '{"location": "home base"}')
    room.run(3)
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


def test_the_head_tilts_within_its_range(room: Room) -> None:
    seen = []
    for name, angle in (("tilt", "45"), ("tilt_by", "10"), ("tilt", "-90")):
        room.say(f"move/{name}", f'{{"angle": {angle}}}')
        seen.append(room.robot.tilt)
    room.say("move/tilt", '{"angle": 10.0}')
    assert [*seen, room.robot.tilt] == [45, 50, -30, -30]


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


def test_what_another_client_sends_is_understood(room: Room) -> None:
    for name, payload in RECORDED:
        room.say(name, payload)
        room.run(0.1)
    assert room.robot.said == ["Guten Tag"]
    assert room.robot.tilt == 35
    assert "neu" in room.robot.driver.waypoints
    assert [each[1] for each in room.drives()] == ["start", "abort"]
    assert not room.robot.in_front, "a page is shown"


def test_events_may_come_twice_and_heartbeats_too() -> None:
    room = Room(duplicate_events=1.0, second_connect=1.0)
    room.go("entrance")
    room.run(2.9)
    told = [each.topic for each in room.told]
    assert told.count("status/info") == 2
    assert told.count("event/waypoint/goto") == 6


def test_commands_may_be_lost() -> None:
    room = Room(drop_commands=1.0)
    room.go("entrance")
    room.run(10)
    assert room.drives() == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from([name for name, _ in RECORDED])
            | st.just("waypoint/delete")
            | st.text(),
            st.sampled_from([payload for _, payload in RECORDED])
            | st.text()
            | st.dictionaries(
                st.sampled_from(["location", "angle", "x", "y", "utterance", "url"]),
                st.none() | st.floats() | st.text() | st.integers() | st.booleans(),
            ).map(json.dumps),
            st.sampled_from([*Robot.deeds, "dance"]),
            st.floats(0, 20),
        ),
        max_size=8,
    )
)
def test_whatever_is_said_and_done_it_goes_on_and_every_drive_ends_once(
    story: list[tuple[str, str, str, float]],
) -> None:
    room = Room()
    for name, payload, deed, seconds in story:
        room.robot.obey(
            f"temi/{SERIAL}/command/{name}",
            payload.encode(errors="replace"),
            room.now,
        )
        room.do(deed)
        room.run(round(seconds, 1))
    room.say("move/stop")
    room.do("open app")
    room.run(3)
    drives = room.drives()
    begun = [each for each in drives if each[1] == "start"]
    ended = [each for each in drives if each[1] in {"complete", "abort"}]
    assert len(ended) >= len(begun)
    assert not room.robot.driver.is_driving
