"""The vocabulary of a valve: what is known of it, what happens to it, what is asked of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ValvePhase(StrEnum):
    """What a valve is believed to do."""

    UNKNOWN = "unknown"
    """Not seen since the start; nothing may be opened."""
    CLOSED = "closed"
    OPENING = "opening"
    OPEN = "open"
    MANUAL = "manual"
    """Somebody else opened it; it is let run under a maximum."""
    CLOSING = "closing"
    OPEN_SUSPECT = "open_suspect"
    """Cannot be closed or cannot be reached: treated as open, the supply is shut."""
    LOCKED = "locked"
    """Closed at last after it did not obey; a person must look at it."""


class Purpose(StrEnum):
    """What a valve is open for."""

    RUN = "run"
    TEST = "test"
    """Commissioning test of the device's own timer."""
    FOREIGN = "foreign"
    SUPPLY = "supply"
    """A master valve or pump; it may be held open longer."""


class ValveFault(StrEnum):
    """What is wrong with a valve."""

    NOT_OPENED = "not_opened"
    NOT_CLOSED = "not_closed"
    UNREACHABLE = "unreachable"
    TIMER_FAILED = "timer_failed"


class CloseCause(StrEnum):
    """Why an opening ended."""

    DEADLINE = "deadline"
    COMMAND = "command"
    EXTERNAL = "external"
    RESTART = "restart"
    NOT_OPENED = "not_opened"
    NOT_CLOSED = "not_closed"
    UNREACHABLE = "unreachable"
    TIMER_FAILED = "timer_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValveLimits:
    """What a valve can do and may do."""

    has_timer: bool = False
    """Its opening command carries a duration that the device itself keeps."""
    timer: str = ""
    """Which valve counts, and how: what a proof is about."""
    consent: bool = False
    """The installer accepted that only Home Assistant closes it in time."""
    max_open_s: int = 3600
    """Longest opening at a stretch."""
    min_open_s: int = 5
    manual_max_s: int = 3600
    """Longest opening by somebody else."""
    test_s: int = 20
    """Length of the commissioning test: what the device's timer can count at least."""
    confirm_s: float = 10.0
    """Time within which the valve reports that it obeyed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One opening in the ledger: written before the command is sent."""

    opening_id: str
    purpose: Purpose
    asked_at: datetime
    deadline: datetime
    """By then the valve is to be closed, whatever happens."""
    device_timer: bool = False
    """A proven device timer closes the valve, even without Home Assistant."""
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValveState:
    """What is known of a valve."""

    phase: ValvePhase = ValvePhase.UNKNOWN
    observed: bool | None = None
    """Last report: True open, False closed, None not known."""
    available: bool = False
    unavailable_since: datetime | None = None
    opening: Opening | None = None
    sends: int = 0
    """Commands sent since the phase began."""
    due_at: datetime | None = None
    """When to look again whether the command was obeyed."""
    cause: CloseCause | None = None
    """Why the valve is being closed."""
    fault: ValveFault | None = None
    verify_s: float = 0.0
    """Stagger of a close that is only to be sure, so that a radio network is not flooded."""
    closed_at: datetime | None = None
    """First report of being closed while it is being closed."""
    restarted: bool = False
    """The opening was found in the ledger after a restart."""
    timer: str = ""
    """The timer that has proven itself, or failed."""
    timer_proven_at: datetime | None = None
    timer_failed: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """Somebody wants the valve open for a time."""

    opening_id: str
    seconds: int
    purpose: Purpose = Purpose.RUN


@dataclass(frozen=True, slots=True)
class Close:
    """Somebody wants the valve closed."""

    cause: CloseCause = CloseCause.COMMAND


@dataclass(frozen=True, slots=True)
class Observed:
    """The valve reported a state; None: it is reachable but has not said."""

    is_open: bool | None


@dataclass(frozen=True, slots=True)
class Available:
    """The valve became reachable or unreachable."""

    available: bool


@dataclass(frozen=True, slots=True)
class Started:
    """Home Assistant starts; an unknown valve is looked at after `verify_s`."""

    verify_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Unlock:
    """A person looked at the valve and says it works again."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


type ValveEvent = Open | Close | Observed | Available | Started | Unlock | Tick


@dataclass(frozen=True, slots=True)
class SendOpen:
    """Send the opening command, with the seconds for the device's timer if it has one."""

    seconds: int
    timed: bool


@dataclass(frozen=True, slots=True)
class SendClose:
    """Send the closing command."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The valve reported that it is open."""

    opening: Opening


@dataclass(frozen=True, slots=True)
class Closed:
    """An opening is over; emitted exactly once for each."""

    opening: Opening
    cause: CloseCause
    open_s: float
    """Seconds the valve was, or may have been, open."""
    flowed: bool
    """Whether it was seen open, or may have been while nobody looked."""


type ValveEffect = SendOpen | SendClose | Opened | Closed
