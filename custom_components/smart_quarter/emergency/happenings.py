"""What can happen to a house, and what has to be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .model import SYSTEM_ACTOR, Actor, Kind, Outcome, Phase
from .watch import Rule


class Deed(StrEnum):
    """What somebody does, as far as it needs a right."""

    CALL = "call"
    CANCEL = "cancel"
    ACKNOWLEDGE = "acknowledge"
    ARRIVE = "arrive"
    RELEASE = "release"
    """Not coming after all: the alarm is back."""
    ESCALATE = "escalate"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    NOTE = "note"
    TEST = "test"
    COMMISSION = "commission"
    CHECK_IN = "check_in"
    ABSENCE = "absence"
    MOVE_OUT = "move_out"
    """Nobody lives there any more: the sources are off and the person is erased."""
    TAKE_OVER = "take_over"
    """Be on duty for a while, whatever the roster says."""
    RESTART = "restart"
    """Announce that Home Assistant is about to be restarted."""


class Word(StrEnum):
    """What the journal says happened; also the types of a place's event."""

    PRE_ALARM = "pre_alarm"
    ALARM = "alarm"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    TOLD = "told"
    CALLED_AGAIN = "called_again"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    ON_SCENE = "on_scene"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    NOTED = "noted"
    REFUSED = "refused"
    CLEARED = "cleared"
    TEST_STARTED = "test_started"
    TEST_ENDED = "test_ended"
    PHASE_CHANGED = "phase_changed"
    CHECKED_IN = "checked_in"
    LEFT_HOME = "left_home"
    VISITORS_CAME = "visitors_came"
    VISITORS_LEFT = "visitors_left"
    RETURNED_HOME = "returned_home"
    REMINDED = "reminded"
    DUTY_TAKEN = "duty_taken"
    DUTY_GIVEN_BACK = "duty_given_back"
    PHONE_ASKED = "phone_asked"
    PHONE_PROVEN = "phone_proven"
    RESTART_PLANNED = "restart_planned"
    LISTENS_AGAIN = "listens_again"
    CLOCK_SET = "clock_set"
    UNSUPERVISED = "unsupervised"
    FOR_REVIEW = "for_review"
    CONFIGURED = "configured"


@dataclass(frozen=True, slots=True)
class SourceMatched:
    """A source reports; the id is used if this opens an incident."""

    place_id: str
    source_id: str
    incident_id: str
    late: bool = False
    """It had been so before Home Assistant looked."""


@dataclass(frozen=True, slots=True)
class SourceCleared:
    """A source reports that it is over."""

    place_id: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody raises an incident by hand, by voice or by an automation."""

    place_id: str
    incident_id: str
    kind: Kind = Kind.MANUAL
    actor: Actor = SYSTEM_ACTOR


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The pre-alarms of a place are cancelled."""

    place_id: str
    actor: Actor = SYSTEM_ACTOR


@dataclass(frozen=True, slots=True)
class Done:
    """Somebody does something about an incident."""

    deed: Deed
    incident_id: str
    actor: Actor
    outcome: Outcome | None = None
    note_hash: str | None = None


@dataclass(frozen=True, slots=True)
class TestSet:
    """A walk test begins, or (None) ends."""

    place_id: str
    until: datetime | None
    actor: Actor

    __test__ = False


@dataclass(frozen=True, slots=True)
class PhaseSet:
    """A place is commissioned, or nobody lives there any more."""

    place_id: str
    phase: Phase
    actor: Actor


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody was active: when, by the place."""

    places: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class HeardNothing:
    """Nothing that shows activity in a place can be heard, or something can again."""

    place_id: str
    blind: bool


@dataclass(frozen=True, slots=True)
class Stayed:
    """Something that must not last too long has begun, or (None) is over."""

    place_id: str
    rule: Rule
    since: datetime | None


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """Somebody says that all is well in a place."""

    place_id: str
    actor: Actor = SYSTEM_ACTOR


@dataclass(frozen=True, slots=True)
class AbsenceSet:
    """Nobody is in a place until a time, or (None) somebody is again."""

    place_id: str
    until: datetime | None
    actor: Actor


@dataclass(frozen=True, slots=True)
class VisitorsSet:
    """Visitors are in a place until a time, or (None) have left."""

    place_id: str
    until: datetime | None
    actor: Actor


@dataclass(frozen=True, slots=True)
class DutyTaken:
    """Somebody takes the duty over until then, or (None) gives it back."""

    until: datetime | None
    actor: Actor


@dataclass(frozen=True, slots=True)
class PhonesAsked:
    """Somebody, or (None) the week's turn, tests the phones of persons."""

    persons: tuple[str, ...]
    actor: Actor | None = None


@dataclass(frozen=True, slots=True)
class PhoneAnswered:
    """A person has pressed a button on the own phone."""

    person_id: str


@dataclass(frozen=True, slots=True)
class RestartPlanned:
    """Home Assistant is about to be restarted."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt to tell somebody was begun."""

    incident_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The wall clock jumped by so much."""

    by: timedelta


@dataclass(frozen=True, slots=True)
class Restarted:
    """Home Assistant runs again."""

    alive_until: datetime | None = None
    """When it was last known to run."""
    restored: bool = False
    """The memory came back from a backup."""


@dataclass(frozen=True, slots=True)
class Configured:
    """The configuration changed, or was read."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Something may be due."""


type HouseEvent = (
    SourceMatched
    | SourceCleared
    | Called
    | Cancelled
    | Done
    | TestSet
    | PhaseSet
    | Heard
    | HeardNothing
    | Stayed
    | CheckedIn
    | AbsenceSet
    | VisitorsSet
    | DutyTaken
    | PhonesAsked
    | PhoneAnswered
    | RestartPlanned
    | Attempted
    | ClockSet
    | Restarted
    | Configured
    | TimePassed
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal: what happened, to which incident, by whom."""

    word: Word
    by: str
    place_id: str | None = None
    incident_id: str | None = None
    detail: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell the targets of a step."""

    incident_id: str
    attempt: int
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the resident whether all is well, before anybody else is told."""

    place_id: str


@dataclass(frozen=True, slots=True)
class Remind:
    """Remind the resident of the daily check-in."""

    place_id: str


@dataclass(frozen=True, slots=True)
class AllClear:
    """Tell everybody who was told that it is over."""

    incident_id: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quiet:
    """Somebody has taken it: nobody is looked for any more, but it is not over."""

    incident_id: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListensAgain:
    """Tell who cares that the announced restart is over."""


type HouseEffect = Entry | Notify | Ask | Remind | Quiet | AllClear | ListensAgain
