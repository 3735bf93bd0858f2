"""Whether the phone of each caretaker is known to work: a button that was pressed proves it.

A push that was handed over proves nothing. So everybody is asked once a week; who has not
answered for a day, and has pressed no other button for a week, cannot be relied on.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from .happenings import Deed, PhoneAnswered, PhonesAsked, Word
from .model import Proof
from .rights import may
from .turn import Turn

PROVEN_FOR: Final = timedelta(days=7)
ANSWER_WITHIN: Final = timedelta(hours=24)
ASKED_ON: Final = 0
"""Monday."""
ASKED_AT: Final = time(10)
ASKED_UNTIL: Final = timedelta(hours=8)
"""If Home Assistant was down, the question may come so much later, but not at night."""


def ask(turn: Turn, event: PhonesAsked) -> None:
    """Remember who was asked; without an actor it was the week's turn."""
    actor = event.actor
    by = "system" if actor is None else actor.name
    if actor is not None and (refused := may(actor, Deed.TEST, None)) is not None:
        turn.note(Word.REFUSED, by, deed=Deed.TEST, reason=refused)
        return
    for person_id in event.persons:
        turn.note(Word.PHONE_ASKED, by, person=person_id)
        if person_id in turn.config.roster.team:
            known = turn.state.proofs.get(person_id, Proof())
            since = turn.now if known.open_since is None else known.open_since
            asked = replace(known, asked_at=turn.now, open_since=since)
            turn.put_proof(person_id, asked)


def answer(turn: Turn, event: PhoneAnswered) -> None:
    """Remember that a phone works; whatever was open is answered by it."""
    if event.person_id not in turn.config.roster.team:
        return
    known = turn.state.proofs.get(event.person_id, Proof())
    proven = replace(known, proven_at=turn.now, open_since=None)
    turn.put_proof(event.person_id, proven)
    if known.open_since is not None:
        turn.note(Word.PHONE_PROVEN, event.person_id)


def unanswered(proofs: Mapping[str, Proof], now: datetime) -> set[str]:
    """Return the persons whose phone nobody can rely on."""
    return {
        person_id
        for person_id, proof in proofs.items()
        if proof.open_since is not None
        and now - proof.open_since >= ANSWER_WITHIN
        and (proof.proven_at is None or now - proof.proven_at > PROVEN_FOR)
    }


def is_due(proof: Proof | None, now: datetime, zone: tzinfo) -> bool:
    """Tell whether it is the time of the week to ask somebody who was not asked since."""
    local = now.astimezone(zone)
    day = local.date() - timedelta(days=(local.weekday() - ASKED_ON) % 7)
    slot = datetime.combine(day, ASKED_AT, zone)
    if not timedelta() <= now - slot < ASKED_UNTIL:
        return False
    return proof is None or proof.asked_at is None or proof.asked_at < slot


def forget_proofs(turn: Turn) -> None:
    """Forget persons who do not care any more."""
    for person_id in turn.state.proofs.keys() - turn.config.roster.team.keys():
        turn.put_proof(person_id, None)


def limit_proofs(turn: Turn) -> None:
    """Let nothing lie in the future when the clock went back."""
    for person_id, proof in tuple(turn.state.proofs.items()):
        limited = Proof(
            asked_at=_not_after(proof.asked_at, turn.now),
            open_since=_not_after(proof.open_since, turn.now),
            proven_at=_not_after(proof.proven_at, turn.now),
        )
        turn.put_proof(person_id, limited)


def _not_after(moment: datetime | None, now: datetime) -> datetime | None:
    """Return a moment that is not in the future."""
    return None if moment is None else min(moment, now)
