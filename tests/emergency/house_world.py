"""A virtual house: the engine, a journal, a channel that tells people, and a clock that jumps."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json

from custom_components.smart_quarter.emergency.codec import apply, change, encode
from custom_components.smart_quarter.emergency.engine import step, wake_at
from custom_components.smart_quarter.emergency.happenings import (
    AllClear,
    Ask,
    Attempted,
    Called,
    Cancelled,
    ClockSet,
    Configured,
    Deed,
    Done,
    Entry,
    HouseEffect,
    HouseEvent,
    ListensAgain,
    Notify,
    Quiet,
    Remind,
    Restarted,
    SourceCleared,
    SourceMatched,
    TestSet,
    TimePassed,
    Word,
)
from custom_components.smart_quarter.emergency.model import (
    EVERYBODY,
    OPEN,
    PRE_ALARM_S,
    PRIORITIES,
    Actor,
    HouseConfig,
    HouseState,
    Incident,
    Kind,
    Outcome,
    PlaceConfig,
    Policy,
    PolicyStep,
    Priority,
    Role,
    SourceConfig,
    Stage,
)

START = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
RESIDENT = Actor(Role.RESIDENT, "resident_1", "flat")
NURSE = Actor(Role.CARETAKER, "nurse")
NIGHT_NURSE = Actor(Role.CARETAKER, "night_nurse")
LEAD = Actor(Role.LEAD, "lead")
TECHNICIAN = Actor(Role.TECHNICIAN, "technician")
TEAM = Policy(
    steps=(PolicyStep(targets=("nurse",)), PolicyStep(targets=("lead", EVERYBODY)))
)


def source(source_id: str, kind: Kind, level: bool = True) -> SourceConfig:
    """Return a source with the defaults of its kind."""
    return SourceConfig(
        source_id=source_id,
        kind=kind,
        priority=PRIORITIES.get(kind, Priority.URGENT),
        pre_alarm_s=PRE_ALARM_S.get(kind, 0),
        level=level,
    )


def place(place_id: str, *sources: SourceConfig) -> PlaceConfig:
    """Return a place that the team looks after."""
    known = {each.source_id: each for each in sources}
    return PlaceConfig(place_id=place_id, policy_id="team", sources=known)


def house(*places: PlaceConfig, policy: Policy = TEAM) -> HouseConfig:
    """Return a house with one policy."""
    known = {each.place_id: each for each in places}
    return HouseConfig(places=known, policies={"team": policy})


FLAT = place(
    "flat",
    source("button", Kind.MANUAL, level=False),
    source("radar", Kind.FALL),
    source("mat", Kind.FALL),
    source("motion", Kind.INACTIVITY),
    source("smoke", Kind.SMOKE),
)
STUDIO = place(
    "studio", source("cord", Kind.MANUAL, level=False), source("watch", Kind.FALL)
)


@dataclass
class House:
    """Runs the engine; `runs` off is a crashed Home Assistant whose memory is its journal."""

    config: HouseConfig = field(default_factory=lambda: house(FLAT, STUDIO))
    now: datetime = START
    state: HouseState = field(default_factory=HouseState)
    runs: bool = True
    channel_works: bool = True
    """Off: what is to be told is recorded, but no attempt is begun."""
    journal: list[str] = field(default_factory=list)
    """The changes as JSON, one a line."""
    entries: list[Entry] = field(default_factory=list)
    told: list[tuple[float, Notify]] = field(default_factory=list)
    """Who was to be told, and how many seconds after the start."""
    asked: list[Ask] = field(default_factory=list)
    reminded: list[Remind] = field(default_factory=list)
    all_clears: list[AllClear] = field(default_factory=list)
    quiets: list[Quiet] = field(default_factory=list)
    listens_again: int = 0
    """How often who cares was told that a restart is over."""
    lived: timedelta = timedelta()
    """Time that really passed, whatever the clock says."""
    _alive_until: datetime = START
    _ids: int = 0

    def feed(self, event: HouseEvent) -> None:
        """Give the engine an event, unless Home Assistant is dead."""
        if not self.runs:
            return
        before = self.state
        self.state, effects = step(self.config, before, event, self.now)
        self._write(before)
        self._alive_until = self.now
        for effect in effects:
            self._carry_out(effect)

    def source(self, source_id: str, place_id: str = "flat", late: bool = False) -> str:
        """Let a source report; return the id that an incident would get."""
        incident_id = self._next_id()
        self.feed(SourceMatched(place_id, source_id, incident_id, late))
        return incident_id

    def clear(self, source_id: str, place_id: str = "flat") -> None:
        """Let a source report that it is over."""
        self.feed(SourceCleared(place_id, source_id))

    def call(self, actor: Actor = RESIDENT, place_id: str = "flat") -> str:
        """Let somebody call; return the id that an incident would get."""
        incident_id = self._next_id()
        self.feed(Called(place_id, incident_id, actor=actor))
        return incident_id

    def cancel(self, actor: Actor = RESIDENT, place_id: str = "flat") -> None:
        """Let somebody say that all is well."""
        self.feed(Cancelled(place_id, actor))

    def do(
        self,
        deed: Deed,
        incident_id: str,
        actor: Actor = NURSE,
        outcome: Outcome | None = None,
    ) -> None:
        """Let somebody do something about an incident."""
        self.feed(Done(deed, incident_id, actor, outcome))

    def resolve(self, incident_id: str, actor: Actor = NURSE) -> None:
        """Let somebody close an incident after having helped."""
        self.do(Deed.RESOLVE, incident_id, actor, Outcome.HELPED)

    def test(self, seconds: float | None, actor: Actor = TECHNICIAN) -> None:
        """Begin a walk test of the flat, or (None) end it."""
        until = None if seconds is None else self.now + timedelta(seconds=seconds)
        self.feed(TestSet("flat", until, actor))

    def configure(self, config: HouseConfig) -> None:
        """Change the settings."""
        self.config = config
        self.feed(Configured())

    def run(self, seconds: float) -> None:
        """Let time pass, with every wake-up on the way."""
        end = self.now + timedelta(seconds=seconds)
        while self.runs and (wake := wake_at(self.state)) is not None and wake < end:
            self._pass_until(wake)
            self.feed(TimePassed())
            woken = wake_at(self.state)
            assert woken is None or woken > self.now, "what is due is done"
        self._pass_until(end)
        self.feed(TimePassed())

    def set_clock(self, by: timedelta) -> None:
        """Let the wall clock jump."""
        self.now += by
        self.feed(ClockSet(by))

    def crash(self) -> None:
        """Kill Home Assistant: only the journal is left."""
        self.runs = False
        self.state = HouseState()

    def restart(self, restored: bool = False) -> None:
        """Start Home Assistant with what the journal holds."""
        self.state = self.recall()
        self.runs = True
        self.feed(Restarted(self._alive_until, restored))

    def recall(self) -> HouseState:
        """Return what the journal holds."""
        state = HouseState()
        for line in self.journal:
            state = apply(state, json.loads(line))
        return state

    def incident(self, incident_id: str) -> Incident:
        """Return an incident."""
        return self.state.incidents[incident_id]

    def stage(self, incident_id: str) -> Stage:
        """Return how far an incident has come."""
        return self.incident(incident_id).stage

    def open(self) -> list[str]:
        """Return the ids of the open incidents."""
        known = self.state.incidents.values()
        return [each.incident_id for each in known if each.stage in OPEN]

    def told_at(self, incident_id: str) -> list[float]:
        """Return the seconds after the start at which somebody was told of an incident."""
        return [at for at, told in self.told if told.incident_id == incident_id]

    def words(self) -> list[Word]:
        """Return what the journal says happened, without the attempts."""
        return [each.word for each in self.entries if each.word is not Word.TOLD]

    def _pass_until(self, moment: datetime) -> None:
        """Move on to a moment, unless it is over."""
        self.lived += max(moment - self.now, timedelta())
        self.now = max(self.now, moment)

    def _next_id(self) -> str:
        """Return an id that no incident has."""
        self._ids += 1
        return f"incident_{self._ids}"

    def _write(self, before: HouseState) -> None:
        """Write the change into the journal, and make sure that it can be read back."""
        line = json.dumps(change(before, self.state))
        assert apply(before, json.loads(line)) == self.state
        self.journal.append(line)

    def _carry_out(self, effect: HouseEffect) -> None:
        """Remember what the engine wants done; telling somebody begins at once."""
        match effect:
            case Entry():
                line = json.loads(json.dumps(encode(effect)))
                assert line["detail"] == dict(effect.detail)
                self.entries.append(effect)
            case Notify(incident_id, attempt):
                self.told.append((self.lived.total_seconds(), effect))
                if self.channel_works:
                    self.feed(Attempted(incident_id, attempt))
            case Ask():
                self.asked.append(effect)
            case Remind():
                self.reminded.append(effect)
            case AllClear():
                self.all_clears.append(effect)
            case ListensAgain():
                self.listens_again += 1
            case Quiet():
                self.quiets.append(effect)
