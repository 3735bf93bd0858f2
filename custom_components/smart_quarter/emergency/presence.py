"""Who is in a place that is watched, as persons say it: nobody, or visitors too."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from .happenings import AbsenceSet, Deed, VisitorsSet, Word
from .model import rule_source
from .openings import clear
from .turn import Turn
from .watch import STAYS
from .watch_memory import alone, begin_anew, known_of, put, watch_of

FOR_EVER: Final = timedelta(days=365)
LONGEST_VISIT: Final = timedelta(hours=24)


def set_presence(turn: Turn, event: AbsenceSet | VisitorsSet) -> None:
    """Take in who is there."""
    match event:
        case AbsenceSet():
            _set_absence(turn, event)
        case VisitorsSet():
            _set_visitors(turn, event)


def _set_absence(turn: Turn, event: AbsenceSet) -> None:
    """Watch nobody until a time, or (None) watch again from now on."""
    if not turn.is_allowed(event.actor, Deed.ABSENCE, event.place_id):
        return
    word = Word.RETURNED_HOME if event.until is None else Word.LEFT_HOME
    turn.note(word, event.actor.name, place_id=event.place_id)
    if (watch := watch_of(turn, event.place_id)) is None:
        return
    if event.until is None:
        begin_anew(turn, event.place_id, watch)
        return
    for rule in watch.rules:
        clear(turn, event.place_id, rule_source(event.place_id, rule))
    until = min(event.until, turn.now + FOR_EVER)
    known = replace(known_of(turn, event.place_id), absent_until=until)
    put(turn, event.place_id, watch, known)


def _set_visitors(turn: Turn, event: VisitorsSet) -> None:
    """Let nothing that lasts ask anybody until a time, or (None) again from now on."""
    if not turn.is_allowed(event.actor, Deed.ABSENCE, event.place_id):
        return
    word = Word.VISITORS_LEFT if event.until is None else Word.VISITORS_CAME
    turn.note(word, event.actor.name, place_id=event.place_id)
    if (watch := watch_of(turn, event.place_id)) is None:
        return
    known = known_of(turn, event.place_id)
    if event.until is None:
        known = alone(turn, known)
    else:
        for rule in STAYS:
            clear(turn, event.place_id, rule_source(event.place_id, rule))
        until = min(event.until, turn.now + LONGEST_VISIT)
        known = replace(known, visitors_until=until)
    put(turn, event.place_id, watch, known)
