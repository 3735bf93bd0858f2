"""Who takes the duty over for a while, and gives it back; it ends by itself."""

from dataclasses import replace

from .happenings import Deed, DutyTaken, Word
from .rights import may
from .roster_model import Takeover
from .turn import Turn


def take_over(turn: Turn, event: DutyTaken) -> None:
    """Let somebody take the duty over, longer or shorter than before, or (None) end it."""
    actor, until = event.actor, event.until
    if (refused := may(actor, Deed.TAKE_OVER, None)) is not None:
        turn.note(Word.REFUSED, actor.name, deed=Deed.TAKE_OVER, reason=refused)
    elif until is None or until <= turn.now:
        end_takeover(turn, actor.name, actor.name)
    else:
        known = turn.state.takeovers.get(actor.name)
        since = turn.now if known is None else known.since
        turn.put_takeover(actor.name, Takeover(since=since, until=until))
        turn.note(Word.DUTY_TAKEN, actor.name, until=until.isoformat())


def end_takeover(turn: Turn, person_id: str, by: str) -> None:
    """End what somebody has taken over, if anything."""
    if person_id in turn.state.takeovers:
        turn.put_takeover(person_id, None)
        turn.note(Word.DUTY_GIVEN_BACK, by, person=person_id)


def end_due_takeovers(turn: Turn) -> None:
    """End what is over."""
    for person_id, takeover in tuple(turn.state.takeovers.items()):
        if turn.now >= takeover.until:
            end_takeover(turn, person_id, "system")


def limit_takeovers(turn: Turn) -> None:
    """Let none last longer than it was meant to when the clock went back.

    A clock that went back a little changes nothing: the end was said as a time of day.
    """
    for person_id, takeover in tuple(turn.state.takeovers.items()):
        longest = turn.now + (takeover.until - takeover.since)
        limited = replace(takeover, until=min(takeover.until, longest))
        turn.put_takeover(person_id, limited)


def forget_gone(turn: Turn) -> None:
    """End what was taken over by persons who are not in the care team any more."""
    gone = turn.state.takeovers.keys() - turn.config.roster.team.keys()
    for person_id in sorted(gone):
        end_takeover(turn, person_id, "system")
