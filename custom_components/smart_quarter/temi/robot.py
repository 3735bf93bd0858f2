"""The engine of a robot: (config, state, event, now) -> (state, effects)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from . import drive as driving
from .happenings import (
    BatteryTold,
    BrokerBack,
    CloudAccepted,
    CloudTold,
    Connected,
    DriveEvent,
    Ended,
    EndSequence,
    Gone,
    GoTo,
    Happened,
    Heartbeat,
    NavigationTold,
    News,
    PersonTold,
    PositionTold,
    RobotEffect,
    RobotEvent,
    SendGoTo,
    SendStop,
    Stop,
    TimePassed,
    UseTold,
)
from .model import (
    HOME,
    Drive,
    DriveResult,
    Hearing,
    Outcome,
    Phase,
    RobotConfig,
    RobotState,
    Route,
    find_waypoint,
    same_waypoint,
)

SILENT: Final = timedelta(seconds=18)
"""Six missed heartbeats: the robot is offline."""
NEWS: Final = {
    Phase.START: News.STARTED,
    Phase.OBSTACLE_DETECTED: News.OBSTACLE,
    Phase.COMPLETE: News.ARRIVED,
    Phase.ABORT: News.ABORTED,
}
FAILED: Final = frozenset(
    {Outcome.NO_REACTION, Outcome.OFFLINE, Outcome.STUCK, Outcome.TIMED_OUT}
)
UNSEEN: Final = frozenset({Outcome.TIMED_OUT, Outcome.OFFLINE})
"""Endings after which nobody knows where the robot is."""

type Turn = tuple[RobotState, tuple[RobotEffect, ...]]


def begin(stored: Hearing, now: datetime) -> RobotState:
    """Return what is known at the start: of what was, only the bad news still counts."""
    hearing = Hearing.UNKNOWN if stored is Hearing.HEARS else stored
    return RobotState(heard_at=now, hearing=hearing)


def step(
    config: RobotConfig, state: RobotState, event: RobotEvent, now: datetime
) -> Turn:
    """Take in an event."""
    match event:
        case GoTo():
            return _go_to(config, state, event, now)
        case Connected():
            return replace(state, hearing=Hearing.UNKNOWN), ()
        case BrokerBack():
            return _doubted(state), ()
        case PositionTold():
            return state, ()
        case BatteryTold(battery, is_charging):
            at = _dock(state.waypoints) if is_charging else state.location
            told = replace(state, battery=battery, is_charging=is_charging, location=at)
            return told, ()
        case PersonTold(sees_person):
            return replace(state, sees_person=sees_person), ()
        case UseTold(in_use):
            state = replace(state, in_use=in_use)
        case Heartbeat():
            state = _beat(state, event, now)
        case Gone():
            state = replace(state, online=False)
        case TimePassed():
            return _time_passed(config, state, now)
        case NavigationTold():
            return _told(config, state, event, now)
        case CloudTold() if state.online is not True:
            state = _seen_by_cloud(state, event)
        case Stop():
            state, effects = _drive(config, state, event, now)
            return state, (SendStop(), *effects)
    return _drive(config, state, event, now)


def is_reached_by_mqtt(state: RobotState) -> bool:
    """Tell whether a command is likely to be obeyed."""
    return state.online is True and state.hearing is not Hearing.DEAF


def wake_at(state: RobotState) -> datetime | None:
    """Return when something is due."""
    due = [] if state.drive is None else [driving.wake_at(state.drive)]
    if state.online is not False and state.heard_at is not None:
        due.append(state.heard_at + SILENT)
    return min(due, default=None)


def _go_to(config: RobotConfig, state: RobotState, event: GoTo, now: datetime) -> Turn:
    """Begin a drive; one that is under way is replaced."""
    effects: list[RobotEffect] = []
    if state.drive is not None:
        effects += driving.end(state.drive, Outcome.REPLACED, now)
    by_mqtt = is_reached_by_mqtt(state) or not config.has_cloud
    route = Route.MQTT if by_mqtt else Route.CLOUD
    drive, begun = driving.begin(event.request, now, route)
    return replace(state, drive=drive), (*effects, *begun)


def _drive(
    config: RobotConfig, state: RobotState, event: DriveEvent, now: datetime
) -> Turn:
    """Carry the drive on, if there is one, and learn from it whether the robot hears."""
    if (before := state.drive) is None:
        if isinstance(event, CloudAccepted):
            # A sequence that begins for nobody any more must not drive on
            return state, (EndSequence(event.sequence_id),)
        return state, ()
    after, effects = driving.advance(before, event, now, cloud=config.has_cloud)
    results = [each.result for each in effects if isinstance(each, Ended)]
    is_late = isinstance(event, TimePassed)
    hearing = _learned(state, before, after, results, is_late=is_late)
    told: tuple[RobotEffect, ...] = (*effects, *_failures(results))
    if any(result.outcome in UNSEEN for result in results):
        state = _lost_sight(state)
    state = replace(state, drive=after, hearing=hearing)
    if any(_may_be_tried(state, before, result) for result in results):
        here = before.request.waypoint
        state = replace(state, tried=(here, now + driving.CONFIRM))
        return state, (*told, SendGoTo(here))
    return state, told


def _failures(results: Iterable[DriveResult]) -> Iterator[Happened]:
    """Yield the drives that failed without the robot having said so itself."""
    for result in results:
        if result.outcome in FAILED:
            yield Happened(News.FAILED, result.waypoint, outcome=result.outcome)


def _learned(
    state: RobotState,
    before: Drive,
    after: Drive | None,
    results: Iterable[DriveResult],
    *,
    is_late: bool,
) -> Hearing:
    """Return whether the robot hears, after what became of a drive."""
    if before.route is not Route.MQTT:
        return state.hearing
    now = next(iter(results), after)
    if now is None:
        return state.hearing
    if before.confirmed_s is None and now.confirmed_s is not None:
        return Hearing.HEARS
    ended = isinstance(now, DriveResult) and now.outcome is Outcome.NO_REACTION
    did_not_react = is_late and (ended or now.route is not before.route)
    return Hearing.DEAF if did_not_react and state.online else state.hearing


def _may_be_tried(state: RobotState, drive: Drive, result: DriveResult) -> bool:
    """Tell whether a deaf robot can be tried: it stands where it is sent, and is silent.

    Without this it would be sent through its cloud for ever, though somebody has mended it.
    """
    arrived = result.route is Route.CLOUD and result.outcome is Outcome.ARRIVED
    is_deaf = state.online is True and state.hearing is Hearing.DEAF
    return arrived and is_deaf and not drive.request.there


def _beat(state: RobotState, beat: Heartbeat, now: datetime) -> RobotState:
    """Take in a report; who was away may not hear any more, nor be where it was."""
    if state.online is False:
        state = _lost_sight(_doubted(state))
    battery = state.battery if beat.battery is None else beat.battery
    return replace(
        state, online=True, heard_at=now, waypoints=beat.waypoints, battery=battery
    )


def _doubted(state: RobotState) -> RobotState:
    """Doubt a robot that may have been connected anew; one never heard of is not doubted."""
    was_known = bool(state.waypoints)
    return replace(state, hearing=Hearing.DOUBTFUL) if was_known else state


def _lost_sight(state: RobotState) -> RobotState:
    """Forget where a robot is whose navigation was not heard to its end."""
    phase = Phase.UNKNOWN if state.is_moving else state.phase
    return replace(state, phase=phase, location=None)


def _time_passed(config: RobotConfig, state: RobotState, now: datetime) -> Turn:
    """Notice silence, and do what is due of a drive."""
    effects: tuple[RobotEffect, ...] = ()
    is_over = state.heard_at is not None and now - state.heard_at >= SILENT
    if is_over and state.online is not False:
        state = replace(state, online=False)
        state, effects = _drive(config, state, Gone(), now)
    state, due = _drive(config, state, TimePassed(), now)
    return state, (*effects, *due)


def _told(
    config: RobotConfig, state: RobotState, told: NavigationTold, now: datetime
) -> Turn:
    """Take in what the navigation says; what is said twice happens once."""
    before = (state.target, state.phase, state.reason_id)
    location = told.location if told.phase is Phase.COMPLETE else None
    state = replace(
        state,
        phase=told.phase,
        reason_id=told.reason_id,
        target=told.location,
        location=location,
    )
    state, effects = _drive(config, _tried(state, told, now), told, now)
    news = NEWS.get(told.phase)
    is_new = before != (state.target, state.phase, state.reason_id)
    if news is None or not is_new:
        return state, effects
    return state, (Happened(news, told.location, told.reason_id), *effects)


def _seen_by_cloud(state: RobotState, told: CloudTold) -> RobotState:
    """Believe the cloud where a robot goes that MQTT does not reach."""
    if told.location is None:
        return state
    at = told.location if told.phase is Phase.COMPLETE else None
    return replace(state, phase=told.phase, target=told.location, location=at)


def _tried(state: RobotState, told: NavigationTold, now: datetime) -> RobotState:
    """Notice that a robot that was deaf obeys, as it begins once more where it stands."""
    if state.tried is None or told.phase is not Phase.START:
        return state
    (here, until), state = state.tried, replace(state, tried=None)
    obeys = same_waypoint(told.location, here) and now < until
    return replace(state, hearing=Hearing.HEARS) if obeys else state


def _dock(waypoints: Iterable[str]) -> str:
    """Return the dock: who charges stands there."""
    return find_waypoint(waypoints, HOME) or HOME
