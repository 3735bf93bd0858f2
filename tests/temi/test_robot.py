"""What is known of a robot: only what it said, and for as long as it can still be true."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.temi.drive import CONFIRM
from custom_components.smart_quarter.temi.faults import (
    SILENT_FAULT,
    Fault,
    Problem,
    faults,
)
from custom_components.smart_quarter.temi.happenings import (
    BatteryTold,
    BrokerBack,
    CloudAccepted,
    CloudTold,
    Connected,
    Ended,
    Ending,
    EndSequence,
    Gone,
    GoTo,
    Happened,
    Heartbeat,
    NavigationTold,
    News,
    NotSent,
    PersonTold,
    PlayDrive,
    PositionTold,
    RobotEffect,
    RobotEvent,
    SendGoTo,
    SendStop,
    Stop,
    TimePassed,
    UseTold,
)
from custom_components.smart_quarter.temi.model import (
    Hearing,
    Outcome,
    Phase,
    Request,
    RobotConfig,
    RobotState,
    find_waypoint,
)
from custom_components.smart_quarter.temi.robot import SILENT, begin, step, wake_at
from custom_components.smart_quarter.temi.settings import (
    missing_waypoints,
    robot_settings,
    waypoint_of_area,
)

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
HERE = "entrance"
BEAT = Heartbeat(("home base", HERE, "flat"), 87)


def told(phase: Phase, location: str = HERE, number: int = 0) -> NavigationTold:
    """Return what the navigation says."""
    return NavigationTold(location, phase, number)


def go(drive_id: str = "d", waypoint: str = HERE, **wishes: Any) -> GoTo:
    """Return the wish for a drive."""
    return GoTo(Request(drive_id=drive_id, waypoint=waypoint, **wishes))


class World:
    """A robot's state, and what came of what happened to it."""

    def __init__(
        self, *, stored: Hearing = Hearing.UNKNOWN, cloud: bool = False
    ) -> None:
        self.now = NOW
        self.config = RobotConfig(has_cloud=cloud)
        self.state: RobotState = begin(stored, NOW)
        self.effects: list[RobotEffect] = []

    def feed(self, *events: RobotEvent) -> World:
        """Let things happen now."""
        for event in events:
            self.state, effects = step(self.config, self.state, event, self.now)
            self.effects += effects
        return self

    def wait(self, seconds: float, *, beats: bool = True) -> World:
        """Let time pass, with heartbeats or without."""
        end = self.now + timedelta(seconds=seconds)
        beat_at = self.now + timedelta(seconds=3)
        while self.now < end:
            due = wake_at(self.state)
            next_at = min(each for each in (end, beat_at, due) if each is not None)
            self.now = max(self.now, next_at)
            if beats and self.now >= beat_at:
                self.feed(BEAT)
            if self.now >= beat_at:
                beat_at = self.now + timedelta(seconds=3)
            self.feed(TimePassed())
        return self

    def of(self, kind: type) -> list[Any]:
        """Return the effects of a kind."""
        return [each for each in self.effects if isinstance(each, kind)]

    @property
    def outcomes(self) -> list[Outcome]:
        """Return how the drives ended."""
        return [each.result.outcome for each in self.of(Ended)]


def test_at_first_nothing_is_known() -> None:
    state = World().state
    assert (state.online, state.battery, state.is_charging) == (None, None, None)
    assert (state.sees_person, state.in_use, state.location) == (None, None, None)


def test_a_robot_that_reports_is_online_until_it_has_missed_six_heartbeats() -> None:
    world = World().feed(BEAT)
    assert world.state.online is True
    assert world.state.waypoints == BEAT.waypoints
    assert world.wait(SILENT.total_seconds() - 1, beats=False).state.online is True
    assert world.wait(1, beats=False).state.online is False
    assert wake_at(world.state) is None


def test_a_robot_that_never_reports_is_offline_after_the_same_time() -> None:
    assert World().wait(SILENT.total_seconds(), beats=False).state.online is False


def test_the_will_says_at_once_that_it_is_offline() -> None:
    world = World().feed(BEAT, Gone())
    assert world.state.online is False
    assert world.feed(BEAT).state.online is True


def test_the_battery_is_told_in_two_ways() -> None:
    world = World().feed(BEAT, BatteryTold(86, True))
    assert (world.state.battery, world.state.is_charging) == (86, True)
    world.feed(Heartbeat((), None))
    assert world.state.battery == 86, "a heartbeat without one takes nothing back"


def test_who_charges_stands_in_the_dock() -> None:
    world = World().feed(BEAT, BatteryTold(86, True))
    assert world.state.location == "home base"
    assert world.feed(BatteryTold(86, False)).state.location == "home base"


