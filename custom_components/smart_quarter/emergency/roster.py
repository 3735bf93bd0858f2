"""Who is on duty: whoever took over, else the calendar, else the weekly plan.

Pure functions of a roster, the takeovers and a time in UTC. Events that overlap count together;
what no event covers, or was not read, is left to the weekly plan.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from .model import EVERYBODY, ON_DUTY
from .roster_model import DutySource, Plan, Roster, Shift, Span, Takeover

type Takeovers = Mapping[str, Takeover]
type Gap = tuple[datetime, datetime | None]
"""From when to when nobody is on duty; None: as far as anything is planned."""

PLANNED_FOR: Final = timedelta(days=14)
"""So far ahead a calendar is read."""
WARNED_BEFORE: Final = timedelta(hours=12)
"""So long before it begins a gap is a fault."""
DAY: Final = timedelta(days=1)


def duty_at(
    roster: Roster, takeovers: Takeovers, at: datetime
) -> tuple[DutySource, tuple[str, ...]]:
    """Return who is on duty at a time, and why."""
    team = roster.team
    taken = tuple(key for key in takeovers if key in team and at < takeovers[key].until)
    if taken:
        return DutySource.TAKEN_OVER, taken
    if planned := _members(roster, _planned(roster.plan, at)):
        return DutySource.CALENDAR, planned
    if weekly := _members(roster, _weekly(roster, at)):
        return DutySource.WEEKLY, weekly
    return DutySource.NOBODY, ()


def on_duty(roster: Roster, takeovers: Takeovers, at: datetime) -> tuple[str, ...]:
    """Return who is on duty at a time."""
    return duty_at(roster, takeovers, at)[1]


def told_now(
    targets: tuple[str, ...], roster: Roster, takeovers: Takeovers, now: datetime
) -> tuple[str, ...]:
    """Return targets with who is on duty in their place; if nobody is, everybody."""
    if ON_DUTY not in targets:
        return targets
    found = on_duty(roster, takeovers, now) or (EVERYBODY,)
    return tuple(
        person
        for target in targets
        for person in (found if target == ON_DUTY else (target,))
    )


def next_change(roster: Roster, takeovers: Takeovers, now: datetime) -> datetime | None:
    """Return when somebody else will be on duty, within what is planned."""
    present = set(on_duty(roster, takeovers, now))
    for edge in _edges(roster, takeovers, now, now + PLANNED_FOR):
        if set(on_duty(roster, takeovers, edge)) != present:
            return edge
    return None


def next_gap(roster: Roster, takeovers: Takeovers, now: datetime) -> Gap | None:
    """Return when nobody is on duty: now, or within the next `WARNED_BEFORE`."""
    edges = [now, *_edges(roster, takeovers, now, now + PLANNED_FOR)]
    empty = (edge for edge in edges if not on_duty(roster, takeovers, edge))
    since = next(empty, None)
    if since is None or since > now + WARNED_BEFORE:
        return None
    later = (edge for edge in edges if edge > since)
    return since, next((e for e in later if on_duty(roster, takeovers, e)), None)


def span_of(shift: Shift, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return when a shift that begins on a day begins and ends, in UTC.

    On the night the clocks change it is an hour longer or shorter.
    """
    last = day if shift.start < shift.end else day + DAY
    start = datetime.combine(day, shift.start, zone)
    end = datetime.combine(last, shift.end, zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def plan_of(
    calendar: str,
    events: Iterable[Mapping[str, str]],
    names: Mapping[str, str],
    zone: tzinfo,
    read_at: datetime,
) -> Plan:
    """Return what a calendar says: events with `start`, `end` and `summary`.

    Names are what a summary may say, in small letters, and whom it means.
    """
    spans: list[Span] = []
    strangers = False
    for event in events:
        who, all_known = persons_named(event.get("summary", ""), names)
        start, end = _moment(event["start"], zone), _moment(event["end"], zone)
        spans.append(Span(start=start, end=end, who=who))
        strangers = strangers or not all_known
    return Plan(
        calendar=calendar,
        read_at=read_at,
        until=read_at + PLANNED_FOR,
        spans=tuple(spans),
        names_strangers=strangers,
    )


def persons_named(
    summary: str, names: Mapping[str, str]
) -> tuple[tuple[str, ...], bool]:
    """Return whom a summary names, and whether all of them are known."""
    if (whole := names.get(plain(summary))) is not None:
        return (whole,), True
    said = [word for part in summary.split(",") if (word := plain(part))]
    known = dict.fromkeys(names[word] for word in said if word in names)
    return tuple(known), bool(said) and all(word in names for word in said)


def plain(text: str) -> str:
    """Return a name as it is compared."""
    return " ".join(text.casefold().split())


def _moment(text: str, zone: tzinfo) -> datetime:
    """Return a time in UTC; a mere date is the midnight on which it begins."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def _planned(plan: Plan | None, at: datetime) -> Iterator[str]:
    """Yield whom the calendar names at a time."""
    if plan is None or at >= plan.until:
        return
    for span in plan.spans:
        if span.start <= at < span.end:
            yield from span.who


def _weekly(roster: Roster, at: datetime) -> Iterator[str]:
    """Yield whom the weekly plan names at a time."""
    today = at.astimezone(roster.zone).date()
    for shift in roster.weekly:
        for start, end in _spans(shift, (today - DAY, today), roster.zone):
            if start <= at < end:
                yield from shift.persons


def _spans(
    shift: Shift, days: Iterable[date], zone: tzinfo
) -> Iterator[tuple[datetime, datetime]]:
    """Yield when a shift begins and ends, of those that begin on these days."""
    for day in days:
        if day.weekday() in shift.weekdays:
            yield span_of(shift, day, zone)


def _members(roster: Roster, who: Iterable[str]) -> tuple[str, ...]:
    """Return the persons of the team that persons, roles and everybody stand for."""
    found: dict[str, None] = {}
    for each in who:
        if each in roster.team:
            found[each] = None
        else:
            found |= {
                person: None
                for person, role in roster.team.items()
                if each in (role, EVERYBODY)
            }
    return tuple(found)


def _edges(
    roster: Roster, takeovers: Takeovers, since: datetime, until: datetime
) -> list[datetime]:
    """Return, in order, all times within a while at which a duty begins or ends."""
    found = {each.until for each in takeovers.values()}
    if roster.plan is not None:
        found.add(roster.plan.until)
        found |= {t for span in roster.plan.spans for t in (span.start, span.end)}
    first = since.astimezone(roster.zone).date() - DAY
    days = [first + DAY * number for number in range((until - since).days + 3)]
    for shift in roster.weekly:
        found |= {t for span in _spans(shift, days, roster.zone) for t in span}
    return sorted(time for time in found if since < time <= until)
