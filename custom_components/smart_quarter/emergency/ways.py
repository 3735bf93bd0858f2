"""Ways to tell a house that are no persons: the sirens, speakers and scripts of its policies.

The engine knows all ways of a policy as one opaque target, so that the journal names no entity
and a change of them holds for alarms that are open.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2s
from typing import Any, Final

from .const import (
    CONF_FIRST,
    CONF_LAST,
    CONF_SCRIPTS,
    CONF_SECOND,
    CONF_SIRENS,
    CONF_SPEAKERS,
    CONF_TTS,
    CONF_WAYS_FROM,
)
from .model import HouseConfig, Incident, Stage

type Policies = Mapping[str, Mapping[str, Any]]

STEP_KEYS: Final = (CONF_FIRST, CONF_SECOND, CONF_LAST)
WAY_KEYS: Final = (CONF_SIRENS, CONF_SPEAKERS, CONF_SCRIPTS)
_PREFIX: Final = "ways:"


def ways_at(
    policy_id: str, policy: Mapping[str, Any], steps: list[str], key: str
) -> tuple[str, ...]:
    """Return the target for a policy's ways at one of its steps.

    They go on from the step they begin at, and never begin later than at the last one.
    """
    if not any(policy.get(each) for each in WAY_KEYS):
        return ()
    begin = STEP_KEYS.index(policy.get(CONF_WAYS_FROM, CONF_FIRST))
    if STEP_KEYS.index(key) < begin and key != steps[-1]:
        return ()
    return (f"{_PREFIX}{policy_id}",)


def entities(policies: Policies, targets: Iterable[str], key: str) -> list[str]:
    """Return the entities of a kind that targets stand for, each once."""
    found = [
        entity_id
        for target in targets
        if target.startswith(_PREFIX)
        for entity_id in policies.get(target.removeprefix(_PREFIX), {}).get(key, ())
    ]
    return list(dict.fromkeys(found))


def voices(policies: Policies, targets: Iterable[str]) -> list[tuple[str, str]]:
    """Return the speakers that targets stand for, each with what speaks through it."""
    found = {
        speaker: policies[target.removeprefix(_PREFIX)][CONF_TTS]
        for target in targets
        for speaker in entities(policies, (target,), CONF_SPEAKERS)
    }
    return list(found.items())


def ringing(config: HouseConfig, incidents: Iterable[Incident]) -> set[str]:
    """Return the targets that are to be heard now: of alarms that nobody has taken."""
    return {
        target
        for incident in incidents
        if incident.stage is Stage.ALARM and not incident.review
        for target in config.policy_of(incident.place_id).step_at(incident.step).targets
    }


def all_entities(policy: Mapping[str, Any]) -> list[str]:
    """Return all entities that a policy needs to be heard."""
    found = [entity_id for key in WAY_KEYS for entity_id in policy.get(key, ())]
    return found + ([policy[CONF_TTS]] if policy.get(CONF_SPEAKERS) else [])


def way_key(entity_id: str) -> str:
    """Return an opaque name of an entity for faults: entity ids may name a person."""
    return blake2s(entity_id.encode(), digest_size=8).hexdigest()


def ways_by_key(policies: Policies) -> dict[str, str]:
    """Return the entities of all policies by their opaque names."""
    return {
        way_key(entity_id): entity_id
        for policy in policies.values()
        for entity_id in all_entities(policy)
    }
