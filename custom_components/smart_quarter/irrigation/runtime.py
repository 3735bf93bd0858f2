"""The running site: feeds events into the engine and carries its effects out."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import AnyDeviceEntry
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..devices import async_rename_devices, entry_device
from ..listeners import add_listener
from ..renames import async_follow_renames
from .actuators import Actuators, drivers_of
from .const import CONF_VALVE, SITE_MODEL, SUBENTRY_TANK, SUBENTRY_ZONE
from .diagnostics import site_diagnostics
from .engine import fit, step, wake_at
from .inputs import async_listen
from .ledger import SiteLedger
from .missing import missing_entities
from .model import Problem, SiteState, ZoneState
from .problems import Place, problems
from .repairs import async_report
from .settings import Settings, SiteSettings, site_config
from .site_events import (
    Command,
    Restarted,
    RunEnded,
    RunStarted,
    SiteEffect,
    SiteEvent,
    StopRequested,
    StorageChecked,
    TimePassed,
)
from .turn import Turn
from .valve_model import ValvePhase
from .valve_rules import MAYBE_OPEN
from .view import explain
from .visibility import show_valve
from .wishes import Wishes

type IrrigationConfigEntry = ConfigEntry[IrrigationRuntime]
type RunListener = Callable[[RunStarted | RunEnded], None]


class IrrigationRuntime(Wishes):
    """One irrigation site."""

    entry: IrrigationConfigEntry

    def __init__(self, hass: HomeAssistant, entry: IrrigationConfigEntry) -> None:
        """Build the site from its settings; nothing is read or heard yet."""
        self.hass = hass
        self.entry = entry
        self.state = SiteState()
        self.problems: frozenset[Place] = frozenset()
        self.storage_was_corrupt = False
        self._retired: dict[str, Settings] = {}
        self._ledger = SiteLedger(hass, entry.entry_id)
        self._actuators = Actuators(hass, entry, self._async_save, self._is_wanted)
        self._listeners = defaultdict[str | None, list[Callable[[], None]]](list)
        self._run_listeners = defaultdict[str, list[RunListener]](list)
        self._subentry_listeners = defaultdict[str, list[Callable[[str], None]]](list)
        self._untold: dict[str, RunStarted | RunEnded] = {}
        self._stop_listening: CALLBACK_TYPE | None = None
        self._stop_timer: CALLBACK_TYPE | None = None
        self._wakes_at: datetime | None = None
        self._configure()

    async def async_load(self) -> None:
        """Read what the site remembers."""
        state = await self._ledger.async_load()
        self.storage_was_corrupt = self._ledger.was_corrupt
        self.state = fit(self.config, state)
        dr.async_get(self.hass).async_get_or_create_from_info(
            config_entry_id=self.entry.entry_id,
            device_info=entry_device(self.entry, SITE_MODEL),
        )

    async def async_start(self) -> None:
        """Close what may be open, then listen."""
        self.feed([Restarted()])
        if self.storage_was_corrupt:
            self.feed([StopRequested()])
        self._listen()
        self.entry.async_on_unload(async_follow_renames(self.hass, self.entry))
        self.entry.async_on_unload(
            self.hass.async_add_shutdown_job(HassJob(self._async_close_open))
        )
        self.feed([TimePassed()])

    async def async_unload(self) -> None:
        """Close what is open, store everything and fall silent."""
        self._fall_silent()
        await self._async_close_open()
        await self._ledger.async_save(self.state)
        async_report(self.hass, self.entry, frozenset(), self.problems, {})

    async def async_apply_config(self) -> None:
        """Apply changed settings; a zone that is gone is kept until its valve is closed."""
        async_rename_devices(self.hass, self.entry)
        before, known = self.settings, self._known_subentries()
        gone = {key: before.zones[key] for key in before.zones if key not in self.zones}
        self._retired |= gone
        for zone in gone.values():
            show_valve(self.hass, zone[CONF_VALVE])
        self._configure()
        if self.settings == before and not gone:
            return
        self._listen()
        self.feed([*(StopRequested(zone_id) for zone_id in gone), TimePassed()])
        self._announce(known)

    @property
    @override
    def zones(self) -> Mapping[str, ConfigSubentry]:
        """Return the zones by their id."""
        found = self.entry.get_subentries_of_type(SUBENTRY_ZONE)
        return {subentry.subentry_id: subentry for subentry in found}

    @property
    def tank_subentry(self) -> ConfigSubentry | None:
        """Return the site's tank."""
        return next(iter(self.entry.get_subentries_of_type(SUBENTRY_TANK)), None)

    def subscribe(
        self, zone_id: str | None, listener: Callable[[], None]
    ) -> CALLBACK_TYPE:
        """Call the listener when a zone, or (None) the site or its tank, changed."""
        return add_listener(self._listeners[zone_id], listener)

    def subscribe_runs(self, zone_id: str, listener: RunListener) -> CALLBACK_TYPE:
        """Tell of runs of a zone that started or ended, also during the start."""
        if (untold := self._untold.pop(zone_id, None)) is not None:
            listener(untold)
        return add_listener(self._run_listeners[zone_id], listener)

    def subscribe_zones(self, listener: Callable[[str], None]) -> CALLBACK_TYPE:
        """Call the listener for every zone, now and when one is added."""
        return self._subscribe_subentries(SUBENTRY_ZONE, listener)

    def subscribe_tank(self, listener: Callable[[str], None]) -> CALLBACK_TYPE:
        """Call the listener for the tank, now or when it is added."""
        return self._subscribe_subentries(SUBENTRY_TANK, listener)

    def explain(self, zone_id: str) -> dict[str, Any]:
        """Answer why a zone was, or was not, watered."""
        return explain(self.config, self.state, zone_id, dt_util.utcnow())

    def diagnostics(self) -> Mapping[str, Any]:
        """Return what helps to find a fault, without anything personal."""
        return site_diagnostics(self.config, self.state, self.problems)

    def is_device_in_use(self, device: AnyDeviceEntry) -> bool:
        """Tell whether the device is the site, one of its zones or its tank."""
        used = {self.entry.entry_id, *self.entry.subentries}
        return any(
            domain == DOMAIN and identifier in used
            for domain, identifier in device.identifiers
        )

    @callback
    def forget_problem(self, problem: Place) -> None:
        """Raise a problem's issue anew at the next look if it is still there."""
        self.problems -= {problem}

    @callback
    def acknowledge_corrupt_storage(self) -> None:
        """Take note that a person knows that the site's memory was lost."""
        self.storage_was_corrupt = False
        self._report_problems()
        self._notify(self.state)

    @callback
    @override
    def feed(self, events: Iterable[SiteEvent]) -> None:
        """Let the engine take in events, then do what it asks for."""
        before, now = self.state, dt_util.utcnow()
        effects: list[SiteEffect] = []
        looked = False
        for event in events:
            self.state, more = step(self.config, self.state, event, now)
            effects += more
            looked = looked or isinstance(event, TimePassed)
        if self.state is before:
            return
        self._carry_out(effects)
        if effects or _is_durable_change(before, self.state):
            self._ledger.async_save_soon(self.state)
        if looked or effects:
            self._report_problems()
        self._notify(before)
        self._arm(now)

    def _carry_out(self, effects: Iterable[SiteEffect]) -> None:
        """Send commands and tell who listens about runs."""
        for effect in effects:
            if isinstance(effect, Command):
                self._actuators.async_send(effect)
                continue
            if not (listeners := tuple(self._run_listeners[effect.zone_id])):
                self._untold[effect.zone_id] = effect
            for listener in listeners:
                listener(effect)

    def _notify(self, before: SiteState) -> None:
        """Tell who listens to what changed."""
        changed = [
            zone_id
            for zone_id, memory in self.state.zones.items()
            if memory is not before.zones.get(zone_id)
        ]
        for zone_id in (*changed, None):
            for listener in tuple(self._listeners[zone_id]):
                listener()

    def _report_problems(self) -> None:
        """Bring the repair issues in line with the site's problems."""
        found = problems(self.config, self.state, dt_util.utcnow())
        if self.hass.is_running:
            found |= missing_entities(self.hass, self.settings)
        if self.storage_was_corrupt:
            found |= {(None, Problem.STORAGE_CORRUPT)}
        if found == self.problems:
            return
        previous, self.problems = self.problems, found
        names = {key: subentry.title for key, subentry in self.zones.items()}
        async_report(self.hass, self.entry, found, previous, names)

    def _arm(self, now: datetime) -> None:
        """Wake up when the engine next has something to do."""
        wake = wake_at(self.config, self.state, now)
        if wake == self._wakes_at and self._stop_timer is not None:
            return
        if self._stop_timer is not None:
            self._stop_timer()
        self._wakes_at = wake
        self._stop_timer = async_track_point_in_utc_time(self.hass, self._wake, wake)

    @callback
    def _wake(self, _now: datetime) -> None:
        """Let time pass, and release zones that are gone and closed."""
        self._stop_timer = None
        self.feed([TimePassed()])
        if not self.state.storage_ok:
            self.entry.async_create_background_task(
                self.hass, self._async_save(), "irrigation save"
            )
        for zone_id in [*self._retired]:
            if self.state.zones[zone_id].valve.phase not in MAYBE_OPEN:
                del self._retired[zone_id]
                self._configure()
                self._listen()

    async def _async_save(self) -> bool:
        """Write the ledger; remember when that fails, for nothing may open then."""
        ok = await self._ledger.async_save(self.state)
        if ok != self.state.storage_ok:
            self.feed([StorageChecked(ok)])
        return ok

    def _is_wanted(self, valve_id: str) -> bool:
        """Tell whether a valve is still to be opened."""
        turn = Turn(self.config, self.state, dt_util.utcnow())
        return turn.valve_state(valve_id).phase is ValvePhase.OPENING

    async def _async_close_open(self) -> None:
        """Close what may be open, without waiting for the answer."""
        turn = Turn(self.config, self.state, dt_util.utcnow())
        may_be_open = [
            valve_id
            for valve_id in turn.valve_ids()
            if turn.valve_state(valve_id).phase in MAYBE_OPEN
        ]
        await self._actuators.async_close_all(may_be_open)

    def _configure(self) -> None:
        """Read the settings from the entry and its subentries."""
        tank = self.tank_subentry
        zones = {key: subentry.data for key, subentry in self.zones.items()}
        self.settings = SiteSettings(
            site=dict(self.entry.data),
            zones={**self._retired, **zones},
            tank=None if tank is None else tank.data,
        )
        time_zone = dt_util.get_default_time_zone()
        self.config = site_config(self.settings, time_zone)
        self.state = fit(self.config, self.state)
        self._actuators.drivers = drivers_of(self.hass, self.settings)

    def _listen(self) -> None:
        """Listen to all inputs, anew after a change of settings."""
        if self._stop_listening is not None:
            self._stop_listening()
        self._stop_listening = async_listen(self.hass, self.settings, self.feed)

    def _fall_silent(self) -> None:
        """End the timer and all subscriptions."""
        for stop in (self._stop_listening, self._stop_timer):
            if stop is not None:
                stop()
        self._stop_listening = self._stop_timer = None

    def _subscribe_subentries(
        self, kind: str, listener: Callable[[str], None]
    ) -> CALLBACK_TYPE:
        """Call the listener for every subentry of a kind, now and later."""
        for subentry in self.entry.get_subentries_of_type(kind):
            listener(subentry.subentry_id)
        return add_listener(self._subentry_listeners[kind], listener)

    def _known_subentries(self) -> set[str]:
        """Return the subentries that entities exist for."""
        tank = {"tank"} if self.settings.tank is not None else set()
        return {*self.settings.zones, *tank}

    def _announce(self, known: set[str]) -> None:
        """Tell the platforms about zones and tanks that are new."""
        for zone_id in self.zones:
            if zone_id not in known:
                for listener in tuple(self._subentry_listeners[SUBENTRY_ZONE]):
                    listener(zone_id)
        tank = self.tank_subentry
        if tank is not None and "tank" not in known:
            for listener in tuple(self._subentry_listeners[SUBENTRY_TANK]):
                listener(tank.subentry_id)


def _is_durable_change(before: SiteState, after: SiteState) -> bool:
    """Tell whether something changed that a restart must not forget."""
    if (before.season, before.rain_delay_until, before.master, before.pump) != (
        after.season,
        after.rain_delay_until,
        after.master,
        after.pump,
    ):
        return True
    return any(
        memory is not before.zones.get(zone_id)
        and _durable(memory) != _durable(before.zones.get(zone_id))
        for zone_id, memory in after.zones.items()
    )


def _durable(memory: ZoneState | None) -> tuple[Any, ...] | None:
    """Return the part of a zone's memory that is stored at once."""
    if memory is None:
        return None
    valve = memory.valve
    return (
        valve.phase,
        valve.opening,
        valve.fault,
        valve.timer_proven_at,
        memory.run,
        memory.automatic,
        memory.hose_until,
        memory.total_l,
        memory.no_response,
    )
