"""A place that is watched: a question first, then an alarm, and never because of a restart."""

from datetime import datetime, time, timedelta

from hypothesis import settings as hypothesis_settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
import pytest

from custom_components.smart_quarter.emergency.happenings import (
    AbsenceSet,
    CheckedIn,
    Deed,
    Heard,
    HeardNothing,
    PhaseSet,
    Stayed,
    VisitorsSet,
    Word,
)
from custom_components.smart_quarter.emergency.model import (
    AUTOMATIC,
    Actor,
    HouseConfig,
    Incident,
    Kind,
    Phase,
    PlaceConfig,
    Role,
    Stage,
)
from custom_components.smart_quarter.emergency.settings import place_config
from custom_components.smart_quarter.emergency.watch import Rule, Watching

from .house_world import LEAD, NURSE, RESIDENT, TEAM, House

HOUR = 3600.0
STORED = {
    "sources": [],
    "policy": "team",
    "inactivity_h": 12,
    "check_in_until": "10:00:00",
    "bed": "binary_sensor.bed",
    "bathroom": "binary_sensor.bathroom",
    "door": "binary_sensor.door",
}


def watched(**changes: object) -> PlaceConfig:
    """Return a flat that is watched as it is stored."""
    stored = {key: value for key, value in (STORED | changes).items() if value}
    return place_config("flat", {"sources": [], **stored})


def house_of(place: PlaceConfig) -> House:
    """Return a house with a flat, at 20:00, in which somebody was active just now."""
    home = House(HouseConfig(places={"flat": place}, policies={"team": TEAM}))
    home.configure(home.config)
    hear(home)
    return home


@pytest.fixture
def home() -> House:
    """Return a house whose flat is watched for inactivity only."""
    return house_of(watched(check_in_until=None, bed=None))


def hear(home: House, at: datetime | None = None) -> None:
    """Let somebody be active."""
    home.feed(Heard({"flat": home.now if at is None else at}))


def stay(home: House, rule: Rule, *, over: bool = False) -> None:
    """Let something begin, or be over."""
    home.feed(Stayed("flat", rule, None if over else home.now))


def calls(home: House) -> list[tuple[Kind, Stage]]:
    """Return what is open."""
    return [(home.incident(key).kind, home.stage(key)) for key in home.open()]


def test_who_is_not_heard_of_is_asked_first_and_then_missed(home: House) -> None:
    home.run(12 * HOUR - 1)
    assert calls(home) == []
    home.run(2)
    assert calls(home) == [(Kind.INACTIVITY, Stage.PRE_ALARM)]
    assert len(home.asked) == 1
    home.run(600)
    assert calls(home) == [(Kind.INACTIVITY, Stage.ALARM)]


def test_a_sign_of_life_ends_the_question_but_never_the_alarm(home: House) -> None:
    home.run(12 * HOUR + 1)
    hear(home)
    assert calls(home) == []
    home.run(12 * HOUR + 601)
    hear(home)
    assert calls(home) == [(Kind.INACTIVITY, Stage.ALARM)]


def test_a_call_that_is_closed_counts_anew_so_that_a_wrong_tap_ends_no_watch(
    home: House,
) -> None:
    home.run(12 * HOUR + 601)
    home.resolve(home.open()[0])
    home.run(12 * HOUR - 1)
    assert calls(home) == []
    home.run(2)
    assert calls(home) == [(Kind.INACTIVITY, Stage.PRE_ALARM)]


def test_a_question_that_a_caretaker_cancels_counts_anew(home: House) -> None:
    home.run(12 * HOUR + 1)
    home.do(Deed.CANCEL, home.open()[0])
    home.run(12 * HOUR + 1)
    assert calls(home) == [(Kind.INACTIVITY, Stage.PRE_ALARM)]


def test_a_walk_test_ends_no_watch(home: House) -> None:
    home.run(11.9 * HOUR)
    home.test(HOUR)
    home.run(0.2 * HOUR - 300)
    home.test(None)
    assert calls(home) == []
    home.run(12 * HOUR + 301)
    assert calls(home) != []


def test_a_door_that_stays_open_calls_once() -> None:
    home = house_of(watched(inactivity_h=None, check_in_until=None))
    stay(home, Rule.DOOR)
    home.run(700)
    home.resolve(home.open()[0])
    home.run(24 * HOUR)
    assert calls(home) == []


