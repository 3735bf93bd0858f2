"""The vocabulary of irrigation: what a site is made of and what it remembers.

Volumetric water contents are fractions (m³ water per m³ soil), depths are mm of water
over the rooted area, times are aware UTC datetimes, durations are seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from enum import StrEnum

from .valve_model import ValveLimits, ValveState


class ProbeUnit(StrEnum):
    """What a probe's number means."""

    VOL_PERCENT = "vol_percent"
    """Volumetric water content in percent."""
    M3_M3 = "m3_m3"
    """Volumetric water content as a fraction."""
    PERCENT = "percent"
    """Relative wetness: 0 = oven-dry, 100 = saturated."""
    RAW = "raw"
    """Any number, mapped by two calibration points."""


class ProbeHealth(StrEnum):
    """How far a probe can be believed."""

    LEARNING = "learning"
    HEALTHY = "healthy"
    SUSPECT = "suspect"
    STALE = "stale"


class RunReason(StrEnum):
    """Why a run was started."""

    DEPLETION = "depletion"
    ESTIMATE = "estimate"
    """No probe can be believed; the estimate from the season says it is due."""
    MANUAL = "manual"
    TEST = "test"
    FOREIGN = "foreign"
    """Somebody opened the valve without Smart Quarter."""


class RunStage(StrEnum):
    """Where a run is."""

    QUEUED = "queued"
    WATERING = "watering"
    SOAKING = "soaking"
    PAUSED = "paused"


class RunOutcome(StrEnum):
    """How a run ended; every run ends with exactly one."""

    COMPLETED = "completed"
    CAPPED = "capped"
    STOPPED = "stopped"
    CLOSED_EXTERNALLY = "closed_externally"
    NOT_OPENED = "not_opened"
    NOT_CLOSED = "not_closed"
    INTERRUPTED = "interrupted"
    TANK_EMPTY = "tank_empty"
    UNREACHABLE = "unreachable"
    ISOLATED = "isolated"
    OUT_OF_TIME = "out_of_time"
    TIMER_FAILED = "timer_failed"


class Reason(StrEnum):
    """Why a zone is, or is not, watered now."""

    DUE = "due"
    DUE_BY_ESTIMATE = "due_by_estimate"
    RUNNING = "running"
    NOT_DRY = "not_dry"
    NO_DATA = "no_data"
    AUTOMATIC_OFF = "automatic_off"
    SEASON_OFF = "season_off"
    RAIN_DELAY = "rain_delay"
    FROST = "frost"
    RAINING = "raining"
    HOSE_MODE = "hose_mode"
    MANUAL_OPEN = "manual_open"
    VALVE_LOCKED = "valve_locked"
    VALVE_NOT_READY = "valve_not_ready"
    TIMER_NOT_PROVEN = "timer_not_proven"
    TANK_LOW = "tank_low"
    ISOLATED = "isolated"
    RESTING = "resting"
    OUTSIDE_WINDOW = "outside_window"
    DAILY_CAP = "daily_cap"
    STORAGE_FAILED = "storage_failed"


class ZonePhase(StrEnum):
    """What a zone does, as shown to users."""

    DISABLED = "disabled"
    IDLE = "idle"
    QUEUED = "queued"
    BLOCKED = "blocked"
    WATERING = "watering"
    SOAKING = "soaking"
    PAUSED = "paused"
    EVALUATING = "evaluating"
    MANUAL = "manual"
    FAULT = "fault"


class TankLevel(StrEnum):
    """How much a tank can give."""

    OK = "ok"
    LOW = "low"
    EMPTY = "empty"
    UNKNOWN = "unknown"


