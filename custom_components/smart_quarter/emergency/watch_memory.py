"""What is remembered of places that are watched, and when to look at each again."""

from dataclasses import replace
from datetime import datetime

from .model import Phase, rule_source
from .turn import Turn
from .watch import STAYS, Rule, Watch, Watching, due_at, remind_at


def watch_of(turn: Turn, place_id: str) -> Watch | None:
    """Return how a place is watched."""
    place = turn.config.places.get(place_id)
    return None if place is None else place.watch


def known_of(turn: Turn, place_id: str) -> Watching:
    """Return what is known of a place."""
    return turn.place(place_id).watching


def dues(
    turn: Turn, place_id: str, watch: Watch, known: Watching
) -> list[tuple[Rule, datetime]]:
    """Return when each rule is due; one that has called waits until it is over."""
    if turn.place(place_id).phase is Phase.VACANT or known.absent_until is not None:
        return []
    return [
        (rule, due)
        for rule in watch.rules
        if rule_source(place_id, rule) not in turn.state.raised
        and not (rule in STAYS and known.visitors_until is not None)
        and (due := due_at(rule, watch, known)) is not None
    ]


def put(turn: Turn, place_id: str, watch: Watch, known: Watching) -> None:
    """Remember what is known, and when to look again."""
    times = [due for _, due in dues(turn, place_id, watch, known)]
    if times and (reminds := remind_at(watch, known)) is not None:
        times.append(reminds)
    if (ends := known.absent_until or known.visitors_until) is not None:
        times.append(ends)
    store(turn, place_id, replace(known, due=min(times, default=None)))


def store(turn: Turn, place_id: str, known: Watching) -> None:
    """Remember what is known of a place, if that is new."""
    place = turn.place(place_id)
    if place.watching != known:
        turn.put_place(place_id, replace(place, watching=known))


def begin_anew(turn: Turn, place_id: str, watch: Watch) -> None:
    """Watch from now on, whatever was before; what cannot be heard still cannot."""
    before = known_of(turn, place_id)
    known = Watching(
        last_activity=turn.now,
        checked_in_at=turn.now,
        since=dict.fromkeys(before.since, turn.now),
        blind=before.blind,
    )
    put(turn, place_id, watch, known)


def alone(turn: Turn, known: Watching) -> Watching:
    """Return what is known when visitors have left: what lasts counts from now on."""
    since = dict.fromkeys(known.since, turn.now)
    return replace(known, visitors_until=None, since=since)
