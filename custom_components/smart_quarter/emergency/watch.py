"""When somebody has not been heard of for too long: fixed windows, nothing is learned.

Pure: windows are local times of the house, moments are UTC. Each rule says when it is due.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

REMIND_BEFORE: Final = timedelta(minutes=30)
"""A check-in is asked for so long before it is missed."""
_DAY: Final = timedelta(days=1)


class Rule(StrEnum):
    """What is watched; part of the id of the source that a rule is."""

    INACTIVITY = "inactivity"
    DAY_INACTIVITY = "day_inactivity"
    CHECK_IN = "check_in"
    BED = "bed"
    BATHROOM = "bathroom"
    DOOR = "door"


STAYS: Final = (Rule.BED, Rule.BATHROOM, Rule.DOOR)
"""Rules about something that lasts too long: out of bed, in the bathroom, the door open."""
OF_ACTIVITY: Final = (Rule.INACTIVITY, Rule.DAY_INACTIVITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How a place is watched; None switches a rule off."""

    inactivity: timedelta | None = None
    """Without any activity for longer than this, at any time of the day."""
    day_inactivity: timedelta | None = None
    """The same, counted only outside the hours of sleep."""
    sleep_begins: time = time(22)
    sleep_ends: time = time(7)
    check_in_until: time | None = None
    activity_is_check_in: bool = False
    stays: Mapping[Rule, timedelta] = field(default_factory=dict)
    """How long each of `STAYS` may last; out of bed only counts in the hours of sleep."""
    zone: tzinfo = UTC

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules that are on."""
        limits = {
            Rule.INACTIVITY: self.inactivity,
            Rule.DAY_INACTIVITY: self.day_inactivity,
            Rule.CHECK_IN: self.check_in_until,
            **self.stays,
        }
        return tuple(rule for rule, limit in limits.items() if limit is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What is remembered of a place that is watched; times are UTC."""

    last_activity: datetime | None = None
    """Known exactly only where it decides something: motion is not written down."""
    checked_in_at: datetime | None = None
    reminded_at: datetime | None = None
    absent_until: datetime | None = None
    visitors_until: datetime | None = None
    """Visitors open doors and use the bathroom: until then none of `STAYS` asks anybody."""
    since: Mapping[Rule, datetime] = field(default_factory=dict)
    """Since when each of `STAYS` has lasted."""
    blind: bool = False
    """Nothing that shows activity can be heard: neither activity nor the lack of it is known."""
    quiet_until: datetime | None = None
    """Nobody is missed before this: what happened while nothing was heard is not known."""
    due: datetime | None = None
    """When the next rule must be looked at."""


def due_at(rule: Rule, watch: Watch, known: Watching) -> datetime | None:
    """Return when a rule says that somebody must be asked; None: not as it is now."""
    match rule:
        case Rule.INACTIVITY | Rule.DAY_INACTIVITY:
            return _inactive_at(rule, watch, known)
        case Rule.CHECK_IN:
            return _missed_at(watch, known)
        case _:
            return _overstayed_at(rule, watch, known)


def remind_at(watch: Watch, known: Watching) -> datetime | None:
    """Return when to ask for the next check-in; None when that was done."""
    missed = _missed_at(watch, known)
    at = None if missed is None else missed - REMIND_BEFORE
    done = known.reminded_at
    return None if at is None or (done is not None and done >= at) else at


def is_asleep(watch: Watch, moment: datetime) -> bool:
    """Tell whether a moment is in the hours of sleep."""
    clock = moment.astimezone(watch.zone).time()
    if watch.sleep_begins <= watch.sleep_ends:
        return watch.sleep_begins <= clock < watch.sleep_ends
    return clock >= watch.sleep_begins or clock < watch.sleep_ends


def _inactive_at(rule: Rule, watch: Watch, known: Watching) -> datetime | None:
    """Return when nothing has been heard for too long."""
    if known.last_activity is None or known.blind:
        return None
    if rule is Rule.DAY_INACTIVITY:
        due = _inactive_by_day(watch, known.last_activity)
    else:
        limit = watch.inactivity
        due = None if limit is None else known.last_activity + limit
    if due is None or known.quiet_until is None:
        return due
    return max(due, known.quiet_until)


def _inactive_by_day(watch: Watch, last_activity: datetime) -> datetime | None:
    """Return when nothing has been heard for too long while awake; sleep starts the count anew."""
    if (limit := watch.day_inactivity) is None:
        return None
    begins = last_activity
    if is_asleep(watch, begins):
        begins = _next(watch, watch.sleep_ends, begins)
    if _next(watch, watch.sleep_begins, begins) >= begins + limit:
        return begins + limit
    begins = _next(watch, watch.sleep_ends, _next(watch, watch.sleep_begins, begins))
    fits = _next(watch, watch.sleep_begins, begins) >= begins + limit
    return begins + limit if fits else None


def _missed_at(watch: Watch, known: Watching) -> datetime | None:
    """Return when a check-in is missed: on the day after the last one."""
    if watch.check_in_until is None or known.checked_in_at is None:
        return None
    day = known.checked_in_at.astimezone(watch.zone).date() + _DAY
    return _at(day, watch.check_in_until, watch.zone)


def _overstayed_at(rule: Rule, watch: Watch, known: Watching) -> datetime | None:
    """Return when something has lasted for too long."""
    since, limit = known.since.get(rule), watch.stays.get(rule)
    if since is None or limit is None:
        return None
    at = since + limit
    if rule is Rule.BED and not is_asleep(watch, at):
        return None
    return at


def _next(watch: Watch, clock: time, after: datetime) -> datetime:
    """Return when a clock shows a time next, later than a moment."""
    day = after.astimezone(watch.zone).date()
    at = _at(day, clock, watch.zone)
    return at if at > after else _at(day + _DAY, clock, watch.zone)


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return a local time of a day as UTC."""
    return datetime.combine(day, clock, zone).astimezone(UTC)
