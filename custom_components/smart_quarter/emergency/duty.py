"""The duty roster as it runs: reads the calendar, keeps what it said, and sees who is on duty."""

import asyncio
from datetime import datetime, timedelta
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, callback
from homeassistant.helpers.event import async_call_later, async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..storage import LedgerStore
from .codec import CorruptJournalError, decode_plan, encode
from .const import CONF_CALENDAR, CONF_ROLE, SYSTEM
from .faults import Fault, Problem
from .messages import Words
from .model import EVERYBODY
from .repairs import shown_time
from .roster import PLANNED_FOR, Gap, duty_at, next_change, next_gap, plain, plan_of
from .roster_model import DutySource, Plan, Roster
from .settings import CARE, shifts_of, team_of

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime

_LOGGER = logging.getLogger(__name__)

STORAGE_VERSION: Final = 1
READ_EVERY: Final = timedelta(minutes=15)
READ_S: Final = 20.0
"""A calendar that has not answered by then is taken as out of reach."""
SETTLE_S: Final = 5.0
"""A calendar that changes is read so much later: it often changes several times."""
KEPT_FOR: Final = timedelta(hours=6)
"""What is on disk is never older than this while the calendar can be read."""
_CALENDAR: Final = "calendar"


class Duty:
    """The duty roster of a house."""

    def __init__(self, runtime: EmergencyRuntime) -> None:
        """Belong to a house."""
        self._runtime = runtime
        self._hass = runtime.hass
        self._store = roster_store(runtime.hass, runtime.entry.entry_id)
        self._plan: Plan | None = None
        self._kept: Plan | None = None
        self._is_read: bool | None = None
        """Whether the calendar could be read; None: not tried yet."""
        self.gap: Gap | None = None
        self._stop_following: CALLBACK_TYPE | None = None
        self._stop_timer: CALLBACK_TYPE | None = None
        self._look_at: datetime | None = None
        self._followed: str | None = None
        self._task: asyncio.Task[None] | None = None

    async def async_load(self) -> None:
        """Read what the calendar said last."""
        if (data := await self._store.async_load()) is None:
            return
        try:
            self._plan = self._kept = decode_plan(data)
        except CorruptJournalError:
            await self._store.async_set_aside()

    @callback
    def follow(self) -> None:
        """Read the calendar and follow it; again after each change of the settings."""
        self.stop()
        calendar = self.calendar
        if calendar != self._followed:
            self._followed, self._is_read = calendar, None
        if calendar is not None:
            self._stop_following = async_track_state_change_event(
                self._hass, calendar, self._calendar_changed
            )
        self._look()

    @callback
    def stop(self) -> None:
        """Follow nothing any more."""
        for stop in (self._stop_following, self._stop_timer):
            if stop is not None:
                stop()
        self._stop_following = self._stop_timer = self._look_at = None
        if self._task is not None:
            self._task.cancel()

    @property
    def calendar(self) -> str | None:
        """Return the calendar that is the duty roster, if there is one."""
        calendar: str | None = self._runtime.settings.house.get(CONF_CALENDAR)
        return calendar

    @property
    def is_planned(self) -> bool:
        """Tell whether there is a duty roster at all."""
        return self.calendar is not None or bool(self._runtime.settings.shifts)

    def roster(self) -> Roster:
        """Return what is planned, as the engine needs it."""
        settings, plan = self._runtime.settings, self._plan
        is_own = plan is not None and plan.calendar == self.calendar
        return Roster(
            zone=dt_util.get_default_time_zone(),
            team=team_of(settings),
            weekly=shifts_of(settings),
            plan=plan if is_own else None,
        )

    def now(self) -> tuple[DutySource, tuple[str, ...]]:
        """Return who is on duty now, and why."""
        takeovers = self._runtime.state.takeovers
        return duty_at(self._runtime.config.roster, takeovers, dt_util.utcnow())

    def next_change(self) -> datetime | None:
        """Return when somebody else will be on duty."""
        takeovers = self._runtime.state.takeovers
        return next_change(self._runtime.config.roster, takeovers, dt_util.utcnow())

    def faults(self) -> set[Fault]:
        """Return what is wrong with the roster, once it has been looked at."""
        if not self.is_planned or (self.calendar is not None and self._is_read is None):
            return set()
        plan, found = self._runtime.config.roster.plan, set[Fault]()
        if self._is_read is False:
            found.add(Fault(Problem.ROSTER_UNREADABLE))
        elif plan is not None and not any(span.who for span in plan.spans):
            found.add(Fault(Problem.ROSTER_EMPTY))
        if plan is not None and plan.names_strangers:
            found.add(Fault(Problem.ROSTER_STRANGER))
        if self.gap is not None:
            found.add(Fault(Problem.ROSTER_GAP, _name_of(self.gap)))
        return found

    def words(self) -> dict[str, str]:
        """Return what the messages about the roster fill in."""
        if not self.is_planned:
            return {}
        since, until = self.gap or (None, None)
        return {
            "calendar": self.calendar or "",
            "gap_since": shown_time(since),
            "gap_until": shown_time(until) or "…",
        }

    @callback
    def check(self) -> None:
        """See who is on duty, and look again when that changes."""
        now, takeovers = dt_util.utcnow(), self._runtime.state.takeovers
        roster = self._runtime.take_roster(self.roster())
        self.gap = next_gap(roster, takeovers, now) if self.is_planned else None
        self._runtime.report_faults()
        change = self.next_change()
        soonest = min(change or now + READ_EVERY, now + READ_EVERY)
        self._look_in((soonest - now).total_seconds())

    @callback
    def _calendar_changed(self, _: Event[EventStateChangedData]) -> None:
        """Read a calendar that says something else."""
        self._look_in(SETTLE_S)

    def _look_in(self, seconds: float) -> None:
        """Look at calendar and clock in so many seconds, unless that is due before."""
        look_at = dt_util.utcnow() + timedelta(seconds=seconds)
        if self._look_at is not None and self._look_at <= look_at:
            return
        if self._stop_timer is not None:
            self._stop_timer()
        self._look_at = look_at
        self._stop_timer = async_call_later(self._hass, seconds, self._look)

    @callback
    def _look(self, _: datetime | None = None) -> None:
        """Look at calendar and clock, without anybody waiting for it."""
        self._stop_timer = self._look_at = None
        if self._task is not None:
            self._task.cancel()
        self._task = self._runtime.entry.async_create_background_task(
            self._hass, self._async_look(), "duty roster"
        )

    async def _async_look(self) -> None:
        """Read the calendar, then see who is on duty."""
        if (calendar := self.calendar) is not None:
            await self._async_read(calendar)
        self.check()

    async def _async_read(self, calendar: str) -> None:
        """Read a calendar; while it cannot be read, what it said last goes on."""
        try:
            async with asyncio.timeout(READ_S):
                plan = await self._async_plan(calendar)
        except Exception as err:  # noqa: BLE001  # whatever it is, the last plan goes on
            if self._is_read is not False:
                _LOGGER.warning("Cannot read the duty roster: %s", type(err).__name__)
            self._is_read = False
            return
        self._plan, self._is_read = plan, True
        await self._async_keep(plan)

    async def _async_plan(self, calendar: str) -> Plan:
        """Return what a calendar says; raise any error if it says nothing."""
        state, now = self._hass.states.get(calendar), dt_util.utcnow()
        if state is None or state.state == STATE_UNAVAILABLE:
            raise LookupError(_CALENDAR)
        answer: Any = await self._hass.services.async_call(
            _CALENDAR,
            "get_events",
            {
                "entity_id": calendar,
                "start_date_time": now.isoformat(),
                "end_date_time": (now + PLANNED_FOR).isoformat(),
            },
            blocking=True,
            return_response=True,
        )
        events, zone = answer[calendar]["events"], dt_util.get_default_time_zone()
        return plan_of(calendar, events, await self._async_names(), zone, now)

    async def _async_names(self) -> dict[str, str]:
        """Return what a summary may say, and whom it means."""
        words = await Words.async_load(self._hass)
        names = {plain(words["everybody"]): EVERYBODY}
        for role in CARE:
            names |= dict.fromkeys((role, plain(words[f"duty_{role}"])), role)
        for person_id, person in self._runtime.settings.persons.items():
            if person[CONF_ROLE] in CARE:
                names[plain(self._runtime.name_of(person_id))] = person_id
        return names

    async def _async_keep(self, plan: Plan) -> None:
        """Keep on disk what the calendar says, when it says something else."""
        kept = self._kept
        is_same = kept is not None and (
            (kept.calendar, kept.spans, kept.names_strangers)
            == (plan.calendar, plan.spans, plan.names_strangers)
        )
        if is_same and kept is not None and plan.read_at - kept.read_at < KEPT_FOR:
            return
        if await self._store.async_write(encode(plan)):
            self._kept = plan


def roster_store(hass: Any, entry_id: str) -> LedgerStore:
    """Return where a house keeps what its calendar said."""
    return LedgerStore(hass, SYSTEM, f"{entry_id}.roster", STORAGE_VERSION)


def _name_of(gap: Gap) -> str:
    """Return what tells a gap from others: one that has begun stays the same."""
    since, until = gap
    end = "open" if until is None else until.isoformat()
    return end if since <= dt_util.utcnow() else f"{since.isoformat()}_{end}"
