"""A restart that somebody has announced: who cares is told before it and after it."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from .happenings import Deed, ListensAgain, RestartPlanned, Word
from .rights import may
from .turn import Turn

EXPECTED_WITHIN: Final = timedelta(hours=1)
"""A restart that comes later is another one."""


def plan_restart(turn: Turn, event: RestartPlanned) -> None:
    """Remember that Home Assistant is about to be restarted."""
    actor = event.actor
    if (refused := may(actor, Deed.RESTART, None)) is not None:
        turn.note(Word.REFUSED, actor.name, deed=Deed.RESTART, reason=refused)
        return
    turn.state = replace(turn.state, restart_planned_at=turn.now)
    turn.note(Word.RESTART_PLANNED, actor.name)


def listen_again(turn: Turn, *, restored: bool) -> None:
    """Say that the house listens again, if somebody waits for that."""
    planned_at = turn.state.restart_planned_at
    if planned_at is None:
        return
    turn.state = replace(turn.state, restart_planned_at=None)
    if not restored and abs(turn.now - planned_at) <= EXPECTED_WITHIN:
        turn.note(Word.LISTENS_AGAIN, "system")
        turn.effects.append(ListensAgain())
