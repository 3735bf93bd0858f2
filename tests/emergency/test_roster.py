"""Who is on duty: takeovers, calendar, weekly plan, gaps, and the nights the clocks change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.emergency.model import EVERYBODY, ON_DUTY
from custom_components.smart_quarter.emergency.roster import (
    PLANNED_FOR,
    WARNED_BEFORE,
    duty_at,
    next_change,
    next_gap,
    on_duty,
    persons_named,
    plan_of,
    span_of,
    told_now,
)
from custom_components.smart_quarter.emergency.roster_model import (
    DutySource,
    Plan,
    Roster,
    Shift,
    Span,
    Takeover,
)

BERLIN = ZoneInfo("Europe/Berlin")
TEAM = {"anna": "caretaker", "bert": "caretaker", "lea": "lead"}
MONDAY = datetime(2026, 10, 19, 10, tzinfo=UTC)
EVERY_DAY = frozenset(range(7))
NAMES = {"anna": "anna", "bert": "bert", "müller, lea": "lea", "lead": "lead"}


def shift(
    start: str, end: str, *persons: str, weekdays: frozenset[int] = EVERY_DAY
) -> Shift:
    """Return a shift of the weekly plan."""
    return Shift(
        persons=persons or ("anna",),
        weekdays=weekdays,
        start=time.fromisoformat(start),
        end=time.fromisoformat(end),
    )


def span(start: datetime, hours: float, *who: str) -> Span:
    """Return an event."""
    return Span(start=start, end=start + timedelta(hours=hours), who=who)


def plan(*spans: Span, read_at: datetime = MONDAY) -> Plan:
    """Return what a calendar says."""
    until = read_at + PLANNED_FOR
    return Plan(calendar="calendar.duty", read_at=read_at, until=until, spans=spans)


def roster(*weekly: Shift, calendar: Plan | None = None) -> Roster:
    """Return a roster in Berlin."""
    return Roster(zone=BERLIN, team=TEAM, weekly=weekly, plan=calendar)


def local(text: str) -> datetime:
    """Return a time of the clock on the wall in Berlin; with an offset in UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=BERLIN)).astimezone(UTC)


class TestWhoIsOnDuty:
    """Takeovers come before the calendar, and that before the weekly plan."""

    WEEKLY = shift("00:00", "00:00", "lea")

    def test_a_calendar_counts_before_the_weekly_plan(self) -> None:
        known = roster(self.WEEKLY, calendar=plan(span(MONDAY, 2, "anna")))
        assert duty_at(known, {}, MONDAY) == (DutySource.CALENDAR, ("anna",))

    def test_what_the_calendar_leaves_open_the_weekly_plan_fills(self) -> None:
        known = roster(self.WEEKLY, calendar=plan(span(MONDAY, 2, "anna")))
        later = MONDAY + timedelta(hours=2)
        assert duty_at(known, {}, later) == (DutySource.WEEKLY, ("lea",))

    def test_who_took_over_counts_before_both_until_it_ends(self) -> None:
        known = roster(self.WEEKLY, calendar=plan(span(MONDAY, 9, "anna")))
        until = MONDAY + timedelta(hours=1)
        taken = {"bert": Takeover(since=MONDAY, until=until)}
        assert duty_at(known, taken, MONDAY) == (DutySource.TAKEN_OVER, ("bert",))
        assert duty_at(known, taken, until) == (DutySource.CALENDAR, ("anna",))

    def test_two_who_took_over_are_both_on_duty(self) -> None:
        taken = {
            key: Takeover(since=MONDAY, until=MONDAY + timedelta(hours=1))
            for key in ("anna", "bert")
        }
        assert on_duty(roster(self.WEEKLY), taken, MONDAY) == ("anna", "bert")

    def test_who_left_the_team_is_not_on_duty(self) -> None:
        until = MONDAY + timedelta(hours=1)
        taken = {"gone": Takeover(since=MONDAY, until=until)}
        known = roster(
            shift("00:00", "00:00", "gone"), calendar=plan(span(MONDAY, 9, "gone"))
        )
        assert duty_at(known, taken, MONDAY) == (DutySource.NOBODY, ())

    @pytest.mark.fault("roster calendar overlapping")
    def test_events_that_overlap_count_together_and_each_person_once(self) -> None:
        spans = (
            span(MONDAY, 4, "anna"),
            span(MONDAY + timedelta(hours=1), 4, "bert", "anna"),
        )
        known = roster(calendar=plan(*spans))
        times = [MONDAY + timedelta(hours=hours) for hours in (0, 2, 4, 5)]
        assert [on_duty(known, {}, at) for at in times] == [
            ("anna",),
            ("anna", "bert"),
            ("bert", "anna"),
            (),
        ]

    @pytest.mark.fault("roster calendar empty")
    def test_an_empty_calendar_names_nobody(self) -> None:
        assert duty_at(roster(calendar=plan()), {}, MONDAY)[0] is DutySource.NOBODY

    def test_what_was_not_read_is_left_to_the_weekly_plan(self) -> None:
        last = MONDAY + PLANNED_FOR
        known = roster(self.WEEKLY, calendar=plan(span(MONDAY, 24 * 20, "anna")))
        assert on_duty(known, {}, last - timedelta(seconds=1)) == ("anna",)
        assert on_duty(known, {}, last) == ("lea",)

    def test_a_role_and_everybody_stand_for_their_persons(self) -> None:
        known = roster(
            calendar=plan(span(MONDAY, 1, "caretaker"), span(MONDAY, 1, EVERYBODY))
        )
        assert on_duty(known, {}, MONDAY) == ("anna", "bert", "lea")
        lead = roster(calendar=plan(span(MONDAY, 1, "lead")))
        assert on_duty(lead, {}, MONDAY) == ("lea",)


