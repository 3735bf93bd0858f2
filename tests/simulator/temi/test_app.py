"""What the app on a robot understands, what hides it, and what can be broken about it."""

import json

from hypothesis import given, strategies as st
import pytest

from simulator.temi.robot import Robot
from simulator.temi.spec import RobotSpec

from .room import OPEN_RMF, SERIAL, SPEC, Room

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


PAGES = [each for each in RECORDED if each[0].startswith("media/")]
KEYS = {
    "status/info": ["waypoint_list", "battery_percentage"],
    "status/utils/battery": ["percentage", "is_charging"],
    "event/waypoint/goto": ["location", "status", "description_id", "description"],
    "event/user/detection": ["state"],
    "event/user/interaction": ["is_interacting"],
}
"""All that the stock app tells, as it was read in its source."""


def test_everything_that_is_told_has_its_keys_in_the_order_of_the_app(
    room: Room,
) -> None:
    room.do("come")
    room.go("entrance")
    room.run(5)
    room.do("touch")
    room.run(31)
    assert {each.topic: list(each.payload) for each in room.told} == KEYS
    drives = room.all("event/waypoint/goto")
    assert {each["description"] for each in drives} == {""}


@pytest.mark.parametrize(("name", "payload"), PAGES)
def test_a_page_hides_the_app_and_with_it_all_events_but_the_heartbeat(
    room: Room, name: str, payload: str
) -> None:
    room.say(name, payload)
    room.go("entrance")
    room.run(20)
    assert {each.topic for each in room.told} == {"status/info"}
    assert room.robot.driver.place == "entrance", "it drives nevertheless"
    room.told = []
    room.do("open app")
    room.go("home base")
    room.run(1)
    assert room.drives() != []


def test_an_app_that_is_behind_another_tells_of_nothing_but_itself() -> None:
    room = Room(background=1.0)
    room.go("entrance")
    room.do("touch")
    room.do("come")
    room.go("entrance")
    room.run(40)
    assert {each.topic for each in room.told} == {"status/info"}
    assert room.robot.driver.place == "entrance"


def test_a_call_of_the_vendor_hides_the_app_until_somebody_hangs_up(room: Room) -> None:
    room.robot.in_call = True
    room.go("entrance")
    room.run(20)
    assert room.topics() == set()
    room.do("hang up")
    room.go("home base")
    room.run(1)
    assert room.drives() != []


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("tts", '{"utterance": "Guten Tag"}'),
        ("move/tilt", '{"angle": 45}'),
        ("move/tilt_by", '{"angle": "-10"}'),
        ("move/turn_by", '{"angle": 90}'),
        ("move/joystick", '{"x": 1, "y": "0.5"}'),
        ("move/forward", "{}"),
        ("move/backward", "{}"),
        ("waypoint/save", '{"location": "Sofa"}'),
        ("waypoint/delete", '{"location": "flat 12.1"}'),
    ],
)
def test_what_is_no_drive_is_not_answered(room: Room, name: str, payload: str) -> None:
    room.go("entrance")
    room.run(20)
    room.told = []
    room.say(name, payload)
    room.run(9)
    assert room.topics() == set()


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("waypoint/goto", '["entrance"]'),
        ("waypoint/goto", ""),
        ("waypoint/goto", "null"),
        ("waypoint/goto", "{}"),
        ("waypoint/goto", '{"location": null}'),
        ("waypoint", '{"location": "entrance"}'),
        ("waypoint/save", "{}"),
        ("waypoint/delete", "{}"),
        ("tts", "{}"),
        ("move", "{}"),
        ("move/tilt", '{"angle": 45.0}'),
        ("move/tilt_by", '{"angle": 2147483648}'),
        ("move/turn_by", '{"angle": 90.0}'),
        ("move/turn_by", "{}"),
        ("move/joystick", '{"x": 1}'),
        ("media/video", "{}"),
        ("media/webview", '{"video_id": "abc"}'),
        ("media/youtube", '{"url": "https://example.org/"}'),
        ("follow/unconstrained", "{}"),
    ],
)
def test_what_is_not_right_changes_nothing_without_a_word(
    room: Room, name: str, payload: str
) -> None:
    before = len(room.robot.driver.waypoints)
    room.say(name, payload)
    room.run(20)
    assert room.topics() == set()
    assert (room.robot.tilt, room.robot.said) == (0, [])
    assert room.robot.driver.place == "home base"
    assert len(room.robot.driver.waypoints) == before
    assert room.robot.app.in_front


def test_what_is_for_another_robot_changes_nothing(room: Room) -> None:
    topic = "temi/00119260059/command/waypoint/goto"
    room.robot.obey(topic, b'{"location": "entrance"}', room.now)
    room.run(20)
    assert room.topics() == set()


def test_the_head_tilts_within_its_range(room: Room) -> None:
    seen = []
    for name, angle in (("tilt", "45"), ("tilt_by", "10"), ("tilt", "-90")):
        room.say(f"move/{name}", f'{{"angle": {angle}}}')
        seen.append(room.robot.tilt)
    room.say("move/tilt", '{"angle": 10.0}')
    assert [*seen, room.robot.tilt] == [45, 50, -30, -30]


def test_what_another_client_sends_is_understood(room: Room) -> None:
    for name, payload in RECORDED:
        room.say(name, payload)
        room.run(0.1)
    assert room.robot.said == ["Guten Tag"]
    assert room.robot.tilt == 35
    assert "neu" in room.robot.driver.waypoints
    assert [each[1] for each in room.drives()] == ["start", "abort"]
    assert not room.robot.app.in_front, "a page is shown"


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
            | st.sampled_from(["waypoint/delete", "move/position", "media/join"])
            | st.text(),
            st.sampled_from([payload for _, payload in RECORDED])
            | st.text()
            | st.dictionaries(
                st.sampled_from(
                    ["location", "angle", "x", "y", "yaw", "utterance", "url"]
                ),
                st.none() | st.floats() | st.text() | st.integers() | st.booleans(),
            ).map(json.dumps),
            st.sampled_from([*Robot.deeds, "dance"]),
            st.floats(0, 20),
        ),
        max_size=8,
    ),
    st.sampled_from([SPEC, OPEN_RMF]),
)
def test_whatever_is_said_and_done_it_goes_on_and_every_drive_ends_once(
    story: list[tuple[str, str, str, float]], spec: RobotSpec
) -> None:
    room = Room(spec)
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
