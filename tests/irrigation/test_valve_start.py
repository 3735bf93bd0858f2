"""A valve at the start, after a restart, and in its commissioning test."""

from datetime import timedelta

from custom_components.smart_quarter.irrigation.valve_machine import wake_at
from custom_components.smart_quarter.irrigation.valve_model import (
    Available,
    Close,
    CloseCause,
    Observed,
    Open,
    Purpose,
    SendClose,
    SendOpen,
    Started,
    ValvePhase,
)

from .valve_bench import (
    CONSENT,
    PROVEN,
    TIMED,
    Bench,
    closes,
    ended,
    idle,
    restart,
    running,
)


class TestAtTheStart:
    def test_a_valve_that_reports_closed_may_be_opened(self) -> None:
        bench = idle()
        assert bench.state.phase is ValvePhase.CLOSED
        assert wake_at(CONSENT, bench.state) is None

    def test_nothing_is_opened_before_the_valve_has_reported(self) -> None:
        bench = Bench(CONSENT)
        bench.feed(Started(), Available(True))
        assert bench.feed(Open("early", 600)) == []

    def test_a_valve_found_open_is_closed_at_once(self) -> None:
        bench = Bench(CONSENT)
        assert restart(bench, is_open=True) == [SendClose()]
        closed = ended(bench.feed(Observed(False)))
        assert closed.opening.purpose is Purpose.FOREIGN
        assert closed.cause is CloseCause.RESTART

    def test_a_valve_that_says_nothing_is_closed_to_be_sure(self) -> None:
        bench = Bench(CONSENT)
        assert bench.feed(Started(5), Available(True), Observed(None)) == []
        assert bench.wait(14.9) == []
        assert bench.wait(0.1) == [SendClose()]

    def test_a_silent_valve_that_obeys_two_closes_counts_as_closed(self) -> None:
        bench = Bench(CONSENT)
        restart(bench, is_open=None)
        bench.wait(10)
        bench.feed(Observed(False))
        assert wake_at(CONSENT, bench.state) is not None
        assert closes(bench.wait(20)) == 1
        assert bench.state.phase is ValvePhase.CLOSED

    def test_a_valve_out_of_reach_is_waited_for(self) -> None:
        bench = Bench(CONSENT)
        bench.feed(Started())
        assert bench.wait(3600) == []
        assert bench.state.phase is ValvePhase.UNKNOWN
        assert bench.feed(Available(True), Observed(True)) == [SendClose()]


class TestAfterARestart:
    def test_what_the_ledger_holds_is_closed_at_once_and_again_when_in_reach(
        self,
    ) -> None:
        bench = running()
        assert bench.feed(Started()) == [SendClose()]
        assert bench.feed(Available(True)) == [SendClose()]
        closed = ended(bench.feed(Observed(True), Observed(False)))
        assert (closed.cause, closed.flowed) == (CloseCause.RESTART, True)
        assert bench.state.phase is ValvePhase.CLOSED

    def test_nothing_is_opened_again(self) -> None:
        bench = running()
        restart(bench, is_open=False)
        assert not any(isinstance(each, SendOpen) for each in bench.wait(86400))

    def test_it_is_closed_even_when_it_says_it_is(self) -> None:
        bench = running()
        assert closes(restart(bench, is_open=False)) == 2
        assert ended(bench.wait(20)).flowed
        assert bench.state.phase is ValvePhase.CLOSED

    def test_without_a_proven_timer_the_whole_absence_is_booked(self) -> None:
        bench = running(600)
        bench.now += timedelta(hours=2)
        restart(bench, is_open=False)
        assert ended(bench.wait(60)).open_s == 7200

    def test_with_a_proven_timer_only_the_time_until_the_deadline_is_booked(
        self,
    ) -> None:
        bench = running(600, Purpose.RUN, TIMED, **PROVEN)
        bench.now += timedelta(hours=2)
        restart(bench, is_open=False)
        assert ended(bench.wait(60)).open_s == 600

    def test_a_timer_that_left_the_valve_open_is_not_trusted_any_more(self) -> None:
        bench = running(600, Purpose.RUN, TIMED, **PROVEN)
        bench.now += timedelta(hours=2)
        restart(bench, is_open=True)
        assert bench.state.timer_failed
        bench.feed(Observed(False))
        assert bench.feed(Open("next", 600)) == []

    def test_a_timer_that_has_still_to_run_is_not_blamed(self) -> None:
        bench = running(600, Purpose.RUN, TIMED, **PROVEN)
        bench.now += timedelta(seconds=300)
        restart(bench, is_open=True)
        assert not bench.state.timer_failed

    def test_a_close_that_was_under_way_keeps_its_cause(self) -> None:
        bench = running()
        bench.feed(Close())
        restart(bench, is_open=True)
        assert ended(bench.feed(Observed(False))).cause is CloseCause.COMMAND


class TestCommissioning:
    def test_a_timer_that_closes_the_valve_is_proven(self) -> None:
        bench = running(20, Purpose.TEST, TIMED)
        bench.wait(20)
        closed = ended(bench.feed(Observed(False)))
        assert closed.cause is CloseCause.DEADLINE
        assert bench.state.timer_proven_at == bench.now
        assert len(bench.feed(Open("run", 600))) == 1

    def test_home_assistant_does_not_close_before_the_timer_had_its_chance(
        self,
    ) -> None:
        bench = running(20, Purpose.TEST, TIMED)
        assert bench.wait(39) == []

    def test_a_timer_that_does_not_close_the_valve_has_failed(self) -> None:
        bench = running(20, Purpose.TEST, TIMED, **PROVEN)
        assert bench.wait(40) == [SendClose()]
        assert ended(bench.feed(Observed(False))).cause is CloseCause.TIMER_FAILED
        assert bench.state.timer_failed
        assert bench.feed(Open("run", 600)) == []

    def test_a_later_test_clears_a_failed_timer(self) -> None:
        bench = running(20, Purpose.TEST, TIMED, timer_failed=True)
        bench.wait(20)
        bench.feed(Observed(False))
        assert not bench.state.timer_failed

    def test_a_close_by_hand_early_in_the_test_proves_nothing(self) -> None:
        bench = running(20, Purpose.TEST, TIMED)
        bench.wait(5)
        assert ended(bench.feed(Observed(False))).cause is CloseCause.EXTERNAL
        assert bench.state.timer_proven_at is None
        assert not bench.state.timer_failed

    def test_without_a_timer_there_is_nothing_to_test(self) -> None:
        assert idle(CONSENT).feed(Open("test", 20, Purpose.TEST)) == []

    def test_a_test_that_was_not_heard_begins_anew_with_its_whole_time(self) -> None:
        bench = idle(TIMED)
        bench.feed(Open("test", 20, Purpose.TEST))
        assert bench.wait(30) == [SendOpen(20, timed=True)] * 2
        bench.feed(Observed(True))
        assert bench.wait(20) == []
        assert ended(bench.feed(Observed(False))).cause is CloseCause.DEADLINE
        assert bench.state.timer_proven_at == bench.now
