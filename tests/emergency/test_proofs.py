"""A phone is known to work when a button on it was pressed within the week."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
import pytest

from custom_components.smart_quarter.emergency.happenings import (
    Deed,
    PhoneAnswered,
    PhonesAsked,
    Word,
)
from custom_components.smart_quarter.emergency.model import Actor, HouseConfig, Proof
from custom_components.smart_quarter.emergency.proofs import (
    ANSWER_WITHIN,
    PROVEN_FOR,
    is_due,
    unanswered,
)
from custom_components.smart_quarter.emergency.rights import Refusal
from custom_components.smart_quarter.emergency.roster_model import Roster

from .house_world import FLAT, LEAD, NURSE, RESIDENT, TECHNICIAN, House, house

TEAM = {"nurse": "caretaker", "night_nurse": "caretaker", "lead": "lead"}
BERLIN = ZoneInfo("Europe/Berlin")
DAY_S = 86400.0


def config(*team: str) -> HouseConfig:
    """Return a house with a care team."""
    roster = Roster(team={key: TEAM[key] for key in team or TEAM})
    return replace(house(FLAT), roster=roster)


@pytest.fixture(name="world")
def world_fixture() -> House:
    """Return a house with a care team."""
    return House(config=config())


def ask(world: House, *persons: str, actor: Actor | None = None) -> None:
    """Ask persons."""
    world.feed(PhonesAsked(persons, actor))


def open_ones(world: House) -> set[str]:
    """Return whose phone cannot be relied on."""
    return unanswered(world.state.proofs, world.now)


def test_who_does_not_answer_within_a_day_cannot_be_relied_on(world: House) -> None:
    ask(world, "nurse", "lead")
    world.run(DAY_S - 1)
    assert open_ones(world) == set()
    world.run(1)
    assert open_ones(world) == {"nurse", "lead"}


def test_an_answer_proves_it_at_any_time(world: House) -> None:
    ask(world, "nurse", "lead")
    world.feed(PhoneAnswered("lead"))
    world.run(2 * DAY_S)
    assert open_ones(world) == {"nurse"}
    world.feed(PhoneAnswered("nurse"))
    assert open_ones(world) == set()


def test_who_pressed_a_button_this_week_is_known_to_be_reached(world: House) -> None:
    world.feed(PhoneAnswered("nurse"))
    world.run(DAY_S)
    ask(world, "nurse")
    world.run(2 * DAY_S)
    assert open_ones(world) == set()
    world.run(PROVEN_FOR.total_seconds() - 3 * DAY_S + 1)
    assert open_ones(world) == {"nurse"}


def test_a_second_test_gives_no_new_time_to_who_has_not_answered(world: House) -> None:
    ask(world, "nurse")
    world.run(ANSWER_WITHIN.total_seconds())
    ask(world, "nurse")
    assert open_ones(world) == {"nurse"}


def test_who_was_never_asked_is_no_fault(world: House) -> None:
    world.run(30 * DAY_S)
    assert open_ones(world) == set()


def test_the_journal_says_who_asked_and_who_answered(world: House) -> None:
    ask(world, "nurse", actor=TECHNICIAN)
    world.feed(PhoneAnswered("nurse"))
    asked, answered = world.entries
    assert (asked.word, asked.by) == (Word.PHONE_ASKED, "technician")
    assert asked.detail["person"] == "nurse"
    assert (answered.word, answered.by) == (Word.PHONE_PROVEN, "nurse")


@pytest.mark.parametrize("actor", [NURSE, LEAD, TECHNICIAN])
def test_the_team_and_the_technician_may_ask(world: House, actor: Actor) -> None:
    ask(world, "nurse", actor=actor)
    assert world.state.proofs["nurse"].asked_at == world.now


def test_nobody_else_may_ask(world: House) -> None:
    ask(world, "nurse", actor=RESIDENT)
    assert world.state.proofs == {}
    (entry,) = world.entries
    assert (entry.word, entry.detail["deed"]) == (Word.REFUSED, Deed.TEST)
    assert entry.detail["reason"] == Refusal.NOT_ALLOWED


def test_the_phone_of_who_does_not_care_needs_no_proof(world: House) -> None:
    ask(world, "technician", actor=LEAD)
    world.feed(PhoneAnswered("technician"))
    assert world.state.proofs == {}


def test_who_leaves_the_team_is_forgotten(world: House) -> None:
    ask(world, "nurse", "lead")
    world.configure(config("lead"))
    assert set(world.state.proofs) == {"lead"}


def test_proofs_survive_a_restart(world: House) -> None:
    ask(world, "nurse", "lead")
    world.feed(PhoneAnswered("lead"))
    before = world.state.proofs
    world.crash()
    world.now += timedelta(days=2)
    world.restart()
    assert world.state.proofs == before
    assert open_ones(world) == {"nurse"}


def test_a_clock_that_goes_back_does_not_prove_anything_for_years(world: House) -> None:
    world.set_clock(timedelta(days=3650))
    ask(world, "nurse")
    world.feed(PhoneAnswered("lead"))
    world.set_clock(-timedelta(days=3650))
    ask(world, "lead")
    world.run(8 * DAY_S)
    assert open_ones(world) == {"nurse", "lead"}


@pytest.mark.parametrize(
    ("local", "due"),
    [
        ("2026-11-23 09:59", False),
        ("2026-11-23 10:00", True),
        ("2026-11-23 17:59", True),
        ("2026-11-23 18:00", False),
        ("2026-11-24 10:30", False),
        ("2026-11-29 10:30", False),
        ("2026-10-26 10:00", True),
        ("2026-10-26 09:59", False),
        ("2026-03-30 10:00", True),
    ],
)
def test_it_is_asked_on_monday_by_the_clock_on_the_wall(local: str, due: bool) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=BERLIN).astimezone(UTC)
    assert is_due(None, now, BERLIN) is due
    assert is_due(Proof(), now, BERLIN) is due


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-16 10:00", True),
        ("2026-11-23 09:00", True),
        ("2026-11-23 10:00", False),
    ],
)
def test_nobody_is_asked_twice_on_a_monday(asked: str, due: bool) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=BERLIN).astimezone(UTC)
    asked_at = datetime.fromisoformat(asked).replace(tzinfo=BERLIN)
    assert is_due(Proof(asked_at=asked_at), now, BERLIN) is due


class Weeks(RuleBasedStateMachine):
    """Plays tests and answers against the plain rule."""

    @initialize()
    def build(self) -> None:
        """Begin with nobody asked."""
        self.world = House(config=config())
        self.first_open: dict[str, datetime] = {}
        self.last_press: dict[str, datetime] = {}

    @rule(person=st.sampled_from(sorted(TEAM)))
    def asked(self, person: str) -> None:
        """Ask somebody."""
        ask(self.world, person)
        self.first_open.setdefault(person, self.world.now)

    @rule(person=st.sampled_from(sorted(TEAM)))
    def answered(self, person: str) -> None:
        """Somebody presses a button."""
        self.world.feed(PhoneAnswered(person))
        self.first_open.pop(person, None)
        self.last_press[person] = self.world.now

    @rule(hours=st.sampled_from([1, 23, 24, 100, 168]))
    def time_passes(self, hours: int) -> None:
        """Let time pass."""
        self.world.run(hours * 3600)

    @rule()
    def home_assistant_restarts(self) -> None:
        """Kill Home Assistant and start it again."""
        self.world.crash()
        self.world.restart()

    @invariant()
    def who_cannot_be_relied_on_is_named(self) -> None:
        """Compare with what really happened."""
        now = self.world.now
        expected = {
            person
            for person, since in self.first_open.items()
            if now - since >= timedelta(hours=24)
            and (
                person not in self.last_press
                or now - self.last_press[person] > timedelta(days=7)
            )
        }
        assert open_ones(self.world) == expected


TestWeeks = Weeks.TestCase
TestWeeks.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
