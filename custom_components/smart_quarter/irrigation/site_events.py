"""What can happen to a site, and what it asks for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .model import Run, RunReason, RunRecord
from .valve_model import SendClose, SendOpen, ValveEvent


class Supply(StrEnum):
    """Valve ids of what all zones share; zone valves go by their zone's id."""

    MASTER = "master"
    PUMP = "pump"


@dataclass(frozen=True, slots=True)
class ValveHappened:
    """Something happened to a valve."""

    valve_id: str
    event: ValveEvent


@dataclass(frozen=True, slots=True)
class ProbeRead:
    """A probe reported a number; None: the report is no number."""

    zone_id: str
    probe_id: str
    reading: float | None


@dataclass(frozen=True, slots=True)
class ProbeAlive:
    """The probe's device gave a sign of life."""

    zone_id: str
    probe_id: str


@dataclass(frozen=True, slots=True)
class TankRead:
    """The level sensor reported a number; None: the report is no number."""

    reading: float | None


@dataclass(frozen=True, slots=True)
class TankAlive:
    """The level sensor's device gave a sign of life."""


@dataclass(frozen=True, slots=True)
class TemperatureRead:
    """Air temperature in °C; None: not known."""

    temperature_c: float | None


@dataclass(frozen=True, slots=True)
class RainRead:
    """Whether it rains now."""

    raining: bool


@dataclass(frozen=True, slots=True)
class RunRequested:
    """Somebody wants a zone watered, or its valve's timer tested."""

    zone_id: str
    seconds: int
    reason: RunReason = RunReason.MANUAL


@dataclass(frozen=True, slots=True)
class StopRequested:
    """Somebody wants the water off; None: in all zones."""

    zone_id: str | None = None


@dataclass(frozen=True, slots=True)
class SeasonSet:
    """The season began or ended."""

    on: bool


@dataclass(frozen=True, slots=True)
class RainDelaySet:
    """Automatic watering waits until a time; None: it goes on."""

    until: datetime | None


@dataclass(frozen=True, slots=True)
class AutomaticSet:
    """A zone is watered automatically, or only by hand."""

    zone_id: str
    on: bool


@dataclass(frozen=True, slots=True)
class HoseSet:
    """A zone's line is used by hand until a time; None: it is free again."""

    zone_id: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ProbeTrusted:
    """A person checked or calibrated a zone's probes."""

    zone_id: str


@dataclass(frozen=True, slots=True)
class StorageChecked:
    """The last write of the ledger reached the disk, or did not."""

    ok: bool


@dataclass(frozen=True, slots=True)
class Restarted:
    """Home Assistant starts: what may be open is closed, nothing reopens by itself."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing but time."""


type SiteEvent = (
    ValveHappened
    | ProbeRead
    | ProbeAlive
    | TankRead
    | TankAlive
    | TemperatureRead
    | RainRead
    | RunRequested
    | StopRequested
    | SeasonSet
    | RainDelaySet
    | AutomaticSet
    | HoseSet
    | ProbeTrusted
    | StorageChecked
    | Restarted
    | TimePassed
)


@dataclass(frozen=True, slots=True)
class Command:
    """Send a command to a valve; an opening only once the ledger is on disk."""

    valve_id: str
    send: SendOpen | SendClose


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The first opening of a run was confirmed."""

    zone_id: str
    run: Run


@dataclass(frozen=True, slots=True)
class RunEnded:
    """A run is over."""

    zone_id: str
    record: RunRecord


type SiteEffect = Command | RunStarted | RunEnded
