"""How long alarms waited: who counts, from when, and what becomes of it in the journal."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.emergency.answers import (
    AT_MOST,
    WINDOW,
    median_s,
    recent,
    share_within,
    with_answer,
)
from custom_components.smart_quarter.emergency.codec import (
    apply,
    change,
    decode,
    encode,
)
from custom_components.smart_quarter.emergency.happenings import Deed
from custom_components.smart_quarter.emergency.model import (
    Answer,
    HouseState,
    Incident,
    Kind,
    Outcome,
    Priority,
    Stage,
)

from .house_world import LEAD, NURSE, START, House

ALARM = Incident(
    incident_id="incident",
    place_id="flat",
    kind=Kind.MANUAL,
    priority=Priority.LIFE,
    stage=Stage.ALARM,
    opened_at=START,
    changed_at=START,
    alarm_at=START,
)


def answer(seconds: float, late: bool = False) -> Answer:
    """Return an answer of just now."""
    return Answer(at=START, seconds=seconds, late=late)


def taken_after(house: House) -> list[float]:
    """Return the seconds that the house remembers."""
    return [each.seconds for each in house.state.answers]


class TestFigures:
    def test_without_alarms_there_are_none(self) -> None:
        assert share_within((), 60, START) is None
        assert median_s((), START) is None

    def test_a_share_counts_the_limit_as_in_time_and_late_ones_never(self) -> None:
        found = (answer(60), answer(61), answer(5), answer(5, late=True))
        assert share_within(found, 60, START) == 50.0
        assert share_within(found, 180, START) == 75.0

    def test_the_median_is_the_middle(self) -> None:
        assert median_s((answer(5), answer(300), answer(20)), START) == 20
        assert median_s((answer(10), answer(20)), START) == 15

    def test_what_is_older_than_the_window_does_not_count(self) -> None:
        later = START + WINDOW + timedelta(seconds=1)
        assert share_within((answer(5),), 60, later) is None
        assert recent((answer(5),), START + WINDOW) == [answer(5)]

    def test_only_so_many_are_remembered_and_the_oldest_go(self) -> None:
        full = tuple(answer(number) for number in range(AT_MOST))
        after = with_answer(full, ALARM, START + timedelta(seconds=7))
        assert len(after) == AT_MOST
        assert after[0] == answer(1)
        assert after[-1].seconds == 7


class TestInTheEngine:
    @pytest.mark.parametrize("deed", [Deed.ACKNOWLEDGE, Deed.ARRIVE])
    def test_the_first_person_who_comes_counts_and_only_the_first(
        self, deed: Deed
    ) -> None:
        house = House()
        incident_id = house.source("button")
        house.run(42)
        house.do(deed, incident_id)
        house.run(10)
        house.do(Deed.ARRIVE, incident_id)
        house.resolve(incident_id)
        assert taken_after(house) == [42]

    def test_whoever_closes_an_alarm_at_once_has_answered_it(self) -> None:
        house = House()
        incident_id = house.source("button")
        house.run(12)
        house.resolve(incident_id)
        assert taken_after(house) == [12]

    def test_an_alarm_that_is_back_or_reopened_does_not_count_again(self) -> None:
        house = House()
        incident_id = house.source("button")
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.do(Deed.RELEASE, incident_id)
        house.run(100)
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.resolve(incident_id)
        house.do(Deed.REOPEN, incident_id, LEAD)
        house.do(Deed.ACKNOWLEDGE, incident_id)
        assert taken_after(house) == [0]

    def test_the_pre_alarm_is_no_waiting_and_who_takes_it_then_has_not_waited(
        self,
    ) -> None:
        house = House()
        incident_id = house.source("radar")
        house.run(50)
        house.do(Deed.ACKNOWLEDGE, incident_id)
        assert taken_after(house) == [20]
        other = house.source("watch", "studio")
        house.do(Deed.ACKNOWLEDGE, other)
        assert taken_after(house) == [20]

    def test_an_escalation_does_not_begin_the_waiting_anew(self) -> None:
        house = House()
        incident_id = house.source("button")
        house.run(200)
        house.do(Deed.ACKNOWLEDGE, incident_id)
        assert taken_after(house) == [200]

    def test_tests_and_cancelled_pre_alarms_do_not_count(self) -> None:
        house = House()
        house.source("radar")
        house.cancel()
        house.test(600)
        incident_id = house.source("button")
        house.run(130)
        assert house.stage(incident_id) is Stage.ALARM
        house.do(Deed.RESOLVE, incident_id, NURSE, Outcome.TEST)
        assert house.state.answers == ()

    def test_an_alarm_that_was_due_during_an_outage_has_waited_since_then_and_is_late(
        self,
    ) -> None:
        house = House()
        incident_id = house.source("radar")
        house.crash()
        house.run(330)
        house.restart()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        (found,) = house.state.answers
        assert found.seconds == 300
        assert found.late
        assert share_within(house.state.answers, 600, house.now) == 0

    @pytest.mark.parametrize("by", [timedelta(days=3650), -timedelta(hours=1)])
    def test_a_clock_that_is_set_changes_no_waiting(self, by: timedelta) -> None:
        house = House()
        incident_id = house.source("button")
        house.run(20)
        house.set_clock(by)
        house.run(5)
        house.do(Deed.ACKNOWLEDGE, incident_id)
        assert taken_after(house) == [25]

    def test_answers_survive_a_crash(self) -> None:
        house = House()
        for _ in range(3):
            incident_id = house.source("button")
            house.run(7)
            house.resolve(incident_id)
        before = house.state.answers
        house.crash()
        house.restart()
        assert house.state.answers == before
        assert len(before) == 3


answers = st.lists(
    st.builds(
        Answer,
        at=st.just(START),
        seconds=st.floats(0, 1e6),
        late=st.booleans(),
    ),
    max_size=6,
).map(tuple)


class TestInTheJournal:
    @given(before=answers, gone=st.integers(0, 6), new=answers)
    def test_a_change_holds_what_is_new_and_gives_the_same_answers(
        self, before: tuple[Answer, ...], gone: int, new: tuple[Answer, ...]
    ) -> None:
        then = HouseState(answers=before)
        after = HouseState(answers=before[gone:] + new)
        assert apply(then, change(then, after)) == after

    def test_a_line_does_not_repeat_what_is_known(self) -> None:
        before = HouseState(answers=tuple(answer(number) for number in range(500)))
        after = replace(before, answers=(*before.answers, answer(1000)))
        line = change(before, after)
        assert line == {"answers": {"gone": 0, "new": [encode(answer(1000))]}}

    def test_a_journal_from_before_there_were_answers_is_read(self) -> None:
        old = encode(HouseState())
        del old["answers"]
        assert decode(old) == HouseState()
