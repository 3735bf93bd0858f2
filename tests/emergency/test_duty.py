"""The duty roster as it runs: a real calendar that is read, breaks and comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import Context, CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    setup_test_component_platform,
)
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.emergency import duty
from custom_components.smart_quarter.emergency.faults import Problem
from custom_components.smart_quarter.emergency.roster_model import DutySource

from .conftest import FLAT, SetUp, house_entry, part
from .test_repairs import change_part, is_raised, issue, raised, words
from .test_runtime import do, later, pull, settle

CALENDAR = "calendar.duty"
ON_DUTY = "sensor.block_3_on_duty"
FAULT = "binary_sensor.block_3_fault"
NOW = datetime(2026, 10, 19, 10, tzinfo=UTC)
ALL_DAY: dict[str, Any] = {
    "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
}
WHOLE_DAYS: dict[str, Any] = {**ALL_DAY, "start": "06:00:00", "end": "06:00:00"}


class DutyCalendar(CalendarEntity):
    """A calendar whose events a test sets."""

    _attr_name = "Duty"
    _attr_unique_id = "duty"
    _attr_should_poll = False

    def __init__(self) -> None:
        """Begin empty and in reach."""
        self.events: list[CalendarEvent] = []
        self.fails: Exception | None = None
        self.hangs = False
        self.asked = 0

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the first event."""
        return next(iter(self.events), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the events within a range, as calendars do."""
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails is not None:
            raise self.fails
        return [
            each
            for each in self.events
            if each.start_datetime_local < end_date
            and each.end_datetime_local > start_date
        ]

    def says(self, *events: CalendarEvent) -> None:
        """Say something else, and let Home Assistant know."""
        self.events = list(events)
        self.async_write_ha_state()

    def reachable(self, reachable: bool) -> None:
        """Come into reach or leave it."""
        self._attr_available = reachable
        self.async_write_ha_state()


def event(summary: str, hours: float, after_hours: float = 0) -> CalendarEvent:
    """Return an event that begins so many hours from `NOW`."""
    start = NOW + timedelta(hours=after_hours)
    end = start + timedelta(hours=hours)
    return CalendarEvent(start=start, end=end, summary=summary)


@pytest.fixture(autouse=True)
async def clock(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let it be a Monday in October in Berlin, and all sources exist."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(NOW)
    hass.states.async_set("event.pendant", "unknown")


@pytest.fixture
async def calendar(hass: HomeAssistant) -> AsyncIterator[DutyCalendar]:
    """Return a calendar with somebody on duty for two weeks."""
    found = DutyCalendar()
    found.events = [event("anna", 24 * 15)]
    setup_test_component_platform(hass, "calendar", [found])
    setting = {"calendar": {"platform": "test"}}
    assert await async_setup_component(hass, "calendar", setting)
    await hass.async_block_till_done()
    yield found
    await found.async_remove()


@pytest.fixture
def make(phone: str, set_up: SetUp, others: None) -> Callable[..., Any]:
    """Return what sets a house up whose plan tells who is on duty first."""

    async def make(*shifts: Any, **changes: Any) -> MockConfigEntry:
        steps = {"first": ["on_duty"], "second": ["everybody"], "repeat_s": 30}
        return await set_up(
            house_entry(
                part("place", "flat", **FLAT),
                part(
                    "person", "anna", role="caretaker", user="user-anna", phones=[phone]
                ),
                part("person", "lea", role="lead", user="user-lea"),
                part("person", "resi", role="resident", place="flat"),
                part("policy", "plan", **steps),
                *shifts,
                **changes,
            )
        )

    return make


@pytest.fixture
async def house(make: Callable[..., Any], calendar: DutyCalendar) -> MockConfigEntry:
    """Return a house with a duty calendar and no shift."""
    found: MockConfigEntry = await make(calendar=CALENDAR)
    return found


def on_duty(house: MockConfigEntry) -> tuple[DutySource, tuple[str, ...]]:
    """Return who is on duty in a house, and why."""
    found: tuple[DutySource, tuple[str, ...]] = house.runtime_data.duty.now()
    return found


def told(house: MockConfigEntry) -> list[tuple[str, ...]]:
    """Return who was told of each call."""
    return [each.told for each in house.runtime_data.state.incidents.values()]


def gaps(hass: HomeAssistant) -> list[dict[str, str]]:
    """Return what the messages about gaps fill in."""
    known = ir.async_get(hass).issues
    return [
        words(found)
        for (domain, issue_id), found in known.items()
        if domain == DOMAIN and issue_id.endswith("roster_gap")
    ]


async def changed(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let a change of the calendar be read."""
    await settle(hass)
    await later(hass, freezer, duty.SETTLE_S + 1)


async def test_who_the_calendar_names_is_on_duty_and_is_told(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    assert on_duty(house) == (DutySource.CALENDAR, ("anna",))
    assert hass.states.get(ON_DUTY).state == "1"
    await pull(hass)
    assert told(house) == [("anna",)]
    assert raised(hass) == set()


@pytest.mark.parametrize(
    ("summary", "who"),
    [
        (" ANNA", {"anna"}),
        ("Anna, Lea", {"anna", "lea"}),
        ("lead", {"lea"}),
        ("Care team", {"anna"}),
        ("all caretakers", {"anna", "lea"}),
    ],
)
async def test_an_event_names_persons_roles_or_everybody(
    make: Callable[..., Any], calendar: DutyCalendar, summary: str, who: set[str]
) -> None:
    calendar.events = [event(summary, 24 * 15)]
    house = await make(calendar=CALENDAR)
    assert set(on_duty(house)[1]) == who


async def test_roles_are_named_in_the_language_of_the_house(
    hass: HomeAssistant, make: Callable[..., Any], calendar: DutyCalendar
) -> None:
    hass.config.language = "de"
    calendar.events = [event("leitung, Betreuung", 24 * 15)]
    house = await make(calendar=CALENDAR)
    assert set(on_duty(house)[1]) == {"anna", "lea"}


async def test_an_event_for_the_whole_day_goes_by_the_clock_on_the_wall(
    make: Callable[..., Any], calendar: DutyCalendar
) -> None:
    first, last = date(2026, 10, 19), date(2026, 10, 20)
    calendar.events = [CalendarEvent(start=first, end=last, summary="Anna")]
    house = await make(calendar=CALENDAR)
    (span,) = house.runtime_data.config.roster.plan.spans
    assert span.start == datetime(2026, 10, 18, 22, tzinfo=UTC)
    assert span.end == datetime(2026, 10, 19, 22, tzinfo=UTC)


async def test_when_the_duty_changes_the_sensor_follows(
    hass: HomeAssistant,
    make: Callable[..., Any],
    calendar: DutyCalendar,
    freezer: FrozenDateTimeFactory,
) -> None:
    calendar.events = [event("Anna", 0.1), event("Anna, Lea", 400, 0.1)]
    house = await make(calendar=CALENDAR)
    await later(hass, freezer, 361)
    assert hass.states.get(ON_DUTY).state == "2"
    assert on_duty(house)[1] == ("anna", "lea")


async def test_a_calendar_that_changes_is_read_anew_within_seconds(
    hass: HomeAssistant,
    house: MockConfigEntry,
    calendar: DutyCalendar,
    freezer: FrozenDateTimeFactory,
) -> None:
    calendar.says(event("Lea", 24 * 15))
    await changed(hass, freezer)
    assert on_duty(house)[1] == ("lea",)


async def test_a_change_is_read_in_time_although_somebody_takes_over_meanwhile(
    hass: HomeAssistant,
    house: MockConfigEntry,
    calendar: DutyCalendar,
    freezer: FrozenDateTimeFactory,
) -> None:
    calendar.says(event("Anna, Lea", 24 * 15))
    await do(hass, "take_over", Context(user_id="user-lea"), hours=1)
    await do(hass, "take_over", Context(user_id="user-lea"), hours=0)
    await changed(hass, freezer)
    assert on_duty(house)[1] == ("anna", "lea")


async def test_a_change_that_the_calendar_does_not_show_is_read_after_a_while(
    hass: HomeAssistant,
    house: MockConfigEntry,
    calendar: DutyCalendar,
    freezer: FrozenDateTimeFactory,
) -> None:
    calendar.events = [event("Lea", 24 * 15)]
    await later(hass, freezer, duty.READ_EVERY.total_seconds() + 1)
    assert on_duty(house)[1] == ("lea",)


async def test_who_is_renamed_is_found_under_the_new_name(
    hass: HomeAssistant, house: MockConfigEntry, calendar: DutyCalendar
) -> None:
    calendar.events = [event("Dr. Anna", 24 * 15)]
    hass.config_entries.async_update_subentry(
        house, house.subentries["anna"], title="Dr. Anna"
    )
    await settle(hass)
    assert on_duty(house)[1] == ("anna",)


async def test_a_calendar_that_is_renamed_goes_on(
    hass: HomeAssistant, house: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    entity_registry.async_update_entity(CALENDAR, new_entity_id="calendar.roster")
    await settle(hass)
    assert house.runtime_data.duty.calendar == "calendar.roster"
    assert on_duty(house)[1] == ("anna",)


@pytest.mark.parametrize("summary", ["Carl", "Resi", "", "Anna, Carl"])
async def test_a_name_that_is_not_known_is_reported_without_saying_it(
    hass: HomeAssistant,
    make: Callable[..., Any],
    calendar: DutyCalendar,
    freezer: FrozenDateTimeFactory,
    summary: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    calendar.events = [event("Anna", 24 * 15), event(summary, 1)]
    await make(calendar=CALENDAR)
    told_of = words(issue(hass, Problem.ROSTER_STRANGER))
    assert told_of["calendar"] == CALENDAR
    assert "Carl" not in str(told_of)
    assert "Carl" not in caplog.text
    assert hass.states.get(FAULT).state == "on"
    calendar.says(event("Anna", 24 * 15))
    await changed(hass, freezer)
    assert raised(hass) == set()


@pytest.mark.fault("roster calendar empty")
async def test_an_empty_calendar_is_reported_and_everybody_is_told(
    hass: HomeAssistant,
    make: Callable[..., Any],
    calendar: DutyCalendar,
    freezer: FrozenDateTimeFactory,
) -> None:
    calendar.events = []
    house = await make(calendar=CALENDAR)
    assert hass.states.get(ON_DUTY).state == "0"
    assert is_raised(hass, Problem.ROSTER_EMPTY)
    (gap,) = gaps(hass)
    assert (gap["gap_since"], gap["gap_until"]) == ("2026-10-19 12:00:00", "…")
    await pull(hass)
    assert told(house) == [("everybody",)]
    calendar.says(event("Anna", 24 * 15))
    await changed(hass, freezer)
    assert raised(hass) == set()


@pytest.mark.fault("roster calendar empty")
async def test_behind_an_empty_calendar_the_weekly_plan_counts(
    hass: HomeAssistant, make: Callable[..., Any], calendar: DutyCalendar
) -> None:
    calendar.events = []
    shift = part("shift", "always", persons=["lea"], **WHOLE_DAYS)
    house = await make(shift, calendar=CALENDAR)
    assert on_duty(house) == (DutySource.WEEKLY, ("lea",))
    assert is_raised(hass, Problem.ROSTER_EMPTY)
    assert gaps(hass) == []


@pytest.mark.fault("roster calendar overlapping")
async def test_of_events_that_overlap_all_are_on_duty_and_all_are_told(
    hass: HomeAssistant, make: Callable[..., Any], calendar: DutyCalendar
) -> None:
    calendar.events = [event("Anna", 24 * 15), event("Lea, Anna", 3, -1)]
    house = await make(calendar=CALENDAR)
    assert hass.states.get(ON_DUTY).state == "2"
    await pull(hass)
    assert told(house) == [("anna", "lea")]
    assert raised(hass) == set()


def fail(calendar: DutyCalendar) -> None:
    """Let reading raise."""
    calendar.fails = HomeAssistantError("offline")
    calendar.async_write_ha_state()


def crash(calendar: DutyCalendar) -> None:
    """Let reading raise what nobody thought of."""
    calendar.fails = KeyError("token")
    calendar.async_write_ha_state()


def leave(calendar: DutyCalendar) -> None:
    """Be unavailable."""
    calendar.reachable(False)


@pytest.mark.fault("roster calendar unavailable")
@pytest.mark.parametrize("breaks", [fail, crash, leave])
async def test_while_the_calendar_cannot_be_read_what_it_said_last_goes_on(
    hass: HomeAssistant,
    house: MockConfigEntry,
    calendar: DutyCalendar,
    freezer: FrozenDateTimeFactory,
    breaks: Callable[[DutyCalendar], None],
) -> None:
    breaks(calendar)
    await later(hass, freezer, duty.READ_EVERY.total_seconds() + 1)
    assert words(issue(hass, Problem.ROSTER_UNREADABLE))["calendar"] == CALENDAR
    assert gaps(hass) == []
    assert on_duty(house) == (DutySource.CALENDAR, ("anna",))
    await pull(hass)
    assert told(house) == [("anna",)]
    calendar.fails = None
    calendar.reachable(True)
    await later(hass, freezer, duty.READ_EVERY.total_seconds() + 1)
    assert raised(hass) == set()


@pytest.mark.fault("roster calendar unavailable")
async def test_a_calendar_that_hangs_is_given_up(
    hass: HomeAssistant,
    house: MockConfigEntry,
    calendar: DutyCalendar,
    freezer: FrozenDateTimeFactory,
) -> None:
    calendar.hangs, asked = True, calendar.asked
    freezer.tick(duty.READ_EVERY)
    async_fire_time_changed(hass)
    while calendar.asked == asked:
        await asyncio.sleep(0)
    freezer.tick(duty.READ_S + 1)
    await settle(hass)
    assert is_raised(hass, Problem.ROSTER_UNREADABLE)
    assert on_duty(house) == (DutySource.CALENDAR, ("anna",))


@pytest.mark.fault("roster calendar unavailable")
async def test_what_the_calendar_said_survives_a_restart_without_it(
    hass: HomeAssistant, house: MockConfigEntry, calendar: DutyCalendar
) -> None:
    calendar.reachable(False)
    assert await hass.config_entries.async_reload(house.entry_id)
    await settle(hass)
    assert is_raised(hass, Problem.ROSTER_UNREADABLE)
    assert on_duty(house) == (DutySource.CALENDAR, ("anna",))
    await pull(hass)
    assert told(house) == [("anna",)]


@pytest.mark.fault("roster calendar unavailable")
async def test_when_what_was_read_is_out_of_date_everybody_is_told(
    hass: HomeAssistant,
    house: MockConfigEntry,
    calendar: DutyCalendar,
    freezer: FrozenDateTimeFactory,
) -> None:
    fail(calendar)
    await changed(hass, freezer)
    await later(hass, freezer, timedelta(days=13, hours=13).total_seconds())
    (gap,) = gaps(hass)
    assert gap["gap_since"] == "2026-11-02 11:00:00", "14 days after it was read"
    await later(hass, freezer, timedelta(hours=12).total_seconds())
    assert on_duty(house) == (DutySource.NOBODY, ())
    await pull(hass)
    assert told(house) == [("everybody",)]


async def test_out_of_date_the_weekly_plan_counts(
    hass: HomeAssistant,
    make: Callable[..., Any],
    calendar: DutyCalendar,
    freezer: FrozenDateTimeFactory,
) -> None:
    shift = part("shift", "always", persons=["lea"], **WHOLE_DAYS)
    house = await make(shift, calendar=CALENDAR)
    fail(calendar)
    await later(hass, freezer, timedelta(days=15).total_seconds())
    assert on_duty(house) == (DutySource.WEEKLY, ("lea",))


@pytest.mark.fault("roster calendar unavailable")
async def test_a_calendar_that_is_gone_is_reported(
    hass: HomeAssistant, make: Callable[..., Any]
) -> None:
    house = await make(calendar="calendar.gone")
    assert is_raised(hass, Problem.ROSTER_UNREADABLE)
    assert len(gaps(hass)) == 1
    await pull(hass)
    assert told(house) == [("everybody",)]


async def test_while_home_assistant_starts_nothing_is_reported(
    hass: HomeAssistant, make: Callable[..., Any], calendar: DutyCalendar
) -> None:
    calendar.reachable(False)
    hass.set_state(CoreState.starting)
    house = await make(calendar=CALENDAR)
    assert raised(hass) == set()
    assert calendar.asked == 0
    calendar.reachable(True)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await settle(hass)
    assert on_duty(house)[1] == ("anna",)
    assert raised(hass) == set()


async def test_what_is_on_disk_names_nobody_and_is_written_only_when_it_changes(
    hass: HomeAssistant,
    house: MockConfigEntry,
    calendar: DutyCalendar,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    stored = "smart_quarter.emergency.house.roster"
    first = hass_storage[stored]["data"]
    assert first["spans"][0]["who"] == ["anna"]
    assert "Anna" not in str(first)
    await later(hass, freezer, duty.READ_EVERY.total_seconds() + 1)
    assert hass_storage[stored]["data"] == first
    await later(hass, freezer, duty.KEPT_FOR.total_seconds())
    assert hass_storage[stored]["data"]["read_at"] > first["read_at"]
    calendar.says(event("Lea", 24 * 15))
    await changed(hass, freezer)
    assert hass_storage[stored]["data"]["spans"][0]["who"] == ["lea"]
    await hass.config_entries.async_remove(house.entry_id)
    await settle(hass)
    assert stored not in hass_storage


async def test_a_file_that_makes_no_sense_is_set_aside(
    hass: HomeAssistant,
    make: Callable[..., Any],
    calendar: DutyCalendar,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await make(calendar=CALENDAR)
    assert await hass.config_entries.async_unload(house.entry_id)
    store = duty.roster_store(hass, house.entry_id)
    set_aside: list[str] = []

    async def note(self: Any) -> None:
        set_aside.append(self.key)

    monkeypatch.setattr(type(store), "async_set_aside", note)
    await store.async_write({"spans": "none"})
    assert await hass.config_entries.async_setup(house.entry_id)
    await settle(hass)
    assert house.state is ConfigEntryState.LOADED
    assert on_duty(house)[1] == ("anna",)
    assert set_aside == ["smart_quarter.emergency.house.roster"]


async def test_another_calendar_is_not_answered_with_what_the_last_one_said(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    data = {**house.data, "calendar": "calendar.other"}
    hass.config_entries.async_update_entry(house, data=data)
    await settle(hass)
    assert on_duty(house) == (DutySource.NOBODY, ())
    assert is_raised(hass, Problem.ROSTER_UNREADABLE)


async def test_a_gap_is_reported_twelve_hours_ahead_while_it_lasts_and_not_after(
    hass: HomeAssistant, make: Callable[..., Any], freezer: FrozenDateTimeFactory
) -> None:
    shift = part(
        "shift", "most", persons=["anna"], **ALL_DAY, start="06:00:00", end="04:00"
    )
    await make(shift)
    assert gaps(hass) == []
    await later(hass, freezer, 4 * 3600 + 60)
    (coming,) = gaps(hass)
    assert coming["gap_since"] == "2026-10-20 04:00:00"
    assert coming["gap_until"] == "2026-10-20 06:00:00"
    await later(hass, freezer, 12 * 3600)
    (present,) = gaps(hass)
    assert present["gap_until"] == "2026-10-20 06:00:00"
    assert hass.states.get(ON_DUTY).state == "0"
    assert len(raised(hass)) == 1
    await later(hass, freezer, 2 * 3600)
    assert gaps(hass) == []
    assert hass.states.get(ON_DUTY).state == "1"


async def test_a_gap_ends_with_a_takeover_and_is_back_after_it(
    hass: HomeAssistant, make: Callable[..., Any], freezer: FrozenDateTimeFactory
) -> None:
    await make(calendar="calendar.gone")
    assert len(gaps(hass)) == 1
    await do(hass, "take_over", Context(user_id="user-lea"), hours=24)
    assert gaps(hass) == []
    await later(hass, freezer, 13 * 3600)
    assert len(gaps(hass)) == 1, "within twelve hours"


async def test_without_a_roster_nothing_is_reported_and_everybody_is_told(
    hass: HomeAssistant, make: Callable[..., Any]
) -> None:
    house = await make()
    assert hass.states.get(ON_DUTY).state == "unknown"
    assert raised(hass) == set()
    await pull(hass)
    assert told(house) == [("everybody",)]


async def test_who_is_on_duty_but_has_no_phone_holds_up_nobody(
    hass: HomeAssistant,
    make: Callable[..., Any],
    calendar: DutyCalendar,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    calendar.events = [event("Lea", 24 * 15)]
    await make(calendar=CALENDAR)
    await pull(hass)
    assert len(aioclient_mock.mock_calls) == 1, "Anna is told in her place"


async def test_who_is_no_caretaker_any_more_is_not_on_duty(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    change_part(hass, house, "anna", role="technician")
    await settle(hass)
    assert on_duty(house) == (DutySource.NOBODY, ())
    assert is_raised(hass, Problem.ROSTER_STRANGER)


@pytest.mark.parametrize(
    ("evening", "hours"),
    [
        pytest.param(
            "2026-10-24T20:30:00Z", 8.5, marks=pytest.mark.fault("daylight saving ends")
        ),
        pytest.param(
            "2027-03-27T21:30:00Z",
            6.5,
            marks=pytest.mark.fault("daylight saving begins"),
        ),
    ],
)
async def test_the_night_shift_ends_in_time_when_the_clocks_change(
    hass: HomeAssistant,
    make: Callable[..., Any],
    freezer: FrozenDateTimeFactory,
    evening: str,
    hours: float,
) -> None:
    freezer.move_to(evening)
    shifts = (
        part("shift", "n", persons=["anna"], **ALL_DAY, start="22:00", end="06:00"),
        part("shift", "d", persons=["lea"], **ALL_DAY, start="06:00", end="22:00"),
    )
    house = await make(*shifts)
    assert raised(hass) == set()
    await later(hass, freezer, hours * 3600 - 1)
    assert on_duty(house)[1] == ("anna",)
    await later(hass, freezer, 1)
    assert on_duty(house)[1] == ("lea",)
