"""What people may ask of a site."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..exceptions import SmartQuarterInputError
from .const import CONF_CALIBRATION, CONF_MAD
from .decision import refusal
from .inputs import number
from .model import CalibrationPoint, ProbeUnit, RunReason, SiteConfig, SiteState
from .site_events import (
    AutomaticSet,
    HoseSet,
    ProbeTrusted,
    RainDelaySet,
    RunRequested,
    SeasonSet,
    SiteEvent,
    StopRequested,
    ValveHappened,
)
from .valve_model import Purpose, Unlock
from .water_balance import open_seconds


class Wishes(ABC):
    """Turns a person's wish into an event, or says why it cannot be granted."""

    hass: HomeAssistant
    entry: ConfigEntry[Any]
    config: SiteConfig
    state: SiteState

    @property
    @abstractmethod
    def zones(self) -> Mapping[str, ConfigSubentry]:
        """Return the zones by their id."""

    @abstractmethod
    def feed(self, events: Iterable[SiteEvent]) -> None:
        """Let the engine take in events."""

    async def async_water(
        self, zone_id: str, *, seconds: int | None = None, litres: float | None = None
    ) -> None:
        """Water a zone for a time or by volume; without either for its usual time."""
        zone = self.config.zones[zone_id]
        if litres is not None:
            seconds = open_seconds(litres, zone.flow_l_min)
        elif seconds is None:
            seconds = zone.manual_run_s
        if seconds < (least_s := zone.valve.min_open_s):
            raise SmartQuarterInputError("duration_too_short", seconds=str(least_s))
        self._request(zone_id, seconds, RunReason.MANUAL)

    async def async_test_timer(self, zone_id: str) -> None:
        """Open for the shortest time the device's timer can count, and let it close."""
        seconds = self.config.zones[zone_id].valve.test_s
        self._request(zone_id, seconds, RunReason.TEST)

    async def async_stop(self, zone_id: str | None) -> None:
        """Shut the water off in a zone, or everywhere."""
        self.feed([StopRequested(zone_id)])

    async def async_set_automatic(self, zone_id: str, on: bool) -> None:
        """Let a zone be watered automatically, or only by hand."""
        self.feed([AutomaticSet(zone_id, on)])

    async def async_set_hose(self, zone_id: str, minutes: int | None) -> None:
        """Leave a zone's line to a person for some minutes; None: it is free again."""
        until = dt_util.utcnow() + timedelta(minutes=minutes or 0)
        self.feed([HoseSet(zone_id, until)])

    async def async_set_season(self, on: bool) -> None:
        """Begin or end the season."""
        self.feed([SeasonSet(on)])

    async def async_set_rain_delay(self, hours: float) -> None:
        """Water nothing automatically for some hours; 0 ends the delay."""
        until = dt_util.utcnow() + timedelta(hours=hours) if hours > 0 else None
        self.feed([RainDelaySet(until)])

    async def async_unlock(self, zone_id: str) -> None:
        """Trust a valve again that a person looked at; zone, `master` or `pump`."""
        self.feed([ValveHappened(zone_id, Unlock())])

    async def async_trust_probes(self, zone_id: str) -> None:
        """Believe a zone's probes again that a person looked at."""
        self.feed([ProbeTrusted(zone_id)])

    async def async_set_mad(self, zone_id: str, percent: float) -> None:
        """Change how far a zone may dry before it is watered."""
        self._update_zone(zone_id, {CONF_MAD: percent})

    async def async_calibrate(
        self, zone_id: str, probe_id: str | None, point: str, vwc_percent: float | None
    ) -> None:
        """Store what a probe shows now as its reading at a known water content."""
        zone = self.config.zones[zone_id]
        probe_id = probe_id or self._only_probe(zone_id)
        config = next((p for p in zone.probes if p.probe_id == probe_id), None)
        if config is None:
            raise SmartQuarterInputError("probe_not_in_zone", probe=probe_id)
        if config.unit is not ProbeUnit.RAW:
            raise SmartQuarterInputError("probe_not_raw", probe=probe_id)
        if (reading := number(self.hass.states.get(probe_id))) is None:
            raise SmartQuarterInputError("probe_without_reading", probe=probe_id)
        soil = zone.soil
        typical = soil.wilting_point if point == "dry" else soil.field_capacity
        vwc = typical if vwc_percent is None else vwc_percent / 100
        self._store_calibration(
            zone_id, probe_id, point, CalibrationPoint(reading=reading, vwc=vwc)
        )
        self.feed([ProbeTrusted(zone_id)])

    def _store_calibration(
        self, zone_id: str, probe_id: str, point: str, value: CalibrationPoint
    ) -> None:
        """Add a calibration point to the zone's settings."""
        stored = self.zones[zone_id].data.get(CONF_CALIBRATION, {})
        own = {
            **stored.get(probe_id, {}),
            point: {"reading": value.reading, "vwc": value.vwc},
        }
        self._update_zone(zone_id, {CONF_CALIBRATION: {**stored, probe_id: own}})

    def _only_probe(self, zone_id: str) -> str:
        """Return the zone's probe when there is just one."""
        probes = self.config.zones[zone_id].probes
        if len(probes) != 1:
            raise SmartQuarterInputError("probe_ambiguous")
        return probes[0].probe_id

    def _request(self, zone_id: str, seconds: int, reason: RunReason) -> None:
        """Ask for a run and say why when it cannot be granted."""
        purpose = Purpose.TEST if reason is RunReason.TEST else Purpose.RUN
        now = dt_util.utcnow()
        refused = refusal(self.config, self.state, zone_id, purpose, now)
        if refused is not None:
            raise SmartQuarterInputError(f"refused_{refused}")
        self.feed([RunRequested(zone_id, seconds, reason)])

    def _update_zone(self, zone_id: str, changes: Mapping[str, Any]) -> None:
        """Change a zone's settings; the entry's listener applies them."""
        subentry = self.zones[zone_id]
        data = MappingProxyType({**subentry.data, **changes})
        self.hass.config_entries.async_update_subentry(self.entry, subentry, data=data)
