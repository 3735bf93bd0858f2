"""From stored settings to the engine's configuration."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any, Final

from .const import (
    CONF_END,
    CONF_ENTITY,
    CONF_FIRST,
    CONF_KIND,
    CONF_LAST,
    CONF_PERSONS,
    CONF_PLACE,
    CONF_POLICY,
    CONF_REPEAT_S,
    CONF_ROLE,
    CONF_SECOND,
    CONF_SOURCE_ID,
    CONF_SOURCES,
    CONF_START,
    CONF_STEP_S,
    CONF_USER,
    CONF_WEEKDAYS,
)
from .matching import is_momentary
from .model import (
    EVERYBODY,
    PRE_ALARM_S,
    PRIORITIES,
    Actor,
    HouseConfig,
    Kind,
    PlaceConfig,
    Policy,
    PolicyStep,
    Priority,
    Role,
    SourceConfig,
)
from .roster_model import Roster, Shift

type Settings = Mapping[str, Any]

CARE: Final = frozenset({Role.CARETAKER, Role.LEAD})
"""Roles that are told about alarms."""
BOUND: Final = frozenset({Role.RESIDENT, Role.OBSERVER})
"""Roles that have to do with one place only."""
STEP_KEYS: Final = (CONF_FIRST, CONF_SECOND, CONF_LAST)
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class HouseSettings:
    """All settings of a house as they are stored."""

    house: Settings
    places: Mapping[str, Settings] = field(default_factory=dict)
    persons: Mapping[str, Settings] = field(default_factory=dict)
    policies: Mapping[str, Settings] = field(default_factory=dict)
    shifts: Mapping[str, Settings] = field(default_factory=dict)


def house_config(settings: HouseSettings, roster: Roster) -> HouseConfig:
    """Return the engine's configuration of a house."""
    places = settings.places.items()
    policies = settings.policies.items()
    return HouseConfig(
        places={key: place_config(key, place) for key, place in places},
        policies={key: policy_config(policy) for key, policy in policies},
        roster=roster,
    )


def place_config(place_id: str, place: Settings) -> PlaceConfig:
    """Return the engine's configuration of a place."""
    sources = [_source(each) for each in place[CONF_SOURCES]]
    return PlaceConfig(
        place_id=place_id,
        policy_id=place.get(CONF_POLICY, ""),
        sources={source.source_id: source for source in sources},
    )


def policy_config(policy: Settings) -> Policy:
    """Return whom to tell in which order; steps without anybody are left out."""
    steps = [
        PolicyStep(
            targets=tuple(policy[key]),
            lasts_s=_whole(policy.get(CONF_STEP_S)),
            repeat_s=_whole(policy.get(CONF_REPEAT_S)) or 30,
        )
        for key in STEP_KEYS
        if policy.get(key)
    ]
    return Policy(steps=tuple(steps))


def shifts_of(settings: HouseSettings) -> tuple[Shift, ...]:
    """Return the weekly plan."""
    return tuple(
        Shift(
            persons=tuple(shift[CONF_PERSONS]),
            weekdays=frozenset(WEEKDAYS.index(day) for day in shift[CONF_WEEKDAYS]),
            start=time.fromisoformat(shift[CONF_START]),
            end=time.fromisoformat(shift[CONF_END]),
        )
        for shift in settings.shifts.values()
    )


def team_of(settings: HouseSettings) -> dict[str, str]:
    """Return the persons who can be on duty, and their roles."""
    return {
        person_id: person[CONF_ROLE]
        for person_id, person in settings.persons.items()
        if person[CONF_ROLE] in CARE
    }


def actor_of(settings: HouseSettings, user_id: str | None) -> Actor:
    """Return who acts: a person of the house, the system, or somebody unknown."""
    if user_id is None:
        return Actor(Role.SYSTEM)
    for person_id, person in settings.persons.items():
        if person.get(CONF_USER) == user_id:
            return _actor(person_id, person)
    return Actor(Role.UNKNOWN)


def actor_with_pin(settings: HouseSettings, owner: str | None) -> Actor:
    """Return who acts: the person whose PIN it was, or somebody unknown."""
    person = settings.persons.get(owner or "")
    return Actor(Role.UNKNOWN) if person is None else _actor(owner, person)


def persons_told(settings: HouseSettings, targets: Iterable[str]) -> list[str]:
    """Return the persons that targets stand for, each once; nobody means everybody."""
    everybody = [
        person_id
        for person_id, person in settings.persons.items()
        if Role(person[CONF_ROLE]) in CARE
    ]
    found: dict[str, None] = {}
    for target in targets:
        if target == EVERYBODY:
            found |= dict.fromkeys(everybody)
        elif target in settings.persons:
            found[target] = None
    return list(found) or everybody


def _actor(person_id: str | None, person: Settings) -> Actor:
    """Return a person as somebody who acts."""
    role = Role(person[CONF_ROLE])
    return Actor(role, person_id, person.get(CONF_PLACE) if role in BOUND else None)


def _source(source: Settings) -> SourceConfig:
    """Return a source with what its kind usually means."""
    kind = Kind(source[CONF_KIND])
    return SourceConfig(
        source_id=source[CONF_SOURCE_ID],
        kind=kind,
        priority=PRIORITIES.get(kind, Priority.URGENT),
        pre_alarm_s=PRE_ALARM_S.get(kind, 0),
        level=not is_momentary(source[CONF_ENTITY].partition(".")[0]),
    )


def _whole(value: float | None) -> int | None:
    """Return a number of seconds as the engine counts them."""
    return None if value is None else round(value)
