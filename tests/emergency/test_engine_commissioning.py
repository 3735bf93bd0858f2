"""The life of a place: not commissioned, walked through, supervised, vacant."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.smart_quarter.emergency.happenings import PhaseSet, TestSet, Word
from custom_components.smart_quarter.emergency.model import (
    Kind,
    Phase,
    PlaceState,
    Stage,
)

from .house_world import (
    FLAT,
    LEAD,
    NURSE,
    STUDIO,
    TECHNICIAN,
    House,
    house as house_of,
    place,
    source,
)

STAYS = PlaceState()


def flat(house: House) -> PlaceState:
    """Return what is remembered of the flat."""
    return house.state.places.get("flat", STAYS)


def walk(house: House, *source_ids: str) -> None:
    """Walk through the flat, let sources report and end the test."""
    house.test(600)
    for source_id in source_ids:
        house.source(source_id)
    house.test(None)


def supervised() -> House:
    """Return a house whose flat has been walked through."""
    house = House()
    walk(house, *FLAT.sources)
    assert flat(house).phase is Phase.SUPERVISED
    return house


def test_a_new_place_is_not_commissioned_and_alarms_all_the_same() -> None:
    house = House()
    assert flat(house).phase is Phase.NOT_COMMISSIONED
    assert house.stage(house.source("smoke")) is Stage.ALARM


def test_the_last_source_of_a_walk_test_makes_a_place_supervised() -> None:
    house = House()
    house.test(600)
    *first, last = FLAT.sources
    for source_id in first:
        house.source(source_id)
    assert flat(house).phase is Phase.NOT_COMMISSIONED
    house.source(last)
    assert flat(house).phase is Phase.SUPERVISED
    entry = next(e for e in house.entries if e.word is Word.PHASE_CHANGED)
    assert (entry.by, entry.place_id) == ("system", "flat")
    assert entry.detail == {"phase": "supervised"}


def test_a_walk_test_that_was_too_short_goes_on_in_the_next_one() -> None:
    house = House()
    first, *others = FLAT.sources
    walk(house, first)
    walk(house, *others)
    assert flat(house).phase is Phase.SUPERVISED
    assert flat(house).reported == set(others), "the report is about the last test"


def test_what_reports_outside_a_walk_test_proves_nothing() -> None:
    house = House()
    for source_id in FLAT.sources:
        house.source(source_id)
    assert flat(house) == STAYS


def test_what_was_on_before_anybody_looked_proves_nothing() -> None:
    house = House()
    house.test(600)
    for source_id in FLAT.sources:
        house.source(source_id, late=True)
    assert flat(house).phase is Phase.NOT_COMMISSIONED
    assert not flat(house).reported


def test_a_walk_test_that_is_repeated_reports_anew_and_leaves_the_place_supervised() -> (
    None
):
    house = supervised()
    house.test(600)
    assert flat(house).phase is Phase.SUPERVISED
    assert not flat(house).reported
    house.source("smoke")
    assert flat(house).reported == {"smoke"}
    assert house.words().count(Word.PHASE_CHANGED) == 1


def test_a_walk_test_of_a_place_is_not_one_of_another() -> None:
    house = House()
    house.test(600)
    for source_id in STUDIO.sources:
        house.source(source_id, "studio")
    assert "studio" not in house.state.places


def test_what_was_walked_to_survives_a_crash() -> None:
    house = House()
    first, *others = FLAT.sources
    house.test(600)
    house.source(first)
    house.crash()
    house.restart()
    assert flat(house).reported == {first}
    for source_id in others:
        house.source(source_id)
    assert flat(house).phase is Phase.SUPERVISED


def test_a_person_can_vouch_for_a_place() -> None:
    house = House()
    house.feed(PhaseSet("flat", Phase.SUPERVISED, TECHNICIAN))
    assert flat(house).phase is Phase.SUPERVISED
    assert flat(house).proven == set(FLAT.sources)
    assert not flat(house).reported


def test_a_new_source_has_to_be_walked_to_and_only_that_one() -> None:
    house = supervised()
    gas = source("gas", Kind.GAS)
    more = replace(FLAT, sources={**FLAT.sources, "gas": gas})
    house.configure(house_of(more, STUDIO))
    assert flat(house).phase is Phase.NOT_COMMISSIONED
    assert house.words()[-1] is Word.PHASE_CHANGED
    walk(house, "gas")
    assert flat(house).phase is Phase.SUPERVISED


def test_a_source_that_is_gone_leaves_the_place_supervised_and_comes_back_as_new() -> (
    None
):
    house = supervised()
    fewer = replace(FLAT, sources={"smoke": FLAT.sources["smoke"]})
    house.configure(house_of(fewer, STUDIO))
    assert flat(house).phase is Phase.SUPERVISED
    assert flat(house).proven == flat(house).reported == {"smoke"}
    house.configure(house_of(FLAT, STUDIO))
    assert flat(house).phase is Phase.NOT_COMMISSIONED


def test_a_place_without_sources_is_supervised_only_by_a_person() -> None:
    house = House(house_of(place("flat")))
    house.test(600)
    house.call(NURSE)
    house.test(None)
    assert flat(house).phase is Phase.NOT_COMMISSIONED
    house.feed(PhaseSet("flat", Phase.SUPERVISED, LEAD))
    assert flat(house).phase is Phase.SUPERVISED


def test_who_moves_out_leaves_nothing_behind_in_the_place() -> None:
    house = supervised()
    house.source("smoke")
    house.test(600)
    house.feed(PhaseSet("flat", Phase.VACANT, LEAD))
    assert flat(house) == PlaceState(phase=Phase.VACANT)
    assert not house.state.raised


def test_a_vacant_place_stays_vacant_whatever_its_sources_do() -> None:
    house = House()
    house.feed(PhaseSet("flat", Phase.VACANT, LEAD))
    walk(house, *FLAT.sources)
    assert flat(house).phase is Phase.VACANT
    assert not house.state.incidents


def test_who_moves_in_has_to_be_walked_to_anew() -> None:
    house = supervised()
    house.feed(PhaseSet("flat", Phase.VACANT, LEAD))
    house.feed(PhaseSet("flat", Phase.NOT_COMMISSIONED, LEAD))
    assert not flat(house).proven
    walk(house, *FLAT.sources)
    assert flat(house).phase is Phase.SUPERVISED


@pytest.mark.parametrize("phase", Phase)
def test_no_phase_changes_what_is_open(phase: Phase) -> None:
    house = House()
    incident_id = house.call()
    house.feed(PhaseSet("flat", phase, LEAD))
    house.feed(TestSet("flat", house.now + timedelta(seconds=600), LEAD))
    house.run(60)
    assert house.stage(incident_id) is Stage.ALARM
    assert house.told_at(incident_id) == [0, 30, 60]
