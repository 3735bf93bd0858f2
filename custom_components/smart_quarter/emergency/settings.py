"""From stored settings to the engine's configuration."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, time, timedelta, tzinfo
from typing import Any, Final

from .const import (
    CONF_ABOVE,
    CONF_ACTIVITY,
    CONF_ACTIVITY_IS_CHECK_IN,
    CONF_BATHROOM,
    CONF_BED,
    CONF_BELOW,
    CONF_CHECK_IN_UNTIL,
    CONF_CONSENT,
    CONF_DAY_INACTIVITY_H,
    CONF_DOOR,
    CONF_END,
    CONF_ENTITY,
    CONF_INACTIVITY_H,
    CONF_KIND,
    CONF_PERSONS,
    CONF_PLACE,
    CONF_POLICY,
    CONF_REPEAT_S,
    CONF_ROLE,
    CONF_SLEEP_BEGINS,
    CONF_SLEEP_ENDS,
    CONF_SOURCE_ID,
    CONF_SOURCES,
    CONF_START,
    CONF_STEP_S,
    CONF_USER,
    CONF_WEEKDAYS,
    CONF_WORDS,
)
from .matching import DEFAULT_RULE, ON, MatchRule, is_momentary
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
    rule_source,
)
from .roster_model import Roster, Shift
from .watch import STAYS, Rule, Watch
from .ways import STEP_KEYS, ways_at

type Settings = Mapping[str, Any]

CARE: Final = frozenset({Role.CARETAKER, Role.LEAD})
"""Roles that are told about alarms."""
BOUND: Final = frozenset({Role.RESIDENT, Role.OBSERVER})
"""Roles that have to do with one place only."""
WATCHING: Final = (Kind.WANDER,)
"""Kinds that watch what a person does: only with that person's recorded consent."""
SLEEP: Final = ("22:00:00", "07:00:00")
STAY_KEYS: Final = {
    Rule.BED: CONF_BED,
    Rule.BATHROOM: CONF_BATHROOM,
    Rule.DOOR: CONF_DOOR,
}
"""Where the entity of each rule about something that lasts is stored."""
LONGEST_MIN: Final = {Rule.BED: 30, Rule.BATHROOM: 45, Rule.DOOR: 10}
"""Minutes after which each is asked about, unless somebody says otherwise."""
MINUTE_KEYS: Final = {rule: f"{key}_min" for rule, key in STAY_KEYS.items()}
"""Where the minutes of each rule are stored."""
RULE_KINDS: Final = {
    Rule.INACTIVITY: Kind.INACTIVITY,
    Rule.DAY_INACTIVITY: Kind.INACTIVITY,
    Rule.CHECK_IN: Kind.CHECK_IN,
    Rule.BED: Kind.BED_EXIT,
    Rule.BATHROOM: Kind.INACTIVITY,
    Rule.DOOR: Kind.DOOR,
}
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class HouseSettings:
    """All settings of a house as they are stored."""

    house: Settings
    places: Mapping[str, Settings] = field(default_factory=dict)
    persons: Mapping[str, Settings] = field(default_factory=dict)
    policies: Mapping[str, Settings] = field(default_factory=dict)
    shifts: Mapping[str, Settings] = field(default_factory=dict)


def house_config(
    settings: HouseSettings, roster: Roster, zone: tzinfo = UTC
) -> HouseConfig:
    """Return the engine's configuration of a house whose clocks show the time of a zone."""
    places = settings.places.items()
    policies = settings.policies.items()
    return HouseConfig(
        places={key: place_config(key, place, zone) for key, place in places},
        policies={key: policy_config(key, policy) for key, policy in policies},
        roster=roster,
    )


def place_config(place_id: str, place: Settings, zone: tzinfo = UTC) -> PlaceConfig:
    """Return the engine's configuration of a place; the rules of its watch are sources too."""
    sources = [
        _source(each)
        for each in place[CONF_SOURCES]
        if each[CONF_KIND] not in WATCHING or place.get(CONF_CONSENT)
    ]
    watch = watch_config(place, zone)
    sources += [_rule(place_id, rule) for rule in watch.rules]
    return PlaceConfig(
        place_id=place_id,
        policy_id=place.get(CONF_POLICY, ""),
        sources={source.source_id: source for source in sources},
        watch=watch if watch.rules else None,
    )


def watch_config(place: Settings, zone: tzinfo) -> Watch:
    """Return how a place is watched."""
    until = place.get(CONF_CHECK_IN_UNTIL)
    return Watch(
        inactivity=_hours(place.get(CONF_INACTIVITY_H)),
        day_inactivity=_hours(place.get(CONF_DAY_INACTIVITY_H)),
        sleep_begins=time.fromisoformat(place.get(CONF_SLEEP_BEGINS, SLEEP[0])),
        sleep_ends=time.fromisoformat(place.get(CONF_SLEEP_ENDS, SLEEP[1])),
        check_in_until=time.fromisoformat(until) if until else None,
        activity_is_check_in=place.get(CONF_ACTIVITY_IS_CHECK_IN, False),
        stays={
            rule: timedelta(minutes=place.get(MINUTE_KEYS[rule], LONGEST_MIN[rule]))
            for rule in STAYS
            if place.get(STAY_KEYS[rule])
        },
        zone=zone,
    )


def watch_inputs(place: Settings) -> Iterator[str]:
    """Yield the entities that are heard of who is watched in a place."""
    yield from place.get(CONF_ACTIVITY, ())
    yield from (place[key] for key in STAY_KEYS.values() if place.get(key))


def rule_of(source: Settings) -> MatchRule:
    """Return which states of a source's entity call for help."""
    if source.keys().isdisjoint((CONF_ABOVE, CONF_BELOW, CONF_WORDS)):
        return DEFAULT_RULE
    words = source.get(CONF_WORDS)
    return MatchRule(
        above=source.get(CONF_ABOVE),
        below=source.get(CONF_BELOW),
        words=ON if words is None else frozenset(words),
    )


def policy_config(policy_id: str, policy: Settings) -> Policy:
    """Return whom to tell in which order; steps without anybody are left out."""
    keys = [key for key in STEP_KEYS if policy.get(key)]
    steps = [
        PolicyStep(
            targets=(*policy[key], *ways_at(policy_id, policy, keys, key)),
            lasts_s=_whole(policy.get(CONF_STEP_S)),
            repeat_s=_whole(policy.get(CONF_REPEAT_S)) or 30,
        )
        for key in keys
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


def _rule(place_id: str, rule: Rule) -> SourceConfig:
    """Return a rule of a place's watch as a source."""
    kind = RULE_KINDS[rule]
    return SourceConfig(
        source_id=rule_source(place_id, rule),
        kind=kind,
        priority=PRIORITIES.get(kind, Priority.URGENT),
        pre_alarm_s=PRE_ALARM_S[kind],
    )


def _hours(value: float | None) -> timedelta | None:
    """Return a number of hours; nothing and 0 switch a rule off."""
    return timedelta(hours=value) if value else None


def _whole(value: float | None) -> int | None:
    """Return a number of seconds as the engine counts them."""
    return None if value is None else round(value)
