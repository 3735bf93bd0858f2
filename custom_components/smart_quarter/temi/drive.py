"""A drive that counts only when the robot says so: (drive, event, now) -> (drive, effects).

Commands reach the stock app at QoS 0 and are never acknowledged. So a command counts when the
navigation speaks of the waypoint; until then it is sent again, and before 10 s are over the robot is said
not to react. An abort is tried again after the pause without which the robot twitches.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .happenings import (
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
    UseTold,
)
from .model import (
    MOVING,
    Drive,
    DriveResult,
    Outcome,
    Phase,
    Reason,
    Request,
    Route,
    Stage,
    reason_of,
    same_waypoint,
)
from .speech import spoken_s

CONFIRM: Final = timedelta(seconds=9.5)
"""So long the robot has to say its first word: the fault is to be known within 10 s."""
RESEND: Final = timedelta(seconds=3)
SENDS: Final = 3
"""So often a command is sent before the robot is said not to react."""
PAUSE: Final = timedelta(seconds=5)
LOST: Final = timedelta(seconds=30)
"""A drive of a robot that is offline is waited for so much longer."""
LOOKS_FOR_A_WAY: Final = frozenset({Phase.START, Phase.CALCULATING, Phase.REPOSING})
PLAYS_ON: Final = frozenset(
    {Outcome.STOPPED, Outcome.REPLACED, Outcome.STUCK, Outcome.TIMED_OUT}
)
"""Endings that the cloud does not know of."""

type Turn = tuple[Drive | None, tuple[DriveEffect, ...]]


def begin(request: Request, now: datetime, route: Route = Route.MQTT) -> Turn:
    """Begin a drive: say what is to be said before, or drive at once."""
    drive = Drive(
        request=request,
        begun_at=now,
        deadline=now + timedelta(seconds=request.timeout_s),
        stage=Stage.SPEAKING,
        until=now,
        route=route,
    )
    if not request.before or route is Route.CLOUD:
        return _call(drive, now)
    until = now + timedelta(seconds=spoken_s(request.before))
    return replace(drive, until=until), (Say(request.before),)


def advance(drive: Drive, event: DriveEvent, now: datetime, *, cloud: bool) -> Turn:
    """Carry a drive on; `cloud` tells whether there is a second way to the robot."""
    match event:
        case Stop():
            return _end(drive, Outcome.STOPPED, now)
        case Ending():
            return _end(drive, Outcome.INTERRUPTED, now)
        case NotSent():
            return _second_way(drive, Outcome.OFFLINE, now, cloud=cloud)
        case Gone():
            return _gone(drive, now)
        case Heartbeat():
            return _found(drive, now)
        case UseTold(in_use):
            return _touched(drive, now) if in_use else (drive, ())
        case NavigationTold():
            return _told(drive, event, now)
        case CloudAccepted(drive_id, sequence_id):
            if drive_id != drive.request.drive_id:
                return drive, (EndSequence(sequence_id),)
            return replace(drive, sequence_id=sequence_id), ()
        case CloudRefused(drive_id, detail):
            if drive_id != drive.request.drive_id:
                return drive, ()
            return _end(replace(drive, detail=detail), Outcome.NO_REACTION, now)
        case CloudTold():
            return _cloud_told(drive, event, now)
        case TimePassed():
            return _time_passed(drive, now, cloud=cloud)


def wake_at(drive: Drive) -> datetime:
    """Return when something is due."""
    if drive.stage is not Stage.CALLING:
        return min(drive.until, drive.deadline)
    return drive.until if (resend := _resend_at(drive)) is None else resend


def _call(drive: Drive, now: datetime) -> Turn:
    """Begin an attempt: send the robot, and wait for its first word."""
    drive = replace(
        drive,
        stage=Stage.CALLING,
        until=now + CONFIRM,
        attempt=drive.attempt + 1,
        sent=1,
        sent_at=now,
        gave_up=False,
        phase=Phase.UNKNOWN,
    )
    if drive.route is Route.CLOUD:
        return drive, (PlayDrive(drive.request),)
    return drive, (SendGoTo(drive.request.waypoint),)


def _resend_at(drive: Drive) -> datetime | None:
    """Return when the command is sent again; the cloud's is sent once."""
    if drive.stage is not Stage.CALLING or drive.route is Route.CLOUD:
        return None
    if drive.sent_at is None or drive.sent >= SENDS:
        return None
    return drive.sent_at + RESEND


