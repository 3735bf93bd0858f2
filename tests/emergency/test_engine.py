"""What a house does about calls for help, told as a care team would."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from custom_components.smart_quarter.emergency.happenings import (
    Attempted,
    Called,
    Deed,
    PhaseSet,
    SourceMatched,
    Word,
)
from custom_components.smart_quarter.emergency.model import (
    EVERYBODY,
    LAST_RESORT,
    SYSTEM_ACTOR,
    Actor,
    Kind,
    Outcome,
    Phase,
    Policy,
    PolicyStep,
    Priority,
    Stage,
)

from .house_world import (
    FLAT,
    LEAD,
    NIGHT_NURSE,
    NURSE,
    RESIDENT,
    START,
    STUDIO,
    TEAM,
    TECHNICIAN,
    House,
    house as config,
    place,
    source,
)

HOUR = timedelta(hours=1)
TEN_YEARS = timedelta(days=3653)


class TestPreAlarm:
    """The resident has time to say that all is well."""

    def test_a_fall_is_asked_about_before_anybody_is_told(self) -> None:
        house = House()
        incident_id = house.source("radar")
        house.run(29)
        assert house.stage(incident_id) is Stage.PRE_ALARM
        assert [ask.incident_id for ask in house.asked] == [incident_id]
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


class TestAcknowledged:
    """Somebody is on the way, and is waited for."""

    def test_who_is_on_the_way_is_left_in_peace(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(20)
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.run(599)
        assert house.told_at(incident_id) == [0]
        assert house.incident(incident_id).assignee == "nurse"

    def test_who_does_not_arrive_is_not_waited_for_for_ever(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(70)
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.run(600)
        assert house.told_at(incident_id) == [0, 30, 60, 670]
        assert house.stage(incident_id) is Stage.ALARM
        assert house.incident(incident_id).step == 1
        assert house.incident(incident_id).assignee is None
        assert house.words()[-1] is Word.RETURNED

    def test_who_does_not_come_after_all_gives_it_back(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.run(15)
        house.do(Deed.RELEASE, incident_id)
        assert house.told_at(incident_id) == [0, 15]
        house.do(Deed.ACKNOWLEDGE, incident_id, NIGHT_NURSE)
        assert house.incident(incident_id).assignee == "night_nurse"

    def test_who_needs_more_hands_escalates(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.do(Deed.ESCALATE, incident_id)
        assert house.stage(incident_id) is Stage.ALARM
        assert house.told_at(incident_id) == [0, 0]

    @pytest.mark.parametrize("after_s", [31, 120, 500])
    def test_a_second_call_is_told_to_who_is_on_the_way(self, after_s: int) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id, NIGHT_NURSE)
        house.run(after_s)
        house.call()
        assert house.open() == [incident_id]
        assert house.stage(incident_id) is Stage.ACKNOWLEDGED
        assert house.told_at(incident_id) == [0, after_s]
        assert house.told[-1][1].targets == ("night_nurse", "nurse")
        assert house.words()[-1] is Word.CALLED_AGAIN

    def test_a_hand_that_shakes_calls_once(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        for _ in range(10):
            house.run(2)
            house.call()
        assert house.told_at(incident_id) == [0]
        assert house.incident(incident_id).causes[0].count == 11

    def test_who_never_stops_calling_is_heard(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        for _ in range(12):
            house.run(20)
            house.call()
        assert len(house.told_at(incident_id)) > 3

    def test_another_source_of_the_same_kind_is_told_at_once(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.run(5)
        house.source("button")
        assert house.told_at(incident_id) == [0, 5]


class TestOnScene:
    """Somebody is there."""

    def there(self, house: House) -> str:
        """Return an incident at which the nurse is."""
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.do(Deed.ARRIVE, incident_id)
        return incident_id

    def test_who_is_there_is_left_in_peace_for_an_hour(self) -> None:
        house = House()
        incident_id = self.there(house)
        house.run(3599)
        assert house.told_at(incident_id) == [0]

    def test_an_incident_that_nobody_closes_is_an_alarm_again(self) -> None:
        house = House()
        incident_id = self.there(house)
        house.run(3600)
        assert house.stage(incident_id) is Stage.ALARM
        assert house.told_at(incident_id) == [0, 3600]
        assert house.words()[-1] is Word.RETURNED

    def test_a_new_call_is_a_new_incident(self) -> None:
        house = House()
        first = self.there(house)
        house.run(60)
        second = house.call()
        assert house.stage(first) is Stage.ON_SCENE
        assert house.stage(second) is Stage.ALARM
        assert house.told_at(second) == [60]

    def test_who_leaves_without_closing_gives_it_back(self) -> None:
        house = House()
        incident_id = self.there(house)
        house.do(Deed.RELEASE, incident_id)
        assert house.stage(incident_id) is Stage.ALARM


class TestResolved:
    """A person closed it."""

    @pytest.mark.parametrize("outcome", Outcome)
    def test_everybody_who_was_told_hears_that_it_is_over(
        self, outcome: Outcome
    ) -> None:
        house = House()
        incident_id = house.call()
        house.run(61)
        house.do(Deed.RESOLVE, incident_id, NIGHT_NURSE, outcome)
        assert house.all_clears[-1].targets == ("nurse", "lead", EVERYBODY)
        assert house.incident(incident_id).outcome is outcome
        assert house.incident(incident_id).assignee == "night_nurse"
        told = list(house.told)
        house.run(3000)
        assert house.told == told

    def test_the_lead_opens_it_again_for_a_quarter_of_an_hour(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(60)
        house.resolve(incident_id)
        house.run(900)
        house.do(Deed.REOPEN, incident_id, NURSE)
        assert house.stage(incident_id) is Stage.RESOLVED
        house.do(Deed.REOPEN, incident_id, LEAD)
        assert house.stage(incident_id) is Stage.ALARM
        assert house.told_at(incident_id)[-1] == 960
        assert house.incident(incident_id).step == 0
        assert house.incident(incident_id).outcome is None

    def test_later_it_stays_closed(self) -> None:
        house = House()
        incident_id = house.call()
        house.resolve(incident_id)
        house.run(901)
        house.do(Deed.REOPEN, incident_id, LEAD)
        assert house.stage(incident_id) is Stage.RESOLVED
        assert house.entries[-1].detail["reason"] == "too_late_to_reopen"

    def test_a_cancelled_one_can_be_opened_again_too(self) -> None:
        house = House()
        incident_id = house.source("radar")
        house.cancel()
        house.do(Deed.REOPEN, incident_id, LEAD)
        assert house.stage(incident_id) is Stage.ALARM

    def test_after_an_hour_only_the_journal_knows_it(self) -> None:
        house = House()
        incident_id = house.call()
        house.resolve(incident_id)
        house.run(3600)
        assert incident_id in house.state.incidents
        house.run(1)
        assert incident_id not in house.state.incidents

    def test_a_call_after_it_is_a_new_incident(self) -> None:
        house = House()
        first = house.call()
        house.resolve(first)
        second = house.call()
        assert house.stage(first) is Stage.RESOLVED
        assert house.open() == [second]


class TestMerging:
    """What belongs together is one incident."""

    def test_the_same_place_and_kind_is_one_incident(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(5)
        house.source("button")
        house.call(NURSE)
        assert house.open() == [incident_id]
        assert house.incident(incident_id).causes[0].first_at == START
        assert [each.by for each in house.incident(incident_id).causes] == [
            "resident_1",
            "button",
            "nurse",
        ]
        assert house.told_at(incident_id) == [0]

    def test_a_call_and_a_fall_are_two(self) -> None:
        house = House()
        called, fallen = house.call(), house.source("radar")
        house.run(60)
        assert house.open() == [called, fallen]
        assert house.stage(fallen) is Stage.ALARM

    def test_the_same_kind_next_door_is_another(self) -> None:
        house = House()
        assert house.open() == []
        here, there = house.source("radar"), house.source("watch", "studio")
        assert house.open() == [here, there]

    def test_somebody_may_call_because_of_what_they_saw(self) -> None:
        house = House()
        house.feed(Called("flat", "seen", Kind.WATER, NURSE))
        assert house.incident("seen").priority is Priority.URGENT
        assert house.told_at("seen") == [0]

    def test_sources_of_a_vacant_place_do_nothing(self) -> None:
        house = House()
        house.feed(PhaseSet("flat", Phase.VACANT, LEAD))
        for source_id in FLAT.sources:
            house.source(source_id)
        house.run(3600)
        assert not house.told
        assert not house.state.incidents
        assert not house.state.raised

    def test_who_is_in_a_vacant_place_calls_all_the_same(self) -> None:
        house = House()
        house.feed(PhaseSet("flat", Phase.VACANT, LEAD))
        assert house.stage(house.call(NURSE)) is Stage.ALARM

    def test_an_incident_outlives_the_move(self) -> None:
        house = House()
        incident_id = house.call()
        house.feed(PhaseSet("flat", Phase.VACANT, LEAD))
        house.run(60)
        assert house.told_at(incident_id) == [0, 30, 60]

    @pytest.mark.parametrize(
        ("source_id", "place_id"), [("radar", "cellar"), ("watch", "flat")]
    )
    def test_a_source_that_nobody_knows_does_nothing(
        self, source_id: str, place_id: str
    ) -> None:
        house = House()
        house.source(source_id, place_id)
        house.clear(source_id, place_id)
        assert not house.entries
        assert not house.state.incidents

    @pytest.mark.parametrize("close", [False, True])
    def test_an_event_that_comes_twice_replaces_nothing(self, close: bool) -> None:
        house = House()
        event = Called("flat", "once", actor=RESIDENT)
        house.feed(event)
        house.do(Deed.ARRIVE, "once")
        if close:
            house.resolve("once")
        before = house.incident("once")
        house.feed(event)
        assert house.incident("once") == before

    def test_an_id_that_is_taken_does_not_push_an_incident_out(self) -> None:
        house = House()
        house.feed(Called("flat", "once", actor=RESIDENT))
        house.feed(SourceMatched("studio", "watch", "once"))
        assert house.incident("once").place_id == "flat"

    def test_a_hundred_calls_at_once_are_all_kept(self) -> None:
        places = [place(f"flat_{number}") for number in range(100)]
        house = House(config(*places))
        opened = [house.call(NURSE, each.place_id) for each in places]
        house.run(60)
        for incident_id in opened:
            assert house.told_at(incident_id) == [0, 30, 60]


class TestWalkTest:
    """Somebody walks through the place and tries every source."""

    @pytest.mark.parametrize("source_id", FLAT.sources)
    def test_what_is_tried_alarms_nobody_when_the_test_ends(
        self, source_id: str
    ) -> None:
        house = House()
        house.test(600)
        incident_id = house.source(source_id)
        house.run(119)
        house.test(None)
        house.run(3000)
        assert not house.told
        assert house.stage(incident_id) is Stage.CANCELLED
        assert house.incident(incident_id).outcome is Outcome.TEST
        assert house.words() == [
            Word.TEST_STARTED,
            Word.PRE_ALARM,
            Word.TEST_ENDED,
            Word.CANCELLED,
        ]

    @pytest.mark.parametrize("source_id", FLAT.sources)
    def test_after_two_minutes_it_is_an_alarm(self, source_id: str) -> None:
        house = House()
        house.test(600)
        incident_id = house.source(source_id)
        house.run(120)
        assert house.told_at(incident_id) == [120]
        assert house.incident(incident_id).test
        house.test(None)
        assert house.stage(incident_id) is Stage.ALARM

    def test_a_test_that_nobody_ends_is_over_by_itself(self) -> None:
        house = House()
        house.test(600)
        house.run(600)
        assert house.words() == [Word.TEST_STARTED, Word.TEST_ENDED]
        assert house.stage(house.call()) is Stage.ALARM

    def test_the_end_of_the_time_is_nobody_who_has_seen_it(self) -> None:
        house = House()
        house.test(60)
        incident_id = house.source("button")
        house.run(120)
        assert house.told_at(incident_id) == [120]

    def test_a_source_that_is_over_waits_for_the_tester(self) -> None:
        house = House()
        house.test(600)
        incident_id = house.source("radar")
        house.clear("radar")
        assert house.stage(incident_id) is Stage.PRE_ALARM

    def test_two_sources_in_a_test_are_still_a_test(self) -> None:
        house = House()
        house.test(600)
        incident_id = house.source("radar")
        house.source("mat")
        house.source("button")
        assert not house.told
        assert len(house.incident(incident_id).causes) == 2

    def test_what_was_an_incident_before_stays_one(self) -> None:
        house = House()
        fallen, called = house.source("radar"), house.call()
        house.test(600)
        house.test(None)
        house.run(30)
        assert house.stage(fallen) is Stage.ALARM
        assert house.stage(called) is Stage.ALARM

    def test_next_door_nothing_is_a_test(self) -> None:
        house = House()
        house.test(600)
        assert house.stage(house.source("cord", "studio")) is Stage.ALARM

    def test_a_test_survives_a_restart(self) -> None:
        house = House()
        house.test(600)
        house.crash()
        house.run(10)
        house.restart()
        house.source("button")
        assert not house.told
        assert house.state.places["flat"].test_until is not None

    def test_an_alarm_out_of_a_test_is_reported_with_its_outcome(self) -> None:
        house = House()
        house.test(600)
        incident_id = house.source("button")
        house.run(130)
        house.do(Deed.RESOLVE, incident_id, NURSE, Outcome.TEST)
        assert house.all_clears[-1].targets == ("nurse",)


class TestRestart:
    """The journal is all that is left, and it is enough."""

    def test_who_was_not_told_is_told_at_once(self) -> None:
        house = House(channel_works=False)
        incident_id = house.call()
        house.run(1)
        house.crash()
        house.channel_works = True
        house.run(2)
        house.restart()
        assert house.told_at(incident_id) == [0, 3]
        house.run(27)
        assert house.told_at(incident_id) == [0, 3]

    def test_who_was_told_is_not_told_twice(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(1)
        house.crash()
        house.run(2)
        house.restart()
        assert house.told_at(incident_id) == [0]
        house.run(27)
        assert house.told_at(incident_id) == [0, 30]

    def test_who_is_on_the_way_hears_of_the_second_call_even_so(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.run(60)
        house.channel_works = False
        house.call()
        house.crash()
        house.channel_works = True
        house.run(2)
        house.restart()
        assert house.told_at(incident_id) == [0, 60, 62]
        assert house.stage(incident_id) is Stage.ACKNOWLEDGED

    @pytest.mark.parametrize("down_s", [1, 100, 5000])
    @pytest.mark.parametrize("deeds", [(), ("acknowledge",), ("arrive",)])
    def test_in_every_stage_it_goes_on(
        self, deeds: tuple[str, ...], down_s: int
    ) -> None:
        house = House()
        incident_id = house.call()
        for deed in deeds:
            house.do(Deed(deed), incident_id)
        before = house.incident(incident_id)
        house.crash()
        house.run(down_s)
        house.restart()
        assert before.deadline is not None
        passed = house.now >= before.deadline
        assert house.incident(incident_id).late is passed
        assert passed or house.incident(incident_id) == before
        assert not passed or house.told_at(incident_id) == [0, down_s]

    def test_a_closed_incident_stays_closed(self) -> None:
        house = House()
        incident_id = house.call()
        house.resolve(incident_id)
        house.crash()
        house.restart()
        house.run(100)
        assert house.stage(incident_id) is Stage.RESOLVED
        assert house.told_at(incident_id) == [0]

    def test_the_time_without_supervision_is_written_down(self) -> None:
        house = House()
        house.call()
        house.crash()
        house.run(300)
        house.restart()
        lines = [each for each in house.entries if each.word is Word.UNSUPERVISED]
        assert [each.detail for each in lines] == [{"since": START.isoformat()}]

    @pytest.mark.parametrize("down_s", [10, 300])
    def test_a_clock_that_is_behind_at_the_start_puts_nothing_off(
        self, down_s: int
    ) -> None:
        house = House()
        incident_id = house.call()
        house.crash()
        house.run(down_s)
        house.set_clock(-HOUR)
        house.restart()
        house.run(60)
        assert max(house.told_at(incident_id)) > down_s

    def test_an_attempt_that_nobody_asked_for_is_not_counted(self) -> None:
        house = House()
        incident_id = house.call()
        house.feed(Attempted(incident_id, 99))
        house.feed(Attempted("gone", 1))
        assert house.incident(incident_id).attempted == 1

    def test_a_source_that_is_still_on_at_the_start_raises_nothing_new(self) -> None:
        house = House()
        incident_id = house.source("smoke")
        house.resolve(incident_id)
        house.crash()
        house.restart()
        before = house.state
        house.source("smoke", late=True)
        assert house.state == before
        assert house.open() == []

    def test_a_source_that_went_on_meanwhile_is_late_and_raised_once(self) -> None:
        house = House()
        house.crash()
        house.run(60)
        house.restart()
        incident_id = house.source("smoke", late=True)
        assert house.incident(incident_id).late
        assert house.told_at(incident_id) == [60]
        house.resolve(incident_id)
        house.source("smoke", late=True)
        assert house.open() == []

    def test_a_source_that_was_off_in_between_raises_anew(self) -> None:
        house = House()
        house.resolve(house.source("smoke"))
        house.clear("smoke")
        house.crash()
        house.restart()
        assert house.stage(house.source("smoke", late=True)) is Stage.ALARM


class TestBackup:
    """An old memory comes back; what is in it may long be over."""

    def restored(
        self,
        hours: float,
        begin: Callable[[House], str] = House.call,
        channel_works: bool = True,
    ) -> tuple[House, str]:
        """Return a house whose memory is a backup that is so many hours old."""
        house = House(channel_works=channel_works)
        incident_id = begin(house)
        house.crash()
        house.run(hours * 3600)
        house.channel_works = True
        house.told.clear()
        house.restart(restored=True)
        return house, incident_id

    def test_what_is_old_is_shown_and_alarms_nobody(self) -> None:
        house, incident_id = self.restored(1.1)
        house.run(24 * 3600)
        assert house.incident(incident_id).review
        assert house.open() == [incident_id]
        assert not house.told
        assert Word.FOR_REVIEW in house.words()

    def test_what_is_recent_is_an_alarm(self) -> None:
        house, incident_id = self.restored(0.9)
        assert not house.incident(incident_id).review
        assert house.told_at(incident_id) == [0.9 * 3600]

    def test_without_a_backup_nothing_is_too_old(self) -> None:
        house = House()
        incident_id = house.call()
        house.crash()
        house.run(48 * 3600)
        house.restart()
        assert house.told_at(incident_id) == [0, 48 * 3600]

    def test_a_new_call_is_a_new_incident(self) -> None:
        house, old = self.restored(2)
        new = house.call()
        assert house.told_at(new) == [7200]
        assert house.incident(old).review
        assert not house.told_at(old)

    @pytest.mark.parametrize("channel_works", [True, False])
    def test_another_restart_does_not_make_it_an_alarm(
        self, channel_works: bool
    ) -> None:
        house, incident_id = self.restored(2, channel_works=channel_works)
        house.crash()
        house.run(60)
        house.restart()
        house.run(600)
        assert not house.told
        assert house.incident(incident_id).review

    @pytest.mark.parametrize("deed", [Deed.REOPEN, Deed.ESCALATE])
    def test_who_thinks_it_is_real_makes_it_an_alarm(self, deed: Deed) -> None:
        house, incident_id = self.restored(2)
        house.do(deed, incident_id, LEAD)
        assert house.told_at(incident_id) == [7200]
        assert not house.incident(incident_id).review

    def test_who_looks_after_it_closes_it(self) -> None:
        house, incident_id = self.restored(2)
        house.resolve(incident_id)
        assert house.stage(incident_id) is Stage.RESOLVED
        assert not house.incident(incident_id).review

    @pytest.mark.parametrize("deed", [Deed.ACKNOWLEDGE, Deed.ARRIVE])
    def test_who_takes_it_a_second_time_is_waited_for(self, deed: Deed) -> None:
        def taken(house: House) -> str:
            incident_id = house.call()
            house.do(deed, incident_id)
            return incident_id

        house, incident_id = self.restored(2, taken)
        house.do(deed, incident_id)
        house.run(3600)
        assert house.told_at(incident_id)


class TestClock:
    """The wall clock may jump; nobody is forgotten because of it."""

    @pytest.mark.parametrize("by", [-HOUR, -TEN_YEARS])
    @pytest.mark.parametrize("elapsed_s", [0, 10, 29])
    def test_a_clock_set_back_does_not_put_off_an_alarm(
        self, by: timedelta, elapsed_s: int
    ) -> None:
        house = House()
        fallen, called = house.source("radar", "flat"), house.source("cord", "studio")
        house.run(elapsed_s)
        house.set_clock(by)
        house.run(60 - elapsed_s)
        assert house.told_at(fallen) == [30, 60]
        assert house.told_at(called) == [0, 30, 60]

    @pytest.mark.parametrize("by", [HOUR, TEN_YEARS])
    @pytest.mark.parametrize("deeds", [(), ("acknowledge",), ("arrive",)])
    def test_a_clock_set_forward_makes_an_alarm_due(
        self, by: timedelta, deeds: tuple[str, ...]
    ) -> None:
        house = House()
        incident_id = house.call()
        for deed in deeds:
            house.do(Deed(deed), incident_id)
        house.run(10)
        house.set_clock(by)
        assert house.told_at(incident_id) == [0, 10]
        assert house.stage(incident_id) is Stage.ALARM
        house.run(30)
        assert house.told_at(incident_id) == [0, 10, 40]

    def test_a_clock_that_is_right_again_alarms_as_before(self) -> None:
        house = House()
        house.set_clock(TEN_YEARS)
        incident_id = house.call()
        house.run(10)
        house.set_clock(-TEN_YEARS)
        house.run(50)
        assert house.told_at(incident_id) == [0, 30, 60]

    def test_a_clock_set_back_does_not_give_a_source_time_to_flap(self) -> None:
        house = House()
        house.source("radar")
        house.run(10)
        house.clear("radar")
        house.set_clock(-HOUR)
        house.source("radar")
        house.run(31)
        assert house.told

    def test_after_a_clock_set_back_a_second_call_is_heard(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.set_clock(-HOUR)
        house.run(60)
        house.call()
        assert house.told_at(incident_id) == [0, 60]

    def test_a_clock_set_back_does_not_prolong_a_walk_test(self) -> None:
        house = House()
        house.test(600)
        house.set_clock(-HOUR)
        house.run(601)
        assert house.stage(house.call()) is Stage.ALARM

    def test_a_clock_set_back_does_not_prolong_the_time_to_reopen(self) -> None:
        house = House()
        incident_id = house.call()
        house.resolve(incident_id)
        house.set_clock(-HOUR)
        house.run(1000)
        house.do(Deed.REOPEN, incident_id, LEAD)
        assert house.stage(incident_id) is Stage.RESOLVED


class TestConfiguration:
    """Places, sources and policies come and go."""

    def test_an_incident_of_a_place_that_is_gone_goes_to_everybody(self) -> None:
        house = House()
        incident_id = house.call()
        house.configure(config(STUDIO))
        house.run(60)
        assert house.told_at(incident_id) == [0, 30, 60]
        assert house.told[-1][1].targets == LAST_RESORT.steps[0].targets == (EVERYBODY,)
        house.run(24 * 3600)
        assert house.open() == [incident_id]
        house.resolve(incident_id)
        assert house.open() == []

    def test_a_pre_alarm_of_a_place_that_is_gone_is_an_alarm(self) -> None:
        house = House()
        incident_id = house.source("motion")
        house.configure(config(STUDIO))
        house.run(600)
        assert house.told[-1][1].targets == (EVERYBODY,)
        assert house.told_at(incident_id) == [600]

    def test_a_policy_that_is_gone_is_everybody(self) -> None:
        house = House()
        house.configure(replace(house.config, policies={}))
        house.call()
        assert house.told[-1][1].targets == (EVERYBODY,)

    def test_what_is_gone_is_forgotten_and_begins_anew(self) -> None:
        house = House()
        house.feed(PhaseSet("flat", Phase.SUPERVISED, TECHNICIAN))
        house.resolve(house.source("smoke"))
        house.configure(config(STUDIO))
        assert not house.state.places
        assert not house.state.raised
        assert house.words()[-1] is Word.CONFIGURED
        house.configure(config(FLAT, STUDIO))
        assert house.stage(house.source("smoke", late=True)) is Stage.ALARM

    def test_settings_that_fit_are_no_news(self) -> None:
        house = House()
        house.feed(PhaseSet("flat", Phase.SUPERVISED, TECHNICIAN))
        house.source("smoke")
        before, entries = house.state, list(house.entries)
        house.configure(house.config)
        assert house.state == before
        assert house.entries == entries