def test_its_place_is_known_when_it_has_arrived_and_not_on_the_way() -> None:
    world = World().feed(BEAT, told(Phase.START), told(Phase.GOING))
    assert world.state.is_moving
    assert world.state.location is None
    assert world.feed(told(Phase.COMPLETE)).state.location == HERE
    world.feed(told(Phase.START, "flat"), told(Phase.ABORT, "flat", 1005))
    assert world.state.location is None


def test_people_and_use_are_what_was_said_last() -> None:
    world = World().feed(PersonTold(True), UseTold(True), PositionTold())
    assert (world.state.sees_person, world.state.in_use) == (True, True)


def test_the_navigation_is_news_once() -> None:
    blocked = told(Phase.OBSTACLE_DETECTED, number=2000)
    story = [told(Phase.START), told(Phase.CALCULATING), told(Phase.GOING), blocked]
    world = World().feed(*(each for each in story for _ in range(2)))
    world.feed(told(Phase.COMPLETE), told(Phase.COMPLETE))
    seen = [each.news for each in world.of(Happened)]
    assert seen == [News.STARTED, News.OBSTACLE, News.ARRIVED]


def test_a_drive_that_is_confirmed_shows_that_the_robot_hears() -> None:
    world = World().feed(BEAT, go(), told(Phase.START))
    assert world.state.hearing is Hearing.HEARS
    assert world.feed(told(Phase.COMPLETE)).outcomes == [Outcome.ARRIVED]
    assert world.state.drive is None


def test_a_robot_that_reports_but_does_not_react_is_deaf() -> None:
    world = World().feed(BEAT, go()).wait(CONFIRM.total_seconds())
    assert world.outcomes == [Outcome.NO_REACTION]
    assert world.state.hearing is Hearing.DEAF


def test_a_robot_that_is_lost_while_it_is_called_is_not_deaf() -> None:
    world = World().feed(BEAT, go(), Gone())
    assert world.outcomes == [Outcome.OFFLINE]
    assert world.state.hearing is Hearing.UNKNOWN


def test_a_robot_that_was_away_may_not_hear_any_more() -> None:
    world = World().feed(BEAT, go(), told(Phase.START), told(Phase.COMPLETE))
    assert world.feed(Gone(), BEAT).state.hearing is Hearing.DOUBTFUL
    world.feed(go(), told(Phase.START))
    assert world.state.hearing is Hearing.HEARS


@pytest.mark.parametrize("event", [Gone(), TimePassed()])
def test_a_deaf_robot_that_was_away_may_hear_again(event: RobotEvent) -> None:
    world = World(stored=Hearing.DEAF).feed(BEAT)
    assert faults(world.state, [], [], NOW) == {Fault(Problem.DEAF)}
    world.wait(0 if isinstance(event, Gone) else 20, beats=False)
    assert world.feed(event, BEAT).state.hearing is Hearing.DOUBTFUL


def test_a_broker_that_was_away_makes_every_known_robot_doubtful() -> None:
    assert World().feed(BEAT, BrokerBack()).state.hearing is Hearing.DOUBTFUL
    assert World().feed(BrokerBack()).state.hearing is Hearing.UNKNOWN, "at the start"


def test_who_has_restarted_the_app_is_believed_until_the_next_drive() -> None:
    world = World(stored=Hearing.DEAF).feed(BEAT, Connected())
    assert faults(world.state, [], [], NOW) == frozenset()
    world.feed(go()).wait(CONFIRM.total_seconds())
    assert world.state.hearing is Hearing.DEAF


@pytest.mark.parametrize("stored", list(Hearing))
def test_of_what_was_known_before_a_restart_only_the_bad_news_counts(
    stored: Hearing,
) -> None:
    known = World(stored=stored).state.hearing
    assert known is (Hearing.UNKNOWN if stored is Hearing.HEARS else stored)


def test_a_second_drive_replaces_the_first() -> None:
    world = World().feed(BEAT, go("one"), told(Phase.START), go("two", "flat"))
    assert world.outcomes == [Outcome.REPLACED]
    assert world.of(SendGoTo) == [SendGoTo(HERE), SendGoTo("flat")]
    world.feed(told(Phase.ABORT, HERE, 1005), told(Phase.START, "flat"))
    world.feed(told(Phase.COMPLETE, "flat"))
    assert world.outcomes == [Outcome.REPLACED, Outcome.ARRIVED]


def test_a_stop_is_sent_also_when_nothing_is_known_of_a_drive() -> None:
    assert World().feed(BEAT, Stop()).of(SendStop) == [SendStop()]
    world = World().feed(BEAT, go(), told(Phase.START), Stop())
    assert world.outcomes == [Outcome.STOPPED]
    assert len(world.of(SendStop)) == 1


