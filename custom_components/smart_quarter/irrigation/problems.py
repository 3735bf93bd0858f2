"""What is wrong with a site that a user can mend."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from .decision import FIRST_READING
from .model import (
    ProbeHealth,
    ProbeState,
    Problem,
    SiteConfig,
    SiteState,
    TankLevel,
    ZoneConfig,
    ZoneState,
)
from .probe import health
from .site_events import Supply
from .tank import level
from .turn import supplies
from .valve_model import Purpose, ValveFault, ValveLimits, ValvePhase, ValveState
from .valve_rules import timer_trusted

type Place = tuple[str | None, Problem]
"""A problem and where it is: a zone, `master`, `pump`, or None for the site."""

UNREACHABLE_AFTER: Final = timedelta(minutes=30)
"""A valve out of reach for less is not worth a person's way."""
NOT_OPENING_AFTER: Final = 3


def problems(config: SiteConfig, state: SiteState, now: datetime) -> frozenset[Place]:
    """Return all problems; one that is mended is simply not there any more."""
    return frozenset(_all(config, state, now))


def _all(config: SiteConfig, state: SiteState, now: datetime) -> Iterator[Place]:
    """Look at the site, its supply and its zones."""
    if not state.storage_ok:
        yield None, Problem.STORAGE_FAILED
    starting = _is_starting(state, now)
    if not starting and _tank_silent(config, state, now):
        yield None, Problem.TANK_SILENT
    for key in supplies(config):
        valve = state.master if key == Supply.MASTER else state.pump
        for problem in _of_valve(valve, now):
            yield key, problem
    for zone_id, zone in config.zones.items():
        for problem in _of_zone(zone, state.zones[zone_id], now):
            too_early = starting and problem is Problem.PROBE_SILENT
            # Resting plants leave their soil as it is: a steady number is no fault then
            resting = not state.season and problem is Problem.PROBE_IMPLAUSIBLE
            if not too_early and not resting:
                yield zone_id, problem


def _is_starting(state: SiteState, now: datetime) -> bool:
    """Tell whether the inputs have not had time to report since the start."""
    began = state.restarted_at
    return began is None or now < began + FIRST_READING


def _tank_silent(config: SiteConfig, state: SiteState, now: datetime) -> bool:
    """Tell whether the level sensor is silent, whether or not the site may go on."""
    if config.tank is None:
        return False
    return level(config.tank, state.tank, now) is TankLevel.UNKNOWN


def _of_zone(zone: ZoneConfig, memory: ZoneState, now: datetime) -> Iterator[Problem]:
    """Look at a zone's valve, its timer and its probes."""
    yield from _of_valve(memory.valve, now)
    yield from _of_timer(zone.valve, memory.valve, now)
    if memory.failed_runs >= NOT_OPENING_AFTER:
        yield Problem.VALVE_NOT_OPENING
    kinds = {
        health(p, memory.probes.get(p.probe_id, ProbeState()), memory.no_response, now)
        for p in zone.probes
    }
    if kinds & {ProbeHealth.STALE, ProbeHealth.LEARNING}:
        yield Problem.PROBE_SILENT
    if ProbeHealth.SUSPECT in kinds:
        yield Problem.PROBE_IMPLAUSIBLE


def _of_valve(valve: ValveState, now: datetime) -> Iterator[Problem]:
    """Look at a valve's obedience and reachability."""
    stuck = valve.fault is ValveFault.NOT_CLOSED
    if valve.phase is ValvePhase.LOCKED:
        yield Problem.VALVE_LOCKED
    elif stuck and valve.phase is ValvePhase.OPEN_SUSPECT:
        yield Problem.VALVE_STUCK_OPEN
    since = valve.unavailable_since
    if since is not None and now - since > UNREACHABLE_AFTER:
        yield Problem.VALVE_UNREACHABLE


def _of_timer(
    limits: ValveLimits, valve: ValveState, now: datetime
) -> Iterator[Problem]:
    """Look at what closes the valve when Home Assistant fails; a running test decides."""
    if valve.opening is not None and valve.opening.purpose is Purpose.TEST:
        return
    if not limits.has_timer:
        if not limits.consent:
            yield Problem.TIMER_MISSING
    elif valve.timer_failed:
        if not limits.consent:
            yield Problem.TIMER_FAILED
    elif not timer_trusted(limits, valve, now):
        yield Problem.TIMER_UNTESTED
