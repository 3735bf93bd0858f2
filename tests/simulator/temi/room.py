"""A simulated robot without a broker, and a clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from random import Random
from typing import Any

from simulator.faults import Faults
from simulator.temi.app import Message
from simulator.temi.robot import Robot
from simulator.temi.spec import Profile, RobotSpec

SERIAL = "00119260058"
BEGIN = datetime(2026, 7, 1, 6, tzinfo=UTC)
SPEC = RobotSpec(
    key="temi",
    name="Temi",
    serial=SERIAL,
    waypoints={"entrance": (7.0, 0.0), "flat 12.1": (7.0, 7.0)},
)
OPEN_RMF = replace(SPEC, profile=Profile.OPEN_RMF)


class Room:
    """A robot and a clock."""

    def __init__(self, spec: RobotSpec = SPEC, **faults: float) -> None:
        self.faults: Faults = faults
        self.robot = Robot(spec, self.faults, Random(1))
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

    def topics(self) -> set[str]:
        """Return what was told of, beside the heartbeat, and forget it."""
        found = {each.topic for each in self.told} - {"status/info"}
        self.told = []
        return found

    def drives(self) -> list[tuple[Any, ...]]:
        """Return what was told of drives."""
        keys = ("location", "status", "description_id")
        return [
            tuple(each[key] for key in keys) for each in self.all("event/waypoint/goto")
        ]
