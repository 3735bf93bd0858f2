"""An outlet: late, and not always obedient."""

from itertools import pairwise
import random

from hypothesis import given, strategies as st
import pytest

from simulator.valve import Cause, Outlet, Timer

from .quarter import NOW, after


def outlet(timer: Timer = Timer.ON_TIME, **faults: float) -> Outlet:
    return Outlet(
        key="valve",
        timer=timer,
        chance=random.Random(1),
        latency_s=(0.5, 0.5),
        faults=dict(faults),
    )


def test_it_opens_after_its_latency() -> None:
    valve = outlet()
    valve.command(NOW, opens=True)
    assert valve.run(after(0.4)) == []
    (move,) = valve.run(after(0.6))
    assert (move.is_open, move.cause, move.at) == (True, Cause.COMMAND, after(0.5))


def test_it_closes_by_itself_at_the_very_end_of_its_time() -> None:
    valve = outlet()
    valve.command(NOW, opens=True, on_time_s=10)
    moves = valve.run(after(60))
    assert [(m.is_open, m.cause, m.at) for m in moves] == [
        (True, Cause.COMMAND, after(0.5)),
        (False, Cause.ON_TIME, after(10.5)),
    ]


def test_a_second_command_with_a_time_starts_counting_anew() -> None:
    valve = outlet()
    valve.command(NOW, opens=True, on_time_s=10)
    valve.run(after(5))
    valve.command(after(5), opens=True, on_time_s=10)
    assert valve.run(after(15)) == []
    assert valve.run(after(20))[0].at == after(15.5)


def test_a_second_command_without_a_time_leaves_the_timer_alone() -> None:
    valve = outlet()
    valve.command(NOW, opens=True, on_time_s=10)
    valve.run(after(5))
    valve.command(after(5), opens=True)
    assert valve.run(after(20))[0].at == after(10.5)


def test_a_valve_that_cannot_count_stays_open() -> None:
    valve = outlet(Timer.NONE)
    valve.command(NOW, opens=True, on_time_s=10)
    valve.run(after(3600))
    assert valve.is_open


def test_a_countdown_holds_for_every_opening() -> None:
    valve = outlet(Timer.COUNTDOWN)
    valve.set_countdown(NOW, 2)
    for start in (0, 600):
        valve.command(after(start), opens=True)
        opened, closed = valve.run(after(start + 300))
        assert opened.is_open
        assert (closed.cause, closed.at) == (Cause.COUNTDOWN, after(start + 120.5))


def test_a_countdown_of_zero_has_no_end() -> None:
    valve = outlet(Timer.COUNTDOWN)
    valve.command(NOW, opens=True)
    valve.run(after(100_000))
    assert valve.is_open


def test_fault_ignores_on_time() -> None:
    valve = outlet(ignores_on_time=1)
    valve.command(NOW, opens=True, on_time_s=10)
    valve.run(after(3600))
    assert valve.is_open


def test_fault_ignores_close_leaves_the_timer_working() -> None:
    valve = outlet(ignores_close=1)
    valve.command(NOW, opens=True, on_time_s=10)
    valve.run(after(1))
    valve.command(after(1), opens=False)
    valve.run(after(5))
    assert valve.is_open
    valve.run(after(11))
    assert not valve.is_open


def test_fault_ignores_open() -> None:
    valve = outlet(ignores_open=1)
    valve.command(NOW, opens=True)
    assert valve.run(after(10)) == []


def test_fault_lost_close_loses_the_first_ones_only() -> None:
    valve = outlet(lost_close=2)
    valve.command(NOW, opens=True)
    still_open = []
    for second in (10, 20, 30):
        valve.command(after(second), opens=False)
        valve.run(after(second + 1))
        still_open.append(valve.is_open)
    assert still_open == [True, True, False]


def test_fault_unavailable_loses_commands_but_not_the_timer() -> None:
    valve = outlet()
    valve.command(NOW, opens=True, on_time_s=60)
    valve.run(after(1))
    valve.faults["unavailable"] = 1
    valve.command(after(10), opens=False)
    assert valve.run(after(30)) == []
    assert valve.run(after(61))[0].cause is Cause.ON_TIME


def test_fault_slow() -> None:
    valve = outlet(slow=30)
    valve.command(NOW, opens=True)
    assert valve.run(after(29)) == []
    assert valve.run(after(31))[0].at == after(30)


COMMANDS = st.lists(
    st.tuples(st.floats(0, 30), st.booleans(), st.floats(0.5, 60)),
    min_size=1,
    max_size=20,
)


@given(COMMANDS, st.integers(0, 3))
def test_with_a_timer_it_is_closed_when_the_last_time_is_over(
    commands: list[tuple[float, bool, float]], lost: int
) -> None:
    valve, second = outlet(lost_close=lost), 0.0
    for pause, opens, on_time_s in commands:
        second += pause
        valve.run(after(second))
        valve.command(
            after(second), opens=opens, on_time_s=on_time_s if opens else None
        )
    valve.run(after(second + 0.5 + 60))
    assert not valve.is_open
    assert valve.next_at() is None


@given(COMMANDS)
def test_it_opens_and_closes_in_turn(commands: list[tuple[float, bool, float]]) -> None:
    valve, second, moves = outlet(), 0.0, []
    for pause, opens, on_time_s in commands:
        second += pause
        moves += valve.run(after(second))
        valve.command(
            after(second), opens=opens, on_time_s=on_time_s if opens else None
        )
    moves += valve.run(after(second + 100))
    assert [move.is_open for move in moves] == [n % 2 == 0 for n in range(len(moves))]
    assert all(a.at <= b.at for a, b in pairwise(moves))


@pytest.mark.parametrize("timer", list(Timer))
def test_an_idle_outlet_needs_nothing(timer: Timer) -> None:
    assert outlet(timer).next_at() is None
