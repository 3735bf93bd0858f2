"""The robot behind the app: it drives, speaks, sees people, and tells of it.

Pure but for its dice: commands and time come in, messages come out.
"""

from datetime import datetime, timedelta
from math import radians
from random import Random
from typing import Final

from ..faults import Faults
from .app import App, Message
from .battery import Battery
from .commands import NOT_KNOWN, Command, Payload, number, read, text, whole
from .driving import Driver, Phase, Told
from .position import Positions, Stance, position
from .spec import HOME, Profile, RobotSpec

HEARTBEAT_S: Final = 3.0
INTERACTION_S: Final = 30.0
SPOKEN_PER_S: Final = 15.0
"""Characters."""
PULSE_M: Final = 0.1
PULSE_RAD: Final = 0.1
"""How far a command of the joystick moves and turns it."""
IDLE, LOST, DETECTED = 0, 1, 2

TOUCH, WAKE_WORD, BLOCK, WALL_IN = "touch", "wake word", "block", "wall in"
COME, LEAVE, OPEN_APP, HANG_UP = "come", "leave", "open app", "hang up"
CONNECT: Final = "connect"
"""A tap on *Connect*: the stock app that is connected only says so, deaf or not."""
RESTART: Final = "restart app"
"""Close the app, open it, tap *Connect*: the one way to mend the stock app."""


