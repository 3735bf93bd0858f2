"""The engine from the first report to somebody who answers: what a house does, and why."""

from dataclasses import replace
from itertools import pairwise

import pytest

from custom_components.smart_quarter.emergency.happenings import Deed, Word
from custom_components.smart_quarter.emergency.model import (
    EVERYBODY,
    SYSTEM_ACTOR,
    Actor,
    Kind,
    Policy,
    PolicyStep,
    Stage,
)

from .house_world import (
    FLAT,
    LEAD,
    NURSE,
    RESIDENT,
    TEAM,
    House,
    house as config,
    place,
    source,
)


class TestPreAlarm:
    """The resident has time to say that all is well."""

    def test_a_fall_is_asked_about_before_anybody_is_told(self) -> None:
        house = House()
        incident_id = house.source("radar")
        house.run(29)
        assert house.stage(incident_id) is Stage.PRE_ALARM
        assert [ask.place_id for ask in house.asked] == ["flat"]
        assert not house.told
        house.run(1)
        assert house.stage(incident_id) is Stage.ALARM
        assert house.told_at(incident_id) == [30]
        assert house.words() == [Word.PRE_ALARM, Word.ALARM]
        assert not house.incident(incident_id).late

    @pytest.mark.parametrize(
        ("source_id", "seconds"),
        [("button", 0), ("smoke", 0), ("radar", 30), ("motion", 600)],
    )
    def test_every_kind_has_its_time(self, source_id: str, seconds: int) -> None:
        house = House()
        incident_id = house.source(source_id)
        house.run(1000)
        assert house.told_at(incident_id)[0] == seconds

    @pytest.mark.parametrize("actor", [RESIDENT, NURSE, LEAD, SYSTEM_ACTOR])
    def test_the_resident_or_who_is_with_them_cancels_it(self, actor: Actor) -> None:
        house = House()
        incident_id = house.source("radar")
        house.run(20)
        house.cancel(actor)
        house.run(3600)
        assert house.stage(incident_id) is Stage.CANCELLED
        assert house.words() == [Word.PRE_ALARM, Word.CANCELLED]
        assert not house.told
        assert [each.incident_id for each in house.all_clears] == [incident_id]

    def test_one_pre_alarm_is_cancelled_and_the_other_goes_on(self) -> None:
        house = House()
        fall, quiet = house.source("radar"), house.source("motion")
        house.do(Deed.CANCEL, fall, RESIDENT)
        house.run(601)
        assert house.stage(fall) is Stage.CANCELLED
        assert house.stage(quiet) is Stage.ALARM

    def test_a_source_that_is_over_ends_it(self) -> None:
        house = House()
        incident_id = house.source("radar")
        house.run(10)
        house.clear("radar")
        house.run(3600)
        assert house.words() == [Word.PRE_ALARM, Word.CLEARED, Word.CANCELLED]
        assert not house.told
        assert house.incident(incident_id).assignee == "radar"

    def test_what_never_was_on_is_not_over(self) -> None:
        house = House()
        incident_id = house.source("radar")
        house.clear("mat")
        assert house.stage(incident_id) is Stage.PRE_ALARM
        assert house.words() == [Word.PRE_ALARM]

    def test_a_second_source_ends_all_doubt(self) -> None:
        house = House()
        incident_id = house.source("radar")
        house.run(10)
        house.source("mat")
        assert house.told_at(incident_id) == [10]
        assert house.open() == [incident_id]
        assert [each.by for each in house.incident(incident_id).causes] == [
            "radar",
            "mat",
        ]

    @pytest.mark.parametrize("actor", [RESIDENT, NURSE, SYSTEM_ACTOR])
    def test_a_call_ends_all_doubt_and_is_an_incident_of_its_own(
        self, actor: Actor
    ) -> None:
        house = House()
        fall, quiet = house.source("radar"), house.source("motion")
        house.run(10)
        called = house.call(actor)
        for incident_id in (fall, quiet, called):
            assert house.told_at(incident_id) == [10]
        assert house.incident(called).kind is Kind.MANUAL

    def test_a_call_next_door_decides_nothing_here(self) -> None:
        house = House()
        incident_id = house.source("radar")
        house.source("cord", "studio")
        assert house.stage(incident_id) is Stage.PRE_ALARM

    def test_the_same_source_again_decides_nothing(self) -> None:
        house = House()
        incident_id = house.source("radar")
        house.run(10)
        house.source("radar")
        assert house.stage(incident_id) is Stage.PRE_ALARM
        house.run(20)
        assert house.told_at(incident_id) == [30]
        assert house.incident(incident_id).causes[0].count == 2

    @pytest.mark.fault("flapping 10 Hz")
    def test_a_source_that_comes_and_goes_does_not_put_off_the_alarm(self) -> None:
        house = House()
        incident_id = house.source("radar")
        for _ in range(300):
            house.run(0.05)
            house.clear("radar")
            house.run(0.05)
            house.source("radar")
        house.run(1)
        assert house.open() == [incident_id]
        house.run(15)
        assert house.told_at(incident_id)[0] == pytest.approx(30, abs=0.1)

    def test_a_source_that_comes_back_later_begins_anew(self) -> None:
        house = House()
        first = house.source("radar")
        house.run(10)
        house.clear("radar")
        house.run(31)
        second = house.source("radar")
        assert house.stage(first) is Stage.CANCELLED
        house.run(29)
        assert house.stage(second) is Stage.PRE_ALARM

    def test_after_the_resident_said_no_the_source_begins_anew(self) -> None:
        house = House()
        first = house.source("radar")
        house.cancel()
        house.clear("radar")
        second = house.source("radar")
        assert house.stage(first) is Stage.CANCELLED
        assert house.stage(second) is Stage.PRE_ALARM

    @pytest.mark.fault("restart after the end of a pre-alarm")
    def test_a_deadline_that_passed_while_down_is_an_alarm_at_once(self) -> None:
        house = House()
        incident_id = house.source("radar")
        house.run(10)
        house.crash()
        house.run(300)
        house.restart()
        assert house.stage(incident_id) is Stage.ALARM
        assert house.told_at(incident_id) == [310]
        assert house.incident(incident_id).late
        assert house.words() == [Word.PRE_ALARM, Word.UNSUPERVISED, Word.ALARM]

    def test_a_short_break_leaves_the_deadline_as_it_was(self) -> None:
        house = House()
        incident_id = house.source("radar")
        house.run(10)
        house.crash()
        house.run(4)
        house.restart()
        house.run(600)
        assert house.told_at(incident_id)[0] == 30
        assert not house.incident(incident_id).late
        assert Word.UNSUPERVISED not in house.words()

    def test_a_caretaker_who_is_there_already_takes_it(self) -> None:
        house = House()
        incident_id = house.source("radar")
        house.do(Deed.ARRIVE, incident_id)
        house.run(600)
        assert not house.told
        house.resolve(incident_id)
        assert house.stage(incident_id) is Stage.RESOLVED