def test_a_deaf_robot_with_a_cloud_is_sent_through_it_at_once() -> None:
    world = World(stored=Hearing.DEAF, cloud=True).feed(BEAT, go())
    assert len(world.of(PlayDrive)) == 1
    assert world.of(SendGoTo) == []
    world.feed(CloudAccepted("d", "s"), told(Phase.START), told(Phase.COMPLETE))
    assert world.outcomes == [Outcome.ARRIVED]
    assert world.state.hearing is Hearing.DEAF, "it obeyed its cloud"


def test_a_robot_that_only_its_cloud_can_reach_is_sent_through_it() -> None:
    world = World(cloud=True).feed(BEAT, Gone(), go())
    assert len(world.of(PlayDrive)) == 1


def test_the_cloud_is_the_second_way_and_the_first_is_known_to_be_shut() -> None:
    world = World(cloud=True).feed(BEAT, go()).wait(CONFIRM.total_seconds())
    assert len(world.of(PlayDrive)) == 1
    assert world.state.hearing is Hearing.DEAF


def test_a_deaf_robot_is_tried_where_its_cloud_has_brought_it() -> None:
    world = World(stored=Hearing.DEAF, cloud=True).feed(BEAT, go())
    world.feed(CloudAccepted("d", "s"), told(Phase.START), told(Phase.COMPLETE))
    assert world.of(SendGoTo) == [SendGoTo(HERE)], "it stands there: it need not move"
    assert world.feed(told(Phase.COMPLETE)).state.hearing is Hearing.DEAF
    assert world.feed(told(Phase.START)).state.hearing is Hearing.HEARS


def test_a_deaf_robot_that_is_sent_elsewhere_later_has_not_obeyed() -> None:
    world = World(stored=Hearing.DEAF, cloud=True).feed(BEAT, go())
    world.feed(CloudAccepted("d", "s"), told(Phase.START), told(Phase.COMPLETE))
    assert world.feed(told(Phase.START, "flat")).state.hearing is Hearing.DEAF
    world = World(stored=Hearing.DEAF, cloud=True).feed(BEAT, go())
    world.feed(CloudAccepted("d", "s"), told(Phase.START), told(Phase.COMPLETE))
    world.wait(CONFIRM.total_seconds())
    assert world.feed(told(Phase.START)).state.hearing is Hearing.DEAF


def test_a_robot_that_speaks_where_it_arrived_is_not_tried() -> None:
    world = World(stored=Hearing.DEAF, cloud=True).feed(BEAT, go(there="Da."))
    world.feed(CloudAccepted("d", "s"), told(Phase.START), told(Phase.COMPLETE))
    assert world.of(SendGoTo) == []


def test_a_broker_that_is_away_does_not_make_a_robot_deaf() -> None:
    world = World(cloud=True).feed(BEAT, go(), NotSent())
    assert len(world.of(PlayDrive)) == 1
    assert world.state.hearing is Hearing.UNKNOWN


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([], Outcome.NO_REACTION),
        ([Gone()], Outcome.OFFLINE),
        ([told(Phase.START), told(Phase.GOING)], Outcome.TIMED_OUT),
    ],
)
def test_a_drive_that_the_robot_does_not_speak_of_is_news_too(
    events: list[RobotEvent], outcome: Outcome
) -> None:
    world = World().feed(BEAT, go()).feed(*events).wait(180)
    assert world.of(Happened)[-1] == Happened(News.FAILED, HERE, outcome=outcome)


@pytest.mark.parametrize(("insists", "drives"), [(True, 2), (False, 1)])
def test_a_robot_that_somebody_stops_by_touch_is_left_alone_unless_it_is_needed(
    insists: bool, drives: int
) -> None:
    world = World().feed(BEAT, go(insists=insists), told(Phase.START))
    world.feed(told(Phase.ABORT, number=1005), UseTold(True)).wait(6)
    assert len(world.of(SendGoTo)) == drives
    assert world.outcomes == ([] if insists else [Outcome.ABORTED])


def test_the_cloud_is_believed_where_a_robot_is_that_mqtt_does_not_reach() -> None:
    world = World(cloud=True).feed(CloudTold(None, True, HERE, Phase.GOING))
    assert (world.state.phase, world.state.location) == (Phase.GOING, None)
    world.feed(CloudTold(None, True, HERE, Phase.COMPLETE))
    assert world.state.location == HERE
    world.feed(BEAT, CloudTold(None, True, "flat", Phase.COMPLETE))
    assert world.state.location == HERE, "the robot itself knows better"


def test_a_sequence_that_begins_for_nobody_any_more_is_ended() -> None:
    world = World(stored=Hearing.DEAF, cloud=True).feed(BEAT, go(), Stop())
    assert world.feed(CloudAccepted("d", "s")).of(EndSequence) == [EndSequence("s")]


