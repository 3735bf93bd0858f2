"""A robot as the vendor's cloud sees it: what it has told, and what it plays."""

from datetime import datetime
from typing import Any

from .driving import COORDINATES
from .on_air import Temi
from .robot import Robot
from .runs import START, Run

type Json = dict[str, Any]


class Watched:
    """Remembers what a robot told last: without Wi-Fi it tells nothing new."""

    def __init__(self, temi: Temi) -> None:
        """Have heard nothing yet."""
        self.temi = temi
        self.run: Run | None = None
        self._told: Json = {}

    @property
    def named(self) -> Json:
        """Return what every answer says of it."""
        spec = self.temi.robot.spec
        return {"teminame": spec.name, "serialNumber": spec.serial}

    @property
    def has_plan(self) -> bool:
        """Tell whether the cloud serves it at all."""
        return "basic" not in self.temi.faults

    @property
    def is_away(self) -> bool:
        """Tell whether the cloud cannot reach it; the app is nothing to the cloud."""
        return "wifi_lost" in self.temi.faults

    @property
    def presence(self) -> str:
        """Return whether it may be disturbed."""
        if "privacy" in self.temi.faults:
            return "privacy"
        if self.is_away:
            return "offline"
        return "busy" if self.run is not None and self.run.status == START else "online"

    def play(self, run: Run, now: datetime) -> None:
        """Begin a sequence, and its first step at once."""
        self.run = run
        run.advance(now)

    def tick(self, now: datetime) -> None:
        """Carry it on to a moment."""
        if self.run is not None:
            self.run.advance(now)
        self._listen()

    def status(self) -> Json:
        """Return how it is; what it has never told is left out."""
        self._listen()
        return {**self.named, "status": self.presence, **self._told}

    def _listen(self) -> None:
        """Take in what it tells."""
        if not self.is_away:
            robot = self.temi.robot
            battery = {"level": robot.battery, "isCharging": robot.is_charging}
            movement = _movement(robot)
            self._told = {"movement": movement, **_played(self.run), "battery": battery}


def _movement(robot: Robot) -> Json:
    """Return its last drive."""
    if (told := robot.last_told) is None:
        return {"type": "idle"}
    if told.location == COORDINATES:
        return {"type": "go_to_coordinate", "status": told.phase.value}
    place = {"location": told.location, "status": told.phase.value}
    return {"type": "go_to", **place}


def _played(run: Run | None) -> Json:
    """Return the sequence, and the call that it holds."""
    if run is None:
        return {}
    sequence = {
        "status": run.status,
        "name": run.sequence.name,
        "step": run.step,
        "total": run.sequence.last,
        "sequenceId": run.run_id,
    }
    if not run.robot.in_call:
        return {"sequence": sequence}
    call = {"status": START, "hostId": f"host-{run.run_id}"}
    return {"sequence": sequence, "call": call}
