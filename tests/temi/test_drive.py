"""A drive: it counts when the robot says so, is tried again with a pause, and always ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.temi.drive import (
    CONFIRM,
    LOST,
    PAUSE,
    RESEND,
    SENDS,
    Turn,
    advance,
    begin,
    wake_at,
)
from custom_components.smart_quarter.temi.happenings import (
    CloudAccepted,
    CloudRefused,
    CloudTold,
    DriveEffect,
    DriveEvent,
    Ended,
    Ending,
    EndSequence,
    Gone,
    Heartbeat,
    NavigationTold,
    NotSent,
    PlayDrive,
    Say,
    SendGoTo,
    SendStop,
    Stop,
    TimePassed,
)
from custom_components.smart_quarter.temi.model import (
    Drive,
    DriveResult,
    Outcome,
    Phase,
    Reason,
    Request,
    Route,
    Stage,
)

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
HERE = "entrance"
BEAT = Heartbeat((HERE,), 87)
START, GOING = NavigationTold(HERE, Phase.START), NavigationTold(HERE, Phase.GOING)
CALCULATING = NavigationTold(HERE, Phase.CALCULATING)
COMPLETE = NavigationTold(HERE, Phase.COMPLETE)
STOPPED = NavigationTold(HERE, Phase.ABORT, 1005)


class Story:
    """A drive and what comes of it, told second by second."""

    def __init__(
        self, *, cloud: bool = False, route: Route = Route.MQTT, **wishes: Any
    ) -> None:
        self.cloud, self.now = cloud, NOW
        self.effects: list[DriveEffect] = []
        self.drive: Drive | None = None
        request = Request(drive_id="d", waypoint=HERE, **wishes)
        self._take(begin(request, NOW, route))

    def _take(self, turn: Turn) -> None:
        self.drive, effects = turn
        self.effects += effects

    def feed(self, *events: DriveEvent) -> Story:
        """Let things happen now."""
        for event in events:
            if self.drive is not None:
                turn = advance(self.drive, event, self.now, cloud=self.cloud)
                self._take(turn)
        return self

    def wait(self, wait: timedelta | float) -> Story:
        """Let time pass, and do what is due on the way."""
        end = self.now + (wait if isinstance(wait, timedelta) else timedelta(0, wait))
        while self.drive is not None and (due := wake_at(self.drive)) <= end:
            assert due >= self.now
            self.now = due
            self.feed(TimePassed())
        self.now = end
        return self

    @property
    def stage(self) -> Stage | None:
        """Return where the drive stands, None when it has ended."""
        return None if self.drive is None else self.drive.stage

    @property
    def result(self) -> DriveResult:
        """Return how it went."""
        (ended,) = self.of(Ended)
        assert self.drive is None
        found: DriveResult = ended.result
        return found

    def of(self, kind: type) -> list[Any]:
        """Return the effects of a kind."""
        return [each for each in self.effects if isinstance(each, kind)]


def test_a_drive_begins_with_one_command() -> None:
    story = Story()
    assert story.effects == [SendGoTo(HERE)]
    assert story.stage is Stage.CALLING


def test_a_drive_that_the_robot_confirms_and_ends_has_arrived() -> None:
    story = Story().wait(1).feed(START, CALCULATING, GOING).wait(20).feed(COMPLETE)
    result = story.result
    assert (result.outcome, result.attempts, result.seconds) == (Outcome.ARRIVED, 1, 21)
    assert result.confirmed_s == 1
    assert result.reason is Reason.NONE
    assert story.of(SendGoTo) == [SendGoTo(HERE)]


@pytest.mark.parametrize("first", [START, CALCULATING, GOING])
def test_any_first_word_confirms(first: NavigationTold) -> None:
    assert Story().feed(first).stage is Stage.DRIVING


def test_the_robots_way_to_write_a_name_does_not_matter() -> None:
    story = Story().feed(NavigationTold(" ENTRANCE ", Phase.START))
    assert story.stage is Stage.DRIVING


def test_a_robot_that_is_there_already_has_arrived_at_once() -> None:
    assert Story().feed(START, COMPLETE).result.outcome is Outcome.ARRIVED
    assert Story().feed(COMPLETE).result.outcome is Outcome.ARRIVED


def test_a_lost_command_is_sent_again_and_still_counts() -> None:
    story = Story().wait(RESEND)
    assert len(story.of(SendGoTo)) == 2
    story.feed(START, GOING, COMPLETE)
    assert story.result.outcome is Outcome.ARRIVED
    assert story.result.attempts == 1


def test_a_robot_that_does_not_react_is_said_so_after_ten_seconds() -> None:
    story = Story().wait(CONFIRM - timedelta(seconds=0.1))
    assert story.stage is Stage.CALLING
    story.wait(0.2)
    assert story.result.outcome is Outcome.NO_REACTION
    assert 9 < story.result.seconds < 10
    assert len(story.of(SendGoTo)) == SENDS


def test_a_second_command_that_makes_it_begin_anew_is_no_abort() -> None:
    story = Story().wait(RESEND).feed(START, STOPPED, START, GOING).wait(9)
    assert story.stage is Stage.DRIVING
    assert story.feed(COMPLETE).result.attempts == 1


def test_what_the_robot_says_of_other_drives_is_not_ours() -> None:
    other = [NavigationTold("flat", phase) for phase in Phase]
    assert Story().feed(*other).stage is Stage.CALLING


def test_an_abort_of_the_drive_before_is_not_believed() -> None:
    story = Story().feed(STOPPED, START, GOING)
    assert story.stage is Stage.DRIVING


def test_a_drive_that_is_given_up_is_tried_again_after_the_robots_pause() -> None:
    story = Story().feed(START, STOPPED)
    assert story.stage is Stage.PAUSING
    story.wait(PAUSE - timedelta(seconds=0.1))
    assert len(story.of(SendGoTo)) == 1
    story.wait(0.2)
    assert len(story.of(SendGoTo)) == 2
    story.feed(START, GOING, COMPLETE)
    assert (story.result.outcome, story.result.attempts) == (Outcome.ARRIVED, 2)


def test_a_robot_that_gives_up_each_time_is_asked_as_often_as_wanted() -> None:
    story = Story(retries=1).feed(START, STOPPED).wait(6).feed(START, STOPPED)
    assert (story.result.outcome, story.result.attempts) == (Outcome.ABORTED, 2)
    assert story.result.reason is Reason.STOPPED


def test_a_robot_that_gives_up_without_having_begun_did_react() -> None:
    story = Story(retries=0).feed(NavigationTold(HERE, Phase.ABORT, 2000)).wait(CONFIRM)
    assert story.result.outcome is Outcome.ABORTED
    assert story.result.reason is Reason.OBSTACLE


def test_an_abort_without_a_number_has_an_unknown_reason() -> None:
    story = Story(retries=0).feed(START, NavigationTold(HERE, Phase.ABORT))
    assert story.result.reason is Reason.UNKNOWN


def test_no_new_attempt_begins_when_the_time_is_nearly_over() -> None:
    story = Story(timeout_s=20).feed(START).wait(16).feed(STOPPED)
    assert story.result.outcome is Outcome.ABORTED


def test_obstacles_on_the_way_are_part_of_a_drive() -> None:
    blocked = NavigationTold(HERE, Phase.OBSTACLE_DETECTED, 2004)
    story = Story().feed(START, GOING, blocked, CALCULATING, GOING, COMPLETE)
    assert story.result.outcome is Outcome.ARRIVED


def test_a_robot_that_finds_no_way_is_stopped_in_the_end() -> None:
    story = Story().feed(START)
    for _ in range(60):
        story.wait(3).feed(CALCULATING)
    assert story.result.outcome is Outcome.STUCK
    assert story.result.seconds == 180
    assert story.of(SendStop) == [SendStop()]


def test_a_robot_that_says_no_more_is_waited_for_and_not_stopped() -> None:
    story = Story().feed(START, GOING).wait(180)
    assert story.result.outcome is Outcome.TIMED_OUT
    assert story.of(SendStop) == []


def test_who_stops_the_robot_ends_the_drive() -> None:
    assert Story().feed(START, Stop()).result.outcome is Outcome.STOPPED


def test_a_robot_that_is_sent_elsewhere_does_not_come() -> None:
    story = Story().feed(START, NavigationTold("flat", Phase.START))
    assert story.result.outcome is Outcome.REPLACED


def test_a_late_word_of_the_drive_before_does_not_replace_this_one() -> None:
    story = Story().feed(NavigationTold("flat", Phase.START), START)
    story.feed(NavigationTold("flat", Phase.GOING))
    assert story.stage is Stage.DRIVING


def test_without_a_broker_nobody_waits() -> None:
    assert Story().feed(NotSent()).result.outcome is Outcome.OFFLINE


def test_a_robot_that_is_lost_before_it_drives_is_offline() -> None:
    assert Story().feed(Gone()).result.outcome is Outcome.OFFLINE


def test_a_robot_that_is_lost_on_the_way_is_waited_for_a_while() -> None:
    story = Story().feed(START, GOING, Gone()).wait(LOST - timedelta(seconds=1))
    assert story.stage is Stage.DRIVING
    story.wait(1)
    assert story.result.outcome is Outcome.OFFLINE


def test_a_robot_that_is_found_again_can_still_arrive() -> None:
    story = Story().feed(START, GOING, Gone()).wait(20).feed(BEAT).wait(60)
    assert story.stage is Stage.DRIVING
    assert story.feed(COMPLETE).result.outcome is Outcome.ARRIVED


def test_it_speaks_before_it_drives_for_as_long_as_the_words_need() -> None:
    story = Story(before="Ich komme jetzt zu Ihnen.")
    assert story.effects == [Say("Ich komme jetzt zu Ihnen.")]
    assert story.feed(GOING).stage is Stage.SPEAKING, "it was on another drive"
    story.wait(2)
    assert story.of(SendGoTo) == []
    story.wait(1)
    assert story.of(SendGoTo) == [SendGoTo(HERE)]


def test_it_speaks_on_the_way_once_and_again_when_it_is_there() -> None:
    story = Story(under_way="Bitte folgen.", there="Wir sind da.")
    story.feed(START, CALCULATING, GOING, COMPLETE)
    assert story.of(Say) == [Say("Bitte folgen."), Say("Wir sind da.")]


def test_a_drive_that_fails_says_nothing_about_arriving() -> None:
    story = Story(there="Wir sind da.", retries=0).feed(START, STOPPED)
    assert story.of(Say) == []


def test_the_cloud_is_tried_when_the_robot_does_not_react() -> None:
    story = Story(cloud=True).wait(CONFIRM)
    assert len(story.of(PlayDrive)) == 1
    story.feed(CloudAccepted("d", "s1")).wait(2)
    story.feed(CloudTold("s1", False, HERE, Phase.GOING))
    assert story.stage is Stage.DRIVING
    story.feed(CloudTold("s1", True, HERE, Phase.COMPLETE))
    assert (story.result.outcome, story.result.route) == (Outcome.ARRIVED, Route.CLOUD)


def test_a_deaf_robot_that_still_speaks_confirms_what_the_cloud_sent() -> None:
    story = Story(cloud=True, route=Route.CLOUD).feed(CloudAccepted("d", "s1"), START)
    assert story.stage is Stage.DRIVING
    assert story.of(SendGoTo) == []


def test_what_the_cloud_says_of_older_sequences_is_not_ours() -> None:
    story = Story(cloud=True, route=Route.CLOUD)
    story.feed(CloudTold("s0", True, HERE, Phase.COMPLETE))
    story.feed(CloudAccepted("d", "s1"), CloudTold("s0", True, HERE, Phase.COMPLETE))
    assert story.stage is Stage.CALLING


def test_a_sequence_that_ends_elsewhere_did_not_arrive() -> None:
    story = Story(cloud=True, route=Route.CLOUD).feed(CloudAccepted("d", "s1"))
    story.feed(CloudTold("s1", True, "flat", Phase.COMPLETE))
    assert story.result.outcome is Outcome.ABORTED


def test_a_cloud_that_refuses_is_said_with_its_reason() -> None:
    story = Story(cloud=True).wait(CONFIRM).feed(CloudRefused("d", "privacy"))
    assert story.result.outcome is Outcome.NO_REACTION
    assert story.result.detail == "privacy"


def test_a_cloud_drive_that_nobody_confirms_is_no_reaction() -> None:
    story = Story(cloud=True).wait(CONFIRM).feed(CloudAccepted("d", "s1")).wait(CONFIRM)
    assert story.result.outcome is Outcome.NO_REACTION


def test_the_cloud_speaks_for_itself_and_is_stopped_when_the_drive_is() -> None:
    words = {"before": "Ich komme.", "under_way": "Moment.", "there": "Hallo."}
    story = Story(cloud=True, route=Route.CLOUD, **words)
    assert story.effects == [PlayDrive(story.drive.request)]
    story.feed(CloudAccepted("d", "s1"), START, Stop())
    assert story.of(Say) == []
    assert story.of(EndSequence) == [EndSequence("s1")]


def test_what_the_cloud_says_of_a_drive_that_was_replaced_is_not_about_this_one() -> (
    None
):
    story = Story(cloud=True, route=Route.CLOUD)
    story.feed(CloudAccepted("older", "s0"), CloudRefused("older", "busy"))
    assert story.stage is Stage.CALLING
    assert story.of(EndSequence) == [EndSequence("s0")]


def test_a_robot_whose_app_is_gone_still_drives_for_its_cloud() -> None:
    story = Story(cloud=True, route=Route.CLOUD).feed(CloudAccepted("d", "s1"), Gone())
    story.feed(CloudTold("s1", True, HERE, Phase.COMPLETE))
    assert story.result.outcome is Outcome.ARRIVED


def test_without_a_broker_the_cloud_is_tried() -> None:
    assert len(Story(cloud=True).feed(NotSent()).of(PlayDrive)) == 1


EVENTS = st.one_of(
    st.builds(
        NavigationTold,
        st.sampled_from([HERE, "flat"]),
        st.sampled_from(Phase),
        st.sampled_from([0, 1005, 2000, 4711]),
    ),
    st.builds(
        CloudTold,
        st.sampled_from(["s1", "s2", None]),
        st.booleans(),
        st.sampled_from([HERE, None]),
        st.sampled_from(Phase),
    ),
    st.sampled_from(
        [
            *(Stop(), NotSent(), Gone(), BEAT, TimePassed(), Ending()),
            *(CloudAccepted("d", "s1"), CloudRefused("d", "busy")),
        ]
    ),
)


@given(
    st.lists(st.tuples(EVENTS, st.floats(0, 30)), max_size=25),
    st.booleans(),
    st.sampled_from(Route),
    st.sampled_from(["", "Moment."]),
    st.integers(0, 3),
)
def test_every_drive_ends_once_in_time_and_is_not_sent_too_often(
    events: list[tuple[DriveEvent, float]],
    cloud: bool,
    route: Route,
    words: str,
    retries: int,
) -> None:
    story = Story(cloud=cloud, route=route, retries=retries, before=words, there=words)
    for event, pause_s in events:
        story.feed(event).wait(pause_s)
    story.wait(400)
    assert len(story.of(Ended)) == 1
    assert story.result.seconds <= 180 + 2 * CONFIRM.total_seconds()
    assert len(story.of(SendGoTo)) <= SENDS * (retries + 1)
    assert len(story.of(PlayDrive)) <= 1


@given(st.lists(EVENTS, max_size=25))
def test_nobody_has_arrived_unless_the_robot_or_its_cloud_says_so(
    events: list[DriveEvent],
) -> None:
    story = Story(cloud=True)
    for event in events:
        story.feed(event).wait(1)
    if story.drive is None and story.result.outcome is Outcome.ARRIVED:
        words = [
            each for each in events if isinstance(each, NavigationTold | CloudTold)
        ]
        assert any(w.location == HERE and w.phase is Phase.COMPLETE for w in words)
