"""When somebody has not been heard of for too long, by the clock on the wall."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.emergency.watch import (
    Rule,
    Watch,
    Watching,
    due_at,
    is_asleep,
    remind_at,
)

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def local(text: str) -> datetime:
    """Return a time in Berlin as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def due(rule: Rule, watch: Watch, **known: object) -> datetime | None:
    """Return when a rule is due."""
    return due_at(rule, watch, Watching(**known))  # type: ignore[arg-type]


def test_a_place_without_rules_is_never_due() -> None:
    active = Watching(last_activity=local("2026-07-01T12:00"), checked_in_at=None)
    assert Watch().rules == ()
    assert [due_at(rule, Watch(), active) for rule in Rule] == [None] * len(Rule)


def test_inactivity_is_counted_by_day_and_night() -> None:
    watch = Watch(inactivity=12 * HOUR, zone=BERLIN)
    last = local("2026-07-01T20:00")
    assert due(Rule.INACTIVITY, watch, last_activity=last) == local("2026-07-02T08:00")


def test_nothing_that_can_be_heard_is_no_inactivity() -> None:
    watch = Watch(inactivity=12 * HOUR, day_inactivity=4 * HOUR)
    last = local("2026-07-01T20:00")
    for rule in (Rule.INACTIVITY, Rule.DAY_INACTIVITY):
        assert due(rule, watch, last_activity=last, blind=True) is None


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("2026-07-01T09:00", "2026-07-01T13:00"),
        ("2026-07-01T18:00", "2026-07-01T22:00"),
        ("2026-07-01T18:01", "2026-07-02T11:00"),
        ("2026-07-01T23:30", "2026-07-02T11:00"),
        ("2026-07-02T03:00", "2026-07-02T11:00"),
        ("2026-07-02T07:00", "2026-07-02T11:00"),
    ],
)
def test_inactivity_by_day_begins_anew_after_the_night(
    last: str, expected: str
) -> None:
    watch = Watch(day_inactivity=4 * HOUR, zone=BERLIN)
    found = due(Rule.DAY_INACTIVITY, watch, last_activity=local(last))
    assert found == local(expected)


def test_a_day_that_is_shorter_than_the_limit_has_no_inactivity_by_day() -> None:
    watch = Watch(day_inactivity=16 * HOUR, zone=BERLIN)
    last = local("2026-07-01T12:00")
    assert due(Rule.DAY_INACTIVITY, watch, last_activity=last) is None


@pytest.mark.fault("daylight saving ends")
@pytest.mark.fault("daylight saving begins")
@pytest.mark.parametrize("day", ["2026-10-24", "2027-03-27", "2026-07-01"])
def test_a_check_in_is_missed_at_its_local_time_also_when_the_clocks_change(
    day: str,
) -> None:
    watch = Watch(check_in_until=time(10), zone=BERLIN)
    known = Watching(checked_in_at=local(f"{day}T09:00"))
    missed = due_at(Rule.CHECK_IN, watch, known)
    assert missed is not None
    assert missed.astimezone(BERLIN).time() == time(10)
    assert remind_at(watch, known) == missed - timedelta(minutes=30)


def test_a_check_in_counts_for_its_day() -> None:
    watch = Watch(check_in_until=time(10), zone=BERLIN)
    for clock in ("00:30", "09:59", "23:00"):
        at = local(f"2026-07-01T{clock}")
        missed = due(Rule.CHECK_IN, watch, checked_in_at=at)
        assert missed == local("2026-07-02T10:00")


def test_one_is_reminded_once_a_day() -> None:
    watch = Watch(check_in_until=time(10), zone=BERLIN)
    checked_in_at = local("2026-07-01T09:00")
    reminded_at = local("2026-07-02T09:30")
    known = Watching(checked_in_at=checked_in_at, reminded_at=reminded_at)
    assert remind_at(watch, known) is None
    known = Watching(checked_in_at=reminded_at, reminded_at=reminded_at)
    assert remind_at(watch, known) == local("2026-07-03T09:30")


def test_out_of_bed_counts_only_in_the_hours_of_sleep() -> None:
    watch = Watch(stays={Rule.BED: HOUR / 2}, zone=BERLIN)
    for clock, counts in (("02:00", True), ("06:20", True), ("06:40", False)):
        since = {Rule.BED: local(f"2026-07-01T{clock}")}
        found = due(Rule.BED, watch, since=since)
        assert found == (since[Rule.BED] + HOUR / 2 if counts else None)


def test_the_bathroom_and_the_door_count_at_any_time() -> None:
    watch = Watch(stays={Rule.BATHROOM: 0.75 * HOUR, Rule.DOOR: HOUR / 6})
    since = dict.fromkeys((Rule.BATHROOM, Rule.DOOR), local("2026-07-01T12:00"))
    assert due(Rule.BATHROOM, watch, since=since) == local("2026-07-01T12:45")
    assert due(Rule.DOOR, watch, since=since) == local("2026-07-01T12:10")
    assert due(Rule.DOOR, watch) is None


def test_sleep_may_be_by_day() -> None:
    by_day = Watch(sleep_begins=time(9), sleep_ends=time(15), zone=BERLIN)
    assert is_asleep(by_day, local("2026-07-01T12:00"))
    assert not is_asleep(by_day, local("2026-07-01T15:00"))
    assert not is_asleep(by_day, local("2026-07-01T23:00"))


moments = st.datetimes(
    datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)
)
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(moments, clocks, clocks, st.integers(1, 12))
def test_inactivity_by_day_is_due_while_awake_and_never_too_early(
    last: datetime, begins: time, ends: time, hours: int
) -> None:
    watch = Watch(
        day_inactivity=hours * HOUR, sleep_begins=begins, sleep_ends=ends, zone=BERLIN
    )
    found = due(Rule.DAY_INACTIVITY, watch, last_activity=last)
    if found is not None:
        assert found >= last + hours * HOUR
        assert found <= last + timedelta(hours=hours + 51)
        assert not is_asleep(watch, found - timedelta(seconds=1))


@given(moments, clocks)
def test_a_check_in_is_missed_within_two_days(last: datetime, until: time) -> None:
    found = due(
        Rule.CHECK_IN, Watch(check_in_until=until, zone=BERLIN), checked_in_at=last
    )
    assert found is not None
    assert timedelta() < found - last <= timedelta(hours=49)