def test_a_check_in_that_nobody_gives_is_missed_every_day() -> None:
    home = house_of(watched(inactivity_h=None))
    for _ in range(3):
        home.run(24 * HOUR)
        assert calls(home) == [(Kind.CHECK_IN, Stage.ALARM)]
        home.resolve(home.open()[0])


def test_old_activity_that_is_told_late_puts_nothing_off(home: House) -> None:
    home.run(HOUR)
    hear(home, home.now - timedelta(hours=2))
    home.run(11 * HOUR + 1)
    assert len(calls(home)) == 1


def test_all_well_is_a_sign_of_life_and_a_check_in() -> None:
    home = house_of(watched(bed=None))
    home.run(12 * HOUR + 1)
    assert (Kind.INACTIVITY, Stage.PRE_ALARM) in calls(home)
    home.cancel()
    assert calls(home) == []
    home.run(5 * HOUR)
    assert calls(home) == [], "10:00 is over, and somebody said that all is well"


def test_a_check_in_is_asked_for_then_missed_then_an_alarm() -> None:
    home = house_of(watched(inactivity_h=None))
    home.run(13.5 * HOUR + 1)
    assert [each.place_id for each in home.reminded] == ["flat"]
    home.run(HOUR / 2)
    assert calls(home) == [(Kind.CHECK_IN, Stage.PRE_ALARM)]
    home.run(900)
    assert calls(home) == [(Kind.CHECK_IN, Stage.ALARM)]


def test_who_has_checked_in_is_not_missed() -> None:
    home = house_of(watched(inactivity_h=None))
    home.run(12 * HOUR)
    home.feed(CheckedIn("flat"))
    home.run(12 * HOUR)
    assert calls(home) == []
    assert Word.CHECKED_IN in home.words()
    home.run(14 * HOUR + 1)
    assert calls(home) != [], "every day anew"


def test_activity_is_a_check_in_only_if_that_was_agreed() -> None:
    for agreed in (True, False):
        place = watched(inactivity_h=None, activity_is_check_in=agreed)
        home = house_of(place)
        home.run(12 * HOUR)
        hear(home)
        home.run(2 * HOUR + 1)
        assert bool(calls(home)) is not agreed


@pytest.mark.parametrize(
    ("rule", "minutes", "kind"),
    [
        (Rule.BED, 30, Kind.BED_EXIT),
        (Rule.BATHROOM, 45, Kind.INACTIVITY),
        (Rule.DOOR, 10, Kind.DOOR),
    ],
)
def test_what_lasts_too_long_is_asked_about(
    rule: Rule, minutes: int, kind: Kind
) -> None:
    home = house_of(watched(inactivity_h=None, check_in_until=None))
    home.run(5 * HOUR)
    stay(home, rule)
    home.run(minutes * 60 - 1)
    assert calls(home) == []
    stay(home, rule, over=True)
    stay(home, rule)
    home.run(minutes * 60 + 1)
    assert calls(home) == [(kind, Stage.PRE_ALARM)]
    stay(home, rule, over=True)
    assert calls(home) == []


def test_what_began_before_a_restart_still_lasts() -> None:
    home = house_of(watched(inactivity_h=None, check_in_until=None))
    stay(home, Rule.DOOR)
    home.run(540)
    home.crash()
    home.restart()
    stay(home, Rule.DOOR)
    home.run(61)
    assert calls(home) == [(Kind.DOOR, Stage.PRE_ALARM)]


def test_who_is_away_is_not_missed_but_can_still_call() -> None:
    home = house_of(watched())
    until = home.now + timedelta(days=3)
    home.feed(AbsenceSet("flat", until, RESIDENT))
    stay(home, Rule.DOOR)
    home.run(71 * HOUR)
    assert calls(home) == []
    home.call()
    assert calls(home) == [(Kind.MANUAL, Stage.ALARM)]
    home.resolve(home.open()[0])
    home.run(14 * HOUR)
    assert calls(home) != [], "the absence has ended by itself"


def test_an_absence_ends_a_question_and_can_be_ended() -> None:
    home = house_of(watched(check_in_until=None, bed=None))
    home.run(12 * HOUR + 1)
    home.feed(AbsenceSet("flat", home.now + timedelta(days=1), NURSE))
    assert calls(home) == []
    home.feed(AbsenceSet("flat", None, NURSE))
    home.run(12 * HOUR + 1)
    assert len(calls(home)) == 1


