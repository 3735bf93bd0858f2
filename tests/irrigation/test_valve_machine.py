"""What a valve does, transition by transition, as somebody standing beside it sees it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.smart_quarter.irrigation.valve_machine import wake_at
from custom_components.smart_quarter.irrigation.valve_model import (
    Available,
    Close,
    CloseCause,
    Observed,
    Open,
    Opened,
    Purpose,
    SendClose,
    SendOpen,
    Started,
    Tick,
    Unlock,
    ValveFault,
    ValveLimits,
    ValvePhase,
)
from custom_components.smart_quarter.irrigation.valve_rules import TIMER_PROOF_MAX_AGE

from .valve_bench import (
    CONSENT,
    PROVEN,
    START,
    TIMED,
    Bench,
    closes,
    ended,
    idle,
    restart,
    running,
)

SUPPLY = ValveLimits(consent=True, max_open_s=6 * 3600)


def disobedient() -> Bench:
    """Return a valve that stayed open at its deadline, whatever was sent."""
    bench = running(60)
    bench.wait(60 + 3 * 10)
    assert bench.state.phase is ValvePhase.OPEN_SUSPECT
    return bench


def locked() -> Bench:
    """Return a valve that closed at last, long after it should have."""
    bench = disobedient()
    bench.feed(Observed(False))
    assert bench.state.phase is ValvePhase.LOCKED
    return bench


class TestOpening:
    def test_the_deadline_stands_before_the_command_is_sent(self) -> None:
        bench = idle()
        assert bench.feed(Open("run", 600)) == [SendOpen(600, timed=False)]
        assert bench.state.phase is ValvePhase.OPENING
        assert bench.state.opening.deadline == START + timedelta(seconds=600)

    def test_a_device_with_a_timer_is_told_the_time(self) -> None:
        bench = idle(TIMED, **PROVEN)
        assert bench.feed(Open("run", 600)) == [SendOpen(600, timed=True)]
        assert bench.state.opening.device_timer

    def test_it_is_cut_to_the_longest_allowed_time(self) -> None:
        assert idle().feed(Open("long", 9999)) == [SendOpen(1800, timed=False)]

    @pytest.mark.parametrize("seconds", [0, -60])
    def test_no_time_is_no_opening(self, seconds: int) -> None:
        assert idle().feed(Open("none", seconds)) == []

    @pytest.mark.parametrize(
        ("limits", "state"),
        [
            (ValveLimits(), {}),
            (ValveLimits(), PROVEN),
            (TIMED, {}),
            (TIMED, {"timer_proven_at": START - TIMER_PROOF_MAX_AGE}),
        ],
        ids=["no timer", "a timer no more", "not proven", "proven too long ago"],
    )
    def test_it_needs_a_proven_timer_or_consent(
        self, limits: ValveLimits, state: dict[str, object]
    ) -> None:
        assert idle(limits, **state).feed(Open("run", 600)) == []
        consented = idle(replace(limits, consent=True), **state)
        assert len(consented.feed(Open("run", 600))) == 1

    def test_a_valve_out_of_reach_is_not_opened(self) -> None:
        bench = idle()
        bench.feed(Available(False))
        assert bench.feed(Open("run", 600)) == []

    def test_a_second_wish_changes_nothing(self) -> None:
        bench = running(600)
        assert bench.feed(Open("other", 1200)) == []
        assert bench.state.opening.opening_id == "run"

    def test_nobody_can_order_what_only_a_hand_can_do(self) -> None:
        assert idle().feed(Open("foreign", 60, Purpose.FOREIGN)) == []

    def test_the_report_confirms_it(self) -> None:
        bench = idle()
        bench.feed(Open("run", 600))
        bench.wait(3)
        (opened,) = bench.feed(Observed(True))
        assert isinstance(opened, Opened)
        assert opened.opening.opened_at == START + timedelta(seconds=3)

    def test_it_is_asked_again_for_what_is_left(self) -> None:
        bench = idle()
        bench.feed(Open("run", 600))
        assert bench.wait(30) == [SendOpen(590, False), SendOpen(570, False)]
        assert bench.state.opening.deadline == START + timedelta(seconds=600)

    def test_a_valve_that_does_not_open_is_closed_to_be_sure(self) -> None:
        bench = idle()
        bench.feed(Open("run", 600))
        done = bench.wait(30 + 40)
        assert done[-1] == SendClose()
        assert bench.state.fault is ValveFault.NOT_OPENED
        closed = ended(bench.feed(Observed(False)) + bench.wait(30))
        assert (closed.cause, closed.flowed) == (CloseCause.NOT_OPENED, False)
        assert bench.state.fault is ValveFault.NOT_OPENED

    def test_a_later_success_forgets_the_fault(self) -> None:
        bench = idle(fault=ValveFault.NOT_OPENED)
        bench.feed(Open("again", 600), Observed(True))
        assert bench.state.fault is None

    def test_a_very_short_run_is_over_at_its_deadline_even_if_never_confirmed(
        self,
    ) -> None:
        bench = idle()
        bench.feed(Open("run", 5))
        assert bench.wait(5) == [SendClose()]


class TestOpen:
    def test_it_is_closed_at_its_deadline(self) -> None:
        bench = running(600)
        assert bench.wait(599) == []
        assert bench.wait(1) == [SendClose()]
        closed = ended(bench.feed(Observed(False)))
        assert (closed.cause, closed.open_s) == (CloseCause.DEADLINE, 600)

    def test_a_close_by_the_devices_timer_is_a_close_at_the_deadline(self) -> None:
        bench = running(600, Purpose.RUN, TIMED, **PROVEN)
        bench.wait(599)
        assert ended(bench.feed(Observed(False))).cause is CloseCause.DEADLINE

    def test_a_close_by_somebody_else_is_external(self) -> None:
        bench = running(600)
        bench.wait(300)
        closed = ended(bench.feed(Observed(False)))
        assert (closed.cause, closed.open_s) == (CloseCause.EXTERNAL, 300)
        assert bench.state.phase is ValvePhase.CLOSED

    def test_it_is_closed_on_command(self) -> None:
        bench = running(600)
        bench.wait(60)
        assert bench.feed(Close()) == [SendClose()]
        closed = ended(bench.feed(Observed(False)))
        assert (closed.cause, closed.open_s) == (CloseCause.COMMAND, 60)

    def test_a_short_drop_out_of_the_radio_is_no_harm(self) -> None:
        bench = running(600)
        bench.feed(Available(False))
        assert bench.wait(59) == []
        bench.feed(Available(True), Observed(True))
        assert bench.state.phase is ValvePhase.OPEN

    def test_out_of_reach_for_long_it_counts_as_open_and_is_being_closed(self) -> None:
        bench = running(600)
        bench.feed(Available(False))
        assert bench.wait(60) == [SendClose()]
        assert bench.state.phase is ValvePhase.OPEN_SUSPECT
        assert bench.state.fault is ValveFault.UNREACHABLE

    def test_being_out_of_reach_moves_no_deadline(self) -> None:
        bench = running(600)
        bench.wait(590)
        bench.feed(Available(False))
        assert bench.wait(10) == [SendClose()]
        assert bench.state.phase is ValvePhase.CLOSING

    def test_back_in_reach_it_is_closed_at_once(self) -> None:
        bench = running(600)
        bench.feed(Available(False))
        bench.wait(5000)
        assert bench.feed(Available(True)) == [SendClose()]
        closed = ended(bench.feed(Observed(True), Observed(False)))
        assert closed.cause is CloseCause.UNREACHABLE
        assert bench.state.phase is ValvePhase.CLOSED
        assert bench.state.fault is None

    def test_it_never_goes_unwatched(self) -> None:
        bench = running(600)
        bench.feed(Available(False))
        for _ in range(100):
            due = wake_at(CONSENT, bench.state)
            assert due is not None
            assert due > bench.now
            bench.wait(97)


class TestClosing:
    def test_a_close_is_sent_until_it_is_obeyed_ever_more_slowly(self) -> None:
        bench = running(60)
        at = []
        for second in range(1, 301):
            at += [second] * closes(bench.wait(1))
        assert at == [60, 70, 80, 90, 110, 150, 210, 270]

    def test_a_second_wish_sends_nothing_more(self) -> None:
        bench = running()
        bench.feed(Close())
        assert bench.feed(Close(), Close(CloseCause.DEADLINE)) == []
        assert bench.state.cause is CloseCause.COMMAND

    def test_three_closes_without_effect_make_it_a_stuck_valve(self) -> None:
        bench = disobedient()
        assert bench.state.fault is ValveFault.NOT_CLOSED

    def test_a_stuck_valve_that_closes_at_last_is_locked(self) -> None:
        bench = disobedient()
        closed = ended(bench.feed(Observed(False)))
        assert (closed.cause, closed.open_s) == (CloseCause.NOT_CLOSED, 90)
        assert bench.state.phase is ValvePhase.LOCKED

    def test_a_valve_out_of_reach_is_not_called_stuck(self) -> None:
        bench = running(60)
        bench.feed(Available(False))
        assert closes(bench.wait(600)) > 3
        assert bench.state.fault is ValveFault.UNREACHABLE

    def test_back_in_reach_it_gets_its_three_attempts(self) -> None:
        bench = running(60)
        bench.feed(Available(False))
        bench.wait(600)
        bench.feed(Available(True), Observed(True))
        at = []
        while bench.state.fault is not ValveFault.NOT_CLOSED:
            at.append(closes(bench.wait(10)))
        assert at == [1, 1, 1]

    def test_an_opening_that_comes_late_is_still_seen_and_closed(self) -> None:
        bench = idle()
        bench.feed(Open("run", 600), Close(), Observed(True))
        closed = ended(bench.feed(Observed(False)))
        assert (closed.opening.opening_id, closed.flowed) == ("run", True)

    def test_a_closed_valve_that_says_nothing_any_more_is_closed_to_be_sure(
        self,
    ) -> None:
        bench = idle()
        bench.feed(Available(False), Available(True), Observed(None))
        assert bench.wait(10) == [SendClose()]

    def test_a_closed_valve_that_speaks_again_in_time_is_left_alone(self) -> None:
        bench = idle()
        bench.feed(Observed(None), Observed(False))
        assert wake_at(CONSENT, bench.state) is None

    def test_closing_a_closed_valve_sends_the_command_and_changes_nothing(self) -> None:
        bench = idle()
        before = bench.state
        assert bench.feed(Close()) == [SendClose()]
        assert bench.state == before


class TestLocked:
    def test_it_is_not_opened(self) -> None:
        assert locked().feed(Open("run", 600), Open("test", 20, Purpose.TEST)) == []

    def test_a_restart_does_not_unlock_it(self) -> None:
        bench = locked()
        bench.feed(Started())
        assert bench.state.phase is ValvePhase.LOCKED
        bench.feed(Available(True), Observed(False))
        assert bench.feed(Open("run", 600)) == []

    def test_one_that_says_nothing_is_closed_to_be_sure(self) -> None:
        bench = locked()
        restart(bench, is_open=None)
        assert bench.wait(10) == [SendClose()]
        bench.feed(Observed(False))
        bench.wait(30)
        assert bench.state.phase is ValvePhase.LOCKED

    def test_a_person_unlocks_it(self) -> None:
        bench = locked()
        bench.feed(Unlock())
        assert bench.state.fault is None
        assert bench.feed(Open("run", 600)) == [SendOpen(600, timed=False)]

    def test_seen_open_it_is_closed_and_locked_again(self) -> None:
        bench = locked()
        assert bench.feed(Observed(True)) == [SendClose()]
        bench.feed(Observed(False))
        assert bench.state.phase is ValvePhase.LOCKED

    def test_a_stuck_valve_cannot_be_unlocked_while_it_may_be_open(self) -> None:
        bench = disobedient()
        bench.feed(Unlock())
        assert bench.state.phase is ValvePhase.OPEN_SUSPECT

    @pytest.mark.parametrize("is_open", [False, True])
    def test_a_silent_valve_that_ignored_its_closes_stays_locked_over_a_restart(
        self, is_open: bool
    ) -> None:
        bench = Bench(CONSENT)
        restart(bench, is_open=None)
        bench.wait(120)
        assert bench.state.fault is ValveFault.NOT_CLOSED
        restart(bench, is_open=is_open)
        bench.feed(Observed(False))
        assert bench.state.phase is ValvePhase.LOCKED


class TestOpenedByHand:
    def test_it_is_let_run_until_its_maximum(self) -> None:
        bench = idle()
        (opened,) = bench.feed(Observed(True))
        assert isinstance(opened, Opened)
        assert bench.state.phase is ValvePhase.MANUAL
        assert bench.wait(899) == []
        assert bench.wait(1) == [SendClose()]
        closed = ended(bench.feed(Observed(False)))
        assert (closed.cause, closed.open_s) == (CloseCause.DEADLINE, 900)
        assert closed.opening.purpose is Purpose.FOREIGN

    def test_it_may_be_closed_by_hand(self) -> None:
        bench = idle()
        bench.feed(Observed(True))
        bench.wait(120)
        closed = ended(bench.feed(Observed(False)))
        assert (closed.cause, closed.open_s) == (CloseCause.EXTERNAL, 120)

    def test_no_run_is_started_meanwhile(self) -> None:
        bench = idle()
        bench.feed(Observed(True))
        assert bench.feed(Open("run", 600)) == []


class TestSupply:
    def test_it_is_held_open_as_long_as_it_is_needed(self) -> None:
        bench = running(600, Purpose.SUPPLY, SUPPLY)
        bench.wait(500)
        assert bench.feed(Open("more", 600, Purpose.SUPPLY)) == []
        assert bench.wait(599) == []
        assert bench.wait(1) == [SendClose()]

    def test_a_shorter_wish_does_not_close_it_earlier(self) -> None:
        bench = running(600, Purpose.SUPPLY, SUPPLY)
        bench.feed(Open("less", 10, Purpose.SUPPLY))
        assert bench.wait(599) == []

    def test_it_is_never_held_longer_than_allowed_at_a_stretch(self) -> None:
        bench = running(600, Purpose.SUPPLY, SUPPLY)
        bench.feed(Open("forever", 10**6, Purpose.SUPPLY))
        assert bench.state.opening.deadline == START + timedelta(hours=6)

    def test_a_run_is_not_prolonged_by_a_wish_for_supply(self) -> None:
        bench = running(600)
        bench.feed(Open("more", 1200, Purpose.SUPPLY))
        assert bench.wait(600) == [SendClose()]


def test_a_tick_before_its_time_does_nothing() -> None:
    bench = running(600)
    before = bench.state
    assert bench.feed(Tick()) == []
    assert bench.state == before