class Problem(StrEnum):
    """What a user can mend; each becomes a repair issue."""

    ENTITY_MISSING = "entity_missing"
    PROBE_SILENT = "probe_silent"
    PROBE_IMPLAUSIBLE = "probe_implausible"
    TIMER_MISSING = "timer_missing"
    TIMER_UNTESTED = "timer_untested"
    TIMER_FAILED = "timer_failed"
    VALVE_LOCKED = "valve_locked"
    VALVE_STUCK_OPEN = "valve_stuck_open"
    VALVE_UNREACHABLE = "valve_unreachable"
    VALVE_NOT_OPENING = "valve_not_opening"
    TANK_SILENT = "tank_silent"
    STORAGE_CORRUPT = "storage_corrupt"
    STORAGE_FAILED = "storage_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Soil:
    """Soil of a root zone, in the terms of FAO-56 chapter 8."""

    field_capacity: float
    """Water content a drained soil holds, m³/m³, 0..1."""
    wilting_point: float
    """Water content below which plants wilt for good, m³/m³, below field capacity."""
    saturation: float
    """Water content with all pores filled, m³/m³, above field capacity."""
    root_depth_m: float
    """Depth of the roots, Zr of FAO-56."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationPoint:
    """A raw reading and the water content it stands for."""

    reading: float
    vwc: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeConfig:
    """A soil-moisture sensor of a zone."""

    probe_id: str
    unit: ProbeUnit
    dry: CalibrationPoint | None = None
    wet: CalibrationPoint | None = None
    silent_after_s: float = 3 * 3600
    """Without any sign of life for so long the probe is silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneConfig:
    """A part of a façade that is watered by one valve."""

    zone_id: str
    soil: Soil
    rooted_area_m2: float
    green_wall_area_m2: float
    mad: float
    """Management-allowed depletion, fraction of the total available water, 0..1."""
    refill: float
    """Share of the depletion that a dose replaces, 0..1."""
    flow_l_min: float
    """Nominal flow of the open valve."""
    probes: tuple[ProbeConfig, ...]
    valve: ValveLimits
    max_run_s: int
    max_daily_s: int
    min_gap_s: int
    """Rest between the end of a run and the next automatic one."""
    cycle_s: int
    """Longest opening at a stretch; the rest of a dose follows after a soak."""
    soak_s: int
    manual_run_s: int
    """Length of a run that is started by opening the valve in the UI."""
    settle_s: int = 3600
    """Time the water needs to reach the probe."""
    behind_master: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TankConfig:
    """A tank and its level sensor."""

    reading_empty: float
    reading_full: float
    capacity_l: float
    low: float
    """Fraction below which no run starts."""
    empty: float
    """Fraction below which the pump must not run."""
    restart: float
    """Fraction above which a paused run goes on."""
    silent_after_s: float = 6 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    """A façade or courtyard with its water supply."""

    time_zone: tzinfo
    zones: Mapping[str, ZoneConfig]
    tank: TankConfig | None = None
    master: ValveLimits | None = None
    pump: ValveLimits | None = None
    max_flow_l_min: float | None = None
    """What the supply can give at once; None: one zone after the other."""
    window_start: time = time(20, 0)
    window_end: time = time(9, 0)
    frost_c: float = 3.0
    """Below this air temperature nothing is watered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeState:
    """What is known of a probe."""

    vwc: float | None = None
    read_at: datetime | None = None
    alive_at: datetime | None = None
    """Last sign of life of the probe's device."""
    rejected: int = 0
    """Implausible readings in a row."""
    moved_at: datetime | None = None
    """When the reading last changed visibly."""
    moved_from: float | None = None
    """The reading at that moment: slow drying adds up to a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depletion:
    """Estimated water missing below field capacity (Dr of FAO-56) at a moment."""

    depth_mm: float
    at: datetime
    measured: bool
    """Whether a believed probe said so; otherwise it is carried on by the season."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether a zone is to be watered, and every number that led there."""

    at: datetime
    reason: Reason
    depletion_mm: float | None = None
    threshold_mm: float | None = None
    available_water_mm: float | None = None
    vwc: float | None = None
    dose_mm: float = 0.0
    litres: float = 0.0
    open_s: int = 0
    limits: tuple[str, ...] = ()
    until: datetime | None = None
    """When a blocking reason ends by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One watering: a dose given in one or several openings."""

    run_id: str
    reason: RunReason
    stage: RunStage
    requested_s: int
    asked_at: datetime
    started_at: datetime | None = None
    open_s: float = 0.0
    litres: float = 0.0
    next_at: datetime | None = None
    """End of the soak."""
    ending: RunOutcome | None = None
    """Outcome that waits for the valve to close."""
    vwc_before: float | None = None
    why: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """An ended run."""

    run_id: str
    reason: RunReason
    outcome: RunOutcome
    started_at: datetime
    ended_at: datetime
    open_s: float
    litres: float
    estimated: bool = True
    """Litres are minutes times nominal flow, not metered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotals:
    """Water of one local day."""

    day: date
    open_s: float = 0.0
    litres: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneState:
    """All that a zone remembers."""

    valve: ValveState = field(default_factory=ValveState)
    probes: Mapping[str, ProbeState] = field(default_factory=dict)
    depletion: Depletion | None = None
    run: Run | None = None
    automatic: bool = True
    hose_until: datetime | None = None
    last_run: RunRecord | None = None
    check_after: Run | None = None
    """A finished run whose effect on the probe is still to be seen."""
    no_response: int = 0
    """Runs in a row after which the probe saw no water."""
    failed_runs: int = 0
    """Runs in a row that the valve did not open for."""
    retry_after: datetime | None = None
    today: DayTotals | None = None
    total_l: float = 0.0
    total_open_s: float = 0.0
    decision: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TankState:
    """What is known of a tank."""

    fraction: float | None = None
    read_at: datetime | None = None
    alive_at: datetime | None = None
    level: TankLevel = TankLevel.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteState:
    """All that a site remembers; stored on disk."""

    zones: Mapping[str, ZoneState] = field(default_factory=dict)
    tank: TankState = field(default_factory=TankState)
    master: ValveState = field(default_factory=ValveState)
    pump: ValveState = field(default_factory=ValveState)
    season: bool = True
    rain_delay_until: datetime | None = None
    temperature_c: float | None = None
    raining: bool = False
    storage_ok: bool = True
    retired_l: float = 0.0
    """Litres of zones that were removed."""
    restarted_at: datetime | None = None
    looked_at: datetime | None = None
    """Last look at all zones."""