def visitors(home: House, hours: float | None) -> None:
    """Let visitors come for so long, or (None) leave."""
    until = None if hours is None else home.now + timedelta(hours=hours)
    home.feed(VisitorsSet("flat", until, RESIDENT))


def test_while_visitors_are_there_bed_bathroom_and_door_ask_nobody() -> None:
    home = house_of(watched(inactivity_h=None, check_in_until=None))
    stay(home, Rule.DOOR)
    home.run(601)
    assert calls(home) == [(Kind.DOOR, Stage.PRE_ALARM)]
    visitors(home, 3)
    assert calls(home) == [], "that ends the question"
    stay(home, Rule.BATHROOM)
    home.run(3 * HOUR - 1)
    assert calls(home) == []
    home.run(599)
    assert calls(home) == [], "what lasts counts from when they have left"
    home.run(3)
    assert calls(home) == [(Kind.DOOR, Stage.PRE_ALARM)]


def test_visitors_who_leave_early_are_watched_no_longer_for() -> None:
    home = house_of(watched(inactivity_h=None, check_in_until=None))
    visitors(home, 20)
    stay(home, Rule.DOOR)
    home.run(HOUR)
    visitors(home, None)
    home.run(601)
    assert calls(home) == [(Kind.DOOR, Stage.PRE_ALARM)]


def test_visitors_stay_at_most_a_day_and_keep_nobody_from_being_missed() -> None:
    home = house_of(watched(check_in_until=None, bed=None))
    visitors(home, 100)
    home.run(12 * HOUR + 1)
    assert calls(home) == [(Kind.INACTIVITY, Stage.PRE_ALARM)]
    home.cancel()
    home.run(11 * HOUR)
    place = home.state.places["flat"]
    assert place.watching.visitors_until is not None
    home.run(HOUR)
    assert home.state.places["flat"].watching.visitors_until is None


def test_visitors_outlast_a_restart_and_a_clock_that_is_set() -> None:
    home = house_of(watched(inactivity_h=None, check_in_until=None))
    visitors(home, 3)
    home.crash()
    home.run(HOUR)
    home.restart()
    home.set_clock(timedelta(hours=10))
    stay(home, Rule.DOOR)
    home.run(1.9 * HOUR)
    assert calls(home) == []
    home.run(0.1 * HOUR + 601)
    assert calls(home) == [(Kind.DOOR, Stage.PRE_ALARM)]


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.TECHNICIAN, Role.UNKNOWN])
def test_not_everybody_may_say_that_visitors_are_there(role: Role) -> None:
    home = house_of(watched(inactivity_h=None, check_in_until=None))
    home.feed(VisitorsSet("flat", home.now + timedelta(hours=1), Actor(role)))
    stay(home, Rule.DOOR)
    home.run(601)
    assert calls(home) == [(Kind.DOOR, Stage.PRE_ALARM)]


def test_visitors_of_a_place_that_nobody_watches_change_nothing() -> None:
    plain = house_of(place_config("flat", {"sources": []}))
    before = plain.state.places
    visitors(plain, 3)
    assert plain.state.places == before


@pytest.mark.parametrize("minutes", [1, 90])
def test_how_long_something_may_last_is_chosen(minutes: int) -> None:
    flat = watched(inactivity_h=None, check_in_until=None, bathroom_min=minutes)
    home = house_of(flat)
    stay(home, Rule.BATHROOM)
    home.run(minutes * 60 - 1)
    assert calls(home) == []
    home.run(2)
    assert calls(home) == [(Kind.INACTIVITY, Stage.PRE_ALARM)]


def test_nobody_is_sent_to_a_flat_because_of_a_question_before_the_move(
    home: House,
) -> None:
    home.run(12 * HOUR + 1)
    assert calls(home) == [(Kind.INACTIVITY, Stage.PRE_ALARM)]
    home.feed(PhaseSet("flat", Phase.VACANT, LEAD))
    assert calls(home) == []
    home.run(24 * HOUR)
    assert calls(home) == []


def test_an_alarm_outlasts_the_move(home: House) -> None:
    home.run(12 * HOUR + 601)
    home.feed(PhaseSet("flat", Phase.VACANT, LEAD))
    assert calls(home) == [(Kind.INACTIVITY, Stage.ALARM)]


def test_nobody_is_missed_because_of_a_restart(home: House) -> None:
    home.run(11.9 * HOUR)
    home.crash()
    home.run(2 * HOUR)
    home.restart()
    assert calls(home) == []
    home.run(29 * 60)
    assert calls(home) == []
    home.run(61)
    assert len(calls(home)) == 1