class Robot:
    """A robot with the app in front."""

    deeds = (
        *(TOUCH, WAKE_WORD, BLOCK, WALL_IN, COME, LEAVE, OPEN_APP, HANG_UP),
        *(CONNECT, RESTART),
    )

    def __init__(self, spec: RobotSpec, faults: Faults, chance: Random) -> None:
        """Stand in the dock, charging."""
        self.spec = spec
        self.app = App(faults)
        self.driver = Driver(dict(spec.waypoints), spec.speed_m_s)
        self.said: list[str] = []
        self.last_told: Told | None = None
        self.in_call = False
        self.ended: list[Told] = []
        """How its drives ended, one after the other."""
        self.disturbed_by: set[str] = set()
        """What persons did to it since its last sequence began."""
        self._faults = faults
        self._chance = chance
        self._beat_at: datetime | None = None
        self._calm_at: datetime | None = None
        self._detection = IDLE
        self._silent_at: datetime | None = None
        self._battery = Battery(spec.battery)
        self._battery_told = {"percentage": spec.battery, "is_charging": True}
        self._positions = Positions(position(self.driver.point, self.driver.stance))

    @property
    def battery(self) -> int:
        """Return how full it is, in percent."""
        return self._battery.level

    @property
    def is_charging(self) -> bool:
        """Tell whether it charges."""
        return self._battery.is_charging

    @property
    def tilt(self) -> int:
        """Return how its head is tilted, in degrees upwards."""
        return self.driver.stance.tilt

    def obey(self, topic: str, payload: bytes, now: datetime) -> None:
        """Take in a message of the broker; what is not right, or lost, changes nothing."""
        if self._chance.random() < self._faults.get("drop_commands", 0.0):
            return
        command = read(self.spec.serial, topic, payload)
        if command is not None and command.name not in NOT_KNOWN[self.spec.profile]:
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
                self.app.to_front()
            case "hang up":
                self.in_call = self.app.in_room = False
            case "restart app":
                self.app.open()

    def advance(self, now: datetime) -> list[Message]:
        """Carry the robot on to a moment, and return what it tells."""
        self.driver.is_stuck = "stuck_calculating" in self._faults
        self.driver.is_lost = "lost_position" in self._faults
        self._tell_drive(self.driver.advance(now))
        self._charge(now)
        self._tell_position(now)
        if self._calm_at is not None and now >= self._calm_at:
            self._calm_at = None
            self._event("event/user/interaction", {"is_interacting": False})
        self._beat(now)
        return self.app.told()

    def connected(self) -> None:
        """Tell of itself at once."""
        self._beat_at = None

    def _do_command(self, command: Command, now: datetime) -> None:
        """Do what a command says."""
        match command.name.split("/"):
            case ["tts"]:
                if (utterance := text(command.payload, "utterance")) is not None:
                    self.say(utterance, now)
            case ["waypoint", what]:
                self._use_waypoint(what, text(command.payload, "location"), now)
            case ["media", what]:
                self.app.show(what, command.payload)
            case ["move", "stop"]:
                self.stop(now)
            case ["move", "position"]:
                self._drive_to_point(command.payload, now)
            case ["move", what]:
                self._move(what, command.payload)

    def _use_waypoint(self, what: str, name: str | None, now: datetime) -> None:
        """Drive to a waypoint, save, or delete it."""
        match what:
            case "goto":
                self.drive_to(name or "", now)
            case "save" if name:
                self.driver.waypoints[name] = self.driver.point
            case "delete" if name != HOME:
                self.driver.waypoints.pop(name or "", None)

    def _drive_to_point(self, payload: Payload, now: datetime) -> None:
        """Begin a drive to coordinates."""
        x, y, yaw = (number(payload, key) for key in ("x", "y", "yaw"))
        tilt = whole(payload, "angle")
        if x is None or y is None or yaw is None or tilt is None:
            return
        stance = Stance().turned(yaw).tilted(tilt)
        self._leave_dock(None)
        self._tell_drive(self.driver.go_to((x, y), stance, now))

    def _move(self, what: str, payload: Payload) -> None:
        """Tilt, turn, or be driven by hand; the stock app answers none of it."""
        angle = whole(payload, "angle")
        x, y = number(payload, "x"), number(payload, "y")
        match what:
            case "tilt" if angle is not None:
                self._tilt(angle)
            case "tilt_by" if angle is not None:
                self._tilt(self.tilt + angle)
            case "turn_by" if angle is not None:
                self._push(turn=radians(angle))
            case "forward" | "backward":
                self._push(PULSE_M if what == "forward" else -PULSE_M)
            case "joystick" if x is not None and y is not None:
                self._push(PULSE_M * _speed(x), PULSE_RAD * _speed(y))

    def _tilt(self, tilt: int) -> None:
        """Look up or down."""
        self.driver.stance = self.driver.stance.tilted(tilt)

    def _push(self, by_m: float = 0.0, turn: float = 0.0) -> None:
        """Leave the waypoint."""
        self.driver.push(by_m, turn)
        self._leave_dock(None)

    def _leave_dock(self, target: str | None) -> None:
        """Charge no longer, unless it stays where it is."""
        if target == self.driver.place == HOME:
            return
        self._battery.undock()
        self._tell_battery()

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
        is_driving = self.driver.is_driving
        in_dock = self.driver.place == HOME and not is_driving
        self._battery.advance(now, in_dock=in_dock, is_driving=is_driving)
        self._tell_battery()

    def _tell_battery(self) -> None:
        """Tell of the battery only when something about it changes."""
        payload = {"percentage": self.battery, "is_charging": self.is_charging}
        if payload != self._battery_told:
            self._battery_told = payload
            self._event("status/utils/battery", payload)

    def _tell_position(self, now: datetime) -> None:
        """Tell where it is, as one of the apps does."""
        where = position(self.driver.point, self.driver.stance)
        if self.spec.profile is Profile.OPEN_RMF and self._positions.is_new(where, now):
            # That app goes on to listen to positions when it is hidden
            self.app.tell("status/position", where)

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
        if self.app.in_front and not self.in_call:
            self.app.tell(topic, payload)

    def _beat(self, now: datetime) -> None:
        """Tell every three seconds what it knows and how full it is."""
        if self._beat_at is not None and now < self._beat_at:
            return
        self._beat_at = now + timedelta(seconds=HEARTBEAT_S)
        payload = {
            "waypoint_list": list(self.driver.waypoints),
            "battery_percentage": self.battery,
        }
        self.app.beat(payload)


def _speed(value: float) -> float:
    """Return a speed of the joystick, 1 at most."""
    return min(max(value, -1.0), 1.0)
