"""Watches places in a turn: what was heard puts a rule off, what is due calls for help."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from .happenings import CheckedIn, Deed, Heard, Remind, SourceMatched, Stayed, Word
from .model import Phase, rule_source
from .openings import clear, raise_by_source
from .presence import ask_no_more
from .turn import Turn
from .watch import (
    OF_ACTIVITY,
    STAYS,
    Rule,
    Watch,
    Watching,
    due_at,
    is_asleep,
    remind_at,
)
from .watch_memory import alone, begin_anew, dues, known_of, put, store, watch_of

LATE: Final = timedelta(seconds=5)
AFTER_SILENCE: Final = timedelta(minutes=30)
"""What happened while nothing was heard is not known: nobody is asked for so long after it."""
COUNTED_ANEW: Final = (*OF_ACTIVITY, Rule.CHECK_IN)


def hear(turn: Turn, event: Heard) -> None:
    """Take in where somebody is active; all places at once, before any of them is due."""
    for place_id, at in event.places.items():
        if (watch := watch_of(turn, place_id)) is not None:
            _take_in(turn, place_id, watch, min(at, turn.now))


def hear_nothing(turn: Turn, place_id: str, *, blind: bool) -> None:
    """Take in that nothing that shows activity can be heard, or something can again."""
    if (watch := watch_of(turn, place_id)) is None:
        return
    before = known_of(turn, place_id)
    last = before.last_activity or turn.now
    known = replace(before, blind=blind, last_activity=last)
    if before.blind and not blind:
        known = _after_silence(turn, watch, known)
    put(turn, place_id, watch, known)


def stay(turn: Turn, event: Stayed) -> None:
    """Take in that something begins to last, or (None) is over."""
    if (watch := watch_of(turn, event.place_id)) is None:
        return
    known = known_of(turn, event.place_id)
    since = {rule: at for rule, at in known.since.items() if rule is not event.rule}
    if event.since is not None:
        begun = min(event.since, turn.now)
        since[event.rule] = min(begun, known.since.get(event.rule, begun))
    else:
        clear(turn, event.place_id, rule_source(event.place_id, event.rule))
    put(turn, event.place_id, watch, replace(known, since=since))


def check_in(turn: Turn, event: CheckedIn) -> None:
    """Take in that somebody says that all is well."""
    if not turn.is_allowed(event.actor, Deed.CHECK_IN, event.place_id):
        return
    turn.note(Word.CHECKED_IN, event.actor.name, place_id=event.place_id)
    if (watch := watch_of(turn, event.place_id)) is not None:
        _check_in(turn, event.place_id, watch)


def all_well(turn: Turn, place_id: str) -> None:
    """Take in that who lives there has cancelled a pre-alarm: that is a sign of life."""
    if (watch := watch_of(turn, place_id)) is not None:
        _check_in(turn, place_id, watch)


def count_anew(turn: Turn) -> None:
    """Let rules whose call somebody has closed count anew: a wrong tap ends no watch.

    What still lasts, such as an open door, must be over first, as with every source.
    """
    if not any(_is_counted_anew(source_id) for source_id in turn.state.raised):
        return
    waiting = {cause.by for each in turn.open_incidents() for cause in each.causes}
    for source_id in filter(_is_counted_anew, turn.state.raised - waiting):
        place_id = source_id.rpartition(".")[0]
        if (watch := watch_of(turn, place_id)) is not None:
            turn.put_raised(source_id, False)
            known = replace(known_of(turn, place_id), last_activity=turn.now)
            put(turn, place_id, watch, known)


def watch_all(turn: Turn, place_ids: Iterable[str], *, anew: bool = False) -> None:
    """Look at places whose settings have changed, or (anew) after a restart."""
    for place_id in place_ids:
        watch = watch_of(turn, place_id)
        known = known_of(turn, place_id)
        if watch is None:
            if known != Watching():
                store(turn, place_id, Watching())
            continue
        if turn.place(place_id).phase is Phase.VACANT:
            ask_no_more(turn, place_id, watch.rules)
        known = replace(
            known,
            last_activity=known.last_activity or turn.now,
            checked_in_at=known.checked_in_at or turn.now,
        )
        if anew:
            known = _after_silence(turn, watch, known)
        put(turn, place_id, watch, known)


def shift(turn: Turn, by: timedelta) -> None:
    """Move all that is remembered with the wall clock: what has lasted an hour still has."""
    for place_id in turn.config.places:
        if (watch := watch_of(turn, place_id)) is None:
            continue
        known = known_of(turn, place_id)
        moved = replace(
            known,
            last_activity=_moved(known.last_activity, by),
            checked_in_at=_moved(known.checked_in_at, by),
            reminded_at=_moved(known.reminded_at, by),
            absent_until=_moved(known.absent_until, by),
            visitors_until=_moved(known.visitors_until, by),
            quiet_until=_moved(known.quiet_until, by),
            since={rule: at + by for rule, at in known.since.items()},
        )
        put(turn, place_id, watch, moved)


def let_watch(turn: Turn) -> None:
    """Do what is due in the places that are watched."""
    for place_id, place in tuple(turn.state.places.items()):
        if place.watching.due is not None and turn.now >= place.watching.due:
            _do_what_is_due(turn, place_id)


def _is_counted_anew(source_id: str) -> bool:
    """Tell whether a source is a rule that counts anew when its call is closed."""
    return source_id.rpartition(".")[2] in COUNTED_ANEW


def _do_what_is_due(turn: Turn, place_id: str) -> None:
    """Ask, remind, or end an absence."""
    watch, known = watch_of(turn, place_id), known_of(turn, place_id)
    if watch is None:
        store(turn, place_id, Watching())
        return
    if known.absent_until is not None:
        turn.note(Word.RETURNED_HOME, "system", place_id=place_id)
        begin_anew(turn, place_id, watch)
        return
    if known.visitors_until is not None and turn.now >= known.visitors_until:
        turn.note(Word.VISITORS_LEFT, "system", place_id=place_id)
        known = alone(turn, known)
    if (reminds := remind_at(watch, known)) is not None and turn.now >= reminds:
        known = replace(known, reminded_at=turn.now)
        turn.note(Word.REMINDED, "system", place_id=place_id)
        turn.effects.append(Remind(place_id))
    for rule, due in dues(turn, place_id, watch, known):
        if turn.now >= due:
            _call(turn, place_id, rule, due)
            if rule is Rule.CHECK_IN:
                known = replace(known, checked_in_at=due)
    put(turn, place_id, watch, known)


def _call(turn: Turn, place_id: str, rule: Rule, due: datetime) -> None:
    """Let a rule call for help as a source does."""
    name = f"{place_id} {rule} {due.isoformat()}".encode()
    incident_id = blake2b(name, digest_size=8).hexdigest().upper()
    late = turn.now - due > LATE
    source_id = rule_source(place_id, rule)
    raise_by_source(turn, SourceMatched(place_id, source_id, incident_id, late))


def _take_in(turn: Turn, place_id: str, watch: Watch, at: datetime) -> None:
    """Remember activity; it ends the pre-alarms that asked for it."""
    known = known_of(turn, place_id)
    if known.last_activity is not None and at <= known.last_activity:
        return
    known = replace(known, last_activity=at)
    if watch.activity_is_check_in and not is_asleep(watch, at):
        known = _with_check_in(turn, place_id, watch, known, at)
    for rule in OF_ACTIVITY:
        clear(turn, place_id, rule_source(place_id, rule))
    put(turn, place_id, watch, known)


def _check_in(turn: Turn, place_id: str, watch: Watch) -> None:
    """Remember a check-in, which is activity too."""
    known = replace(known_of(turn, place_id), last_activity=turn.now)
    known = _with_check_in(turn, place_id, watch, known, turn.now)
    for rule in OF_ACTIVITY:
        clear(turn, place_id, rule_source(place_id, rule))
    since = dict.fromkeys(known.since, turn.now)
    for rule in STAYS:
        clear(turn, place_id, rule_source(place_id, rule))
    put(turn, place_id, watch, replace(known, since=since))


def _with_check_in(
    turn: Turn, place_id: str, watch: Watch, known: Watching, at: datetime
) -> Watching:
    """Return what is known after a check-in; one after midnight is one for the day."""
    clear(turn, place_id, rule_source(place_id, Rule.CHECK_IN))
    return replace(known, checked_in_at=at)


def _after_silence(turn: Turn, watch: Watch, known: Watching) -> Watching:
    """Return what is known when listening begins again: what is over then waits for a while.

    What is not over yet stays as it is: sensors that come and go put nothing off for ever.
    """
    times = (due_at(rule, watch, known) for rule in OF_ACTIVITY)
    if any(due is not None and due <= turn.now for due in times):
        return replace(known, quiet_until=turn.now + AFTER_SILENCE)
    return known


def _moved(moment: datetime | None, by: timedelta) -> datetime | None:
    """Return a moment after the clock was set."""
    return None if moment is None else moment + by
