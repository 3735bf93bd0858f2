"""The robot behind the app: it drives, speaks, sees people, and tells of it.

Pure but for its dice: commands and time come in, messages come out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from ..faults import Faults
from .commands import Command, Payload, number, read, text, whole
from .driving import Driver, Phase, Told
from .spec import HOME, RobotSpec

HEARTBEAT_S: Final = 3.0
DOCKED_S: Final = 2.0
"""So long after it stands in the dock it says that it charges."""
INTERACTION_S: Final = 30.0
CHARGE_S: Final = 30.0
DRAIN_S: Final = 60.0
"""Seconds of charging, and of driving, for a percent."""
SPOKEN_PER_S: Final = 15.0
"""Characters."""
TILT: Final = (-30, 50)
IDLE, LOST, DETECTED = 0, 1, 2

TOUCH, WAKE_WORD, BLOCK, WALL_IN = "touch", "wake word", "block", "wall in"
COME, LEAVE, OPEN_APP, HANG_UP = "come", "leave", "open app", "hang up"
CONNECT: Final = "connect"
"""A tap on *Connect*: it subscribes again, and begins a second heartbeat."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message below the robot's own topic."""

    topic: str
    payload: Payload


class Robot:
    """A robot with the app in front."""

    deeds = (
        *(TOUCH, WAKE_WORD, BLOCK, WALL_IN, COME, LEAVE, OPEN_APP, HANG_UP),
        CONNECT,
    )

    def __init__(self, spec: RobotSpec, faults: Faults, chance: Random) -> None:
        """Stand in the dock, charging."""
        self.spec = spec
        self.driver = Driver(dict(spec.waypoints), spec.speed_m_s)
        self.battery = spec.battery
        self.is_charging = True
        self.in_front = True
        self.said: list[str] = []
        self.tilt = 0
        self.last_told: Told | None = None
        self.in_call = False
        self.ended: list[Told] = []
        """How its drives ended, one after the other."""
        self.disturbed_by: set[str] = set()
        """What persons did to it since its last sequence began."""
        self._faults = faults
        self._chance = chance
        self._outbox: list[Message] = []
        self._heartbeats = 1
        self._beat_at: datetime | None = None
        self._docked_at: datetime | None = None
        self._calm_at: datetime | None = None
        self._energy_at: datetime | None = None
        self._detection = IDLE
        self._silent_at: datetime | None = None

    def obey(self, topic: str, payload: bytes, now: datetime) -> None:
        """Take in a message of the broker; what is not right, or lost, changes nothing."""
        if self._chance.random() < self._faults.get("drop_commands", 0.0):
            return
        if (command := read(self.spec.serial, topic, payload)) is not None:
            self._do_command(command, now)

    def drive_to(self, location: str, now: datetime) -> bool:
        """Begin a drive, and tell whether the place is known."""
        target = location.strip().lower()
        if target not in self.driver.waypoints:
            return False
        self._leave_dock(target)
        self._tell_drive(self.driver.go(target, now))
        return True

    def say(self, words: str, now: datetime) -> datetime:
        """Say something after all that was to be said before; return when it is said."""
        self.said.append(words)
        begin = max(now, self._silent_at or now)
        self._silent_at = begin + timedelta(seconds=len(words) / SPOKEN_PER_S)
        return self._silent_at

    def stop(self, now: datetime) -> None:
        """Stop a drive."""
        self._tell_drive(self.driver.stop(now))

    def do(self, deed: str, now: datetime) -> None:
        """Let a person do something with it."""
        match deed:
            case "touch" | "wake word":
                self.disturbed_by.add(deed)
                self.stop(now)
                self._interact(now)
            case "block" | "wall in":
                self.driver.block(for_good=deed == WALL_IN)
            case "come":
                self._detect(DETECTED)
            case "leave" if self._detection == DETECTED:
                self._detect(LOST)
                self._detect(IDLE)
            case "open app":
                self.in_front = True
            case "hang up":
                self.in_call = False
            case "connect":
                self._heartbeats += 1

    def advance(self, now: datetime) -> list[Message]:
        """Carry the robot on to a moment, and return what it tells."""
        self.driver.is_stuck = "stuck_calculating" in self._faults
        self.driver.is_lost = "lost_position" in self._faults
        self._tell_drive(self.driver.advance(now))
        self._charge(now)
        if self._calm_at is not None and now >= self._calm_at:
            self._calm_at = None
            self._event("event/user/interaction", {"is_interacting": False})
        self._beat(now)
        told, self._outbox = self._outbox, []
        return told

    def connected(self) -> None:
        """Tell of itself at once."""
        self._beat_at = None

    def _do_command(self, command: Command, now: datetime) -> None:
        """Do what a command says."""
        payload = command.payload
        match command.name:
            case "tts":
                if (utterance := text(payload, "utterance")) is not None:
                    self.say(utterance, now)
            case "waypoint/goto":
                self.drive_to(text(payload, "location") or "", now)
            case "waypoint/save":
                if name := text(payload, "location"):
                    self.driver.waypoints[name] = self.driver.point
            case "waypoint/delete":
                if (name := text(payload, "location")) != HOME:
                    self.driver.waypoints.pop(name or "", None)
            case "media/video" | "media/webview" | "media/youtube":
                self.in_front = False
            case _ if command.name.startswith("move/"):
                self._move(command, now)

    def _move(self, command: Command, now: datetime) -> None:
        """Stop, tilt, turn, or be driven by hand; none of it is answered."""
        payload = command.payload
        angle = whole(payload, "angle")
        match command.name:
            case "move/stop":
                self.stop(now)
            case "move/tilt" if angle is not None:
                self.tilt = min(max(angle, TILT[0]), TILT[1])
            case "move/tilt_by" if angle is not None:
                self.tilt = min(max(self.tilt + angle, TILT[0]), TILT[1])
            case "move/turn_by" if angle is not None:
                self._push()
            case "move/forward" | "move/backward":
                self._push()
            case "move/joystick":
                if None not in (number(payload, "x"), number(payload, "y")):
                    self._push()

    def _push(self) -> None:
        """Leave the waypoint."""
        self.driver.push()
        self._leave_dock(None)

    def _leave_dock(self, target: str | None) -> None:
        """Charge no longer, unless it stays where it is."""
        if target == self.driver.place == HOME:
            return
        self._docked_at = None
        self._set_battery(self.battery, charging=False)

    def _tell_drive(self, told: list[Told]) -> None:
        """Tell of a drive."""
        for each in told:
            self.last_told = each
            if each.phase in {Phase.COMPLETE, Phase.ABORT}:
                self.ended.append(each)
            self._event(
                "event/waypoint/goto",
                {
                    "location": each.location,
                    "status": each.phase.value,
                    "description_id": each.description_id,
                    "description": each.description,
                },
            )

    def _charge(self, now: datetime) -> None:
        """Charge in the dock, and use energy on the way."""
        if self.driver.place != HOME or self.driver.is_driving:
            self._docked_at = None
        elif not self.is_charging and self._docked_at is None:
            self._docked_at = now + timedelta(seconds=DOCKED_S)
        if self._docked_at is not None and now >= self._docked_at:
            self._docked_at = None
            self._set_battery(self.battery, charging=True)
        lasts_s = CHARGE_S if self.is_charging else DRAIN_S
        self._energy_at = self._energy_at or now
        if now - self._energy_at < timedelta(seconds=lasts_s):
            return
        self._energy_at = now
        by = 1 if self.is_charging else -int(self.driver.is_driving)
        self._set_battery(
            min(100, max(1, self.battery + by)), charging=self.is_charging
        )

    def _set_battery(self, percentage: int, *, charging: bool) -> None:
        """Tell of the battery only when something about it changes."""
        if (percentage, charging) == (self.battery, self.is_charging):
            return
        self.battery, self.is_charging = percentage, charging
        payload = {"percentage": percentage, "is_charging": charging}
        self._event("status/utils/battery", payload)

    def _detect(self, state: int) -> None:
        """See somebody come or go; not while it drives."""
        if not self.driver.is_driving and state != self._detection:
            self._detection = state
            self._event("event/user/detection", {"state": state})

    def _interact(self, now: datetime) -> None:
        """Be in use until nobody has touched it for a while."""
        if self._calm_at is None:
            self._event("event/user/interaction", {"is_interacting": True})
        self._calm_at = now + timedelta(seconds=INTERACTION_S)

    def _event(self, topic: str, payload: Payload) -> None:
        """Tell something, as long as the app is in front."""
        if self.in_front and "background" not in self._faults:
            times = 2 if "duplicate_events" in self._faults else 1
            self._outbox += [Message(topic, payload)] * times

    def _beat(self, now: datetime) -> None:
        """Tell every three seconds what it knows and how full it is."""
        if self._beat_at is not None and now < self._beat_at:
            return
        self._beat_at = now + timedelta(seconds=HEARTBEAT_S)
        payload = {
            "waypoint_list": list(self.driver.waypoints),
            "battery_percentage": self.battery,
        }
        twice = "second_connect" in self._faults
        beats = max(self._heartbeats, 2 if twice else 1)
        self._outbox += [Message("status/info", payload)] * beats
