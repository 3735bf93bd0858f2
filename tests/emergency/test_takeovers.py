"""Whoever takes the duty over is told first, until it ends by itself or is given back."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
import pytest

from custom_components.smart_quarter.emergency.engine import wake_at
from custom_components.smart_quarter.emergency.happenings import (
    Deed,
    DutyTaken,
    Entry,
    Word,
)
from custom_components.smart_quarter.emergency.model import (
    EVERYBODY,
    ON_DUTY,
    SYSTEM_ACTOR,
    Actor,
    HouseConfig,
    Policy,
    PolicyStep,
    Role,
)
from custom_components.smart_quarter.emergency.rights import Refusal
from custom_components.smart_quarter.emergency.roster import on_duty
from custom_components.smart_quarter.emergency.roster_model import Roster, Shift

from .house_world import (
    FLAT,
    LEAD,
    NIGHT_NURSE,
    NURSE,
    RESIDENT,
    START,
    TECHNICIAN,
    House,
    house,
)

TEAM = {"nurse": "caretaker", "night_nurse": "caretaker", "lead": "lead"}
DAY = Shift(
    persons=("nurse",), weekdays=frozenset(range(7)), start=time(6), end=time(22)
)
NIGHT = Shift(
    persons=("night_nurse",), weekdays=frozenset(range(7)), start=time(22), end=time(6)
)
FIRST_ON_DUTY = Policy(
    steps=(
        PolicyStep(targets=(ON_DUTY,), lasts_s=300),
        PolicyStep(targets=(EVERYBODY,)),
    )
)


def config(*weekly: Shift, team: dict[str, str] | None = None) -> HouseConfig:
    """Return a house whose plan tells who is on duty first."""
    roster = Roster(team=TEAM if team is None else team, weekly=weekly)
    return replace(house(FLAT, policy=FIRST_ON_DUTY), roster=roster)


@pytest.fixture(name="world")
def world_fixture() -> House:
    """Return a house with a day and a night shift."""
    return House(config=config(DAY, NIGHT))


def take(world: House, hours: float | None, actor: Actor = LEAD) -> datetime | None:
    """Let somebody take the duty over, or (None) give it back."""
    until = None if hours is None else world.now + timedelta(hours=hours)
    world.feed(DutyTaken(until, actor))
    return until


def duty(world: House) -> tuple[str, ...]:
    """Return who is on duty."""
    return on_duty(world.config.roster, world.state.takeovers, world.now)


def told(world: House) -> tuple[str, ...]:
    """Return who was told last."""
    return world.told[-1][1].targets


class TestTelling:
    """A plan that tells who is on duty finds out when it tells."""

    def test_who_is_on_duty_is_told(self, world: House) -> None:
        world.call()
        assert told(world) == ("nurse",)

    def test_when_the_shift_changes_the_next_attempt_tells_the_next(
        self, world: House
    ) -> None:
        world.run(2 * 3600 - 60)
        incident_id = world.call()
        assert told(world) == ("nurse",)
        world.run(61)
        assert told(world) == ("night_nurse",)
        assert world.incident(incident_id).told == ("nurse", "night_nurse")

    def test_the_all_clear_goes_to_those_who_were_told_not_to_who_is_on_duty_now(
        self, world: House
    ) -> None:
        world.run(2 * 3600 - 10)
        incident_id = world.call()
        world.do(Deed.ACKNOWLEDGE, incident_id)
        world.run(3600 / 10)
        world.resolve(incident_id)
        assert world.all_clears[-1].targets == ("nurse",)

    def test_when_nobody_is_on_duty_everybody_is_told(self) -> None:
        world = House(config=config())
        world.call()
        assert told(world) == (EVERYBODY,)

    def test_who_took_over_is_told_instead(self, world: House) -> None:
        take(world, 8)
        world.call()
        assert told(world) == ("lead",)

    def test_nobody_is_told_twice_in_one_attempt(self, world: House) -> None:
        incident_id = world.call()
        world.do(Deed.ACKNOWLEDGE, incident_id)
        world.run(601)
        assert told(world) == ("nurse",)


class TestTakingOver:
    """Caretakers and leads take over; it ends when they said, or before."""

    def test_it_ends_by_itself_in_time(self, world: House) -> None:
        until = take(world, 1)
        assert wake_at(world.state) == until
        world.run(3599)
        assert duty(world) == ("lead",)
        world.run(2)
        assert duty(world) == ("nurse",)
        assert world.state.takeovers == {}
        assert world.words() == [Word.DUTY_TAKEN, Word.DUTY_GIVEN_BACK]

    def test_the_journal_says_who_until_when_and_who_ended_it(
        self, world: House
    ) -> None:
        until = take(world, 1)
        assert until is not None
        assert world.entries[-1] == Entry(
            Word.DUTY_TAKEN, "lead", detail={"until": until.isoformat()}
        )
        world.run(3600)
        ended = Entry(Word.DUTY_GIVEN_BACK, "system", detail={"person": "lead"})
        assert world.entries[-1] == ended

    def test_it_is_given_back_early(self, world: House) -> None:
        take(world, 8)
        take(world, None)
        assert duty(world) == ("nurse",)
        assert world.entries[-1].by == "lead"

    def test_giving_back_what_was_not_taken_changes_nothing(self, world: House) -> None:
        take(world, None)
        assert world.entries == []

    def test_one_gives_back_only_what_is_ones_own(self, world: House) -> None:
        take(world, 8)
        take(world, None, NURSE)
        assert duty(world) == ("lead",)

    def test_an_end_in_the_past_gives_it_back(self, world: House) -> None:
        take(world, 8)
        take(world, -1)
        assert duty(world) == ("nurse",)

    def test_taking_over_again_sets_the_end_anew_but_not_the_beginning(
        self, world: House
    ) -> None:
        take(world, 8)
        world.run(600)
        until = take(world, 1)
        known = world.state.takeovers["lead"]
        assert (known.since, known.until) == (START, until)

    def test_two_who_took_over_are_both_told(self, world: House) -> None:
        take(world, 8)
        take(world, 8, NIGHT_NURSE)
        world.call()
        assert told(world) == ("lead", "night_nurse")

    @pytest.mark.parametrize(
        "actor", [RESIDENT, TECHNICIAN, SYSTEM_ACTOR, Actor(Role.UNKNOWN)]
    )
    def test_others_cannot_and_it_is_written_down(
        self, world: House, actor: Actor
    ) -> None:
        take(world, 8, actor)
        assert duty(world) == ("nurse",)
        (entry,) = world.entries
        assert entry.word is Word.REFUSED
        assert entry.detail["reason"] == Refusal.NOT_ALLOWED

    def test_it_survives_a_crash_and_ends_in_time(self, world: House) -> None:
        take(world, 8)
        world.crash()
        world.run(3600)
        world.restart()
        assert duty(world) == ("lead",)
        world.crash()
        world.run(8 * 3600)
        world.restart()
        assert world.state.takeovers == {}

    def test_who_leaves_the_team_is_not_on_duty_any_more(self, world: House) -> None:
        take(world, 8)
        world.configure(config(DAY, NIGHT, team={"nurse": "caretaker"}))
        assert world.state.takeovers == {}
        assert world.entries[-1].word is Word.DUTY_GIVEN_BACK

    def test_a_clock_that_goes_back_a_little_does_not_move_its_end(
        self, world: House
    ) -> None:
        until = take(world, 8)
        world.run(3600)
        world.set_clock(timedelta(minutes=-50))
        assert world.state.takeovers["lead"].until == until

    def test_a_clock_that_goes_back_does_not_make_it_longer(self, world: House) -> None:
        take(world, 8)
        world.set_clock(timedelta(days=-3653))
        world.run(8 * 3600 + 1)
        assert world.state.takeovers == {}


# Whatever the order

actors = st.sampled_from([NURSE, NIGHT_NURSE, LEAD, TECHNICIAN, SYSTEM_ACTOR])
MAY = {"nurse", "night_nurse", "lead"}


class Duties(RuleBasedStateMachine):
    """Plays a house in which the duty is taken over and given back."""

    @initialize()
    def build(self) -> None:
        """Start with two shifts; remember for each person when it must end."""
        self.world = House(config=config(DAY, NIGHT))
        self.ends: dict[str, datetime] = {}

    @precondition(lambda self: self.world.runs)
    @rule(actor=actors, minutes=st.integers(-10, 600))
    def somebody_takes_over(self, actor: Actor, minutes: int) -> None:
        """Somebody takes the duty over, allowed or not."""
        until = take(self.world, minutes / 60, actor)
        assert until is not None
        if actor.name in MAY:
            self.ends[actor.name] = until

    @precondition(lambda self: self.world.runs)
    @rule(actor=actors)
    def somebody_gives_back(self, actor: Actor) -> None:
        """Somebody gives the duty back."""
        take(self.world, None, actor)
        self.ends.pop(actor.name, None)

    @rule(seconds=st.sampled_from([1, 61, 3600, 8 * 3600]))
    def time_passes(self, seconds: float) -> None:
        """Let time pass."""
        self.world.run(seconds)

    @precondition(lambda self: self.world.runs)
    @rule()
    def somebody_calls(self) -> None:
        """Somebody calls and is told of at once to who is on duty."""
        incident_id = self.world.call()
        if incident_id in self.world.state.incidents:
            assert told(self.world) == duty(self.world)

    @precondition(lambda self: self.world.runs)
    @rule()
    def home_assistant_dies(self) -> None:
        """Kill Home Assistant."""
        assert self.world.recall() == self.world.state
        self.world.crash()

    @precondition(lambda self: not self.world.runs)
    @rule()
    def home_assistant_starts(self) -> None:
        """Start Home Assistant with what the journal holds."""
        self.world.restart()

    @invariant()
    def who_took_over_is_on_duty_until_then_and_no_longer(self) -> None:
        """Compare with what everybody said."""
        if not self.world.runs:
            return
        expected = {key for key, end in self.ends.items() if end > self.world.now}
        assert self.world.state.takeovers.keys() == expected
        planned = {"nurse" if 6 <= self.world.now.hour < 22 else "night_nurse"}
        assert set(duty(self.world)) == (expected or planned)
        assert self.world.now.tzinfo is UTC


Duties.TestCase.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None
)
TestDuties = Duties.TestCase
