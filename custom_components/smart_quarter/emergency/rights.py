"""Who may do what, and what an incident allows: asked before anything is done."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .happenings import Deed, Done
from .model import OPEN, Actor, HouseState, Incident, Role, Stage

REOPEN_FOR: Final = timedelta(minutes=15)
"""A closed incident can be opened again for so long; later it is a new one."""
_CARE: Final = frozenset(
    {
        Deed.CALL,
        Deed.CANCEL,
        Deed.ACKNOWLEDGE,
        Deed.ARRIVE,
        Deed.RELEASE,
        Deed.ESCALATE,
        Deed.RESOLVE,
        Deed.NOTE,
        Deed.TEST,
        Deed.CHECK_IN,
        Deed.ABSENCE,
        Deed.TAKE_OVER,
    }
)
RIGHTS: Final[Mapping[Role, frozenset[Deed]]] = MappingProxyType(
    {
        Role.RESIDENT: frozenset({Deed.CALL, Deed.CANCEL, Deed.CHECK_IN, Deed.ABSENCE}),
        Role.CARETAKER: _CARE,
        Role.LEAD: _CARE | {Deed.REOPEN, Deed.COMMISSION, Deed.MOVE_OUT, Deed.RESTART},
        Role.TECHNICIAN: frozenset(
            {Deed.CALL, Deed.TEST, Deed.COMMISSION, Deed.RESTART}
        ),
        Role.OBSERVER: frozenset({Deed.CALL}),
        Role.SYSTEM: frozenset(
            {Deed.CALL, Deed.CANCEL, Deed.NOTE, Deed.ESCALATE, Deed.CHECK_IN}
        ),
        Role.UNKNOWN: frozenset({Deed.CALL}),
    }
)
"""Anybody may call for help; only persons with a role in the house close an alarm."""


NO_INCIDENT: Final = frozenset(
    {
        *(Deed.CALL, Deed.TEST, Deed.COMMISSION, Deed.MOVE_OUT),
        *(Deed.CHECK_IN, Deed.ABSENCE, Deed.TAKE_OVER, Deed.RESTART),
    }
)
"""Deeds that have to do with a place or the house, not with an incident."""


class Refusal(StrEnum):
    """Why something cannot be done; each is a sentence for the user."""

    NOT_ALLOWED = "not_allowed"
    OTHER_PLACE = "other_place"
    PLACE_UNKNOWN = "place_unknown"
    INCIDENT_UNKNOWN = "incident_unknown"
    INCIDENT_CLOSED = "incident_closed"
    INCIDENT_OPEN = "incident_open"
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    NOTHING_OPEN = "nothing_open"
    NOTHING_TO_CANCEL = "nothing_to_cancel"
    OUTCOME_MISSING = "outcome_missing"
    TOO_LATE_TO_REOPEN = "too_late_to_reopen"


def may(actor: Actor, deed: Deed, place_id: str | None) -> Refusal | None:
    """Return why somebody may not do something in a place; None: they may."""
    if deed not in RIGHTS[actor.role]:
        return Refusal.NOT_ALLOWED
    if actor.place_id is not None and place_id not in {None, actor.place_id}:
        return Refusal.OTHER_PLACE
    return None


def refusal(state: HouseState, done: Done, now: datetime) -> Refusal | None:
    """Return why somebody cannot do something about an incident; None: they can.

    What they have already done is not refused: it changes nothing.
    """
    incident = state.incidents.get(done.incident_id)
    place_id = None if incident is None else incident.place_id
    if (refused := may(done.actor, done.deed, place_id)) is not None:
        return refused
    if incident is None:
        return Refusal.INCIDENT_UNKNOWN
    if is_repeated(incident, done):
        return None
    return _stage_refusal(incident, done, now)


def is_repeated(incident: Incident, done: Done) -> bool:
    """Tell whether the same person has done this before and it still holds."""
    if incident.assignee != done.actor.name or incident.review:
        return False
    match done.deed:
        case Deed.ACKNOWLEDGE:
            return incident.stage in (Stage.ACKNOWLEDGED, Stage.ON_SCENE)
        case Deed.ARRIVE:
            return incident.stage is Stage.ON_SCENE
        case Deed.CANCEL:
            return incident.stage is Stage.CANCELLED
        case Deed.RESOLVE:
            return incident.outcome is done.outcome is not None
    return False


def _stage_refusal(incident: Incident, done: Done, now: datetime) -> Refusal | None:
    """Return why the stage of an incident does not allow a deed."""
    stage, deed = incident.stage, done.deed
    if deed in NO_INCIDENT:
        return Refusal.NOT_ALLOWED
    if deed is Deed.NOTE:
        return None
    if deed is Deed.REOPEN:
        return _reopen_refusal(incident, now)
    if stage not in OPEN:
        return Refusal.INCIDENT_CLOSED
    if deed is Deed.CANCEL:
        return None if stage is Stage.PRE_ALARM else Refusal.NOTHING_TO_CANCEL
    if deed is Deed.RELEASE and stage not in (Stage.ACKNOWLEDGED, Stage.ON_SCENE):
        return Refusal.NOT_TAKEN
    if deed is Deed.RESOLVE and done.outcome is None:
        return Refusal.OUTCOME_MISSING
    if deed is Deed.ACKNOWLEDGE and incident.assignee not in (None, done.actor.name):
        return Refusal.TAKEN
    return None


def _reopen_refusal(incident: Incident, now: datetime) -> Refusal | None:
    """Return why an incident cannot be opened again."""
    if incident.stage in OPEN and not incident.review:
        return Refusal.INCIDENT_OPEN
    if now - incident.changed_at > REOPEN_FOR and not incident.review:
        return Refusal.TOO_LATE_TO_REOPEN
    return None
