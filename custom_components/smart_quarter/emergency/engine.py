"""The engine of a house: one pure step for everything that can happen.

`step(config, state, event, now)` returns the next state and the effects to carry out. The
caller stores the change of the state and the entries before it carries out the others, and
calls again with `TimePassed` at `wake_at`. State machine: EN 50134 vocabulary, see
docs/emergency.md; all times are UTC.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .commissioning import fit_phase, set_phase
from .deeds import carry_out
from .happenings import (
    AbsenceSet,
    Attempted,
    Called,
    Cancelled,
    CheckedIn,
    ClockSet,
    Configured,
    Deed,
    Done,
    DutyTaken,
    Heard,
    HeardNothing,
    HouseEffect,
    HouseEvent,
    PhaseSet,
    PhoneAnswered,
    PhonesAsked,
    Restarted,
    RestartPlanned,
    SourceCleared,
    SourceMatched,
    Stayed,
    TestSet,
    TimePassed,
    VisitorsSet,
    Word,
)
from .model import OPEN, HouseConfig, HouseState, Incident, Outcome, Stage
from .openings import call, cancel, clear, end_pre_alarm, raise_by_source
from .planned_restart import listen_again, plan_restart
from .presence import set_presence
from .proofs import answer, ask, forget_proofs, limit_proofs
from .rights import REOPEN_FOR
from .takeovers import end_due_takeovers, forget_gone, limit_takeovers, take_over
from .turn import Turn
from .watching import (
    all_well,
    check_in,
    count_anew,
    hear,
    hear_nothing,
    let_watch,
    shift,
    stay,
    watch_all,
)

KEEP_CLOSED: Final = timedelta(hours=1)
"""So long a closed incident is remembered; the journal keeps it for longer."""
TOO_OLD_TO_ALARM: Final = timedelta(hours=1)
"""Incidents in a restored backup that are older are only shown."""
GRACE: Final = timedelta(seconds=5)
"""A deadline that is missed by more than this was missed because nobody watched."""

assert KEEP_CLOSED > REOPEN_FOR


def step(
    config: HouseConfig, state: HouseState, event: HouseEvent, now: datetime
) -> tuple[HouseState, tuple[HouseEffect, ...]]:
    """Apply one event to a house."""
    turn = Turn(config, state, now)
    _apply(turn, event)
    count_anew(turn)
    _let_pass(turn)
    return turn.state, tuple(turn.effects)


def wake_at(state: HouseState) -> datetime | None:
    """Return when something is due by itself, if anything is."""
    times = [
        time
        for incident in state.incidents.values()
        for time in (incident.deadline, incident.repeat_at)
        if time is not None
    ]
    times += [
        time
        for place in state.places.values()
        for time in (place.test_until, place.watching.due)
        if time is not None
    ]
    times += [takeover.until for takeover in state.takeovers.values()]
    return min(times, default=None)


def _apply(turn: Turn, event: HouseEvent) -> None:
    """Take in an event."""
    match event:
        case SourceMatched():
            raise_by_source(turn, event)
        case SourceCleared(place_id, source_id):
            clear(turn, place_id, source_id)
        case Called():
            call(turn, event)
        case Cancelled():
            if cancel(turn, event):
                all_well(turn, event.place_id)
        case Done():
            carry_out(turn, event)
        case TestSet():
            _set_test(turn, event)
        case PhaseSet():
            set_phase(turn, event)
            watch_all(turn, [event.place_id])
        case Heard():
            hear(turn, event)
        case HeardNothing(place_id, blind):
            hear_nothing(turn, place_id, blind=blind)
        case Stayed():
            stay(turn, event)
        case CheckedIn():
            check_in(turn, event)
        case AbsenceSet() | VisitorsSet():
            set_presence(turn, event)
        case DutyTaken() | PhonesAsked() | PhoneAnswered() | RestartPlanned():
            _keep_up(turn, event)
        case Attempted(incident_id, attempt):
            _attempted(turn, incident_id, attempt)
        case ClockSet(by):
            _set_clock(turn, by)
            shift(turn, by)
        case Restarted():
            _restart(turn, event)
            watch_all(turn, turn.config.places, anew=True)
        case Configured():
            _fit(turn)
            watch_all(turn, turn.config.places)
        case TimePassed():
            pass


def _keep_up(
    turn: Turn, event: DutyTaken | PhonesAsked | PhoneAnswered | RestartPlanned
) -> None:
    """Take in what concerns the care team, not a place."""
    match event:
        case DutyTaken():
            take_over(turn, event)
        case PhonesAsked():
            ask(turn, event)
        case PhoneAnswered():
            answer(turn, event)
        case RestartPlanned():
            plan_restart(turn, event)


def _let_pass(turn: Turn) -> None:
    """Do everything that is due, once for each incident."""
    end_due_takeovers(turn)
    for incident in turn.open_incidents():
        if incident.deadline is not None and turn.now >= incident.deadline:
            _expire(turn, incident)
        elif incident.repeat_at is not None and turn.now >= incident.repeat_at:
            turn.note(Word.REPEATED, "system", turn.tell(incident))
    for place_id, place in tuple(turn.state.places.items()):
        if place.test_until is not None and turn.now >= place.test_until:
            turn.put_place(place_id, replace(place, test_until=None))
            turn.note(Word.TEST_ENDED, "system", place_id=place_id)
    let_watch(turn)
    for incident in tuple(turn.state.incidents.values()):
        if incident.stage not in OPEN and turn.now - incident.changed_at > KEEP_CLOSED:
            turn.drop(incident.incident_id)


def _expire(turn: Turn, incident: Incident) -> None:
    """End a stage whose time is over: it is always an alarm that follows."""
    late = incident.deadline is not None and turn.now - incident.deadline > GRACE
    known = replace(incident, late=incident.late or late)
    match incident.stage:
        case Stage.PRE_ALARM:
            known, word = turn.look_for_somebody(known, 0), Word.ALARM
        case Stage.ALARM:
            before = known.step
            known = turn.look_for_somebody(known, before + 1)
            word = Word.REPEATED if known.step == before else Word.ESCALATED
        case _:
            known, word = turn.look_for_somebody(known, known.step), Word.RETURNED
    turn.note(word, "system", known, step=known.step, late=late)


def _attempted(turn: Turn, incident_id: str, attempt: int) -> None:
    """Remember that an attempt was begun, so that it is not begun anew after a restart."""
    incident = turn.state.incidents.get(incident_id)
    if incident is not None and attempt > incident.attempted:
        turn.put(replace(incident, attempted=min(attempt, incident.attempt)))
        turn.note(Word.TOLD, "system", incident, attempt=attempt)


def _set_test(turn: Turn, event: TestSet) -> None:
    """Begin or end a walk test; who ends it has seen what it raised."""
    if not turn.is_allowed(event.actor, Deed.TEST, event.place_id):
        return
    word = Word.TEST_ENDED if event.until is None else Word.TEST_STARTED
    place = replace(turn.place(event.place_id), test_until=event.until)
    if event.until is not None:
        place = replace(place, reported=frozenset())
    turn.put_place(event.place_id, place)
    turn.note(word, event.actor.name, place_id=event.place_id)
    if event.until is None:
        for incident in turn.incidents(event.place_id):
            if incident.test and incident.stage is Stage.PRE_ALARM:
                end_pre_alarm(turn, incident, event.actor.name, Outcome.TEST)


def _fit(turn: Turn) -> None:
    """Forget what is gone; open incidents stay."""
    forget_gone(turn)
    forget_proofs(turn)
    places, state = turn.config.places, turn.state
    kept = {key: each for key, each in state.places.items() if key in places}
    sources = {key for place in places.values() for key in place.sources}
    if kept.keys() != state.places.keys() or not state.raised <= sources:
        turn.state = replace(state, places=kept, raised=state.raised & sources)
        turn.note(Word.CONFIGURED, "system")
    for place_id in kept:
        fit_phase(turn, place_id)


def _set_clock(turn: Turn, by: timedelta) -> None:
    """Keep the shorter remaining time when the wall clock jumped.

    Forward: what is due by the new time is due. Backward: deadlines move along, or
    nobody would be told for as long as the clock went back.
    """
    turn.note(Word.CLOCK_SET, "system", by_s=by.total_seconds())
    for incident in turn.open_incidents():
        if incident.alarm_at is not None:
            alarm_at = min(incident.alarm_at + by, turn.now)
            turn.put(replace(incident, alarm_at=alarm_at))
    if by >= timedelta():
        return
    for place_id, place in tuple(turn.state.places.items()):
        if place.test_until is not None:
            until = place.test_until + by
            turn.put_place(place_id, replace(place, test_until=until))
    limit_takeovers(turn)
    limit_proofs(turn)
    for incident in tuple(turn.state.incidents.values()):
        deadline, repeat_at = incident.deadline, incident.repeat_at
        moved = replace(
            incident,
            opened_at=min(incident.opened_at, turn.now),
            changed_at=min(incident.changed_at, turn.now),
            causes=tuple(
                replace(each, last_at=min(each.last_at, turn.now))
                for each in incident.causes
            ),
            deadline=None if deadline is None else deadline + by,
            repeat_at=None if repeat_at is None else repeat_at + by,
        )
        turn.put(moved)


def _restart(turn: Turn, event: Restarted) -> None:
    """Go on where the house stopped; tell at once whom a crash kept from being told."""
    if event.alive_until is not None and turn.now - event.alive_until > GRACE:
        since = event.alive_until.isoformat()
        turn.note(Word.UNSUPERVISED, "system", since=since)
    if event.alive_until is not None and turn.now < event.alive_until:
        _set_clock(turn, turn.now - event.alive_until)
    listen_again(turn, restored=event.restored)
    for incident in turn.open_incidents():
        if incident.review:
            continue
        if event.restored and turn.now - incident.changed_at > TOO_OLD_TO_ALARM:
            _show_only(turn, incident)
        elif incident.attempted < incident.attempt and incident.stage in (
            Stage.ALARM,
            Stage.ACKNOWLEDGED,
        ):
            turn.put(replace(incident, repeat_at=turn.now))


def _show_only(turn: Turn, incident: Incident) -> None:
    """Leave an incident of an old backup to a person's judgement."""
    incident = replace(incident, deadline=None, repeat_at=None, review=True)
    turn.put(incident)
    turn.note(Word.FOR_REVIEW, "system", incident)
