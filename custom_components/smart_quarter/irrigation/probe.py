"""What a probe's number means, and how far it is believed."""

from dataclasses import replace
from datetime import datetime, timedelta
import math
from statistics import median
from typing import Final

from .model import (
    ProbeConfig,
    ProbeHealth,
    ProbeState,
    ProbeUnit,
    Soil,
    ZoneConfig,
    ZoneState,
)

PLAUSIBLE_MAX: Final = 0.6
"""No mineral soil holds more water, m³/m³ (International Soil Moisture Network, flag C02)."""
SATURATION_MARGIN: Final = 0.05
REJECTED_MAX: Final = 3
NO_RESPONSE_MAX: Final = 2
VISIBLE_CHANGE: Final = 0.002
"""What changes less is noise, m³/m³; the value stays, so that slow drying adds up."""
FLAT_MAX: Final = timedelta(days=5)
"""A growing plant dries its soil: a number that stands still for longer is stuck."""


def to_vwc(config: ProbeConfig, soil: Soil, reading: float) -> float | None:
    """Return the water content of a reading, m³/m³; None when it is impossible."""
    if not math.isfinite(reading):
        return None
    vwc = _convert(config, soil, reading)
    limit = min(PLAUSIBLE_MAX, soil.saturation + SATURATION_MARGIN)
    return vwc if vwc is not None and 0 <= vwc <= limit else None


def accept(
    config: ProbeConfig,
    soil: Soil,
    state: ProbeState,
    reading: float | None,
    now: datetime,
) -> ProbeState:
    """Take in a reading; an impossible one is counted, the last good one stays."""
    state = alive(state, now)
    vwc = None if reading is None else to_vwc(config, soil, reading)
    if vwc is None:
        return replace(state, rejected=state.rejected + 1)
    state = replace(state, vwc=vwc, read_at=now, rejected=0)
    anchor = state.moved_from
    if anchor is not None and abs(vwc - anchor) < VISIBLE_CHANGE:
        return state
    return replace(state, moved_from=vwc, moved_at=now)


def alive(state: ProbeState, now: datetime) -> ProbeState:
    """Note a sign of life of the probe's device."""
    return replace(state, alive_at=now)


def health(
    config: ProbeConfig, state: ProbeState, no_response: int, now: datetime
) -> ProbeHealth:
    """Judge a probe."""
    if state.vwc is None and state.rejected < REJECTED_MAX:
        return ProbeHealth.LEARNING
    silent = timedelta(seconds=config.silent_after_s)
    if state.alive_at is None or now - state.alive_at > silent:
        return ProbeHealth.STALE
    if state.rejected >= REJECTED_MAX or no_response >= NO_RESPONSE_MAX:
        return ProbeHealth.SUSPECT
    if state.moved_at is not None and now - state.moved_at > FLAT_MAX:
        return ProbeHealth.SUSPECT
    return ProbeHealth.HEALTHY


def zone_vwc(zone: ZoneConfig, state: ZoneState, now: datetime) -> float | None:
    """Fuse the believed probes: the median of three or more, the drier of two."""
    believed = [
        known.vwc
        for config in zone.probes
        if (known := state.probes.get(config.probe_id)) is not None
        and known.vwc is not None
        and health(config, known, state.no_response, now) is ProbeHealth.HEALTHY
    ]
    if len(believed) > 2:
        return median(believed)
    return min(believed, default=None)


def _convert(config: ProbeConfig, soil: Soil, reading: float) -> float | None:
    """Map a number by its unit."""
    match config.unit:
        case ProbeUnit.VOL_PERCENT:
            return reading / 100
        case ProbeUnit.M3_M3:
            return reading
        case ProbeUnit.PERCENT:
            return reading / 100 * soil.saturation
        case ProbeUnit.RAW:
            return _calibrated(config, reading)


def _calibrated(config: ProbeConfig, reading: float) -> float | None:
    """Map a raw number by the line through two calibration points."""
    dry, wet = config.dry, config.wet
    if dry is None or wet is None or dry.reading == wet.reading:
        return None
    share = (reading - dry.reading) / (wet.reading - dry.reading)
    return dry.vwc + share * (wet.vwc - dry.vwc)