def test_where_a_robot_is_that_was_lost_on_the_way_nobody_knows() -> None:
    world = World().feed(BEAT, told(Phase.START), told(Phase.GOING), Gone(), BEAT)
    assert (world.state.phase, world.state.location) == (Phase.UNKNOWN, None)


def test_where_a_robot_is_that_said_no_more_nobody_knows() -> None:
    world = World().feed(BEAT, go(), told(Phase.START), told(Phase.GOING)).wait(180)
    assert world.outcomes == [Outcome.TIMED_OUT]
    assert world.state.phase is Phase.UNKNOWN


def test_who_waits_is_told_when_the_entry_ends() -> None:
    world = World().feed(BEAT, go(), Ending(), Ending())
    assert world.outcomes == [Outcome.INTERRUPTED]


EVENTS = st.one_of(
    st.builds(
        NavigationTold,
        st.sampled_from([HERE, "flat", "never heard of", "coordinates"]),
        st.sampled_from(Phase),
        st.integers(-1, 3000),
    ),
    st.builds(Heartbeat, st.sampled_from([(), BEAT.waypoints]), st.none()),
    st.builds(BatteryTold, st.none() | st.integers(0, 100), st.none() | st.booleans()),
    st.builds(PersonTold, st.booleans()),
    st.builds(UseTold, st.booleans()),
    st.builds(
        CloudAccepted, st.sampled_from(["0", "1"]), st.sampled_from(["s1", "s2"])
    ),
    st.sampled_from(
        [Gone(), BrokerBack(), Stop(), TimePassed(), Connected(), PositionTold()]
    ),
    st.integers(0, 10**6).map(lambda number: go(str(number))),
)


@given(
    st.lists(st.tuples(EVENTS, st.floats(0, 20)), max_size=30),
    st.booleans(),
    st.sampled_from(Hearing),
)
def test_whatever_a_robot_says_every_drive_ends_once_and_nothing_is_made_up(
    story: list[tuple[RobotEvent, float]], cloud: bool, stored: Hearing
) -> None:
    world = World(cloud=cloud, stored=stored)
    said: set[str] = set()
    for event, pause_s in story:
        world.feed(event).wait(pause_s, beats=False)
        if isinstance(event, NavigationTold):
            said.add(event.location)
        assert world.state.location in {None, "home base", *said}
        heard = isinstance(event, Heartbeat)
        assert not heard or pause_s >= 18 or world.state.online is True
    world.wait(400, beats=False)
    wanted = Counter(e.request.drive_id for e, _ in story if isinstance(e, GoTo))
    ended = Counter(each.result.drive_id for each in world.of(Ended))
    assert ended == wanted
    assert world.state.online is False
    assert wake_at(world.state) is None


def test_silence_is_a_fault_after_a_while_and_then_the_only_one() -> None:
    state = World(stored=Hearing.DEAF).feed(BEAT).state
    assert faults(state, [], [], NOW) == {Fault(Problem.DEAF)}
    assert faults(state, [], [], NOW + SILENT_FAULT) == {Fault(Problem.SILENT)}


def test_doubt_missing_waypoints_and_stored_commands_are_faults() -> None:
    state = World().feed(BEAT, Gone(), BEAT).state
    assert faults(state, ["bath"], ["tts"], NOW) == {
        Fault(Problem.DOUBTFUL),
        Fault(Problem.WAYPOINT_MISSING, "bath"),
        Fault(Problem.COMMAND_RETAINED, "tts"),
    }


@pytest.mark.parametrize(
    ("area", "names", "found"),
    [
        ("a1", ("Bath",), "flat"),
        ("a2", ("Entrance",), HERE),
        ("a2", ("Lobby", " ENTRANCE "), HERE),
        ("a2", ("Lobby",), None),
    ],
)
def test_an_area_leads_where_it_is_mapped_to_or_to_the_waypoint_of_its_name(
    area: str, names: tuple[str, ...], found: str | None
) -> None:
    assert waypoint_of_area({"a1": "flat"}, area, names, BEAT.waypoints) == found


def test_a_mapped_waypoint_is_missed_when_the_robot_does_not_name_it_any_more() -> None:
    areas = {"a1": "Flat", "a2": "bath"}
    assert missing_waypoints(areas, BEAT.waypoints) == {"bath"}
    assert missing_waypoints(areas, ()) == frozenset(), "it has not reported yet"


def test_settings_are_read_as_they_are_stored() -> None:
    stored = {"serial": "00119260058", "areas": [{"area": "a1", "waypoint": "flat"}]}
    settings = robot_settings(stored)
    assert (settings.serial, settings.areas) == ("00119260058", {"a1": "flat"})
    assert robot_settings({"serial": "00119260058"}).areas == {}


def test_a_waypoint_is_found_however_it_is_written() -> None:
    assert find_waypoint(["Küche", "flat"], " KÜCHE") == "Küche"
    assert find_waypoint(["flat"], "bath") is None