class TestAlarm:
    """Somebody is looked for until somebody answers."""

    def test_a_call_is_told_again_and_after_a_minute_to_the_next(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(59)
        assert house.told_at(incident_id) == [0, 30]
        assert {told.targets for _, told in house.told} == {("nurse",)}
        house.run(1)
        assert house.told[-1] == (60, house.told[-1][1])
        assert house.told[-1][1].targets == ("lead", EVERYBODY)
        assert house.words() == [Word.ALARM, Word.REPEATED, Word.ESCALATED]
        assert house.incident(incident_id).told == ("nurse", "lead", EVERYBODY)

    def test_an_automatic_source_goes_to_the_next_after_ninety_seconds(self) -> None:
        house = House()
        incident_id = house.source("smoke")
        house.run(90)
        assert house.told_at(incident_id) == [0, 30, 60, 90]
        assert house.incident(incident_id).step == 1

    def test_the_last_step_goes_on_for_ever(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(24 * 3600)
        assert house.incident(incident_id).step == 1
        assert house.told_at(incident_id) == list(range(0, 24 * 3600 + 1, 30))

    @pytest.mark.parametrize("kind", Kind)
    @pytest.mark.parametrize("lasts_s", [None, 20, 100, 10_000])
    def test_nobody_hears_nothing_for_longer_than_five_minutes(
        self, kind: Kind, lasts_s: int | None
    ) -> None:
        slow = PolicyStep(targets=("nurse",), lasts_s=lasts_s, repeat_s=9_999)
        flat = place("flat", replace(source("it", kind), pre_alarm_s=0))
        house = House(config(flat, policy=Policy(steps=(slow, slow))))
        incident_id = house.source("it")
        house.run(4 * 3600)
        told = [*house.told_at(incident_id), 4 * 3600]
        assert all(late - early <= 300 for early, late in pairwise(told))

    def test_a_step_has_its_own_pace(self) -> None:
        fast = PolicyStep(targets=("nurse",), lasts_s=25, repeat_s=10)
        house = House(config(FLAT, policy=Policy(steps=(fast, *TEAM.steps))))
        incident_id = house.call()
        house.run(60)
        assert house.told_at(incident_id) == [0, 10, 20, 25, 55]

    def test_somebody_does_not_wait_for_the_next_step(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(10)
        house.do(Deed.ESCALATE, incident_id, SYSTEM_ACTOR)
        assert house.told_at(incident_id) == [0, 10]
        assert house.told[-1][1].targets == ("lead", EVERYBODY)
        house.do(Deed.ESCALATE, incident_id, LEAD)
        assert house.incident(incident_id).step == 1

    def test_a_source_that_is_over_never_closes_an_alarm(self) -> None:
        house = House()
        incident_id = house.source("smoke")
        house.clear("smoke")
        house.run(600)
        assert house.stage(incident_id) is Stage.ALARM
        assert house.words()[1] is Word.CLEARED

    def test_a_cancel_after_the_alarm_is_only_a_note(self) -> None:
        house = House()
        incident_id = house.call()
        house.cancel()
        assert house.entries[-1].word is Word.NOTED
        assert house.entries[-1].detail == {"cancel_too_late": True}
        house.run(600)
        assert house.stage(incident_id) is Stage.ALARM

    def test_a_shorter_policy_does_not_lose_its_place(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(60)
        short = PolicyStep(targets=("night_nurse",))
        house.configure(config(FLAT, policy=Policy(steps=(short,))))
        house.run(60)
        assert house.told[-1][1].targets == ("night_nurse",)
        assert house.incident(incident_id).step == 0

    def test_a_broken_channel_does_not_stop_the_looking(self) -> None:
        house = House(channel_works=False)
        incident_id = house.call()
        house.run(120)
        assert house.told_at(incident_id) == [0, 30, 60, 90, 120]
        assert house.incident(incident_id).attempted == 0

    def test_the_steps_of_two_incidents_do_not_wait_for_each_other(self) -> None:
        house = House()
        first = house.call()
        house.run(7)
        second = house.source("cord", "studio")
        house.run(60)
        assert house.told_at(first) == [0, 30, 60]
        assert house.told_at(second) == [7, 37, 67]
