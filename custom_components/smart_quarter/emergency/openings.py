"""How incidents begin, and how a pre-alarm ends: sources, calls, cancels."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .commissioning import prove
from .happenings import AllClear, Ask, Called, Cancelled, Deed, SourceMatched, Word
from .model import (
    AUTOMATIC,
    PRIORITIES,
    Cause,
    Incident,
    Kind,
    Outcome,
    Phase,
    Priority,
    SourceConfig,
    Stage,
)
from .turn import Turn

TEST_GRACE_S: Final = 120
"""An incident in a walk test becomes an alarm when nobody ends the test by then."""
QUIET: Final = timedelta(seconds=30)
"""A call that is repeated sooner is the same call."""
MERGING: Final = (Stage.PRE_ALARM, Stage.ALARM, Stage.ACKNOWLEDGED)
"""Stages in which the same call is not a new incident; whoever is on scene is needed anew."""


def raise_by_source(turn: Turn, event: SourceMatched) -> None:
    """Open an incident, or add a cause to one, because a source reports."""
    source = _source(turn, event.place_id, event.source_id)
    if source is None or turn.place(event.place_id).phase is Phase.VACANT:
        return
    if event.late and source.source_id in turn.state.raised:
        return
    if not event.late:
        prove(turn, event.place_id, source.source_id)
    if source.level:
        turn.put_raised(source.source_id, True)
    opened = Incident(
        incident_id=event.incident_id,
        place_id=event.place_id,
        kind=source.kind,
        priority=source.priority,
        stage=Stage.PRE_ALARM,
        opened_at=turn.now,
        changed_at=turn.now,
        late=event.late,
    )
    _open_or_merge(turn, opened, source.source_id, source.pre_alarm_s)


def call(turn: Turn, event: Called) -> None:
    """Open an incident because somebody calls; anybody may."""
    if not turn.is_allowed(event.actor, Deed.CALL, event.place_id):
        return
    opened = Incident(
        incident_id=event.incident_id,
        place_id=event.place_id,
        kind=event.kind,
        priority=PRIORITIES.get(event.kind, Priority.URGENT),
        stage=Stage.PRE_ALARM,
        opened_at=turn.now,
        changed_at=turn.now,
    )
    _open_or_merge(turn, opened, event.actor.name, 0)


def cancel(turn: Turn, event: Cancelled) -> bool:
    """Cancel the pre-alarms of a place, after an alarm only note it; tell whether it was allowed."""
    if not turn.is_allowed(event.actor, Deed.CANCEL, event.place_id):
        return False
    for incident in turn.incidents(event.place_id):
        if incident.stage is Stage.PRE_ALARM:
            end_pre_alarm(turn, incident, event.actor.name, None)
        elif incident.stage in MERGING:
            turn.note(Word.NOTED, event.actor.name, incident, cancel_too_late=True)
    return True


def clear(turn: Turn, place_id: str, source_id: str) -> None:
    """Take note that a source is over; it ends a pre-alarm that it alone caused."""
    if source_id not in turn.state.raised:
        return
    turn.put_raised(source_id, False)
    turn.note(Word.CLEARED, source_id, place_id=place_id)
    for incident in turn.incidents(place_id):
        if (
            incident.stage is Stage.PRE_ALARM
            and incident.kind in AUTOMATIC
            and all(cause.by == source_id for cause in incident.causes)
            and not incident.test
        ):
            end_pre_alarm(turn, incident, source_id, None)


def end_pre_alarm(
    turn: Turn, incident: Incident, by: str, outcome: Outcome | None
) -> None:
    """End an incident before anybody was alarmed."""
    incident = replace(
        incident,
        stage=Stage.CANCELLED,
        changed_at=turn.now,
        assignee=by,
        deadline=None,
        repeat_at=None,
        outcome=outcome,
    )
    turn.put(incident)
    turn.note(Word.CANCELLED, by, incident)
    turn.effects.append(AllClear(incident.incident_id, incident.told))


def _open_or_merge(turn: Turn, opened: Incident, by: str, pre_alarm_s: int) -> None:
    """Add to the incident of the same place and kind, or open one; help calls end all doubt."""
    if opened.incident_id in turn.state.incidents:
        return
    known = [
        incident
        for incident in turn.incidents(opened.place_id)
        if incident.kind is opened.kind
        and incident.stage in MERGING
        and not incident.review
    ]
    if known:
        _merge(turn, known[0], by)
    elif (back := _came_back(turn, opened, by, pre_alarm_s)) is not None:
        _begin(turn, back, by, back.opened_at + timedelta(seconds=pre_alarm_s))
    else:
        _open(turn, opened, by, pre_alarm_s)
    if opened.kind is Kind.MANUAL:
        _end_doubt(turn, opened.place_id, by)


def _open(turn: Turn, opened: Incident, by: str, pre_alarm_s: int) -> None:
    """Open an incident; in a walk test there is time to say that it is one."""
    cause = Cause(by=by, first_at=turn.now, last_at=turn.now)
    testing = turn.place(opened.place_id).test_until is not None
    opened = replace(opened, causes=(cause,), test=testing)
    _begin(turn, opened, by, turn.after(TEST_GRACE_S if testing else pre_alarm_s))


def _begin(turn: Turn, opened: Incident, by: str, expires_at: datetime) -> None:
    """Begin with a pre-alarm, or at once with the alarm."""
    if expires_at > turn.now:
        opened = replace(opened, deadline=expires_at)
        turn.put(opened)
        turn.note(Word.PRE_ALARM, by, opened, kind=opened.kind, test=opened.test)
        turn.effects.append(Ask(opened.place_id))
    else:
        opened = turn.look_for_somebody(opened, 0)
        turn.note(Word.ALARM, by, opened, kind=opened.kind, late=opened.late)


def _came_back(
    turn: Turn, opened: Incident, by: str, pre_alarm_s: int
) -> Incident | None:
    """Return the pre-alarm that the same source had ended: coming and going puts off nothing."""
    window = min(QUIET, timedelta(seconds=pre_alarm_s))
    for incident in turn.incidents(opened.place_id):
        if (
            incident.stage is Stage.CANCELLED
            and incident.kind is opened.kind
            and incident.assignee == by
            and turn.now - incident.changed_at < window
        ):
            causes = _with(incident.causes, by, turn.now)
            return replace(
                incident,
                stage=Stage.PRE_ALARM,
                changed_at=turn.now,
                assignee=None,
                causes=causes,
            )
    return None


def _merge(turn: Turn, incident: Incident, by: str) -> None:
    """Add a cause; a second one ends the pre-alarm, and who took it hears of it."""
    last_at = max((c.last_at for c in incident.causes if c.by == by), default=None)
    incident = replace(incident, causes=_with(incident.causes, by, turn.now))
    turn.put(incident)
    if incident.stage is Stage.PRE_ALARM:
        if last_at is None and not incident.test:
            _alarm_now(turn, incident, by)
    elif last_at is None or turn.now - last_at > QUIET:
        if incident.stage is Stage.ACKNOWLEDGED:
            incident = turn.tell(incident)
        turn.note(Word.CALLED_AGAIN, by, incident)


def _end_doubt(turn: Turn, place_id: str, by: str) -> None:
    """Turn what is still a pre-alarm of a place into an alarm."""
    for incident in turn.incidents(place_id):
        if incident.stage is Stage.PRE_ALARM and not incident.test:
            _alarm_now(turn, incident, by)


def _alarm_now(turn: Turn, incident: Incident, by: str) -> None:
    """End a pre-alarm at once."""
    turn.note(Word.ALARM, by, turn.look_for_somebody(incident, 0), kind=incident.kind)


def _with(causes: Iterable[Cause], by: str, now: datetime) -> tuple[Cause, ...]:
    """Return the causes with one more, or counted once more."""
    known = {cause.by: cause for cause in causes}
    cause = known.get(by, Cause(by=by, first_at=now, last_at=now, count=0))
    last_at = now if now - cause.last_at > QUIET else cause.last_at
    known[by] = replace(cause, last_at=last_at, count=cause.count + 1)
    return tuple(known.values())


def _source(turn: Turn, place_id: str, source_id: str) -> SourceConfig | None:
    """Return a source of a place."""
    place = turn.config.places.get(place_id)
    return None if place is None else place.sources.get(source_id)
