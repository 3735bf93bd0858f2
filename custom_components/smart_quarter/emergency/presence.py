"""Who is in a place that is watched, as persons say it: nobody, or visitors too."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .happenings import AbsenceSet, Deed, VisitorsSet, Word
from .model import rule_source
from .openings import clear
from .turn import Turn
from .watch import STAYS, Rule
from .watch_memory import alone, begin_anew, known_of, put, watch_of

FOR_EVER: Final = timedelta(days=365)
LONGEST_VISIT: Final = timedelta(hours=24)
_WORDS: Final = {
    (AbsenceSet, False): Word.LEFT_HOME,
    (AbsenceSet, True): Word.RETURNED_HOME,
    (VisitorsSet, False): Word.VISITORS_CAME,
    (VisitorsSet, True): Word.VISITORS_LEFT,
}


def set_presence(turn: Turn, event: AbsenceSet | VisitorsSet) -> None:
    """Take in who is there, or (no end) that it is as ever again."""
    place_id, ends = event.place_id, event.until is None
    if not turn.is_allowed(event.actor, Deed.ABSENCE, place_id):
        return
    turn.note(_WORDS[type(event), ends], event.actor.name, place_id=place_id)
    if (watch := watch_of(turn, place_id)) is None:
        return
    match event:
        case AbsenceSet(until=None):
            begin_anew(turn, place_id, watch)
        case VisitorsSet(until=None):
            put(turn, place_id, watch, alone(turn, known_of(turn, place_id)))
        case AbsenceSet(until=datetime() as until):
            ask_no_more(turn, place_id, watch.rules)
            until = min(until, turn.now + FOR_EVER)
            known = replace(known_of(turn, place_id), absent_until=until)
            put(turn, place_id, watch, known)
        case VisitorsSet(until=datetime() as until):
            ask_no_more(turn, place_id, STAYS)
            until = min(until, turn.now + LONGEST_VISIT)
            known = replace(known_of(turn, place_id), visitors_until=until)
            put(turn, place_id, watch, known)


def ask_no_more(turn: Turn, place_id: str, rules: Iterable[Rule]) -> None:
    """End the questions that rules have asked."""
    for rule in rules:
        clear(turn, place_id, rule_source(place_id, rule))
