"""Watches how long alarms have been waiting for somebody, for one trigger."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .houses import houses, listen
from .model import Incident, Stage
from .news import Begun, Item
from .runtime import EmergencyRuntime

RUNS: Final = (ConfigEntryState.LOADED, ConfigEntryState.SETUP_IN_PROGRESS)

type Over = Callable[[EmergencyRuntime, Incident], None]


class Waiting:
    """Tells once for each incident that nobody took it in time, also across reloads and restarts."""

    def __init__(
        self,
        hass: HomeAssistant,
        patience: timedelta,
        is_meant: Callable[[Incident], bool],
        over: Over,
    ) -> None:
        """Know how long is waited, for which incidents, and who is told."""
        self._hass = hass
        self._patience = patience
        self._is_meant = is_meant
        self._over = over
        self._told: set[str] = set()
        self._timers: dict[str, CALLBACK_TYPE] = {}

    @callback
    def begin(self) -> CALLBACK_TYPE:
        """Watch all houses; what is overdue already is only told when nobody could tell it."""
        for runtime in houses(self._hass):
            is_early, now = runtime.news.is_early, dt_util.utcnow()
            self._skip(runtime, runtime.heard_until if is_early else now)
            self._look(runtime)
        stop = listen(self._hass, self._heard)

        @callback
        def end() -> None:
            stop()
            for incident_id in tuple(self._timers):
                self._stop(incident_id)

        return end

    @callback
    def _heard(self, item: Item) -> None:
        """Look at the alarms of a house after each change."""
        if isinstance(item, Begun):
            self._skip(item.runtime, item.runtime.heard_until)
        self._look(item.runtime)

    def _skip(self, runtime: EmergencyRuntime, until: datetime) -> None:
        """Pass over what was due while this, or the one before it, could tell."""
        for incident in runtime.state.incidents.values():
            if incident.stage is Stage.ALARM and self._due(incident) <= until:
                self._told.add(incident.incident_id)

    def _look(self, runtime: EmergencyRuntime) -> None:
        """Set the timers of a house's alarms anew."""
        for incident in runtime.state.incidents.values():
            self._stop(incident.incident_id)
            if (
                incident.stage is Stage.ALARM
                and not incident.review
                and incident.incident_id not in self._told
                and self._is_meant(incident)
            ):
                self._wait(runtime, incident)

    def _wait(self, runtime: EmergencyRuntime, incident: Incident) -> None:
        """Tell when it is due, at once if it is."""

        @callback
        def due(_: datetime) -> None:
            self._tell(runtime, incident.incident_id)

        self._timers[incident.incident_id] = async_track_point_in_utc_time(
            self._hass, due, self._due(incident)
        )

    def _tell(self, runtime: EmergencyRuntime, incident_id: str) -> None:
        """Tell of an alarm, unless its house is away; it is looked at when it is back."""
        del self._timers[incident_id]
        incident = runtime.state.incidents.get(incident_id)
        runs = runtime.entry.state in RUNS
        if runs and incident is not None and incident.stage is Stage.ALARM:
            self._told.add(incident_id)
            self._over(runtime, incident)

    def _due(self, incident: Incident) -> datetime:
        """Return when an alarm has been waiting for too long."""
        return (incident.alarm_at or incident.opened_at) + self._patience

    def _stop(self, incident_id: str) -> None:
        """Wait no more for an incident."""
        if (stop := self._timers.pop(incident_id, None)) is not None:
            stop()