class TestTargets:
    """A call plan tells who is on duty when somebody is told."""

    def test_who_is_on_duty_takes_the_place_of_the_word(self) -> None:
        known = roster(shift("00:00", "00:00", "anna", "bert"))
        told = told_now(("lea", ON_DUTY), known, {}, MONDAY)
        assert told == ("lea", "anna", "bert")

    def test_when_nobody_is_on_duty_everybody_is_told(self) -> None:
        assert told_now((ON_DUTY,), roster(), {}, MONDAY) == (EVERYBODY,)

    def test_other_targets_stay(self) -> None:
        known = roster(shift("00:00", "00:00"))
        assert told_now(("lea", EVERYBODY), known, {}, MONDAY) == ("lea", EVERYBODY)


class TestWeeklyPlan:
    """Shifts go by the clock on the wall."""

    def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_begins(self) -> None:
        known = roster(shift("22:00", "06:00", weekdays=frozenset({4})))
        friday, saturday = "2026-10-16", "2026-10-17"
        assert on_duty(known, {}, local(f"{friday}T21:59:59")) == ()
        assert on_duty(known, {}, local(f"{friday}T22:00:00")) == ("anna",)
        assert on_duty(known, {}, local(f"{saturday}T05:59:59")) == ("anna",)
        assert on_duty(known, {}, local(f"{saturday}T06:00:00")) == ()
        assert on_duty(known, {}, local(f"{friday}T05:00:00")) == ()

    def test_the_same_time_twice_is_a_whole_day(self) -> None:
        known = roster(shift("08:00", "08:00", weekdays=frozenset({0})))
        assert on_duty(known, {}, local("2026-10-20T07:59:59")) == ("anna",)
        assert on_duty(known, {}, local("2026-10-20T08:00:00")) == ()

    @pytest.mark.fault("daylight saving ends")
    def test_the_night_shift_is_an_hour_longer_when_daylight_saving_ends(self) -> None:
        start, end = span_of(shift("22:00", "06:00"), date(2026, 10, 24), BERLIN)
        assert end - start == timedelta(hours=9)
        known = roster(shift("22:00", "06:00"))
        for text in ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"):
            assert on_duty(known, {}, local(text)) == ("anna",)
        assert on_duty(known, {}, local("2026-10-25T06:00:00+01:00")) == ()

    @pytest.mark.fault("daylight saving begins")
    def test_the_night_shift_is_an_hour_shorter_when_daylight_saving_begins(
        self,
    ) -> None:
        start, end = span_of(shift("22:00", "06:00"), date(2027, 3, 27), BERLIN)
        assert end - start == timedelta(hours=7)
        known = roster(shift("22:00", "06:00"))
        assert on_duty(known, {}, local("2027-03-28T05:59:59+02:00")) == ("anna",)
        assert on_duty(known, {}, local("2027-03-28T06:00:00+02:00")) == ()


