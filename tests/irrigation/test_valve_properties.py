"""A valve that may obey, ignore, be late or be lost: whatever happens, the promises hold."""

from collections import Counter
from datetime import datetime, timedelta
from typing import override

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from custom_components.smart_quarter.irrigation.valve_machine import wake_at
from custom_components.smart_quarter.irrigation.valve_model import (
    Close,
    Closed,
    Observed,
    Open,
    Purpose,
    SendClose,
    SendOpen,
    Tick,
    Unlock,
    ValveEvent,
    ValveFault,
    ValveLimits,
    ValvePhase,
    ValveState,
)
from custom_components.smart_quarter.irrigation.valve_rules import (
    MAYBE_OPEN,
    RESEND_MAX_S,
    RUNNING,
    patience,
    timer_trusted,
)

from .valve_bench import START, Device, Ledger, Rig

LATENCY_S = 1.0
MARGIN_S = 1.0
COMMANDS = (Purpose.RUN, Purpose.TEST, Purpose.SUPPLY)


def later(moment: datetime, seconds: float) -> datetime:
    """Return a moment some seconds later."""
    return moment + timedelta(seconds=seconds)


class ValveLife(RuleBasedStateMachine):
    """Plays the life of one valve."""

    @initialize(
        has_timer=st.booleans(),
        keeps_time=st.booleans(),
        consent=st.booleans(),
        proven=st.booleans(),
        test_s=st.sampled_from([20, 60]),
    )
    def build(
        self,
        has_timer: bool,
        keeps_time: bool,
        consent: bool,
        proven: bool,
        test_s: int,
    ) -> None:
        """Start with a closed valve in reach."""
        limits = ValveLimits(
            has_timer=has_timer,
            consent=consent,
            max_open_s=1800,
            manual_max_s=900,
            test_s=test_s,
        )
        state = ValveState(timer_proven_at=START if proven else None)
        self.rig = Rig(limits, Device(keeps_time=keeps_time), disk=Ledger(state))
        self.verify_s = 0.0
        self.silent_s = 0.0
        self.count = 0
        self.judged = 0
        self.needs_unlock = False
        self.obeys_since = START
        self.seen_since = START
        self.rig.start()

    @rule(purpose=st.sampled_from(COMMANDS), seconds=st.integers(-5, 4000))
    def somebody_opens(self, purpose: Purpose, seconds: int) -> None:
        """Somebody wants the valve open."""
        self.count += 1
        opening_id = f"opening-{self.count}"
        self.rig.asked.add(opening_id)
        self.tell_twice(Open(opening_id, seconds, purpose))

    @rule(
        purpose=st.sampled_from(COMMANDS),
        seconds=st.integers(1, 900),
        then_s=st.sampled_from([0.0, 0.5, 2.0, 15.0, 25.0, 50.0, 100.0]),
        unlock=st.booleans(),
    )
    def an_opening_begins_on_a_good_day(
        self, purpose: Purpose, seconds: int, then_s: float, unlock: bool
    ) -> None:
        """Let faults find a valve that is about to open, or open."""
        if not self.rig.alive:
            self.home_assistant_starts(verify_s=0.0)
        self.all_is_well_again()
        if unlock:
            self.somebody_unlocks()
        self.somebody_opens(purpose, seconds)
        self.rig.run(then_s)

    @rule(down_s=st.sampled_from([0.0, 5.0, 90.0, 5000.0]), loses_last=st.booleans())
    def home_assistant_is_restarted(self, down_s: float, loses_last: bool) -> None:
        """Kill Home Assistant and start it again."""
        if self.rig.alive:
            self.home_assistant_is_killed(loses_last=loses_last)
        self.rig.run(down_s)
        self.home_assistant_starts(verify_s=0.0)
        self.time_passes(3)

    @rule()
    def somebody_closes(self) -> None:
        """Somebody wants the valve closed."""
        self.tell_twice(Close())

    @rule()
    def what_is_known_is_said_again(self) -> None:
        """Let the device report what it has reported before, and the clock wake twice."""
        if self.rig.device.reachable and self.rig.state.observed is not None:
            self.tell_twice(Observed(self.rig.device.is_open))
        self.tell_twice(Tick())

    @rule()
    def somebody_unlocks(self) -> None:
        """Somebody looked at the valve."""
        self.nothing_is_opened_without_leave()
        if self.rig.alive:
            self.needs_unlock = False
        self.tell_twice(Unlock())

    @rule(is_open=st.booleans())
    def somebody_turns_it_by_hand(self, is_open: bool) -> None:
        """Somebody moves the valve."""
        self.rig.run(0.5)
        self.rig.turn(is_open)
        self.is_seen()

    @rule(obeys=st.booleans(), delay_s=st.sampled_from([LATENCY_S, 4.0, 30.0, 200.0]))
    def the_device_changes_its_mind(self, obeys: bool, delay_s: float) -> None:
        """Let the device lose commands, be late, or behave."""
        self.rig.device.obeys, self.rig.device.delay_s = obeys, delay_s
        self.obeys_since = self.rig.now

    @rule(stuck_s=st.sampled_from([12.0, 40.0, 200.0, 2000.0]))
    def the_device_sticks_for_a_while(self, stuck_s: float) -> None:
        """Let the device lose all commands for a time."""
        self.rig.device.obeys = False
        self.rig.run(stuck_s)
        self.the_device_changes_its_mind(obeys=True, delay_s=LATENCY_S)

    @rule(mute=st.booleans())
    def the_device_falls_silent(self, mute: bool) -> None:
        """Let the device say nothing of itself after the next start, or speak again."""
        self.rig.mute = mute

    @rule(reachable=st.booleans())
    def the_radio_changes(self, reachable: bool) -> None:
        """Take the device out of the network, or bring it back."""
        if self.rig.device.reachable != reachable:
            self.rig.reach(reachable)
            self.is_seen()

    @rule(lost_s=st.sampled_from([5.0, 65.0, 700.0, 3000.0]))
    def the_radio_drops_out(self, lost_s: float) -> None:
        """Lose the device for a while; back in reach, it is closed at once if it must."""
        self.the_radio_changes(reachable=False)
        self.rig.run(lost_s)
        self.the_radio_changes(reachable=True)
        self.time_passes(3)

    @precondition(lambda self: self.rig.alive)
    @rule(loses_last=st.booleans())
    def home_assistant_is_killed(self, loses_last: bool) -> None:
        """Kill Home Assistant."""
        self.rig.kill(loses_last=loses_last)
        self.needs_unlock = self.locked(self.rig.disk.state)

    @precondition(lambda self: not self.rig.alive)
    @rule(verify_s=st.sampled_from([0.0, 7.0]))
    def home_assistant_starts(self, verify_s: float) -> None:
        """Start Home Assistant from its ledger."""
        self.verify_s = verify_s
        self.rig.start(verify_s)
        self.is_seen()

    @rule(seconds=st.sampled_from([0.2, 1.5, 9, 12, 31, 65, 300, 1000, 2500, 30_000]))
    def time_passes(self, seconds: float) -> None:
        """Let time pass, step by step, and look at the promises on the way."""
        end = later(self.rig.now, seconds)
        while self.rig.now < end:
            left_s = (end - self.rig.now).total_seconds()
            self.rig.run(min(left_s, max(5.0, seconds / 40)))
            self.an_obeying_valve_is_closed_in_time()

    @precondition(lambda self: self.rig.alive)
    @rule()
    def all_is_well_again(self) -> None:
        """Let everything work for long enough: the valve is closed, and known to be."""
        self.rig.device.obeys, self.rig.device.delay_s = True, LATENCY_S
        self.obeys_since = self.rig.now
        if not self.rig.device.reachable:
            self.the_radio_changes(reachable=True)
        self.rig.run(24 * 3600)
        assert not self.rig.device.is_open
        assert self.rig.state.phase in (ValvePhase.CLOSED, ValvePhase.LOCKED)
        assert self.rig.state.opening is None
        assert wake_at(self.rig.limits, self.rig.state) is None

    def is_seen(self) -> None:
        """Note when the machine learned last what the device is, or that it is silent."""
        silent = self.rig.state.observed is None
        self.silent_s = self.rig.limits.confirm_s + self.verify_s if silent else 0.0
        self.seen_since = self.rig.now

    def tell_twice(self, event: ValveEvent) -> None:
        """I7: what is said again changes nothing more."""
        self.rig.feed(event)
        once = self.rig.ledger
        again = self.rig.feed(event)
        assert self.rig.ledger == once
        assert all(isinstance(effect, SendClose) for effect in again)

    @staticmethod
    def locked(state: ValveState) -> bool:
        """Tell whether the valve was found not to obey."""
        return state.phase is ValvePhase.LOCKED or state.fault is ValveFault.NOT_CLOSED

    @invariant()
    def nothing_is_opened_without_leave(self) -> None:
        """I1: a proven timer or consent, within the limits, asked for since the start."""
        limits = self.rig.limits
        for before, event, effect in self.rig.seen[self.judged :]:
            self.needs_unlock = self.needs_unlock or self.locked(before)
            if not isinstance(effect, SendOpen):
                continue
            opening = event if isinstance(event, Open) else before.opening
            assert opening is not None
            assert isinstance(event, Open | Tick)
            assert opening.opening_id in self.rig.asked, "it reopens by itself"
            assert not self.needs_unlock, "it opens although it is locked"
            purpose = opening.purpose
            trusted = timer_trusted(limits, before, self.rig.now)
            allowed = {
                Purpose.RUN: limits.consent or trusted,
                Purpose.TEST: limits.has_timer,
                Purpose.SUPPLY: True,
            }
            assert allowed[purpose]
            assert effect.timed is limits.has_timer
            if purpose is Purpose.TEST:
                assert effect.seconds == limits.test_s
            assert 0 < effect.seconds <= limits.max_open_s
        self.judged = len(self.rig.seen)

    @invariant()
    def what_may_be_open_has_a_deadline_and_a_next_look(self) -> None:
        """I2: no open state without an absolute deadline; nobody sleeps over it."""
        state = self.rig.state
        if state.phase in RUNNING:
            assert state.opening is not None
        if state.phase in MAYBE_OPEN:
            assert wake_at(self.rig.limits, state) is not None
        if state.opening is not None:
            assert state.phase in MAYBE_OPEN
        if state.phase is ValvePhase.CLOSED:
            assert state.observed is not True

    @invariant()
    def an_obeying_valve_is_closed_in_time(self) -> None:
        """I2: while Home Assistant runs, no reachable, obeying valve stays open."""
        rig, device = self.rig, self.rig.device
        if device.delay_s > LATENCY_S or len(device.inbox) > 1:
            self.obeys_since = rig.now
        if not (rig.alive and device.is_open and device.reachable and device.obeys):
            return
        allowed_until = max(
            later(self.obeys_since, RESEND_MAX_S),
            later(self.seen_since, self.silent_s),
        )
        if (opening := rig.state.opening) is not None:
            left_s = (opening.deadline - rig.now).total_seconds()
            assert left_s <= rig.limits.max_open_s
            allowed_until = max(allowed_until, patience(rig.limits, opening))
        assert rig.now <= later(allowed_until, LATENCY_S + MARGIN_S)

    @invariant()
    def every_opening_ends_exactly_once(self) -> None:
        """I6: one account for each opening, never of negative length."""
        closed = [each.opening.opening_id for each in self.rig.ledger.closed]
        assert all(each.open_s >= 0 for each in self.rig.ledger.closed)
        assert max(Counter(closed).values(), default=1) == 1
        opening = self.rig.state.opening
        underway = set() if opening is None else {opening.opening_id}
        assert underway.isdisjoint(closed)
        assert set(self.rig.ledger.opened) <= {*closed, *underway}

    @invariant()
    def what_flowed_is_accounted_for(self) -> None:
        """I6: an opening that was seen is never booked as dry."""
        opened = set(self.rig.ledger.opened)
        for each in self.rig.ledger.closed:
            assert isinstance(each, Closed)
            assert each.flowed or each.opening.opening_id not in opened

    @override
    def teardown(self) -> None:
        """Let Home Assistant come back and everything be well at the end of each life."""
        if not hasattr(self, "rig"):
            return
        if not self.rig.alive:
            self.home_assistant_starts(verify_s=0.0)
        self.all_is_well_again()


ValveLife.TestCase.settings = settings(
    max_examples=600, stateful_step_count=40, deadline=None
)
TestValveLife = ValveLife.TestCase
