"""The vocabulary of the robots: what a Temi tells, what is known of it, and how a drive ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

HOME: Final = "home base"
"""The name of the dock; it is the same on every robot."""


class Phase(StrEnum):
    """What the navigation does, in the words of the go-to events (SDK 1.138)."""

    IDLE = "idle"
    START = "start"
    CALCULATING = "calculating"
    GOING = "going"
    OBSTACLE_DETECTED = "obstacle_detected"
    REPOSING = "reposing"
    COMPLETE = "complete"
    ABORT = "abort"
    UNKNOWN = "unknown"


MOVING: Final = frozenset(
    {
        *(Phase.START, Phase.CALCULATING, Phase.GOING),
        *(Phase.OBSTACLE_DETECTED, Phase.REPOSING),
    }
)
"""Phases of a drive that goes on."""


class Reason(StrEnum):
    """Why the navigation does so, as far as the robot says."""

    NONE = "none"
    PATH_PLAN = "path_plan"
    OBSTACLE = "obstacle"
    HIGH_OBSTACLE = "high_obstacle"
    LIDAR_BLOCKED = "lidar_blocked"
    FRONT_BLOCKED = "front_blocked"
    BACK_BLOCKED = "back_blocked"
    ABYSS = "abyss"
    VIRTUAL_WALL = "virtual_wall"
    CLIFF = "cliff"
    STUCK_WHEEL = "stuck_wheel"
    STOPPED = "stopped"
    """By a command, a touch, the wake word or the robot's own menu."""
    UNKNOWN = "not_said"


class Hearing(StrEnum):
    """Whether the robot obeys what is sent over MQTT."""

    UNKNOWN = "untried"
    HEARS = "hears"
    DOUBTFUL = "doubtful"
    """It was connected anew; the stock app then listens to nothing."""
    DEAF = "deaf"
    """It did not react although it reports."""


class Outcome(StrEnum):
    """How a drive ended."""

    ARRIVED = "arrived"
    ABORTED = "aborted"
    NO_REACTION = "no_reaction"
    STUCK = "stuck"
    """It found no way until the time was over."""
    TIMED_OUT = "timed_out"
    OFFLINE = "offline"
    STOPPED = "stopped"
    REPLACED = "replaced"
    INTERRUPTED = "interrupted"
    """Home Assistant or the robot's entry ended."""


class Route(StrEnum):
    """The way a command takes to the robot."""

    MQTT = "mqtt"
    CLOUD = "cloud"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A drive that somebody wants."""

    drive_id: str
    waypoint: str
    """As the robot stores it."""
    timeout_s: float = 180.0
    retries: int = 2
    """How often it is tried again after the robot gave up."""
    before: str = ""
    """Said before it drives."""
    under_way: str = ""
    """Said when it is on its way."""
    there: str = ""
    """Said when it has arrived."""
    insists: bool = True
    """Whether it is tried again although somebody has just touched the robot."""


class Stage(StrEnum):
    """Where a drive stands."""

    SPEAKING = "speaking"
    CALLING = "calling"
    """The command is sent, the robot has not said yet that it drives."""
    DRIVING = "driving"
    PAUSING = "pausing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A drive under way."""

    request: Request
    begun_at: datetime
    deadline: datetime
    stage: Stage
    until: datetime
    """When the stage ends by itself."""
    route: Route = Route.MQTT
    attempt: int = 0
    sent: int = 0
    """How often the command was sent in this attempt."""
    sent_at: datetime | None = None
    phase: Phase = Phase.UNKNOWN
    reason_id: int = 0
    gave_up: bool = False
    """The robot said that it gives up before it said that it begins."""
    confirmed_s: float | None = None
    """Seconds from the wish to the first word of the robot."""
    sequence_id: str | None = None
    detail: str | None = None
    """Why the cloud did not want to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveResult:
    """How a drive went."""

    drive_id: str
    waypoint: str
    outcome: Outcome
    route: Route
    attempts: int
    seconds: float
    confirmed_s: float | None = None
    reason: Reason = Reason.NONE
    reason_id: int = 0
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotState:
    """What is known of a robot; None: it was not said."""

    online: bool | None = None
    heard_at: datetime | None = None
    """When the last heartbeat came; at first, when one began to wait for it."""
    waypoints: tuple[str, ...] = ()
    battery: int | None = None
    """Percent."""
    is_charging: bool | None = None
    phase: Phase = Phase.IDLE
    reason_id: int = 0
    target: str | None = None
    """Where the last drive that it spoke of goes, or went."""
    location: str | None = None
    """The waypoint at which it stands, as far as one can know."""
    sees_person: bool | None = None
    in_use: bool | None = None
    hearing: Hearing = Hearing.UNKNOWN
    tried: tuple[str, datetime] | None = None
    """Where a robot that was deaf is sent although it stands there, and how long that counts."""
    drive: Drive | None = None

    @property
    def is_moving(self) -> bool:
        """Tell whether it drives, as far as it says."""
        return self.phase in MOVING


@dataclass(frozen=True, slots=True)
class RobotConfig:
    """What is set of a robot."""

    has_cloud: bool = False
    """Whether there is a second way to it."""


REASONS: Final = {
    0: Reason.NONE,
    1005: Reason.STOPPED,
    1060: Reason.PATH_PLAN,
    2000: Reason.OBSTACLE,
    2002: Reason.HIGH_OBSTACLE,
    2003: Reason.LIDAR_BLOCKED,
    2004: Reason.FRONT_BLOCKED,
    2005: Reason.BACK_BLOCKED,
    2006: Reason.ABYSS,
    2007: Reason.VIRTUAL_WALL,
    2008: Reason.CLIFF,
    2009: Reason.STUCK_WHEEL,
}
"""Numbers of the robot's navigation; users of the SDK collected them, the vendor lists none."""


def reason_of(number: int, phase: Phase) -> Reason:
    """Return a reason in words; an abort without one has an unknown one."""
    reason = REASONS.get(number, Reason.UNKNOWN)
    unexplained = reason is Reason.NONE and phase is Phase.ABORT
    return Reason.UNKNOWN if unexplained else reason


def same_waypoint(one: str, two: str) -> bool:
    """Tell whether two names mean the same waypoint; the robot ignores case and edges."""
    return known_as(one) == known_as(two)


def known_as(name: str) -> str:
    """Return a name as the robot compares it."""
    return name.strip().casefold()


def find_waypoint(waypoints: Iterable[str], name: str) -> str | None:
    """Return the waypoint that a name means, as the robot stores it."""
    return next((each for each in waypoints if same_waypoint(each, name)), None)
