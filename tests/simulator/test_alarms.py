"""Cords, radars and the pager of the flats."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.alarms import Cord, Pager, Radar, alarms
from simulator.discovery import announcement
from simulator.rooms import BedMat, Door, Motion
from simulator.scenario import LOBEDA, Scenario, SensorSpec, load
from simulator.world import World


@pytest.fixture
def world() -> World:
    """Return a quarter with one flat."""
    scenario = Scenario.from_dict(
        {
            "name": "flat",
            "start": "2026-07-01T06:00:00+00:00",
            "cords": [{"key": "cord", "name": "Cord"}],
            "radars": [{"key": "radar", "name": "Radar"}],
            "beds": [{"key": "bed", "name": "Bed"}],
            "doors": [{"key": "door", "name": "Door"}],
            "motions": [{"key": "motion", "name": "Motion"}],
            "pager": {"key": "pager", "name": "Pager"},
        }
    )
    return World(scenario, datetime(2026, 7, 1, 6, tzinfo=UTC))


def spec(key: str) -> SensorSpec:
    """Return what a device is called."""
    return SensorSpec(key=key, name=key.title())


def announced(device: Any, object_id: str) -> dict[str, Any]:
    """Return the discovery message of an entity."""
    entity = next(e for e in device.hardware.entities if e.object_id == object_id)
    _, payload = announcement(entity, device.hardware, device.ieee, "Name")
    return payload


def test_a_cord_tells_of_each_pull_once(world: World) -> None:
    cord = Cord(world, spec("cord"))
    assert "action" not in cord.state()
    cord.do("pull")
    assert cord.state()["action"] == "emergency"
    assert "action" not in cord.state()
    cord.do("something else")
    assert "action" not in cord.state()


def test_a_radar_sees_who_lies_there_until_they_are_up(world: World) -> None:
    radar = Radar(world, spec("radar"))
    assert radar.state()["fall_status"] == "normal"
    radar.do("fall")
    radar.do("dance")
    assert radar.state()["fall_status"] == "fall_alarm"
    radar.do("get up")
    assert radar.state()["fall_status"] == "normal"


def test_a_mat_knows_who_stays_in_bed(world: World) -> None:
    bed = BedMat(world, spec("bed"))
    assert bed.state()["occupancy"] is False
    bed.do("stay in bed")
    bed.do("dance")
    assert bed.state()["occupancy"] is True
    bed.do("get up")
    assert bed.state()["occupancy"] is False


def test_a_door_tells_whether_it_is_closed(world: World) -> None:
    door = Door(world, spec("door"))
    seen = []
    for deed in ("open", "dance", "close"):
        door.do(deed)
        seen.append(door.state()["contact"])
    assert seen == [False, False, True]


def test_a_motion_sensor_forgets_after_a_minute_and_a_half(world: World) -> None:
    motion = Motion(world, spec("motion"))
    assert not motion.reports()
    motion.do("dance")
    assert motion.state()["occupancy"] is False
    motion.do("move")
    world.advance(world.now + timedelta(seconds=89))
    assert motion.state()["occupancy"] is True
    assert not motion.reports()
    world.advance(world.now + timedelta(seconds=1))
    assert motion.reports(), "it says by itself that it sees nobody"
    assert motion.state()["occupancy"] is False
    assert not motion.reports()


def test_a_pager_shows_what_it_is_sent(world: World) -> None:
    pager = Pager(world, spec("pager"))
    assert pager.state() == {"last_page": "-"}
    pager.command(None, {"state": "Flat 1"})
    assert pager.state() == {"last_page": "Flat 1"}


def test_all_devices_of_a_scenario_are_there(world: World) -> None:
    found = [device.key for device in alarms(world, world.scenario)]
    assert found == ["cord", "radar", "bed", "door", "motion", "pager"]
    lobeda = load(LOBEDA)
    quarter = World(lobeda, datetime(2026, 7, 1, 6, tzinfo=UTC))
    assert len(alarms(quarter, lobeda)) == 16


def test_they_announce_themselves_as_home_assistant_expects(world: World) -> None:
    cord, radar, _bed, door, _motion, pager = alarms(world, world.scenario)
    assert announced(cord, "action")["event_types"] == ["emergency"]
    assert "fall_alarm" in announced(radar, "fall_status")["options"]
    contact = announced(door, "contact")
    assert (contact["payload_on"], contact["payload_off"]) == (False, True)
    assert announced(pager, "page")["command_topic"].endswith("/set")


def test_other_devices_do_not_notice_people(world: World) -> None:
    pager = Pager(world, spec("pager"))
    pager.do("pull")
    assert pager.shown == "-"