def test_a_check_in_that_was_missed_while_nobody_watched_is_missed_at_the_start() -> (
    None
):
    home = house_of(watched(inactivity_h=None))
    home.run(13 * HOUR)
    home.crash()
    home.run(2 * HOUR)
    home.restart()
    home.run(1)
    assert [kind for kind, _ in calls(home)] == [Kind.CHECK_IN]
    assert home.incident(home.open()[0]).late


def test_a_place_that_cannot_be_heard_has_no_inactivity(home: House) -> None:
    home.run(6 * HOUR)
    home.feed(HeardNothing("flat", blind=True))
    home.run(24 * HOUR)
    assert calls(home) == []
    home.feed(HeardNothing("flat", blind=False))
    home.run(29 * 60)
    assert calls(home) == []
    home.run(61)
    assert len(calls(home)) == 1


def test_sensors_that_come_and_go_put_the_question_off_for_half_an_hour_at_most(
    home: House,
) -> None:
    while home.lived < timedelta(hours=12, minutes=31):
        home.run(20 * 60 - 2)
        home.feed(HeardNothing("flat", blind=True))
        home.run(2)
        home.feed(HeardNothing("flat", blind=False))
    home.run(1)
    assert len(calls(home)) == 1


def test_a_rule_that_is_over_at_a_restart_puts_off_no_other() -> None:
    home = house_of(watched(check_in_until=None, day_inactivity_h=4))
    home.run(10 * HOUR)
    hear(home)
    home.run(3.9 * HOUR)
    home.crash()
    home.run(7.8 * HOUR)
    home.restart()
    home.run(0.4 * HOUR)
    assert calls(home) == []
    home.run(0.2 * HOUR)
    assert len(calls(home)) == 1


def test_who_was_away_is_not_missed_while_nothing_can_be_heard(home: House) -> None:
    home.feed(AbsenceSet("flat", home.now + timedelta(hours=1), RESIDENT))
    home.feed(HeardNothing("flat", blind=True))
    home.run(24 * HOUR)
    assert calls(home) == []
    assert home.state.places["flat"].watching.blind


def test_a_sign_of_life_by_night_is_no_check_in() -> None:
    home = house_of(watched(inactivity_h=None, activity_is_check_in=True))
    home.run(5 * HOUR)
    hear(home)
    home.run(9 * HOUR + 1)
    assert calls(home) == [(Kind.CHECK_IN, Stage.PRE_ALARM)]


def test_nobody_is_missed_where_nobody_lives(home: House) -> None:
    home.feed(PhaseSet("flat", Phase.VACANT, LEAD))
    home.run(48 * HOUR)
    assert calls(home) == []
    home.feed(PhaseSet("flat", Phase.SUPERVISED, LEAD))
    hear(home)
    home.run(12 * HOUR + 1)
    assert len(calls(home)) == 1


@pytest.mark.fault("clock jumps ten years")
@pytest.mark.parametrize("days", [3653, -3653])
def test_a_clock_that_is_set_misses_nobody(days: int) -> None:
    home = house_of(watched(check_in_until=None))
    home.run(11 * HOUR)
    home.set_clock(timedelta(days=days))
    assert calls(home) == []
    home.run(HOUR + 1)
    assert len(calls(home)) == 1


def test_a_watch_that_is_taken_away_is_forgotten(home: House) -> None:
    bare = place_config("flat", {"sources": [], "policy": "team"})
    home.configure(HouseConfig(places={"flat": bare}, policies={"team": TEAM}))
    assert home.state.places["flat"].watching == Watching()
    home.run(48 * HOUR)
    assert calls(home) == []


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.SYSTEM, Role.UNKNOWN])
def test_only_residents_and_caretakers_say_that_somebody_is_away(role: Role) -> None:
    home = house_of(watched())
    before = home.state
    home.feed(AbsenceSet("flat", home.now + timedelta(days=1), Actor(role)))
    assert home.state == before
    assert home.words()[-1] is Word.REFUSED


def test_motion_alone_is_not_written_down(home: House) -> None:
    lines = len(home.entries)
    for _ in range(10):
        home.run(60)
        hear(home)
    assert len(home.entries) == lines