class TestGaps:
    """When nobody is on duty is known before."""

    def test_a_gap_is_told_from_its_beginning_to_its_end(self) -> None:
        known = roster(shift("06:00", "18:00"), shift("20:00", "06:00", "bert"))
        assert next_gap(known, {}, local("2026-10-19T12:00")) == (
            local("2026-10-19T18:00"),
            local("2026-10-19T20:00"),
        )

    def test_a_gap_that_has_begun_is_told_from_now(self) -> None:
        known = roster(shift("06:00", "18:00"))
        now = local("2026-10-19T19:00")
        assert next_gap(known, {}, now) == (now, local("2026-10-20T06:00"))

    def test_a_gap_is_told_no_sooner_than_it_matters(self) -> None:
        known = roster(shift("06:00", "04:00"))
        end = local("2026-10-20T04:00")
        assert next_gap(known, {}, end - WARNED_BEFORE) is not None
        assert next_gap(known, {}, end - WARNED_BEFORE - timedelta(seconds=1)) is None

    def test_a_takeover_fills_a_gap(self) -> None:
        now = local("2026-10-19T19:00")
        taken = {"bert": Takeover(since=now, until=local("2026-10-20T06:00"))}
        assert next_gap(roster(shift("06:00", "18:00")), taken, now) is None

    def test_a_gap_without_end_says_so(self) -> None:
        assert next_gap(roster(), {}, MONDAY) == (MONDAY, None)

    def test_a_plan_that_runs_out_is_a_gap(self) -> None:
        known = roster(calendar=plan(span(MONDAY, 24 * 20, "anna")))
        last = MONDAY + PLANNED_FOR
        assert next_gap(known, {}, last - timedelta(hours=1)) == (last, None)

    def test_the_next_change_is_when_somebody_else_is_on_duty(self) -> None:
        known = roster(shift("06:00", "14:00"), shift("14:00", "06:00"))
        assert next_change(known, {}, MONDAY) is None, "always the same person"
        known = roster(shift("06:00", "14:00"), shift("14:00", "06:00", "bert"))
        assert next_change(known, {}, MONDAY) == local("2026-10-19T14:00")


class TestReading:
    """What a calendar says is matched to persons."""

    @pytest.mark.parametrize(
        ("summary", "who", "all_known"),
        [
            (" ANNA ", ("anna",), True),
            ("Anna, bert", ("anna", "bert"), True),
            ("Anna,Anna,", ("anna",), True),
            ("MÜLLER,  Lea", ("lea",), True),
            ("Lead", ("lead",), True),
            ("Anna, Carl", ("anna",), False),
            ("Annabel", (), False),
            ("", (), False),
            (" , ", (), False),
        ],
    )
    def test_a_summary_names_persons_and_roles(
        self, summary: str, who: tuple[str, ...], all_known: bool
    ) -> None:
        assert persons_named(summary, NAMES) == (who, all_known)

    def test_an_event_without_a_time_of_day_goes_from_midnight_to_midnight(
        self,
    ) -> None:
        event = {"start": "2026-10-25", "end": "2026-10-26", "summary": "Anna"}
        found = plan_of("calendar.duty", [event], NAMES, BERLIN, MONDAY)
        assert found.spans == (
            Span(
                start=local("2026-10-25T00:00"),
                end=local("2026-10-26T00:00"),
                who=("anna",),
            ),
        )
        day = found.spans[0]
        assert day.end - day.start == timedelta(hours=25), "the clocks change"
        assert found.until == MONDAY + PLANNED_FOR
        assert not found.names_strangers

    def test_a_time_counts_as_the_calendar_says_it(self) -> None:
        event = {
            "start": "2026-10-19T22:00:00+02:00",
            "end": "2026-10-20T04:00:00+00:00",
            "summary": "Carl",
        }
        found = plan_of("calendar.duty", [event], NAMES, BERLIN, MONDAY)
        (only,) = found.spans
        assert only.start == local("2026-10-19T22:00")
        assert only.end == local("2026-10-20T06:00")
        assert only.who == ()
        assert found.names_strangers


# Properties

moments = st.datetimes(
    min_value=datetime(2026, 10, 1),
    max_value=datetime(2027, 4, 30),
    timezones=st.just(UTC),
)
around_changes = st.sampled_from(
    [datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)]
).flatmap(
    lambda change: st.integers(-7200, 7200).map(lambda s: change + timedelta(seconds=s))
)
clock_times = st.times().map(lambda each: each.replace(microsecond=0))
persons = st.lists(st.sampled_from([*TEAM, "gone"]), min_size=1, max_size=2)
shifts = st.builds(
    Shift,
    persons=persons.map(tuple),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    start=clock_times,
    end=clock_times,
)
words = st.sampled_from([*TEAM, "lead", "caretaker", EVERYBODY, "gone"])


