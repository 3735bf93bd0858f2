"""Whatever the order of calls, deeds, faults, restarts and time: nobody is forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import override

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from custom_components.smart_quarter.emergency.happenings import (
    Attempted,
    Called,
    Cancelled,
    Deed,
    Done,
    HouseEvent,
    PhaseSet,
    SourceCleared,
    SourceMatched,
    TestSet,
)
from custom_components.smart_quarter.emergency.model import (
    OPEN,
    SYSTEM_ACTOR,
    Actor,
    HouseState,
    Incident,
    Kind,
    Outcome,
    Phase,
    PlaceState,
    Role,
    Stage,
)

from .house_world import (
    FLAT,
    LEAD,
    NIGHT_NURSE,
    NURSE,
    RESIDENT,
    STUDIO,
    TECHNICIAN,
    House,
    house,
)

ACTORS = (
    RESIDENT,
    NURSE,
    NIGHT_NURSE,
    LEAD,
    TECHNICIAN,
    SYSTEM_ACTOR,
    Actor(Role.OBSERVER, "daughter", "flat"),
    Actor(Role.UNKNOWN, "somebody"),
)
PLACES = {"flat": FLAT, "studio": STUDIO}
SOURCES = [(place_id, key) for place_id, each in PLACES.items() for key in each.sources]
SOURCES += [("flat", "unknown"), ("cellar", "smoke")]
LONGEST_S = {
    Stage.PRE_ALARM: 600,
    Stage.ALARM: 300,
    Stage.ACKNOWLEDGED: 600,
    Stage.ON_SCENE: 3600,
}
"""So long an incident stays as it is when nobody does anything."""
CLOCKS = [
    timedelta(seconds=-90),
    timedelta(hours=-1),
    timedelta(hours=1),
    timedelta(days=3653),
    timedelta(days=-3653),
]

actors = st.sampled_from(ACTORS)
places = st.sampled_from([*PLACES, "cellar"])


class WatchedHouse(House):
    """A house that is looked at before and after every event."""

    last: HouseEvent | None = None

    @override
    def feed(self, event: HouseEvent) -> None:
        """Give the engine an event, and see what became of every incident."""
        if not self.runs:
            return
        before, told = self.state, len(self.told)
        quiets, clears = len(self.quiets), len(self.all_clears)
        self.last = event
        super().feed(event)
        self.last = event
        silenced = {each.incident_id for each in self.quiets[quiets:]}
        silenced |= {each.incident_id for each in self.all_clears[clears:]}
        for incident in before.incidents.values():
            self._compare(event, incident)
            self._is_silenced(incident, silenced)
        if self.state.answers != before.answers:
            self._is_answer(event)
        for _, notify in self.told[told:]:
            known = self.incident(notify.incident_id)
            assert notify.targets
            assert known.stage in (Stage.ALARM, Stage.ACKNOWLEDGED)
            assert not known.review
        if isinstance(event, SourceMatched | Called):
            self._accepted(event, before)
        for place_id, place in self.state.places.items():
            self._commissioned(event, place_id, _phase(before, place_id), place)

    def _compare(self, event: HouseEvent, before: Incident) -> None:
        """See that an incident is closed by a person only, and nothing of it is lost."""
        after = self.state.incidents.get(before.incident_id)
        if after is None:
            assert before.stage not in OPEN, "an open incident is never forgotten"
            return
        if before.stage in OPEN and after.stage is Stage.RESOLVED:
            assert isinstance(event, Done) and event.deed is Deed.RESOLVE
            assert event.actor.role in (Role.CARETAKER, Role.LEAD)
            assert after.outcome is not None
        if before.stage in OPEN and after.stage is Stage.CANCELLED:
            assert before.stage is Stage.PRE_ALARM
            assert isinstance(event, Cancelled | SourceCleared | TestSet | Done)
        if before.stage not in OPEN and after.stage in OPEN:
            assert isinstance(event, Done | SourceMatched)
        assert (after.place_id, after.kind) == (before.place_id, before.kind)
        assert after.opened_at <= before.opened_at
        assert _count(after) >= _count(before)
        assert after.attempt >= before.attempt
        assert set(after.told) >= set(before.told)

    def _is_silenced(self, before: Incident, silenced: set[str]) -> None:
        """See that what is no longer an alarm is no longer heard."""
        after = self.state.incidents.get(before.incident_id)
        if before.stage is Stage.ALARM and after and after.stage is not Stage.ALARM:
            assert before.incident_id in silenced

    def _is_answer(self, event: HouseEvent) -> None:
        """See that only a person who comes or closes an alarm is an answer."""
        assert isinstance(event, Done)
        assert event.deed in (Deed.ACKNOWLEDGE, Deed.ARRIVE, Deed.RESOLVE)
        assert event.actor.role in (Role.CARETAKER, Role.LEAD)
        incident = self.incident(event.incident_id)
        assert incident.answered and not incident.test
        assert self.state.answers[-1].seconds >= 0

    def _accepted(self, event: SourceMatched | Called, before: HouseState) -> None:
        """See that a call has an incident, and what is no call has none."""
        if event.incident_id in before.incidents:
            return
        kind = self._kind(event, before)
        if kind is None:
            assert event.incident_id not in self.state.incidents
            return
        assert any(
            each.stage in OPEN
            and not each.review
            and (each.place_id, each.kind) == (event.place_id, kind)
            for each in self.state.incidents.values()
        ), "who calls has an open incident"

    def _commissioned(
        self, event: HouseEvent, place_id: str, before: Phase, after: PlaceState
    ) -> None:
        """See that a place is supervised by what was proven, or because a person says so."""
        if after.phase is before:
            return
        said = isinstance(event, PhaseSet) and event.place_id == place_id
        if said:
            assert event.phase is after.phase
            assert event.actor.role in (Role.LEAD, Role.TECHNICIAN)
            return
        assert before is not Phase.VACANT, "only a person says that somebody moves in"
        assert after.phase is not Phase.VACANT, "only a person says that all is empty"
        if after.phase is Phase.SUPERVISED:
            assert isinstance(event, SourceMatched)
            assert after.test_until is not None
            assert not event.late

    def _kind(self, event: SourceMatched | Called, before: HouseState) -> Kind | None:
        """Return the kind of incident that must come of an event, if any must."""
        place = self.config.places.get(event.place_id)
        if place is None:
            return None
        if isinstance(event, Called):
            home = event.actor.place_id
            return event.kind if home in (None, event.place_id) else None
        source = place.sources.get(event.source_id)
        vacant = _phase(before, event.place_id) is Phase.VACANT
        known = event.late and event.source_id in before.raised
        return None if source is None or vacant or known else source.kind


class Care(RuleBasedStateMachine):
    """Plays a house with a flat and a studio."""

    @initialize()
    def build(self) -> None:
        """Start with nothing known."""
        self.house = WatchedHouse(house(FLAT, STUDIO))

    @rule(source=st.sampled_from(SOURCES), late=st.booleans())
    def source_reports(self, source: tuple[str, str], late: bool) -> None:
        """Let a source report, known or not."""
        place_id, source_id = source
        self.house.source(source_id, place_id, late)

    @rule(source=st.sampled_from(SOURCES))
    def source_clears(self, source: tuple[str, str]) -> None:
        """Let a source be over."""
        place_id, source_id = source
        self.house.clear(source_id, place_id)

    @rule(source=st.sampled_from(SOURCES), times=st.integers(1, 20))
    def source_flaps(self, source: tuple[str, str], times: int) -> None:
        """Let a source come and go."""
        place_id, source_id = source
        for _ in range(times):
            self.house.source(source_id, place_id)
            self.house.run(0.1)
            self.house.clear(source_id, place_id)

    @rule(actor=actors, place_id=places)
    def somebody_calls(self, actor: Actor, place_id: str) -> None:
        """Somebody asks for help."""
        self.house.call(actor, place_id)

    @rule(actor=actors, place_id=places)
    def somebody_cancels(self, actor: Actor, place_id: str) -> None:
        """Somebody says that all is well."""
        self.house.cancel(actor, place_id)

    @rule(
        deed=st.sampled_from(Deed),
        actor=actors,
        number=st.integers(0, 5),
        outcome=st.sampled_from([None, *Outcome]),
    )
    def somebody_does_something(
        self, deed: Deed, actor: Actor, number: int, outcome: Outcome | None
    ) -> None:
        """Somebody does something, allowed or not, about an incident or none."""
        known = ["gone", *self.house.state.incidents]
        incident_id = known[number % len(known)]
        self.house.do(deed, incident_id, actor, outcome)

    @rule(
        actor=st.sampled_from([NURSE, NIGHT_NURSE, LEAD]),
        deeds=st.lists(
            st.sampled_from([Deed.ACKNOWLEDGE, Deed.ARRIVE, Deed.RESOLVE]),
            min_size=1,
            max_size=3,
        ),
    )
    def the_team_works(self, actor: Actor, deeds: Sequence[Deed]) -> None:
        """Somebody of the team takes care of all that is open."""
        for deed in deeds:
            for incident_id in self.house.open():
                self.house.do(deed, incident_id, actor, Outcome.HELPED)

    @rule(seconds=st.sampled_from([None, 0, 60, 600]), actor=actors)
    def somebody_tests(self, seconds: float | None, actor: Actor) -> None:
        """Somebody begins or ends a walk test."""
        self.house.test(seconds, actor)

    @rule(phase=st.sampled_from(Phase), place_id=places, actor=actors)
    def somebody_moves(self, phase: Phase, place_id: str, actor: Actor) -> None:
        """Somebody moves in or out."""
        self.house.feed(PhaseSet(place_id, phase, actor))

    @rule(attempt=st.integers(0, 5))
    def a_channel_reports(self, attempt: int) -> None:
        """Let a channel report attempts out of order."""
        for incident_id in ("gone", *self.house.state.incidents):
            self.house.feed(Attempted(incident_id, attempt))

    @rule(works=st.booleans())
    def the_channels(self, works: bool) -> None:
        """Break the channels, or mend them."""
        self.house.channel_works = works

    @precondition(lambda self: self.house.last is not None)
    @rule()
    def an_event_comes_twice(self) -> None:
        """Let the last event come again."""
        assert self.house.last is not None
        self.house.feed(self.house.last)

    @rule(place_id=places)
    def somebody_walks_through(self, place_id: str) -> None:
        """Somebody lets every source report in a walk test, and ends it."""
        self.house.feed(
            TestSet(place_id, self.house.now + timedelta(seconds=600), TECHNICIAN)
        )
        before = _phase(self.house.state, place_id)
        known = self.house.config.places.get(place_id)
        for source_id in () if known is None else known.sources:
            self.house.source(source_id, place_id)
        if known is not None and self.house.runs:
            vacant = before is Phase.VACANT
            expected = Phase.VACANT if vacant else Phase.SUPERVISED
            assert _phase(self.house.state, place_id) is expected
        self.house.feed(TestSet(place_id, None, TECHNICIAN))

    @rule(kept=st.sets(st.sampled_from(sorted(FLAT.sources)), min_size=1))
    def sources_of_the_flat_change(self, kept: set[str]) -> None:
        """Take sources away from the flat, or bring them back."""
        sources = {key: each for key, each in FLAT.sources.items() if key in kept}
        flat = replace(FLAT, sources=sources)
        self.house.configure(house(flat, STUDIO))

    @rule(kept=st.sets(st.sampled_from(sorted(PLACES))))
    def settings_change(self, kept: set[str]) -> None:
        """Remove places, or bring them back."""
        self.house.configure(house(*(PLACES[key] for key in sorted(kept))))

    @precondition(lambda self: self.house.runs)
    @rule()
    def home_assistant_dies(self) -> None:
        """Kill Home Assistant."""
        assert self.house.recall() == self.house.state
        self.house.crash()

    @precondition(lambda self: not self.house.runs)
    @rule(restored=st.sampled_from([False, False, True]))
    def home_assistant_starts(self, restored: bool) -> None:
        """Start Home Assistant with what the journal holds."""
        before = self.house.recall()
        self.house.restart(restored)
        untold = {
            each.incident_id: each.attempt
            for each in before.incidents.values()
            if each.stage is Stage.ALARM and each.attempted < each.attempt
        }
        for incident_id, attempt in untold.items():
            incident = self.house.incident(incident_id)
            expected = attempt if incident.review else attempt + 1
            assert incident.attempt == expected, "told at once, and only once"
        self.house.configure(self.house.config)

    @rule(seconds=st.sampled_from([0.5, 1, 9, 31, 65, 130, 600, 4000]))
    def time_passes(self, seconds: float) -> None:
        """Let time pass."""
        self.house.run(seconds)

    @rule(by=st.sampled_from(CLOCKS))
    def clock_jumps(self, by: timedelta) -> None:
        """Let the wall clock jump, while Home Assistant runs or not."""
        self.house.set_clock(by)

    @invariant()
    def what_is_open_has_an_end(self) -> None:
        """Nobody waits for longer than a stage may last."""
        for incident in self._watched():
            assert incident.deadline is not None
            self._is_soon(incident.deadline, LONGEST_S[incident.stage])

    @invariant()
    def while_somebody_is_looked_for_somebody_is_told(self) -> None:
        """Nobody who is looked for hears nothing for five minutes."""
        for incident in self._watched():
            if incident.stage is Stage.ALARM:
                assert incident.repeat_at is not None
                self._is_soon(incident.repeat_at, 300)
                assert incident.attempt > 0
                assert incident.alarm_at is not None
                assert incident.alarm_at <= self.house.now
            else:
                assert incident.repeat_at is None

    @invariant()
    def what_is_closed_or_for_review_wakes_nobody(self) -> None:
        """Only what is watched has a time."""
        for incident in self.house.state.incidents.values():
            if incident.stage not in OPEN or incident.review:
                assert incident.deadline is incident.repeat_at is None

    @invariant()
    def who_has_it_is_known(self) -> None:
        """Who is looked for has not taken it, and the other way round."""
        for incident in self.house.state.incidents.values():
            looked_for = incident.stage in (Stage.PRE_ALARM, Stage.ALARM)
            assert (incident.assignee is None) is looked_for
            if incident.stage is Stage.RESOLVED:
                assert incident.assignee in {"nurse", "night_nurse", "lead"}
            assert incident.attempted <= incident.attempt

    @invariant()
    def a_walk_test_ends(self) -> None:
        """No test lasts longer than somebody wanted."""
        if self.house.runs:
            for place in self.house.state.places.values():
                if place.test_until is not None:
                    self._is_soon(place.test_until, 600)

    @invariant()
    def what_is_supervised_is_proven(self) -> None:
        """Every source of a supervised place was walked to, or a person vouches for it."""
        if not self.house.runs:
            return
        for place_id, place in self.house.state.places.items():
            known = self.house.config.places.get(place_id)
            if place.phase is Phase.SUPERVISED and known is not None:
                assert set(known.sources) <= place.proven
            if place.phase is Phase.VACANT and known is not None:
                assert not self.house.state.raised & set(known.sources)

    def _watched(self) -> list[Incident]:
        """Return the incidents that the engine has to do with by itself."""
        known = self.house.state.incidents.values()
        return [each for each in known if each.stage in OPEN and not each.review]

    def _is_soon(self, moment: datetime, seconds: float) -> None:
        """See that a moment is not over, and not too far away."""
        assert timedelta() < moment - self.house.now <= timedelta(seconds=seconds)


def _count(incident: Incident) -> int:
    """Return how often an incident was reported."""
    return sum(cause.count for cause in incident.causes)


def _phase(state: HouseState, place_id: str) -> Phase:
    """Return the phase of a place."""
    return state.places.get(place_id, PlaceState()).phase


Care.TestCase.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None
)
TestCare = Care.TestCase