def _time_passed(drive: Drive, now: datetime, *, cloud: bool) -> Turn:
    """Do what is due."""
    if now >= drive.deadline and drive.stage is not Stage.CALLING:
        return _too_late(drive, now)
    if (resend := _resend_at(drive)) is not None and resend <= now < drive.until:
        again = replace(drive, sent=drive.sent + 1, sent_at=now)
        return again, (SendGoTo(drive.request.waypoint),)
    if now < drive.until:
        return drive, ()
    match drive.stage:
        case Stage.SPEAKING | Stage.PAUSING:
            return _call(drive, now)
        case Stage.CALLING if drive.gave_up:
            return _again(drive, now)
        case Stage.CALLING:
            return _second_way(drive, Outcome.NO_REACTION, now, cloud=cloud)
        case Stage.DRIVING:
            return _end(drive, Outcome.OFFLINE, now)


def _second_way(drive: Drive, outcome: Outcome, now: datetime, *, cloud: bool) -> Turn:
    """Try the cloud, if there is one and it was not tried yet."""
    if not cloud or drive.route is Route.CLOUD:
        return _end(drive, outcome, now)
    deadline = max(drive.deadline, now + CONFIRM)
    return _call(replace(drive, route=Route.CLOUD, deadline=deadline), now)


def _told(drive: Drive, told: NavigationTold, now: datetime) -> Turn:
    """Take in what the navigation says."""
    if drive.stage is Stage.SPEAKING:
        return drive, ()
    if not same_waypoint(told.location, drive.request.waypoint):
        elsewhere = drive.stage is Stage.DRIVING and told.phase is Phase.START
        return _end(drive, Outcome.REPLACED, now) if elsewhere else (drive, ())
    drive = replace(drive, reason_id=told.reason_id)
    match told.phase:
        case Phase.COMPLETE:
            drive = _confirmed(drive, now)
            return _end(drive, Outcome.ARRIVED, now)
        case Phase.ABORT:
            return _aborted(drive, now)
        case phase if phase in MOVING:
            return _moves(drive, phase, now)
    return drive, ()


def _moves(drive: Drive, phase: Phase, now: datetime) -> Turn:
    """Believe that it drives; say what is to be said on the way once."""
    says = drive.confirmed_s is None and drive.route is Route.MQTT
    drive = replace(
        _confirmed(drive, now), stage=Stage.DRIVING, phase=phase, until=drive.deadline
    )
    text = drive.request.under_way
    return drive, (Say(text),) if says and text else ()


def _confirmed(drive: Drive, now: datetime) -> Drive:
    """Remember when the first word came."""
    if drive.confirmed_s is not None:
        return drive
    return replace(drive, confirmed_s=(now - drive.begun_at).total_seconds())


def _aborted(drive: Drive, now: datetime) -> Turn:
    """Take in that it gave up: for a second command, before it began, or on the way."""
    match drive.stage:
        case Stage.CALLING:
            return replace(drive, gave_up=True), ()
        case Stage.DRIVING if _is_own_doing(drive, now):
            return replace(drive, stage=Stage.CALLING, until=now + CONFIRM), ()
        case Stage.DRIVING:
            return _again(drive, now)
    return drive, ()


def _is_own_doing(drive: Drive, now: datetime) -> bool:
    """Tell whether a command that was sent twice made the robot begin anew."""
    if drive.sent < 2 or drive.sent_at is None:
        return False
    return now - drive.sent_at < RESEND


