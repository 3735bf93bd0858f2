"""What people do in a house: each deed is checked, recorded, and answered."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import Context
from homeassistant.util import dt as dt_util

from ..exceptions import SmartQuarterInputError
from .happenings import (
    AbsenceSet,
    Called,
    Cancelled,
    CheckedIn,
    Deed,
    Done,
    DutyTaken,
    PhonesAsked,
    RestartPlanned,
    TestSet,
    VisitorsSet,
)
from .inputs import new_incident_id
from .model import OPEN, Actor, Incident, Kind, Outcome, Role, Stage
from .pins import PinPad
from .rights import Refusal, may, refusal
from .settings import actor_with_pin

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime

SEES_NAMES: Final = frozenset({Role.CARETAKER, Role.LEAD})
_URGENCY: Final = {
    Stage.ALARM: 0,
    Stage.ACKNOWLEDGED: 1,
    Stage.ON_SCENE: 2,
    Stage.PRE_ALARM: 3,
}
EXPORTED_LINES: Final = 5000


class Care:
    """The deeds of persons; whatever is refused is written down and explained."""

    def __init__(self, runtime: EmergencyRuntime) -> None:
        """Belong to a house."""
        self._runtime = runtime
        self._pin_pad = PinPad(runtime.hass)

    async def async_actor(self, context: Context, pin: str | None) -> Actor:
        """Return who acts: whose PIN it is, or else whose login."""
        runtime = self._runtime
        if pin is None:
            return runtime.actor(context)
        owner = await self._pin_pad.async_owner_of(runtime.settings.persons, pin)
        return actor_with_pin(runtime.settings, owner)

    async def async_call(
        self, place_id: str, actor: Actor, kind: Kind = Kind.MANUAL
    ) -> str:
        """Call for help; return the incident that this became part of."""
        called = Called(place_id, new_incident_id(), kind, actor)
        known = place_id in self._runtime.config.places
        refused = may(actor, Deed.CALL, place_id)
        await self._runtime.async_feed(called)
        explain(refused if known else Refusal.PLACE_UNKNOWN)
        found = [
            incident
            for incident in self._runtime.state.incidents.values()
            if incident.place_id == place_id
            and incident.kind is kind
            and incident.stage in OPEN
        ]
        return max(found, key=lambda each: each.opened_at).incident_id

    async def async_cancel(self, place_id: str, actor: Actor) -> None:
        """Cancel the pre-alarms of a place."""
        waiting = any(
            incident.stage is Stage.PRE_ALARM and incident.place_id == place_id
            for incident in self._runtime.state.incidents.values()
        )
        place = self._runtime.config.places.get(place_id)
        waiting = waiting or (place is not None and place.watch is not None)
        refused = may(actor, Deed.CANCEL, place_id)
        await self._runtime.async_feed(Cancelled(place_id, actor))
        explain(refused or (None if waiting else Refusal.NOTHING_TO_CANCEL))

    async def async_set_test(
        self, place_ids: Iterable[str], until: datetime | None, actor: Actor
    ) -> None:
        """Begin or end a walk test in places."""
        chosen = tuple(place_ids)
        await self._runtime.async_feed(
            *(TestSet(place_id, until, actor) for place_id in chosen)
        )
        for place_id in chosen:
            explain(may(actor, Deed.TEST, place_id))

    async def async_check_in(self, place_id: str, actor: Actor) -> None:
        """Say that all is well in a place."""
        refused = may(actor, Deed.CHECK_IN, place_id)
        await self._runtime.async_feed(CheckedIn(place_id, actor))
        explain(refused)

    async def async_set_absence(
        self, place_id: str, until: datetime | None, actor: Actor
    ) -> None:
        """Say that nobody is in a place until a time, or (None) somebody is again."""
        refused = may(actor, Deed.ABSENCE, place_id)
        await self._runtime.async_feed(AbsenceSet(place_id, until, actor))
        explain(refused)

    async def async_set_visitors(
        self, place_id: str, until: datetime | None, actor: Actor
    ) -> None:
        """Say that visitors are in a place until a time, or (None) have left."""
        refused = may(actor, Deed.ABSENCE, place_id)
        await self._runtime.async_feed(VisitorsSet(place_id, until, actor))
        explain(refused)

    async def async_take_over(self, until: datetime | None, actor: Actor) -> None:
        """Be on duty until then, or (None) no longer than the roster says."""
        refused = may(actor, Deed.TAKE_OVER, None)
        await self._runtime.async_feed(DutyTaken(until, actor))
        self._runtime.duty.check()
        explain(refused)

    async def async_send_test(self, persons: Iterable[str], actor: Actor) -> None:
        """Ask persons to press a button on their phones."""
        chosen = tuple(persons)
        refused = may(actor, Deed.TEST, None)
        await self._runtime.async_feed(PhonesAsked(chosen, actor))
        explain(refused)
        await self._runtime.phone_tests.async_send(chosen)

    async def async_plan_restart(self, actor: Actor) -> None:
        """Tell who cares that Home Assistant is about to be restarted."""
        refused = may(actor, Deed.RESTART, None)
        await self._runtime.async_feed(RestartPlanned(actor))
        explain(refused)
        await self._runtime.announcer.async_announce_restart()

    async def async_do(
        self,
        deed: Deed,
        incident_id: str,
        actor: Actor,
        outcome: Outcome | None = None,
        note: str | None = None,
    ) -> None:
        """Do something about an incident; a note is kept apart from the journal."""
        state, now = self._runtime.state, dt_util.utcnow()
        asked = Done(deed, incident_id, actor, outcome)
        refused = refusal(state, asked, now)
        note_hash = None
        if note and refused is None:
            place_id = state.incidents[incident_id].place_id
            note_hash = await self._runtime.notes.async_add(
                incident_id, place_id, actor.name, note
            )
        await self._runtime.async_feed(
            Done(deed, incident_id, actor, outcome, note_hash)
        )
        explain(refused)

    def most_pressing(self, place_id: str) -> Incident | None:
        """Return the open call of a place that most needs somebody."""
        found = [
            incident
            for incident in self._runtime.state.incidents.values()
            if incident.place_id == place_id and incident.stage in OPEN
        ]
        return min(
            found, key=lambda each: (_URGENCY[each.stage], each.priority), default=None
        )

    def incidents(self, actor: Actor) -> list[dict[str, Any]]:
        """Return the incidents; names, causes and notes only for those who may see them."""
        found = sorted(
            self._runtime.state.incidents.values(),
            key=lambda each: (each.stage not in OPEN, each.priority, each.opened_at),
        )
        return [
            self._told(incident, full=actor.role in SEES_NAMES)
            for incident in found
            if actor.place_id in {None, incident.place_id}
        ]

    def duty(self, actor: Actor) -> dict[str, Any]:
        """Return how many are on duty; who they are only for those who may see names."""
        runtime = self._runtime
        source, persons = runtime.duty.now()
        told: dict[str, Any] = {
            "config_entry_id": runtime.entry.entry_id,
            "on_duty": len(persons),
        }
        if actor.role not in SEES_NAMES:
            return told
        change = runtime.duty.next_change()
        return told | {
            "house": runtime.entry.title,
            "persons": [runtime.name_of(person_id) for person_id in persons],
            "source": source,
            "until": None if change is None else change.isoformat(),
        }

    async def async_export(self) -> list[dict[str, Any]]:
        """Return the journal, the newest lines."""
        return await self._runtime.hass.async_add_executor_job(
            self._runtime.journal.export, EXPORTED_LINES
        )

    def _told(self, incident: Incident, *, full: bool) -> dict[str, Any]:
        """Return an incident as an action answers with it."""
        told: dict[str, Any] = {
            "incident_id": incident.incident_id,
            "stage": incident.stage,
            "priority": int(incident.priority),
            "opened_at": incident.opened_at.isoformat(),
            "test": incident.test,
        }
        if not full:
            return told
        runtime = self._runtime
        return told | {
            "place": runtime.name_of(incident.place_id),
            "kind": incident.kind,
            "changed_at": incident.changed_at.isoformat(),
            "step": incident.step + 1,
            "attempts": incident.attempted,
            "assignee": (
                None
                if incident.assignee is None
                else runtime.name_of(incident.assignee)
            ),
            "outcome": incident.outcome,
            "late": incident.late,
            "review": incident.review,
            "recorded": incident.incident_id not in runtime.unrecorded,
            "notes": [
                {"by": runtime.name_of(note["by"]), "text": note["text"]}
                for note in runtime.notes.of(incident.incident_id)
            ],
        }


def explain(refused: Refusal | None) -> None:
    """Say why something was refused."""
    if refused is not None:
        raise SmartQuarterInputError(f"emergency_{refused}")
