"""The vocabulary of the emergency system: places, sources, policies, incidents.

Nothing here is personal: persons, places and sources go by opaque ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

from .roster_model import Roster, Takeover
from .watch import Rule, Watch, Watching


class Kind(StrEnum):
    """What a source reports."""

    MANUAL = "manual"
    FALL = "fall"
    INACTIVITY = "inactivity"
    CHECK_IN = "check_in"
    BED_EXIT = "bed_exit"
    DOOR = "door"
    WANDER = "wander"
    SMOKE = "smoke"
    GAS = "gas"
    WATER = "water"
    TECHNICAL = "technical"


class Priority(IntEnum):
    """How urgent an incident is; the lower, the sooner."""

    LIFE = 1
    URGENT = 2
    ASSISTANCE = 3
    TECHNICAL = 4


class Stage(StrEnum):
    """How far an incident has come."""

    PRE_ALARM = "pre_alarm"
    """The resident can still cancel it."""
    ALARM = "alarm"
    """Somebody is being looked for."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody took it and is on the way."""
    ON_SCENE = "on_scene"
    RESOLVED = "resolved"
    """A person closed it, with an outcome."""
    CANCELLED = "cancelled"
    """Ended in the pre-alarm."""


class Outcome(StrEnum):
    """What an incident turned out to be."""

    HELPED = "helped"
    FALSE_ALARM = "false_alarm"
    EMERGENCY_SERVICES = "emergency_services"
    NO_ACCESS = "no_access"
    TEST = "test"
    TECHNICAL = "technical"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """What somebody may do; see `rights`."""

    RESIDENT = "resident"
    CARETAKER = "caretaker"
    LEAD = "lead"
    TECHNICIAN = "technician"
    OBSERVER = "observer"
    SYSTEM = "system"
    """No user at all: an automation, a voice satellite, a source."""
    UNKNOWN = "unknown"
    """A user who is bound to no person."""


class Phase(StrEnum):
    """Life cycle of a place."""

    NOT_COMMISSIONED = "not_commissioned"
    """Not walked through yet: it raises alarms, but nobody has proven that all sources do."""
    SUPERVISED = "supervised"
    VACANT = "vacant"
    """Nobody lives there; its sources are off."""


AUTOMATIC: Final = frozenset(Kind) - {Kind.MANUAL}
"""Kinds that no person has asked for: they begin with a pre-alarm and clear by themselves in it."""
OPEN: Final = frozenset(
    {Stage.PRE_ALARM, Stage.ALARM, Stage.ACKNOWLEDGED, Stage.ON_SCENE}
)
PRE_ALARM_S: Final[Mapping[Kind, int]] = MappingProxyType(
    {
        Kind.FALL: 30,
        Kind.INACTIVITY: 600,
        Kind.CHECK_IN: 900,
        Kind.BED_EXIT: 600,
        Kind.WANDER: 30,
        Kind.DOOR: 30,
    }
)
"""Default seconds in which the resident can cancel; all others alarm at once."""
PRIORITIES: Final[Mapping[Kind, Priority]] = MappingProxyType(
    {
        Kind.MANUAL: Priority.LIFE,
        Kind.FALL: Priority.LIFE,
        Kind.SMOKE: Priority.LIFE,
        Kind.GAS: Priority.LIFE,
        Kind.DOOR: Priority.ASSISTANCE,
        Kind.TECHNICAL: Priority.TECHNICAL,
    }
)
"""Default urgency; all others are `URGENT`."""
STEP_S: Final = 60
"""Default seconds until the next step of a policy, after a call by a person."""
AUTOMATIC_STEP_S: Final = 90
"""The same after an automatic source: four of five are false."""
MAX_REPEAT_S: Final = 300
"""Nobody who is looked for hears nothing for longer than this."""
EVERYBODY: Final = "everybody"
"""The target that stands for all caretakers."""
ON_DUTY: Final = "on_duty"
"""The target that stands for who is on duty when it is told; if nobody is, for everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """Something that can raise an incident."""

    source_id: str
    kind: Kind
    priority: Priority = Priority.URGENT
    pre_alarm_s: int = 0
    level: bool = True
    """It stays on until it is over; False: it only reports, like a button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceConfig:
    """A flat or room that can call for help."""

    place_id: str
    policy_id: str
    sources: Mapping[str, SourceConfig] = field(default_factory=dict)
    """Its entities, and one for each rule of its watch."""
    watch: Watch | None = None


