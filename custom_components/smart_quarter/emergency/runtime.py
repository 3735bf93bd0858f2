"""The running house: feeds events into the engine, records them, and carries effects out."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import AnyDeviceEntry
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..devices import async_rename_devices, entry_device
from ..renames import async_follow_renames
from .activity import Activity
from .announcer import Announcer
from .asking import Asking
from .care import Care
from .commissioning import unproven_places
from .const import (
    HOUSE_MODEL,
    SUBENTRY_PERSON,
    SUBENTRY_PLACE,
    SUBENTRY_POLICY,
    SUBENTRY_SHIFT,
    SYSTEM,
)
from .diagnostics import house_diagnostics
from .duty import Duty
from .engine import step, wake_at
from .fault_words import words_of
from .faults import Fault, Problem, advice, faults
from .followers import FollowedHouse
from .happenings import (
    AllClear,
    Ask,
    Attempted,
    ClockSet,
    Configured,
    Entry,
    HouseEffect,
    HouseEvent,
    ListensAgain,
    Notify,
    Quiet,
    Remind,
    Restarted,
    TimePassed,
    Word,
)
from .heartbeat import Heartbeat
from .inputs import Sources
from .journal import Journal
from .journal_files import Damage
from .messenger import Messenger
from .model import Actor, HouseState
from .news import Begun, FaultFound, Happened, News
from .notes import Notes
from .phone_tests import PhoneTests
from .repairs import async_report, async_report_unproven
from .roster_model import Roster
from .settings import HouseSettings, actor_of, house_config
from .signals import Signals
from .supervisor import Supervisor
from .watch_entities import async_forget_unwatched

type EmergencyConfigEntry = ConfigEntry[EmergencyRuntime]
type Outage = tuple[datetime, datetime]

CLOCK_CHECK_S: Final = 10.0
"""While somebody is looked for, the clock is compared this often."""
CLOCK_JUMP: Final = timedelta(seconds=2)
SHORTEST_OUTAGE: Final = timedelta(seconds=15)
"""What takes longer than a reload; the journal shows that it runs every 10 s."""


class EmergencyRuntime(FollowedHouse):
    """One house or quarter with its care team."""

    def __init__(self, hass: HomeAssistant, entry: EmergencyConfigEntry) -> None:
        """Build the house from its settings; nothing is read or heard yet."""
        super().__init__()
        self.hass = hass
        self.entry = entry
        self.state = HouseState()
        self.damage: frozenset[Damage] = frozenset()
        self.outage: Outage | None = None
        self.heard_until = dt_util.utcnow()
        self.journal_ok = True
        self.unrecorded: set[str] = set()
        self.faults: frozenset[Fault] = frozenset()
        self._reported: frozenset[Fault] = frozenset()
        self.notes = Notes(hass, entry.entry_id)
        self.journal = Journal(journal_folder(hass, entry), self._journal_changed)
        self.news = News(hass)
        self.messenger = Messenger(self)
        self.signals = Signals(self)
        self.care = Care(self)
        self.supervisor = Supervisor(self)
        self.activity = Activity(self)
        self.asking = Asking(self)
        self.heartbeat = Heartbeat(self)
        self.duty = Duty(self)
        self.announcer = Announcer(self)
        self.phone_tests = PhoneTests(self)
        self._sources = Sources(hass, self.feed, self.report_faults)
        self._timer: asyncio.TimerHandle | None = None
        self._clock = (dt_util.utcnow(), hass.loop.time())
        self._restarted = Restarted()
        self._holds_settings = False
        self._unproven: list[str] = []
        self._configure()

    async def async_load(self) -> None:
        """Read what the house remembers."""
        found = await self.journal.async_open()
        self.entry.async_on_unload(self.journal.async_close)
        await self.notes.async_load()
        await self.duty.async_load()
        self.take_roster(self.duty.roster())
        self.state, self.damage = found.state, found.damage
        self._restarted = Restarted(found.alive_until, found.restored)
        self.heard_until = found.alive_until or dt_util.utcnow()
        self.outage = _outage(found.alive_until, dt_util.utcnow())
        dr.async_get(self.hass).async_get_or_create_from_info(
            config_entry_id=self.entry.entry_id,
            device_info=entry_device(self.entry, HOUSE_MODEL),
        )

    async def async_start(self) -> None:
        """Go on with what is open, then listen."""
        async_forget_unwatched(self.hass, self.config.places)
        await self.messenger.async_start()
        self.signals.silence_left_over(self._restarted.alive_until)
        self.feed([self._restarted, Configured()])
        self._sources.listen(self.settings, self.heard_until)
        self.activity.start()
        self.supervisor.start()
        self.heartbeat.start()
        self.announcer.start()
        self.phone_tests.start()
        self.report_faults()
        self.news.tell(Begun(self))
        self.entry.async_on_unload(async_follow_renames(self.hass, self.entry))
        self.entry.async_on_unload(async_at_started(self.hass, self._started))

    async def async_unload(self) -> None:
        """Fall silent and leave everything on disk; nothing that is open is ended."""
        self._sources.stop()
        self.activity.stop()
        self.duty.stop()
        if self._timer is not None:
            self._timer.cancel()
        await self.journal.async_close()
        async_report(self.hass, self.entry, frozenset(), self._reported, self._words_of)
        async_report_unproven(self.hass, self.entry, [])

    async def async_apply_config(self) -> None:
        """Apply changed settings; what is open goes on."""
        if self._holds_settings:
            return
        async_rename_devices(self.hass, self.entry)
        before = self.config.places
        self._configure()
        self.feed([Configured()])
        self._sources.listen(self.settings, dt_util.utcnow())
        self.activity.listen()
        self.duty.follow()
        self.report_faults()
        async_forget_unwatched(self.hass, self.config.places)
        self.notify_places(before)

    async def async_change_settings(self, change: Callable[[], None]) -> None:
        """Change many parts of the entry as one: they are applied once, at the end."""
        self._holds_settings = True
        try:
            change()
        finally:
            self._holds_settings = False
        await self.async_apply_config()

    @callback
    def look_at_sources(self) -> None:
        """Look at every source as it is now: some were not listened to before."""
        self._sources.listen(self.settings, dt_util.utcnow())
        self.activity.listen()

    def diagnostics(self) -> Mapping[str, Any]:
        """Return what helps to find a fault, without anything personal."""
        return house_diagnostics(self.config, self.state, self.faults)

    def is_device_in_use(self, device: AnyDeviceEntry) -> bool:
        """Tell whether the device is the house or one of its places."""
        used = {self.entry.entry_id, *self.settings.places}
        return any(
            domain == DOMAIN and identifier in used
            for domain, identifier in device.identifiers
        )

    def actor(self, context: Context | None) -> Actor:
        """Return who acts: by the user of an action or of a press."""
        return actor_of(self.settings, None if context is None else context.user_id)

    def name_of(self, subentry_id: str) -> str:
        """Return the name of a place or person, as far as it still has one."""
        subentry = self.entry.subentries.get(subentry_id)
        return "?" if subentry is None else subentry.title

    @callback
    def acknowledge(self, problem: Problem) -> None:
        """Take note that a person knows what had happened before the start."""
        match problem:
            case Problem.JOURNAL_DAMAGED:
                self.damage = frozenset()
            case Problem.UNSUPERVISED:
                self.outage = None
        self.report_faults()

    @callback
    def feed(self, events: Iterable[HouseEvent]) -> asyncio.Future[bool] | None:
        """Let the engine take in events; the future tells when the last is on disk."""
        ticket = None
        for event in (*self._clock_events(), *self.activity.remembered(), *events):
            before, now = self.state, dt_util.utcnow()
            self.state, effects = step(self.config, before, event, now)
            if effects or self.state != before:
                entries = [each for each in effects if isinstance(each, Entry)]
                ticket = self.journal.append(now, entries, before, self.state)
                self._begin(ticket, effects)
        self._arm()
        return ticket

    async def async_feed(self, *events: HouseEvent) -> None:
        """Let the engine take in what a person does, and wait until it is on disk."""
        if (ticket := self.feed(events)) is not None:
            await self.journal.async_wait(ticket)

    def _begin(
        self, ticket: asyncio.Future[bool], effects: tuple[HouseEffect, ...]
    ) -> None:
        """Carry effects out as soon as they are recorded."""
        self.entry.async_create_background_task(
            self.hass, self._async_carry_out(ticket, effects), "emergency effects"
        )

    async def _async_carry_out(
        self, ticket: asyncio.Future[bool], effects: tuple[HouseEffect, ...]
    ) -> None:
        """Tell people and entities; a disk that does not answer holds up nobody for long."""
        if not await self.journal.async_wait(ticket):
            self._mark_unrecorded(ticket, effects)
        for effect in effects:
            match effect:
                case Notify(incident_id, attempt):
                    self.messenger.async_alarm(effect)
                    self.feed([Attempted(incident_id, attempt)])
                    self.signals.async_alarm(effect)
                case AllClear():
                    self.messenger.async_all_clear(effect)
                    self.signals.async_quiet(effect)
                case Quiet():
                    self.signals.async_quiet(effect)
                case Ask(place_id):
                    self.asking.ask(place_id)
                case Remind(place_id):
                    self.asking.say(place_id, "ask_check_in")
                case ListensAgain():
                    self.announcer.listens_again()
                case Entry():
                    self.notify_entry(effect)
        said = [each for each in effects if isinstance(each, Entry)]
        self.notify({each.place_id for each in said})
        if any(each.word is Word.PHASE_CHANGED for each in said):
            self.report_faults()
        for entry in said:
            self.news.tell(Happened(self, entry))

    def _mark_unrecorded(
        self, ticket: asyncio.Future[bool], effects: tuple[HouseEffect, ...]
    ) -> None:
        """Show which incidents are not on disk yet."""
        late = {e.incident_id for e in effects if isinstance(e, Entry)} - {None}
        known = {each for each in late if each is not None}
        self.unrecorded |= known

        @callback
        def recorded(_: asyncio.Future[bool]) -> None:
            self.unrecorded -= known
            self.notify({None})

        ticket.add_done_callback(recorded)
        self.report_faults()

    def _arm(self) -> None:
        """Wake up when something is due; a clock that is set must not put that off."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if (due := wake_at(self.state)) is None:
            return
        delay_s = (due - dt_util.utcnow()).total_seconds()
        delay_s = max(0.0, min(delay_s, CLOCK_CHECK_S))
        self._timer = self.hass.loop.call_later(delay_s, self._wake)

    @callback
    def _started(self, _hass: HomeAssistant) -> None:
        """Look for what is missing, once all that there is has been set up."""
        self.news.started()
        self.duty.follow()
        self.report_faults()

    @callback
    def _wake(self) -> None:
        """Let time pass."""
        self._timer = None
        self.feed([TimePassed()])

    def _clock_events(self) -> list[HouseEvent]:
        """Return that the wall clock jumped, if it did."""
        now, ticks = dt_util.utcnow(), self.hass.loop.time()
        was, were = self._clock
        self._clock = (now, ticks)
        by = now - was - timedelta(seconds=ticks - were)
        return [ClockSet(by)] if abs(by) > CLOCK_JUMP else []

    @callback
    def _journal_changed(self, healthy: bool) -> None:
        """Show whether the disk takes the records."""
        self.journal_ok = healthy
        self.report_faults()

    def _configure(self) -> None:
        """Read the settings from the entry and its subentries."""
        self.settings = HouseSettings(
            house=dict(self.entry.data),
            places=_data(self.entry, SUBENTRY_PLACE),
            persons=_data(self.entry, SUBENTRY_PERSON),
            policies=_data(self.entry, SUBENTRY_POLICY),
            shifts=_data(self.entry, SUBENTRY_SHIFT),
        )
        zone = dt_util.get_default_time_zone()
        self.config = house_config(self.settings, self.duty.roster(), zone)
        self.messenger.forget_gone()
        self.signals.apply_config()
        self.supervisor.forget()

    @callback
    def take_roster(self, roster: Roster) -> Roster:
        """Let the engine know who is on duty when, and tell who shows it."""
        self.config = replace(self.config, roster=roster)
        self.notify({None})
        return roster

    @callback
    def report_faults(self) -> None:
        """Bring the repair issues in line with the faults, and with what is left to do."""
        self._report_unproven()
        found = faults(self)
        reported = found | advice(self)
        if reported == self._reported:
            return
        before, previous = self.faults, self._reported
        new = found - before
        self.faults, self._reported = found, reported
        async_report(self.hass, self.entry, reported, previous, self._words_of)
        for fault in new:
            self.news.tell(FaultFound(self, fault))
        self.notify({fault.subject for fault in self.faults ^ before})

    def _report_unproven(self) -> None:
        """Bring the one issue about all places that nobody has walked through in line."""
        names = [self.name_of(key) for key in unproven_places(self.config, self.state)]
        if names != self._unproven:
            self._unproven = names
            async_report_unproven(self.hass, self.entry, names)

    def _words_of(self, fault: Fault) -> dict[str, str]:
        """Return what the message about a fault fills in."""
        return words_of(self, fault)


def journal_folder(hass: HomeAssistant, entry: ConfigEntry) -> Path:
    """Return where the journal of a house lies; backups of Home Assistant include it."""
    name = f"{DOMAIN}.{SYSTEM}.{entry.entry_id}.journal"
    return Path(hass.config.path(STORAGE_DIR, name))


def _outage(alive_until: datetime | None, now: datetime) -> Outage | None:
    """Return the time in which nobody could be heard, unless it was only a reload."""
    if alive_until is None or now - alive_until < SHORTEST_OUTAGE:
        return None
    return alive_until, now


def _data(entry: ConfigEntry, kind: str) -> dict[str, Mapping[str, Any]]:
    """Return the settings of all subentries of a kind."""
    parts: Iterable[ConfigSubentry] = entry.get_subentries_of_type(kind)
    return {part.subentry_id: part.data for part in parts}