def _again(drive: Drive, now: datetime) -> Turn:
    """Try again after a pause, as often as is wanted and as long as there is time."""
    late = now + PAUSE >= drive.deadline
    if late or drive.route is Route.CLOUD or drive.attempt > drive.request.retries:
        return _end(drive, Outcome.ABORTED, now)
    return replace(drive, stage=Stage.PAUSING, until=now + PAUSE), ()


def _touched(drive: Drive, now: datetime) -> Turn:
    """Leave a robot alone that somebody has just stopped, unless the drive insists."""
    if drive.stage is Stage.PAUSING and not drive.request.insists:
        return _end(drive, Outcome.ABORTED, now)
    return drive, ()


def _gone(drive: Drive, now: datetime) -> Turn:
    """Wait a while for a robot that is offline: it may still arrive, and its cloud may know."""
    if drive.route is Route.CLOUD:
        return drive, ()
    if drive.stage is not Stage.DRIVING:
        return _end(drive, Outcome.OFFLINE, now)
    return replace(drive, until=min(drive.deadline, now + LOST)), ()


def _found(drive: Drive, now: datetime) -> Turn:
    """Wait as long as before for a robot that reports again."""
    if drive.stage is Stage.DRIVING and drive.until < drive.deadline:
        return replace(drive, until=drive.deadline), ()
    return drive, ()


def _cloud_told(drive: Drive, told: CloudTold, now: datetime) -> Turn:
    """Take in what the cloud says of its own sequence; what is older is another drive's."""
    if drive.sequence_id is None or told.sequence_id != drive.sequence_id:
        return drive, ()
    here = told.location is not None and same_waypoint(
        told.location, drive.request.waypoint
    )
    if not told.is_over:
        is_on_its_way = here and told.phase in MOVING
        return _moves(drive, told.phase, now) if is_on_its_way else (drive, ())
    if here and told.phase is Phase.COMPLETE:
        return _end(_confirmed(drive, now), Outcome.ARRIVED, now)
    return _end(drive, Outcome.ABORTED, now)


def _too_late(drive: Drive, now: datetime) -> Turn:
    """End a drive in time; a robot that looks for a way is stopped, or it would drive later."""
    if drive.stage is Stage.PAUSING:
        return _end(drive, Outcome.ABORTED, now)
    if drive.phase not in LOOKS_FOR_A_WAY:
        return _end(drive, Outcome.TIMED_OUT, now)
    _, effects = _end(drive, Outcome.STUCK, now)
    return None, (SendStop(), *effects)


def end(drive: Drive, outcome: Outcome, now: datetime) -> tuple[DriveEffect, ...]:
    """Return what ends a drive, and tells how it went."""
    return _end(drive, outcome, now)[1]


def _end(drive: Drive, outcome: Outcome, now: datetime) -> Turn:
    """End a drive, and tell how it went."""
    result = DriveResult(
        drive_id=drive.request.drive_id,
        waypoint=drive.request.waypoint,
        outcome=outcome,
        route=drive.route,
        attempts=drive.attempt,
        seconds=(now - drive.begun_at).total_seconds(),
        confirmed_s=drive.confirmed_s,
        reason=_reason(drive, outcome),
        reason_id=drive.reason_id,
        detail=drive.detail,
    )
    return None, (*_last_effects(drive, outcome), Ended(result))


def _last_effects(drive: Drive, outcome: Outcome) -> Iterator[DriveEffect]:
    """Yield what an ending needs: a word on arrival, an end of what the cloud still plays."""
    text = drive.request.there
    if outcome is Outcome.ARRIVED and drive.route is Route.MQTT and text:
        yield Say(text)
    if outcome in PLAYS_ON and drive.sequence_id is not None:
        yield EndSequence(drive.sequence_id)


def _reason(drive: Drive, outcome: Outcome) -> Reason:
    """Return why it ended so, in words."""
    if outcome is Outcome.ABORTED:
        return reason_of(drive.reason_id, Phase.ABORT)
    return reason_of(drive.reason_id, Phase.UNKNOWN)
