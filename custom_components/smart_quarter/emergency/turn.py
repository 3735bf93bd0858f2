"""One turn of the engine: the house as it becomes, and what has to be done."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from .answers import with_answer
from .happenings import Deed, Entry, HouseEffect, Notify, Word
from .model import (
    AUTOMATIC,
    AUTOMATIC_STEP_S,
    MAX_REPEAT_S,
    OPEN,
    STEP_S,
    Actor,
    HouseConfig,
    HouseState,
    Incident,
    PlaceState,
    Policy,
    PolicyStep,
    Proof,
    Stage,
)
from .rights import Refusal, may
from .roster import told_now
from .roster_model import Takeover


class Turn:
    """The house during one event; everything is written through it."""

    def __init__(self, config: HouseConfig, state: HouseState, now: datetime) -> None:
        """Begin with the house as it is."""
        self.config = config
        self.state = state
        self.now = now
        self.effects: list[HouseEffect] = []

    def after(self, seconds: float) -> datetime:
        """Return the time so many seconds from now."""
        return self.now + timedelta(seconds=seconds)

    def incidents(self, place_id: str) -> Iterator[Incident]:
        """Return the incidents of a place, the closed ones of late too."""
        for incident in tuple(self.state.incidents.values()):
            if incident.place_id == place_id:
                yield incident

    def open_incidents(self) -> Iterator[Incident]:
        """Return the incidents that somebody still has to do with."""
        for incident in tuple(self.state.incidents.values()):
            if incident.stage in OPEN:
                yield incident

    def place(self, place_id: str) -> PlaceState:
        """Return what is remembered of a place."""
        return self.state.places.get(place_id, PlaceState())

    def put(self, incident: Incident) -> None:
        """Remember an incident."""
        incidents = {**self.state.incidents, incident.incident_id: incident}
        self.state = replace(self.state, incidents=incidents)

    def drop(self, incident_id: str) -> None:
        """Forget an incident; the journal keeps it."""
        incidents = dict(self.state.incidents)
        del incidents[incident_id]
        self.state = replace(self.state, incidents=incidents)

    def put_place(self, place_id: str, place: PlaceState) -> None:
        """Remember a place."""
        places = {**self.state.places, place_id: place}
        self.state = replace(self.state, places=places)

    def put_raised(self, source_id: str, raised: bool) -> None:
        """Remember that a source raised something, or is over."""
        known = self.state.raised
        known = known | {source_id} if raised else known - {source_id}
        self.state = replace(self.state, raised=known)

    def put_takeover(self, person_id: str, takeover: Takeover | None) -> None:
        """Remember that somebody took the duty over, or (None) forget it."""
        known = {**self.state.takeovers, person_id: takeover}
        takeovers = {key: each for key, each in known.items() if each is not None}
        self.state = replace(self.state, takeovers=takeovers)

    def put_proof(self, person_id: str, proof: Proof | None) -> None:
        """Remember whether a person's phone works, or (None) forget it."""
        proofs = {**self.state.proofs, person_id: proof}
        kept = {key: each for key, each in proofs.items() if each is not None}
        self.state = replace(self.state, proofs=kept)

    def note(
        self,
        word: Word,
        by: str,
        incident: Incident | None = None,
        place_id: str | None = None,
        **detail: str | float | bool | None,
    ) -> None:
        """Write a line into the journal."""
        incident_id = None if incident is None else incident.incident_id
        place_id = place_id if incident is None else incident.place_id
        self.effects.append(Entry(word, by, place_id, incident_id, detail))

    def is_allowed(self, actor: Actor, deed: Deed, place_id: str) -> bool:
        """Tell whether somebody may do something in a place; write down when not."""
        refused = may(actor, deed, place_id)
        if refused is None and place_id not in self.config.places:
            refused = Refusal.PLACE_UNKNOWN
        if refused is not None:
            self.note(
                Word.REFUSED, actor.name, None, place_id, deed=deed, reason=refused
            )
        return refused is None

    def policy(self, incident: Incident) -> Policy:
        """Return the policy of an incident's place."""
        return self.config.policy_of(incident.place_id)

    def policy_step(self, incident: Incident) -> PolicyStep:
        """Return the step an incident is at."""
        return self.policy(incident).step_at(incident.step)

    def look_for_somebody(self, incident: Incident, step: int) -> Incident:
        """Return the incident in alarm at a step whose targets are told now."""
        steps = self.policy(incident).steps
        step = min(step, len(steps) - 1)
        lasts_s = steps[step].lasts_s
        if lasts_s is None:
            automatic = incident.kind in AUTOMATIC
            lasts_s = AUTOMATIC_STEP_S if automatic else STEP_S
        incident = replace(
            incident,
            stage=Stage.ALARM,
            alarm_at=self._alarm_at(incident),
            step=step,
            deadline=self.after(min(lasts_s, MAX_REPEAT_S)),
            assignee=None,
            changed_at=self.now,
            outcome=None,
            review=False,
        )
        return self.tell(incident)

    def answer(self, incident: Incident) -> Incident:
        """Remember how long an alarm has waited for the first person; tests do not count."""
        if incident.stage is not Stage.ALARM or incident.answered or incident.test:
            return incident
        answers = with_answer(self.state.answers, incident, self.now)
        self.state = replace(self.state, answers=answers)
        return replace(incident, answered=True)

    def _alarm_at(self, incident: Incident) -> datetime:
        """Return since when somebody is looked for: since the deadline, if one was missed."""
        if incident.stage is Stage.ALARM and incident.alarm_at is not None:
            return incident.alarm_at
        return min(incident.deadline or self.now, self.now)

    def tell(self, incident: Incident) -> Incident:
        """Tell who took it and the targets of the present step, and say when next."""
        step = self.policy_step(incident)
        holder = () if incident.assignee is None else (incident.assignee,)
        takeovers = self.state.takeovers
        told = told_now(step.targets, self.config.roster, takeovers, self.now)
        targets = tuple(dict.fromkeys((*holder, *told)))
        again_at = self.after(min(step.repeat_s, MAX_REPEAT_S))
        incident = replace(
            incident,
            attempt=incident.attempt + 1,
            repeat_at=again_at if incident.stage is Stage.ALARM else None,
            told=tuple(dict.fromkeys((*incident.told, *targets))),
        )
        self.put(incident)
        self.effects.append(Notify(incident.incident_id, incident.attempt, targets))
        return incident