class WatchedFlat(RuleBasedStateMachine):
    """Plays a flat that is watched by all rules."""

    @initialize()
    def build(self) -> None:
        """Begin in the evening."""
        self.home = house_of(watched(day_inactivity_h=4))

    @rule(minutes=st.sampled_from([1, 20, 61, 300]))
    def time_passes(self, minutes: int) -> None:
        """Let time pass."""
        self.home.run(minutes * 60)

    @rule()
    def somebody_is_active(self) -> None:
        """Let somebody be active: no question about it stays open."""
        hear(self.home)
        if self.home.runs:
            for incident in self._questions():
                assert incident.kind is not Kind.INACTIVITY or Rule.BATHROOM in str(
                    incident.causes
                )

    @rule(
        rule=st.sampled_from([Rule.BED, Rule.BATHROOM, Rule.DOOR]), over=st.booleans()
    )
    def something_lasts(self, rule: Rule, over: bool) -> None:
        """Let something begin or be over."""
        stay(self.home, rule, over=over)

    @rule()
    def all_is_well(self) -> None:
        """Let the resident press the button: no question stays open."""
        self.home.cancel()
        if self.home.runs:
            assert list(self._questions()) == []

    @rule(hours=st.sampled_from([None, 1, 30]))
    def somebody_goes(self, hours: int | None) -> None:
        """Let the resident go away, or come back."""
        until = None if hours is None else self.home.now + timedelta(hours=hours)
        self.home.feed(AbsenceSet("flat", until, RESIDENT))

    @rule(hours=st.sampled_from([None, 1, 30]))
    def visitors_come(self, hours: int | None) -> None:
        """Let visitors come, or leave."""
        visitors(self.home, hours)

    @rule(blind=st.booleans())
    def sensors(self, blind: bool) -> None:
        """Let all sensors fail, or come back."""
        self.home.feed(HeardNothing("flat", blind))

    @rule(phase=st.sampled_from(Phase))
    def somebody_moves(self, phase: Phase) -> None:
        """Let somebody move in or out."""
        self.home.feed(PhaseSet("flat", phase, LEAD))

    @rule()
    def home_assistant_restarts(self) -> None:
        """Kill Home Assistant and start it."""
        if self.home.runs:
            assert self.home.recall() == self.home.state
            self.home.crash()
        else:
            self.home.restart()

    @rule(by=st.sampled_from([-3653, -1, 1, 3653]))
    def clock_jumps(self, by: int) -> None:
        """Let the wall clock jump."""
        self.home.set_clock(timedelta(days=by))

    @rule()
    def the_team_helps(self) -> None:
        """Close all that is open."""
        for incident_id in self.home.open():
            self.home.resolve(incident_id)

    @invariant()
    def what_is_due_is_in_the_future(self) -> None:
        """Nothing is left undone."""
        place = self.home.state.places.get("flat")
        if self.home.runs and place is not None and place.watching.due is not None:
            assert place.watching.due > self.home.now

    @invariant()
    def only_rules_have_called(self) -> None:
        """Whatever is open comes from a rule of the watch."""
        for incident in self.home.state.incidents.values():
            assert incident.kind in AUTOMATIC
            assert {cause.by for cause in incident.causes} <= {
                f"flat.{rule}" for rule in Rule
            }

    @invariant()
    def an_absence_ends(self) -> None:
        """Who is away is expected back."""
        place = self.home.state.places.get("flat")
        if self.home.runs and place is not None and place.watching.absent_until:
            assert place.watching.due == place.watching.absent_until

    @invariant()
    def visitors_leave(self) -> None:
        """Visitors are never forgotten, and ask nobody while they are there."""
        place = self.home.state.places.get("flat")
        if not self.home.runs or place is None or not place.watching.visitors_until:
            return
        assert place.watching.due is not None
        assert place.watching.due <= place.watching.visitors_until or (
            place.watching.absent_until
        )

    def _questions(self) -> list[Incident]:
        """Return what the resident is being asked about."""
        known = self.home.state.incidents.values()
        return [each for each in known if each.stage is Stage.PRE_ALARM]


WatchedFlat.TestCase.settings = hypothesis_settings(
    max_examples=150, stateful_step_count=40, deadline=None
)
TestWatchedFlat = WatchedFlat.TestCase


def test_the_hours_of_sleep_can_be_chosen() -> None:
    place = watched(sleep_begins="21:30:00", sleep_ends="06:15:00")
    assert place.watch is not None
    assert (place.watch.sleep_begins, place.watch.sleep_ends) == (
        time(21, 30),
        time(6, 15),
    )
