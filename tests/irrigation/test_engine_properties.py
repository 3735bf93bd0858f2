"""Whatever the order of commands, reports, faults, restarts and time: the promises hold."""

from datetime import timedelta

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from custom_components.smart_quarter.irrigation.codec import decode, encode
from custom_components.smart_quarter.irrigation.model import RunReason, TankConfig
from custom_components.smart_quarter.irrigation.site_events import (
    AutomaticSet,
    HoseSet,
    RainDelaySet,
    RunRequested,
    SeasonSet,
    StopRequested,
    StorageChecked,
    TankRead,
    TemperatureRead,
    ValveHappened,
)
from custom_components.smart_quarter.irrigation.valve_machine import wake_at
from custom_components.smart_quarter.irrigation.valve_model import (
    Unlock,
    ValveLimits,
    ValvePhase,
)
from custom_components.smart_quarter.irrigation.valve_rules import MAYBE_OPEN, RUNNING

from .site_world import CONSENT, TIMED, FakeValve, World, site, zone

ZONES = ("consent", "timed", "forbidden")
VALVES = (*ZONES, "master", "pump")
REACTION_S = 5.0
"""Latency of the valves and of the first command."""
RESEND_S = 65.0
"""Longest pause between two closes."""


class Site(RuleBasedStateMachine):
    """Plays a site with a consented, a timed and a forbidden zone."""

    @initialize(capacity=st.sampled_from([None, 20.0, 99.0]))
    def build(self, capacity: float | None) -> None:
        """Start with everything closed, dry and reachable."""
        supply = ValveLimits(consent=True, max_open_s=6 * 3600)
        config = site(
            zone("consent", valve=CONSENT, min_gap_s=0, settle_s=60),
            zone("timed", valve=TIMED, min_gap_s=0, settle_s=60),
            zone("forbidden", valve=ValveLimits()),
            master=supply,
            pump=supply,
            max_flow_l_min=capacity,
            tank=TankConfig(
                reading_empty=0,
                reading_full=100,
                capacity_l=1000,
                low=0.15,
                empty=0.05,
                restart=0.2,
            ),
        )
        self.world = World(config, valves={"timed": FakeValve(has_timer=True)})
        self.touched = False
        self.obeying_since = dict.fromkeys(VALVES, self.world.now)

    @rule(zone_id=st.sampled_from(ZONES), percent=st.floats(-5, 70))
    def probe_reports(self, zone_id: str, percent: float) -> None:
        """Let a probe say something, sensible or not."""
        self.world.read(zone_id, percent)

    @rule(zone_id=st.sampled_from(ZONES), seconds=st.integers(-10, 10_000))
    def somebody_waters(self, zone_id: str, seconds: int) -> None:
        """Somebody asks for water."""
        self.world.feed(RunRequested(zone_id, seconds))

    @rule(zone_id=st.sampled_from(ZONES))
    def somebody_tests(self, zone_id: str) -> None:
        """Somebody tests a valve's timer."""
        self.world.feed(RunRequested(zone_id, 20, RunReason.TEST))

    @rule(zone_id=st.sampled_from([None, *ZONES]))
    def somebody_stops(self, zone_id: str | None) -> None:
        """Somebody wants the water off."""
        self.world.feed(StopRequested(zone_id))

    @rule(zone_id=st.sampled_from(ZONES), minutes=st.integers(0, 120))
    def hose(self, zone_id: str, minutes: int) -> None:
        """Somebody uses the line by hand."""
        until = self.world.now + timedelta(minutes=minutes)
        self.world.feed(HoseSet(zone_id, until))

    @rule(on=st.booleans(), zone_id=st.sampled_from(ZONES))
    def settings_change(self, on: bool, zone_id: str) -> None:
        """Somebody changes what is allowed."""
        self.world.feed(SeasonSet(on))
        self.world.feed(AutomaticSet(zone_id, on))
        self.world.feed(RainDelaySet(None if on else self.world.now))

    @rule(celsius=st.floats(-20, 40), percent=st.floats(-10, 110))
    def weather_and_tank(self, celsius: float, percent: float) -> None:
        """Temperature and level change."""
        self.world.feed(TemperatureRead(celsius))
        self.world.feed(TankRead(percent))

    @rule(ok=st.booleans())
    def disk(self, ok: bool) -> None:
        """Fill up the disk, or free it."""
        self.world.feed(StorageChecked(ok))

    @rule(valve_id=st.sampled_from(ZONES), is_open=st.booleans())
    def somebody_turns_the_valve(self, valve_id: str, is_open: bool) -> None:
        """Somebody moves a valve by hand."""
        self.world.run(0.1)
        self.world.move(valve_id, is_open)

    @rule(
        valve_id=st.sampled_from(VALVES),
        ignores_open=st.booleans(),
        ignores_close=st.booleans(),
    )
    def valve_fails(
        self, valve_id: str, ignores_open: bool, ignores_close: bool
    ) -> None:
        """Let a valve stop obeying, or obey again."""
        valve = self.world.valves[valve_id]
        valve.ignores_open, valve.ignores_close = ignores_open, ignores_close
        self.obeying_since[valve_id] = self.world.now

    @rule(valve_id=st.sampled_from(VALVES), reachable=st.booleans())
    def radio(self, valve_id: str, reachable: bool) -> None:
        """Take a valve out of the network, or bring it back."""
        if self.world.valves[valve_id].reachable != reachable:
            self.world.reach(valve_id, reachable)
            self.obeying_since[valve_id] = self.world.now

    @rule(valve_id=st.sampled_from(VALVES))
    def somebody_unlocks(self, valve_id: str) -> None:
        """Somebody says that a valve works again."""
        self.world.feed(ValveHappened(valve_id, Unlock()))

    @precondition(lambda self: self.world.ha_runs)
    @rule()
    def home_assistant_dies(self) -> None:
        """Kill Home Assistant."""
        self.world.crash()

    @precondition(lambda self: not self.world.ha_runs)
    @rule()
    def home_assistant_starts(self) -> None:
        """Start Home Assistant from what is on disk."""
        self.world.state = decode(encode(self.world.state))
        opened = {key for key, valve in self.world.valves.items() if valve.is_open}
        self.world.restart()
        for valve_id in VALVES:
            self.obeying_since[valve_id] = self.world.now
        now_open = {key for key, valve in self.world.valves.items() if valve.is_open}
        assert now_open <= opened, "nothing reopens by itself at the start"

    @rule(seconds=st.sampled_from([1, 9, 31, 65, 600, 4000, 50_000]))
    def time_passes(self, seconds: int) -> None:
        """Let time pass."""
        self.world.run(seconds)

    @invariant()
    def what_may_be_open_has_a_deadline(self) -> None:
        """I2: no open state without an absolute deadline and a next look."""
        for valve_id in VALVES:
            valve = self.world.valve_state(valve_id)
            if valve.phase in RUNNING:
                assert valve.opening is not None
            if valve.phase in MAYBE_OPEN and self.world.ha_runs:
                limits = ValveLimits()
                assert wake_at(limits, valve) is not None

    @invariant()
    def an_obeying_valve_is_closed_after_its_deadline(self) -> None:
        """I2: while Home Assistant runs, no reachable, obeying valve stays open."""
        if not self.world.ha_runs:
            return
        for valve_id, valve in self.world.valves.items():
            if not valve.is_open or not valve.reachable or valve.ignores_close:
                continue
            opening = self.world.valve_state(valve_id).opening
            obeys_s = (self.world.now - self.obeying_since[valve_id]).total_seconds()
            assert opening is not None, f"{valve_id} is open and nobody knows"
            over_s = (self.world.now - opening.deadline).total_seconds()
            assert min(over_s - 30, obeys_s) <= RESEND_S + REACTION_S

    @invariant()
    def without_timer_or_consent_nothing_is_opened(self) -> None:
        """I1: the forbidden zone is only ever opened by hand."""
        opening = self.world.valve_state("forbidden").opening
        assert opening is None or opening.purpose.value == "foreign"

    @invariant()
    def the_pump_needs_an_open_valve_and_water(self) -> None:
        """I5: the pump is only wanted while a zone is open and the tank not empty."""
        if self.world.state.pump.phase is ValvePhase.OPEN and self.world.ha_runs:
            assert any(
                self.world.zone(zone_id).valve.phase
                in (ValvePhase.OPEN, ValvePhase.MANUAL)
                for zone_id in ZONES
            )

    @invariant()
    def started_runs_have_one_outcome(self) -> None:
        """I6: no run ends twice, and what ended is not running."""
        ended = [(each.zone_id, each.record.run_id) for each in self.world.ended]
        assert len(ended) == len(set(ended))
        running = {
            (zone_id, memory.run.run_id)
            for zone_id, memory in self.world.state.zones.items()
            if memory.run
        }
        assert running.isdisjoint(ended)

    @invariant()
    def what_is_remembered_survives_the_disk(self) -> None:
        """Read the ledger back as it was written."""
        assert decode(encode(self.world.state)) == self.world.state


Site.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None
)
TestSite = Site.TestCase
