"""What happens to a robot, and what is to be done about it: events and effects."""

from dataclasses import dataclass
from enum import StrEnum

from .model import DriveResult, Outcome, Phase, Request


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The robot reports: every three seconds."""

    waypoints: tuple[str, ...]
    battery: int | None


@dataclass(frozen=True, slots=True)
class BatteryTold:
    """The battery changed."""

    battery: int | None
    is_charging: bool | None


@dataclass(frozen=True, slots=True)
class NavigationTold:
    """The navigation says where it goes and how that is going."""

    location: str
    phase: Phase
    reason_id: int = 0


@dataclass(frozen=True, slots=True)
class PersonTold:
    """Somebody is seen, or not any more."""

    sees_person: bool


@dataclass(frozen=True, slots=True)
class UseTold:
    """Somebody uses the robot, or not any more."""

    in_use: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """The broker says that the connection broke."""


@dataclass(frozen=True, slots=True)
class PositionTold:
    """Where exactly it stands: read by nobody, kept nowhere."""


@dataclass(frozen=True, slots=True)
class BrokerBack:
    """The own connection to the broker was away: the robot's may have been, too."""


@dataclass(frozen=True, slots=True)
class GoTo:
    """Somebody wants a drive."""

    request: Request


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody wants it to stand still."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """A command could not be handed to the broker."""


@dataclass(frozen=True, slots=True)
class Connected:
    """Somebody says that the app was restarted on the robot."""


@dataclass(frozen=True, slots=True)
class CloudAccepted:
    """The cloud plays the drive."""

    drive_id: str
    sequence_id: str


@dataclass(frozen=True, slots=True)
class CloudRefused:
    """The cloud does not play the drive."""

    drive_id: str
    detail: str


@dataclass(frozen=True, slots=True)
class CloudTold:
    """The cloud says how a sequence and the robot's movement are going."""

    sequence_id: str | None
    """None: none is known."""
    is_over: bool
    """The sequence has ended."""
    location: str | None
    phase: Phase


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing happened, but something may be due."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The robot's entry ends; a drive is waited for no longer."""


type Told = (
    Heartbeat
    | BatteryTold
    | NavigationTold
    | PersonTold
    | UseTold
    | Gone
    | PositionTold
)
"""What a robot, or the broker on its behalf, says."""
type DriveEvent = (
    NavigationTold
    | Stop
    | NotSent
    | Gone
    | Heartbeat
    | UseTold
    | CloudAccepted
    | CloudRefused
    | CloudTold
    | TimePassed
    | Ending
)
type RobotEvent = Told | DriveEvent | BrokerBack | GoTo | Connected


@dataclass(frozen=True, slots=True)
class SendGoTo:
    """Send the robot to a waypoint."""

    waypoint: str


@dataclass(frozen=True, slots=True)
class SendStop:
    """Let the robot stand still."""


@dataclass(frozen=True, slots=True)
class Say:
    """Let the robot say something."""

    text: str


@dataclass(frozen=True, slots=True)
class PlayDrive:
    """Let the cloud play a drive with what is said on it."""

    request: Request


@dataclass(frozen=True, slots=True)
class EndSequence:
    """Let the cloud end a drive."""

    sequence_id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Tell who waits how a drive went."""

    result: DriveResult


class News(StrEnum):
    """What is worth an event."""

    STARTED = "started"
    OBSTACLE = "obstacle"
    ARRIVED = "arrived"
    ABORTED = "aborted"
    FAILED = "failed"
    """A drive that was wanted here did not come to its end."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Tell whoever listens what the navigation said, or did not say."""

    news: News
    waypoint: str
    reason_id: int = 0
    outcome: Outcome | None = None


type DriveEffect = SendGoTo | SendStop | Say | PlayDrive | EndSequence | Ended
type RobotEffect = DriveEffect | Happened
