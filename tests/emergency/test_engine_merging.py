"""What is one call and what are two; and the walk test."""

import pytest

from custom_components.smart_quarter.emergency.happenings import (
    Called,
    Deed,
    PhaseSet,
    SourceMatched,
    Word,
)
from custom_components.smart_quarter.emergency.model import (
    Kind,
    Outcome,
    Phase,
    Priority,
    Stage,
)

from .house_world import (
    FLAT,
    LEAD,
    NURSE,
    RESIDENT,
    START,
    House,
    house as config,
    place,
)


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
