"""Who may do what; what is refused is written down and changes nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from custom_components.smart_quarter.emergency.happenings import (
    Called,
    Cancelled,
    Deed,
    Done,
    HouseEvent,
    PhaseSet,
    TestSet,
    Word,
)
from custom_components.smart_quarter.emergency.model import (
    Actor,
    Outcome,
    Phase,
    Role,
    Stage,
)
from custom_components.smart_quarter.emergency.rights import Refusal, may

from .house_world import LEAD, NIGHT_NURSE, NURSE, RESIDENT, START, TECHNICIAN, House

TABLE = {
    Deed.CALL: "resident caretaker lead technician observer system unknown",
    Deed.CANCEL: "resident caretaker lead system",
    Deed.ACKNOWLEDGE: "caretaker lead",
    Deed.ARRIVE: "caretaker lead",
    Deed.RELEASE: "caretaker lead",
    Deed.ESCALATE: "caretaker lead system",
    Deed.RESOLVE: "caretaker lead",
    Deed.REOPEN: "lead",
    Deed.NOTE: "caretaker lead system",
    Deed.TEST: "caretaker lead technician",
    Deed.COMMISSION: "lead technician",
    Deed.RESTART: "lead technician",
    Deed.CHECK_IN: "resident caretaker lead system",
    Deed.ABSENCE: "resident caretaker lead",
    Deed.MOVE_OUT: "lead",
    Deed.TAKE_OVER: "caretaker lead",
}
ABOUT_INCIDENTS = (
    Deed.CANCEL,
    Deed.ACKNOWLEDGE,
    Deed.ARRIVE,
    Deed.RELEASE,
    Deed.ESCALATE,
    Deed.RESOLVE,
    Deed.REOPEN,
    Deed.NOTE,
)
OBSERVER = Actor(Role.OBSERVER, "daughter", "flat")
NOBODY = Actor(Role.UNKNOWN, "somebody")


def refused(house: House, event: HouseEvent) -> str | None:
    """Return why it was refused, after making sure that nothing changed."""
    before, told = house.state, len(house.told)
    house.feed(event)
    entry = house.entries[-1]
    assert entry.word is Word.REFUSED
    assert house.state == before
    assert len(house.told) == told
    return Refusal(str(entry.detail["reason"])) if "reason" in entry.detail else None


def in_pre_alarm(house: House) -> str:
    """Return an incident that the resident can still cancel."""
    return house.source("radar")


def in_alarm(house: House) -> str:
    """Return an incident for which somebody is looked for."""
    return house.call()


def acknowledged(house: House) -> str:
    """Return an incident that the nurse took."""
    incident_id = in_alarm(house)
    house.do(Deed.ACKNOWLEDGE, incident_id)
    return incident_id


def on_scene(house: House) -> str:
    """Return an incident at which the nurse is."""
    incident_id = acknowledged(house)
    house.do(Deed.ARRIVE, incident_id)
    return incident_id


def resolved(house: House) -> str:
    """Return an incident that the nurse closed."""
    incident_id = on_scene(house)
    house.resolve(incident_id)
    return incident_id


def cancelled(house: House) -> str:
    """Return an incident that the resident cancelled."""
    incident_id = in_pre_alarm(house)
    house.cancel()
    return incident_id


def test_the_table_has_a_row_for_every_deed() -> None:
    assert TABLE.keys() == set(Deed)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("deed", Deed)
def test_a_role_may_do_what_the_table_says(deed: Deed, role: Role) -> None:
    allowed = role in TABLE[deed].split()
    expected = None if allowed else Refusal.NOT_ALLOWED
    assert may(Actor(role, "person"), deed, "flat") is expected


@pytest.mark.parametrize(
    ("deed", "role"),
    [
        (deed, role)
        for deed in ABOUT_INCIDENTS
        for role in Role
        if role not in TABLE[deed].split()
    ],
)
def test_who_may_not_do_it_changes_nothing(deed: Deed, role: Role) -> None:
    house = House()
    done = Done(deed, in_pre_alarm(house), Actor(role, "person"), Outcome.HELPED)
    assert refused(house, done) is Refusal.NOT_ALLOWED


@pytest.mark.parametrize("deed", [Deed.CALL, Deed.TEST, Deed.COMMISSION, Deed.MOVE_OUT])
def test_what_is_no_deed_about_an_incident_is_refused(deed: Deed) -> None:
    house = House()
    incident_id = in_alarm(house)
    assert refused(house, Done(deed, incident_id, LEAD)) is not None


@pytest.mark.parametrize(
    ("prepare", "deed", "actor", "reason"),
    [
        (in_alarm, Deed.CANCEL, NURSE, Refusal.NOTHING_TO_CANCEL),
        (in_alarm, Deed.RELEASE, NURSE, Refusal.NOT_TAKEN),
        (in_pre_alarm, Deed.RELEASE, NURSE, Refusal.NOT_TAKEN),
        (in_alarm, Deed.REOPEN, LEAD, Refusal.INCIDENT_OPEN),
        (on_scene, Deed.REOPEN, LEAD, Refusal.INCIDENT_OPEN),
        (acknowledged, Deed.ACKNOWLEDGE, NIGHT_NURSE, Refusal.TAKEN),
        (on_scene, Deed.ACKNOWLEDGE, NIGHT_NURSE, Refusal.TAKEN),
        (in_alarm, Deed.RESOLVE, NURSE, Refusal.OUTCOME_MISSING),
        (resolved, Deed.ACKNOWLEDGE, NIGHT_NURSE, Refusal.INCIDENT_CLOSED),
        (resolved, Deed.ARRIVE, NIGHT_NURSE, Refusal.INCIDENT_CLOSED),
        (resolved, Deed.RELEASE, NURSE, Refusal.INCIDENT_CLOSED),
        (resolved, Deed.ESCALATE, NURSE, Refusal.INCIDENT_CLOSED),
        (cancelled, Deed.RESOLVE, NURSE, Refusal.INCIDENT_CLOSED),
        (cancelled, Deed.CANCEL, NURSE, Refusal.INCIDENT_CLOSED),
    ],
)
def test_an_incident_refuses_what_its_stage_does_not_allow(
    prepare: Callable[[House], str], deed: Deed, actor: Actor, reason: Refusal
) -> None:
    house = House()
    incident_id = prepare(house)
    assert refused(house, Done(deed, incident_id, actor)) is reason


@pytest.mark.parametrize("deed", ABOUT_INCIDENTS)
def test_an_incident_that_nobody_knows_is_refused(deed: Deed) -> None:
    house = House()
    assert refused(house, Done(deed, "gone", LEAD)) is Refusal.INCIDENT_UNKNOWN


def test_a_resident_cancels_at_home_only() -> None:
    house = House()
    incident_id = house.source("watch", "studio")
    done = Done(Deed.CANCEL, incident_id, RESIDENT)
    assert refused(house, done) is Refusal.OTHER_PLACE
    refused(house, Cancelled("studio", RESIDENT))
    assert house.stage(incident_id) is Stage.PRE_ALARM


@pytest.mark.parametrize("actor", [OBSERVER, NOBODY, TECHNICIAN])
def test_who_only_looks_on_does_not_cancel(actor: Actor) -> None:
    house = House()
    in_pre_alarm(house)
    refused(house, Cancelled("flat", actor))


@pytest.mark.parametrize("role", Role)
def test_anybody_calls_for_help(role: Role) -> None:
    house = House()
    incident_id = house.call(Actor(role, "person"))
    assert house.stage(incident_id) is Stage.ALARM
    assert house.incident(incident_id).causes[0].by == "person"


def test_a_call_from_a_place_that_does_not_exist_is_written_down() -> None:
    house = House()
    refused(house, Called("cellar", "1", actor=NURSE))


@pytest.mark.parametrize("actor", [RESIDENT, OBSERVER, NOBODY])
def test_a_walk_test_and_the_phase_are_a_matter_of_the_house(actor: Actor) -> None:
    house = House()
    until = START + timedelta(hours=1)
    phase = PhaseSet("flat", Phase.VACANT, actor)
    assert refused(house, TestSet("flat", until, actor)) is Refusal.NOT_ALLOWED
    assert refused(house, phase) is Refusal.NOT_ALLOWED


@pytest.mark.parametrize("phase", [Phase.NOT_COMMISSIONED, Phase.SUPERVISED])
def test_the_lead_and_the_technician_commission_a_place(phase: Phase) -> None:
    house = House()
    for actor in (LEAD, TECHNICIAN):
        house.feed(PhaseSet("flat", phase, actor))
        assert house.state.places["flat"].phase is phase
    assert house.entries[-1].detail == {"phase": phase.value}


def test_only_a_lead_says_that_somebody_has_moved_out() -> None:
    house = House()
    vacant = PhaseSet("flat", Phase.VACANT, TECHNICIAN)
    assert refused(house, vacant) is Refusal.NOT_ALLOWED
    assert "flat" not in house.state.places
    house.feed(PhaseSet("flat", Phase.VACANT, LEAD))
    assert house.state.places["flat"].phase is Phase.VACANT


@pytest.mark.parametrize(
    "event",
    [
        TestSet("cellar", START + timedelta(hours=1), LEAD),
        PhaseSet("cellar", Phase.VACANT, LEAD),
    ],
)
def test_nothing_is_set_for_a_place_that_does_not_exist(event: HouseEvent) -> None:
    assert refused(House(), event) is Refusal.PLACE_UNKNOWN


@pytest.mark.parametrize(
    ("prepare", "deed", "actor"),
    [
        (acknowledged, Deed.ACKNOWLEDGE, NURSE),
        (on_scene, Deed.ACKNOWLEDGE, NURSE),
        (on_scene, Deed.ARRIVE, NURSE),
        (resolved, Deed.RESOLVE, NURSE),
        (cancelled, Deed.CANCEL, RESIDENT),
    ],
)
def test_what_somebody_has_done_before_is_neither_refused_nor_done_again(
    prepare: Callable[[House], str], deed: Deed, actor: Actor
) -> None:
    house = House()
    incident_id = prepare(house)
    before, entries = house.state, list(house.entries)
    house.run(5)
    house.feed(Done(deed, incident_id, actor, Outcome.HELPED))
    assert house.state == before
    assert house.entries == entries


def test_whoever_is_there_first_takes_over() -> None:
    house = House()
    incident_id = acknowledged(house)
    house.do(Deed.ARRIVE, incident_id, NIGHT_NURSE)
    assert house.stage(incident_id) is Stage.ON_SCENE
    assert house.incident(incident_id).assignee == "night_nurse"


def test_another_outcome_does_not_replace_the_first() -> None:
    house = House()
    incident_id = resolved(house)
    done = Done(Deed.RESOLVE, incident_id, NURSE, Outcome.FALSE_ALARM)
    assert refused(house, done) is Refusal.INCIDENT_CLOSED


def test_a_note_is_possible_even_when_the_incident_is_closed() -> None:
    house = House()
    incident_id = resolved(house)
    before = house.state
    house.feed(Done(Deed.NOTE, incident_id, NURSE, note_hash="c0ffee"))
    assert house.state == before
    assert house.entries[-1].word is Word.NOTED
    assert house.entries[-1].detail == {"note": "c0ffee"}
