"""What persons do about an incident."""

from dataclasses import replace

from .happenings import AllClear, Deed, Done, Quiet, Word
from .model import Incident, Stage
from .openings import end_pre_alarm
from .rights import is_repeated, refusal
from .turn import Turn


def carry_out(turn: Turn, done: Done) -> None:
    """Do what somebody may do; everything else is refused and written down."""
    refused = refusal(turn.state, done, turn.now)
    incident = turn.state.incidents.get(done.incident_id)
    if refused is not None or incident is None:
        turn.note(
            Word.REFUSED, done.actor.name, incident, deed=done.deed, reason=refused
        )
    elif not is_repeated(incident, done):
        _DEEDS[done.deed](turn, incident, done)


def _acknowledge(turn: Turn, incident: Incident, done: Done) -> None:
    """Take the incident; being late is an alarm again."""
    _hold(turn, incident, done, Stage.ACKNOWLEDGED, Word.ACKNOWLEDGED)


def _arrive(turn: Turn, incident: Incident, done: Done) -> None:
    """Be there."""
    _hold(turn, incident, done, Stage.ON_SCENE, Word.ON_SCENE)


def _hold(turn: Turn, incident: Incident, done: Done, stage: Stage, word: Word) -> None:
    """Stop looking for somebody, for as long as the policy allows."""
    policy = turn.policy(incident)
    on_scene = stage is Stage.ON_SCENE
    if incident.stage is Stage.ALARM:
        turn.effects.append(Quiet(incident.incident_id, incident.told))
    incident = replace(
        turn.answer(incident),
        stage=stage,
        changed_at=turn.now,
        assignee=done.actor.name,
        deadline=turn.after(policy.on_scene_s if on_scene else policy.acknowledged_s),
        repeat_at=None,
        review=False,
    )
    turn.put(incident)
    turn.note(word, done.actor.name, incident)


def _release(turn: Turn, incident: Incident, done: Done) -> None:
    """Give it back: somebody else is looked for at once."""
    incident = turn.look_for_somebody(incident, incident.step)
    turn.note(Word.RETURNED, done.actor.name, incident)


def _escalate(turn: Turn, incident: Incident, done: Done) -> None:
    """Do not wait for the next step."""
    in_alarm = incident.stage is Stage.ALARM
    incident = turn.look_for_somebody(incident, incident.step + in_alarm)
    turn.note(Word.ESCALATED, done.actor.name, incident, step=incident.step)


def _resolve(turn: Turn, incident: Incident, done: Done) -> None:
    """Close it with an outcome, and tell everybody who was told."""
    incident = replace(
        turn.answer(incident),
        stage=Stage.RESOLVED,
        changed_at=turn.now,
        assignee=done.actor.name,
        outcome=done.outcome,
        deadline=None,
        repeat_at=None,
        review=False,
    )
    turn.put(incident)
    turn.note(
        Word.RESOLVED,
        done.actor.name,
        incident,
        outcome=done.outcome,
        note=done.note_hash,
    )
    turn.effects.append(AllClear(incident.incident_id, incident.told))


def _reopen(turn: Turn, incident: Incident, done: Done) -> None:
    """Look for somebody again."""
    incident = turn.look_for_somebody(incident, 0)
    turn.note(Word.REOPENED, done.actor.name, incident)


def _note(turn: Turn, incident: Incident, done: Done) -> None:
    """Write down that there is a note; its text lies elsewhere and can be erased."""
    turn.note(Word.NOTED, done.actor.name, incident, note=done.note_hash)


def _cancel(turn: Turn, incident: Incident, done: Done) -> None:
    """Cancel one pre-alarm."""
    end_pre_alarm(turn, incident, done.actor.name, None)


_DEEDS = {
    Deed.ACKNOWLEDGE: _acknowledge,
    Deed.ARRIVE: _arrive,
    Deed.RELEASE: _release,
    Deed.ESCALATE: _escalate,
    Deed.RESOLVE: _resolve,
    Deed.REOPEN: _reopen,
    Deed.NOTE: _note,
    Deed.CANCEL: _cancel,
}