def rule_source(place_id: str, rule: Rule) -> str:
    """Return the id of the source that stands for a rule of a place's watch."""
    return f"{place_id}.{rule}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStep:
    """Whom to tell, how often, and how long to wait before the next step."""

    targets: tuple[str, ...]
    lasts_s: int | None = None
    """Seconds to the next step; None: `STEP_S` or `AUTOMATIC_STEP_S`."""
    repeat_s: int = 30
    """Seconds between two attempts, 10 to `MAX_REPEAT_S`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Who is told, in which order; the last step goes on until somebody answers.

    Without steps it counts as missing.
    """

    steps: tuple[PolicyStep, ...]
    acknowledged_s: int = 600
    """Who took it must be there by then, or the alarm is back."""
    on_scene_s: int = 3600
    """Who is there must have closed it by then, or the alarm is back."""

    def step_at(self, position: int) -> PolicyStep:
        """Return the step at a position from 0; a policy may have become shorter."""
        return self.steps[min(position, len(self.steps) - 1)]


LAST_RESORT: Final = Policy(steps=(PolicyStep(targets=(EVERYBODY,)),))
"""For a place whose policy, or which itself, is gone while an incident is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseConfig:
    """A house or quarter with its care team."""

    places: Mapping[str, PlaceConfig] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    roster: Roster = field(default_factory=Roster)

    def policy_of(self, place_id: str) -> Policy:
        """Return who is told about a place."""
        place = self.places.get(place_id)
        known = None if place is None else self.policies.get(place.policy_id)
        return known if known is not None and known.steps else LAST_RESORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A source, or a person, that raised an incident."""

    by: str
    first_at: datetime
    last_at: datetime
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One call for help, from the first report to its outcome."""

    incident_id: str
    place_id: str
    kind: Kind
    priority: Priority
    stage: Stage
    opened_at: datetime
    changed_at: datetime
    causes: tuple[Cause, ...] = ()
    step: int = 0
    """Position in the policy, from 0."""
    attempt: int = 0
    """Attempts to tell somebody that were asked for."""
    attempted: int = 0
    """Attempts that were begun; fewer than asked for after a crash."""
    deadline: datetime | None = None
    """UTC time at which the stage ends by itself."""
    repeat_at: datetime | None = None
    """UTC time of the next attempt within a step."""
    assignee: str | None = None
    told: tuple[str, ...] = ()
    """Targets that were to be told: they get the all-clear."""
    outcome: Outcome | None = None
    test: bool = False
    late: bool = False
    """Raised, or escalated, later than it should have been: nobody was watching."""
    review: bool = False
    """Came back with an old backup: shown, but not alarmed again."""
    alarm_at: datetime | None = None
    """UTC time since which somebody is looked for, or was the last time."""
    answered: bool = False
    """Somebody took it, or closed it, after an alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How long it took until somebody took an alarm for the first time."""

    at: datetime
    seconds: float
    late: bool = False
    """Home Assistant was down meanwhile, or before: it counts as not in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Whether a person's phone is known to work; see `proofs`."""

    asked_at: datetime | None = None
    """UTC time of the last test."""
    open_since: datetime | None = None
    """UTC time of the first test that was not answered."""
    proven_at: datetime | None = None
    """UTC time at which a button on the phone was pressed last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceState:
    """What is remembered of a place."""

    phase: Phase = Phase.NOT_COMMISSIONED
    test_until: datetime | None = None
    """Walk test: until then an incident is a test, and an alarm if nobody ends it."""
    watching: Watching = field(default_factory=Watching)
    reported: frozenset[str] = frozenset()
    """Sources that reported in the present walk test, or else in the last one."""
    proven: frozenset[str] = frozenset()
    """Sources that need not report in a walk test before the place is supervised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseState:
    """Everything the house remembers; the journal holds every change of it."""

    incidents: Mapping[str, Incident] = field(default_factory=dict)
    """Open ones, and those closed lately."""
    places: Mapping[str, PlaceState] = field(default_factory=dict)
    raised: frozenset[str] = frozenset()
    """Sources that raised an incident and have not cleared since."""
    answers: tuple[Answer, ...] = ()
    """Of the last weeks, the oldest first; see `answers`."""
    takeovers: Mapping[str, Takeover] = field(default_factory=dict)
    """Persons who have taken the duty over."""
    proofs: Mapping[str, Proof] = field(default_factory=dict)
    """Of the phones of persons."""
    restart_planned_at: datetime | None = None
    """UTC time at which somebody said that Home Assistant is about to be restarted."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something."""

    role: Role
    person_id: str | None = None
    place_id: str | None = None
    """The only place a resident or observer has to do with."""

    @property
    def name(self) -> str:
        """Return the opaque name for the journal."""
        return self.role if self.person_id is None else self.person_id


SYSTEM_ACTOR: Final = Actor(Role.SYSTEM)