@st.composite
def rosters(draw: st.DrawFn, now: datetime) -> Roster:
    """Draw a roster with a calendar that was read around a time, or none."""
    starts = st.integers(-30, 400).map(lambda hours: now + timedelta(hours=hours))
    spans = st.builds(span, starts, st.floats(0.1, 60), words)
    read_at = now - timedelta(days=draw(st.integers(0, 20)))
    known = st.lists(spans, max_size=5).map(lambda all_: plan(*all_, read_at=read_at))
    return roster(*draw(st.lists(shifts, max_size=3)), calendar=draw(st.none() | known))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Roster, dict[str, Takeover], datetime]:
    """Draw a roster, takeovers and a time."""
    now = draw(moments | around_changes)
    ends = st.integers(1, 24 * 7 * 60).map(lambda minutes: timedelta(minutes=minutes))
    taken = draw(st.dictionaries(st.sampled_from([*TEAM, "gone"]), ends, max_size=2))
    takeovers = {
        key: Takeover(since=now, until=now + ends) for key, ends in taken.items()
    }
    return draw(rosters(now)), takeovers, now


def steps(since: datetime, until: datetime) -> Iterator[datetime]:
    """Yield times that are 17 minutes apart."""
    while since < until:
        yield since
        since += timedelta(minutes=17)


@given(situation=situations())
def test_only_persons_of_the_team_are_on_duty_and_each_once(
    situation: tuple[Roster, dict[str, Takeover], datetime],
) -> None:
    source, found = duty_at(*situation)
    assert set(found) <= TEAM.keys()
    assert len(set(found)) == len(found)
    assert (source is DutySource.NOBODY) is (found == ())


@given(situation=situations())
def test_somebody_is_always_told(
    situation: tuple[Roster, dict[str, Takeover], datetime],
) -> None:
    told = told_now((ON_DUTY,), *situation)
    assert told == (on_duty(*situation) or (EVERYBODY,))


@given(situation=situations())
def test_until_the_next_change_the_same_persons_are_on_duty(
    situation: tuple[Roster, dict[str, Takeover], datetime],
) -> None:
    known, takeovers, now = situation
    change = next_change(*situation)
    present = set(on_duty(*situation))
    end = min(change or now + PLANNED_FOR, now + timedelta(days=2))
    for at in steps(now, end):
        assert set(on_duty(known, takeovers, at)) == present
    if change is not None:
        assert set(on_duty(known, takeovers, change)) != present


@given(situation=situations())
def test_no_gap_is_overlooked_and_none_is_made_up(
    situation: tuple[Roster, dict[str, Takeover], datetime],
) -> None:
    known, takeovers, now = situation
    since, until = next_gap(*situation) or (now + WARNED_BEFORE, now + WARNED_BEFORE)
    for at in steps(now, since):
        assert on_duty(known, takeovers, at) != ()
    for at in steps(since, min(until or since, since + timedelta(days=1))):
        assert on_duty(known, takeovers, at) == ()
    if until is not None and until > since:
        assert on_duty(known, takeovers, until) != ()


@given(
    cuts=st.lists(clock_times, min_size=1, max_size=5, unique=True).map(sorted),
    now=moments | around_changes,
)
def test_shifts_that_fill_the_day_leave_no_gap_in_any_night(
    cuts: list[time], now: datetime
) -> None:
    weekly = [
        Shift(persons=("anna",), weekdays=EVERY_DAY, start=start, end=end)
        for start, end in zip(cuts, [*cuts[1:], cuts[0]], strict=True)
    ]
    known = roster(*weekly)
    assert on_duty(known, {}, now) == ("anna",)
    assert next_gap(known, {}, now) is None


@given(each=shifts, now=moments)
def test_a_shift_counts_when_the_clock_on_the_wall_says_so(
    each: Shift, now: datetime
) -> None:
    wall = now.astimezone(BERLIN)
    yesterday = (wall.weekday() - 1) % 7
    clock = wall.time()
    if each.start < each.end:
        expected = wall.weekday() in each.weekdays and each.start <= clock < each.end
    else:
        tonight = wall.weekday() in each.weekdays and clock >= each.start
        expected = tonight or (yesterday in each.weekdays and clock < each.end)
    if is_night_of_a_change(wall):
        return
    found = on_duty(roster(each), {}, now)
    assert bool(found) is (expected and any(p in TEAM for p in each.persons))


def is_night_of_a_change(wall: datetime) -> bool:
    """Tell whether the clock on the wall was or will be put within a few hours."""
    hours = timedelta(hours=3)
    utc = wall.astimezone(UTC)
    offsets = {(utc + by).astimezone(BERLIN).utcoffset() for by in (-hours, hours)}
    return len(offsets) > 1
