"""A virtual site: the engine, valves that may misbehave, and a clock that jumps."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
import heapq

from custom_components.smart_quarter.irrigation.engine import fit, step, wake_at
from custom_components.smart_quarter.irrigation.model import (
    ProbeConfig,
    ProbeUnit,
    SiteConfig,
    SiteState,
    Soil,
    ZoneConfig,
    ZoneState,
)
from custom_components.smart_quarter.irrigation.site_events import (
    Command,
    ProbeRead,
    Restarted,
    RunEnded,
    RunStarted,
    SiteEffect,
    SiteEvent,
    TimePassed,
    ValveHappened,
)
from custom_components.smart_quarter.irrigation.valve_model import (
    Available,
    Observed,
    SendOpen,
    ValveLimits,
    ValveState,
)

START = datetime(2026, 6, 15, 20, 0, tzinfo=UTC)
LOAM = Soil(field_capacity=0.25, wilting_point=0.12, saturation=0.46, root_depth_m=0.6)
CONSENT = ValveLimits(consent=True, max_open_s=1800)
TIMED = ValveLimits(has_timer=True, max_open_s=1800)


def zone(zone_id: str, **changes: object) -> ZoneConfig:
    """Return a zone of 4 m² in loam: 78 mm available, watered at 31.2 mm."""
    config = ZoneConfig(
        zone_id=zone_id,
        soil=LOAM,
        rooted_area_m2=4.0,
        green_wall_area_m2=20.0,
        mad=0.4,
        refill=0.8,
        flow_l_min=10.0,
        probes=(ProbeConfig(probe_id=f"sensor.{zone_id}", unit=ProbeUnit.VOL_PERCENT),),
        valve=CONSENT,
        max_run_s=1800,
        max_daily_s=3600,
        min_gap_s=6 * 3600,
        cycle_s=600,
        soak_s=900,
        manual_run_s=600,
    )
    return replace(config, **changes)  # type: ignore[arg-type]


def site(*zones: ZoneConfig, **changes: object) -> SiteConfig:
    """Return a site that may water at any time of day."""
    config = SiteConfig(
        time_zone=UTC,
        zones={each.zone_id: each for each in zones},
        window_start=time(0),
        window_end=time(0),
    )
    return replace(config, **changes)  # type: ignore[arg-type]


@dataclass
class FakeValve:
    """A valve as the outside world has it."""

    is_open: bool = False
    has_timer: bool = False
    ignores_open: bool = False
    ignores_close: bool = False
    reachable: bool = True
    shuts_at: datetime | None = None
    opened_at: datetime | None = None
    open_s: float = 0.0
    longest_s: float = 0.0

    def set(self, is_open: bool, now: datetime) -> None:
        """Move, and account for the time it was open."""
        if self.is_open and not is_open and self.opened_at is not None:
            span_s = (now - self.opened_at).total_seconds()
            self.open_s += span_s
            self.longest_s = max(self.longest_s, span_s)
        if is_open and not self.is_open:
            self.opened_at = now
        self.is_open = is_open
        if not is_open:
            self.shuts_at = None


@dataclass
class World:
    """Runs the engine against its valves; `ha_runs` off is a crashed Home Assistant."""

    config: SiteConfig
    now: datetime = START
    state: SiteState = field(default_factory=SiteState)
    valves: dict[str, FakeValve] = field(default_factory=dict)
    ha_runs: bool = True
    started: list[RunStarted] = field(default_factory=list)
    ended: list[RunEnded] = field(default_factory=list)
    latency: timedelta = timedelta(seconds=1)
    _queue: list[tuple[datetime, int, str, bool]] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        """Start Home Assistant with all valves closed and reachable."""
        self.configure(self.config)
        self.restart()

    def configure(self, config: SiteConfig) -> None:
        """Change the settings; what is new has a valve."""
        self.config = config
        self.state = fit(config, self.state)
        supply = {"master": config.master, "pump": config.pump}
        for valve_id in (*config.zones, *(key for key in supply if supply[key])):
            self.valves.setdefault(valve_id, FakeValve())

    def restart(self) -> None:
        """Start Home Assistant with what the ledger holds, and let it see the valves."""
        self.ha_runs = True
        self.feed(Restarted())
        for valve_id, valve in self.valves.items():
            if valve.reachable:
                self.feed(ValveHappened(valve_id, Available(True)))
                self.feed(ValveHappened(valve_id, Observed(valve.is_open)))

    def crash(self) -> None:
        """Kill Home Assistant; the outside world goes on."""
        self.ha_runs = False

    def feed(self, event: SiteEvent) -> None:
        """Give the engine an event, unless Home Assistant is dead."""
        if not self.ha_runs:
            return
        self.state, effects = step(self.config, self.state, event, self.now)
        for effect in effects:
            self._carry_out(effect)

    def read(self, zone_id: str, percent: float) -> None:
        """Let a zone's probe report."""
        self.feed(ProbeRead(zone_id, f"sensor.{zone_id}", percent))

    def reach(self, valve_id: str, reachable: bool) -> None:
        """Lose or find a valve."""
        valve = self.valves[valve_id]
        valve.reachable = reachable
        self.feed(ValveHappened(valve_id, Available(reachable)))
        if reachable:
            self.feed(ValveHappened(valve_id, Observed(valve.is_open)))

    def run(self, seconds: float) -> None:
        """Let time pass, with every wake-up, device timer and movement on the way."""
        end = self.now + timedelta(seconds=seconds)
        while (moment := self._next(end)) <= end:
            self.now = max(self.now, moment)
            self._move_due()
            self.feed(TimePassed())
            if moment == end:
                return

    def zone(self, zone_id: str) -> ZoneState:
        """Return what the engine remembers of a zone."""
        return self.state.zones[zone_id]

    def valve_state(self, valve_id: str) -> ValveState:
        """Return what the engine knows of a valve."""
        supply = {"master": self.state.master, "pump": self.state.pump}
        return supply.get(valve_id) or self.state.zones[valve_id].valve

    def outcomes(self) -> list[str]:
        """Return the outcomes of all ended runs."""
        return [effect.record.outcome.value for effect in self.ended]

    def _carry_out(self, effect: SiteEffect) -> None:
        """Send a command to its valve, or note what the engine tells."""
        match effect:
            case RunStarted():
                self.started.append(effect)
            case RunEnded():
                self.ended.append(effect)
            case Command(valve_id, send):
                self._command(valve_id, send)

    def _command(self, valve_id: str, send: object) -> None:
        """Let a valve obey after its latency, if it can hear and wants to."""
        valve = self.valves[valve_id]
        opens = isinstance(send, SendOpen)
        if not valve.reachable or (
            valve.ignores_open if opens else valve.ignores_close
        ):
            return
        if isinstance(send, SendOpen) and valve.has_timer:
            valve.shuts_at = self.now + self.latency + timedelta(seconds=send.seconds)
        self._count += 1
        heapq.heappush(
            self._queue, (self.now + self.latency, self._count, valve_id, opens)
        )

    def _next(self, end: datetime) -> datetime:
        """Return the next moment at which something happens."""
        times = [end]
        if self._queue:
            times.append(self._queue[0][0])
        times += [v.shuts_at for v in self.valves.values() if v.is_open and v.shuts_at]
        if self.ha_runs:
            times.append(wake_at(self.config, self.state, self.now))
        return max(self.now, min(times))

    def _move_due(self) -> None:
        """Move the valves that have to move by now."""
        while self._queue and self._queue[0][0] <= self.now:
            _, _, valve_id, opens = heapq.heappop(self._queue)
            self.move(valve_id, opens)
        for valve_id, valve in self.valves.items():
            if valve.is_open and valve.shuts_at and valve.shuts_at <= self.now:
                self.move(valve_id, False)

    def move(self, valve_id: str, is_open: bool) -> None:
        """Move a valve and let it report."""
        valve = self.valves[valve_id]
        valve.set(is_open, self.now)
        if valve.reachable:
            self.feed(ValveHappened(valve_id, Observed(is_open)))
