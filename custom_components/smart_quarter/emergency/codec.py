"""The change of a house as JSON-ready data and back: what a line of the journal carries."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from mashumaro.codecs.basic import BasicDecoder, BasicEncoder
from mashumaro.exceptions import InvalidFieldValue, MissingField

from .happenings import Entry
from .model import Answer, HouseState, Incident, PlaceState, Proof
from .roster_model import Plan, Takeover

type Json = dict[str, Any]

_ENCODERS: Final = {
    kind: BasicEncoder(kind)
    for kind in (
        *(HouseState, Incident, PlaceState, Answer),
        *(Takeover, Proof, Entry, Plan),
    )
}
_HOUSE: Final = BasicDecoder(HouseState)
_INCIDENTS: Final = BasicDecoder(dict[str, Incident | None])
_PLACES: Final = BasicDecoder(dict[str, PlaceState | None])
_ANSWERS: Final = BasicDecoder(tuple[Answer, ...])
_TAKEOVERS: Final = BasicDecoder(dict[str, Takeover | None])
_PROOFS: Final = BasicDecoder(dict[str, Proof | None])
_MOMENT: Final = BasicDecoder(datetime | None)
_PLAN: Final = BasicDecoder(Plan)


class CorruptJournalError(Exception):
    """The data is not what a journal holds."""


def encode(
    thing: HouseState
    | Incident
    | PlaceState
    | Answer
    | Takeover
    | Proof
    | Entry
    | Plan,
) -> Json:
    """Return a state or an entry as data that JSON can hold."""
    data: Json = _ENCODERS[type(thing)].encode(thing)
    return data


def decode(data: Json) -> HouseState:
    """Return the state of a snapshot; raise `CorruptJournalError` if it is none."""
    try:
        return _HOUSE.decode(data)
    except _NONSENSE as err:
        raise CorruptJournalError(type(err).__name__) from err


def decode_plan(data: Json) -> Plan:
    """Return what a calendar said; raise `CorruptJournalError` if it makes no sense."""
    try:
        return _PLAN.decode(data)
    except _NONSENSE as err:
        raise CorruptJournalError(type(err).__name__) from err


def change(before: HouseState, after: HouseState) -> Json:
    """Return what is different: whole incidents, places, takeovers; None for what is gone."""
    found: Json = {}
    if incidents := _changed(before.incidents, after.incidents):
        found["incidents"] = incidents
    if places := _changed(before.places, after.places):
        found["places"] = places
    if takeovers := _changed(before.takeovers, after.takeovers):
        found["takeovers"] = takeovers
    if proofs := _changed(before.proofs, after.proofs):
        found["proofs"] = proofs
    if (planned := after.restart_planned_at) != before.restart_planned_at:
        found["restart_planned_at"] = None if planned is None else planned.isoformat()
    if on := sorted(after.raised - before.raised):
        found["raised"] = on
    if off := sorted(before.raised - after.raised):
        found["cleared"] = off
    if before.answers is not after.answers:
        gone = _dropped(before.answers, after.answers)
        new = after.answers[len(before.answers) - gone :]
        found["answers"] = {"gone": gone, "new": [encode(each) for each in new]}
    return found


def apply(state: HouseState, changed: Json) -> HouseState:
    """Return the state after a change; raise `CorruptJournalError` if it makes no sense."""
    try:
        incidents = _INCIDENTS.decode(changed.get("incidents", {}))
        places = _PLACES.decode(changed.get("places", {}))
        takeovers = _TAKEOVERS.decode(changed.get("takeovers", {}))
        proofs = _PROOFS.decode(changed.get("proofs", {}))
        planned = state.restart_planned_at
        if "restart_planned_at" in changed:
            planned = _MOMENT.decode(changed["restart_planned_at"])
        raised = state.raised | set(changed.get("raised", ()))
        answers = changed.get("answers", {"gone": 0, "new": ()})
        return replace(
            state,
            incidents=_merged(state.incidents, incidents),
            places=_merged(state.places, places),
            takeovers=_merged(state.takeovers, takeovers),
            proofs=_merged(state.proofs, proofs),
            restart_planned_at=planned,
            raised=raised - set(changed.get("cleared", ())),
            answers=state.answers[answers["gone"] :] + _ANSWERS.decode(answers["new"]),
        )
    except _NONSENSE as err:
        raise CorruptJournalError(type(err).__name__) from err


def _changed[T: Incident | PlaceState | Takeover | Proof](
    before: Mapping[str, T], after: Mapping[str, T]
) -> Json:
    """Return what is new or different, and None for what is gone."""
    if before is after:
        return {}
    new = {key: encode(each) for key, each in after.items() if each != before.get(key)}
    return new | {key: None for key in before if key not in after}


def _dropped(before: tuple[Answer, ...], after: tuple[Answer, ...]) -> int:
    """Return how many of the oldest answers are gone: they go first, and new ones come last."""
    return next(
        gone
        for gone in range(len(before) + 1)
        if before[gone:] == after[: len(before) - gone]
    )


def _merged[T](known: Mapping[str, T], changed: Mapping[str, T | None]) -> dict[str, T]:
    """Return what is known after a change."""
    merged = {**known, **changed}
    return {key: each for key, each in merged.items() if each is not None}


_NONSENSE: Final = (
    InvalidFieldValue,
    MissingField,
    TypeError,
    ValueError,
    KeyError,
    AttributeError,
)
