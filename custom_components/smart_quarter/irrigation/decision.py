"""Why a zone is, or is not, watered now: the rules in the order a gardener would ask."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .model import (
    DayTotals,
    Decision,
    Reason,
    RunReason,
    SiteConfig,
    SiteState,
    TankLevel,
    ZoneConfig,
    ZoneState,
)
from .site_clock import in_window, local_midnight_after, window_opens
from .tank import level
from .valve_model import Purpose, ValvePhase
from .valve_rules import may_open, timer_trusted
from .water_balance import (
    depth_of,
    dose_mm,
    litres_in,
    litres_of,
    open_seconds,
    threshold_mm,
    total_available_water_mm,
)

FIRST_READING: Final = timedelta(minutes=10)
"""After a start, inputs get so long to report before they are called silent."""

_BROKEN: Final = frozenset({ValvePhase.LOCKED, ValvePhase.OPEN_SUSPECT})


def decide(
    config: SiteConfig, state: SiteState, zone_id: str, now: datetime
) -> Decision:
    """Decide for one zone; never starts anything itself."""
    zone, memory = config.zones[zone_id], state.zones[zone_id]
    numbers = _numbers(zone, memory, now)
    if (block := _blocked(config, state, memory, now)) is not None:
        return _with(numbers, block)
    if numbers.depletion_mm is None or numbers.threshold_mm is None:
        return replace(numbers, reason=Reason.NO_DATA)
    if (until := _first_reading_until(state, memory)) is not None and now < until:
        return _with(numbers, (Reason.NO_DATA, until))
    if numbers.depletion_mm < numbers.threshold_mm:
        return numbers
    if (block := _resting(zone, memory, now)) is not None:
        return _with(numbers, block)
    return _due(config, state, zone_id, numbers, now)


def refusal(
    config: SiteConfig, state: SiteState, zone_id: str, purpose: Purpose, now: datetime
) -> Reason | None:
    """Return why a person's wish to open the valve cannot be granted now."""
    zone, memory = config.zones[zone_id], state.zones[zone_id]
    if memory.run is not None:
        return Reason.RUNNING
    if _frost(config, state) and purpose is Purpose.RUN:
        return Reason.FROST
    if (hindrance := _hindrance(config, state, zone_id, purpose, now)) is not None:
        return hindrance
    if daily_left_s(config, zone, memory, now) < zone.valve.min_open_s:
        return Reason.DAILY_CAP
    return None


def daily_left_s(
    config: SiteConfig, zone: ZoneConfig, memory: ZoneState, now: datetime
) -> int:
    """Return the seconds the zone may still be open today."""
    return max(0, zone.max_daily_s - round(totals_today(config, memory, now).open_s))


def totals_today(config: SiteConfig, memory: ZoneState, now: datetime) -> DayTotals:
    """Return the water of the current local day."""
    day = now.astimezone(config.time_zone).date()
    if memory.today is not None and memory.today.day == day:
        return memory.today
    return DayTotals(day=day)


def may_go_on(
    config: SiteConfig, state: SiteState, zone_id: str, now: datetime
) -> Reason | None:
    """Return what forbids the next opening of a run that waits; None: nothing."""
    memory = state.zones[zone_id]
    if memory.run is None or not _is_automatic(memory):
        return None
    if (block := _wish(state, memory, now)) is not None:
        return block[0]
    if (weather := _weather(config, state)) is not None:
        return weather
    return None if in_window(config, now) else Reason.OUTSIDE_WINDOW


def is_fed(config: SiteConfig, zone: ZoneConfig) -> bool:
    """Tell whether a zone's water passes the shared master valve or pump."""
    return zone.behind_master and (config.master is not None or config.pump is not None)


def is_isolated(config: SiteConfig, state: SiteState) -> bool:
    """Tell whether the shared supply is shut because of a valve that may be open."""
    return any(
        state.zones[zone_id].valve.phase is ValvePhase.OPEN_SUSPECT
        for zone_id, zone in config.zones.items()
        if is_fed(config, zone)
    )


def tank_allows(config: SiteConfig, state: SiteState, now: datetime) -> TankLevel:
    """Return the tank's level as far as it matters; gravity may run on a silent sensor."""
    if config.tank is None:
        return TankLevel.OK
    known = level(config.tank, state.tank, now)
    if known is TankLevel.UNKNOWN and config.pump is None:
        return TankLevel.OK
    return known


def _numbers(zone: ZoneConfig, memory: ZoneState, now: datetime) -> Decision:
    """Return the figures of a zone with the verdict "not dry"."""
    depletion = memory.depletion
    return Decision(
        at=now,
        reason=Reason.NOT_DRY,
        depletion_mm=None if depletion is None else depletion.depth_mm,
        threshold_mm=threshold_mm(zone.soil, zone.mad),
        available_water_mm=total_available_water_mm(zone.soil),
        vwc=last_vwc(memory),
    )


def last_watered_at(memory: ZoneState) -> datetime | None:
    """Return the end of the last run that gave the plants water; a test gives none."""
    last = memory.last_run
    if last is None or last.litres <= 0 or last.reason is RunReason.TEST:
        return None
    return last.ended_at


def last_vwc(memory: ZoneState) -> float | None:
    """Return the driest last reading of the zone's probes, believed or not."""
    known = [probe.vwc for probe in memory.probes.values() if probe.vwc is not None]
    return min(known, default=None)


def _first_reading_until(state: SiteState, memory: ZoneState) -> datetime | None:
    """Return how long the probes get after a start before an estimate replaces them."""
    if state.restarted_at is None or any(
        probe.read_at is not None and probe.read_at >= state.restarted_at
        for probe in memory.probes.values()
    ):
        return None
    return state.restarted_at + FIRST_READING


def _with(numbers: Decision, block: tuple[Reason, datetime | None]) -> Decision:
    """Return the figures with a blocking reason."""
    return replace(numbers, reason=block[0], until=block[1])


def _blocked(
    config: SiteConfig, state: SiteState, memory: ZoneState, now: datetime
) -> tuple[Reason, datetime | None] | None:
    """Return what keeps the zone from being watered, dry or not."""
    if memory.run is not None:
        return Reason.RUNNING, None
    if memory.valve.phase in _BROKEN:
        return Reason.VALVE_LOCKED, None
    if memory.valve.phase is ValvePhase.MANUAL:
        opening = memory.valve.opening
        return Reason.MANUAL_OPEN, opening.deadline if opening else None
    if (wish := _wish(state, memory, now)) is not None:
        return wish
    if (weather := _weather(config, state)) is not None:
        return weather, None
    return None


def _wish(
    state: SiteState, memory: ZoneState, now: datetime
) -> tuple[Reason, datetime | None] | None:
    """Return the user's own setting that keeps automatic watering off."""
    if memory.hose_until is not None and now < memory.hose_until:
        return Reason.HOSE_MODE, memory.hose_until
    if not memory.automatic:
        return Reason.AUTOMATIC_OFF, None
    if not state.season:
        return Reason.SEASON_OFF, None
    if state.rain_delay_until is not None and now < state.rain_delay_until:
        return Reason.RAIN_DELAY, state.rain_delay_until
    return None


def _frost(config: SiteConfig, state: SiteState) -> bool:
    """Tell whether it is too cold to water."""
    known = state.temperature_c
    return known is not None and known < config.frost_c


def _weather(config: SiteConfig, state: SiteState) -> Reason | None:
    """Return what the weather has against watering."""
    if _frost(config, state):
        return Reason.FROST
    return Reason.RAINING if state.raining else None


def _is_automatic(memory: ZoneState) -> bool:
    """Tell whether the current run was decided here."""
    return memory.run is not None and memory.run.why is not None


def _resting(
    zone: ZoneConfig, memory: ZoneState, now: datetime
) -> tuple[Reason, datetime | None] | None:
    """Return the rest after a run, or after one that failed."""
    ends = [memory.retry_after] if memory.retry_after is not None else []
    if (watered_at := last_watered_at(memory)) is not None:
        rest_s = max(zone.min_gap_s, zone.settle_s)
        ends.append(watered_at + timedelta(seconds=rest_s))
    until = max(ends, default=None)
    return (Reason.RESTING, until) if until is not None and now < until else None


def _due(
    config: SiteConfig,
    state: SiteState,
    zone_id: str,
    numbers: Decision,
    now: datetime,
) -> Decision:
    """Name what hinders a dry zone, or compute its dose."""
    zone, memory = config.zones[zone_id], state.zones[zone_id]
    left_s = daily_left_s(config, zone, memory, now)
    if left_s < zone.valve.min_open_s:
        return _with(numbers, (Reason.DAILY_CAP, local_midnight_after(config, now)))
    hindrance = _hindrance(config, state, zone_id, Purpose.RUN, now)
    if hindrance is not None:
        return replace(numbers, reason=hindrance)
    if not in_window(config, now):
        return _with(numbers, (Reason.OUTSIDE_WINDOW, window_opens(config, now)))
    return _dose(zone, memory, numbers, left_s)


def _hindrance(
    config: SiteConfig, state: SiteState, zone_id: str, purpose: Purpose, now: datetime
) -> Reason | None:
    """Return the technical reason why the valve must not open now."""
    zone, memory = config.zones[zone_id], state.zones[zone_id]
    if memory.valve.phase in _BROKEN:
        return Reason.VALVE_LOCKED
    if not state.storage_ok:
        return Reason.STORAGE_FAILED
    if not _timer_allows(zone, memory, purpose, now):
        return Reason.TIMER_NOT_PROVEN
    if not may_open(zone.valve, memory.valve, purpose, now):
        return Reason.VALVE_NOT_READY
    if purpose is Purpose.TEST:
        return None
    return _supply_hindrance(config, state, zone, now)


def _timer_allows(
    zone: ZoneConfig, memory: ZoneState, purpose: Purpose, now: datetime
) -> bool:
    """Tell whether a proven timer or the installer's consent covers the opening."""
    if purpose is Purpose.TEST:
        return zone.valve.has_timer
    return zone.valve.consent or timer_trusted(zone.valve, memory.valve, now)


def _supply_hindrance(
    config: SiteConfig, state: SiteState, zone: ZoneConfig, now: datetime
) -> Reason | None:
    """Return why the shared supply cannot feed the zone now."""
    if not is_fed(config, zone):
        return (
            None if tank_allows(config, state, now) is TankLevel.OK else Reason.TANK_LOW
        )
    if is_isolated(config, state):
        return Reason.ISOLATED
    for limits, supply in ((config.master, state.master), (config.pump, state.pump)):
        if limits is not None and supply.phase in _BROKEN | {ValvePhase.UNKNOWN}:
            return Reason.VALVE_NOT_READY
    return None if tank_allows(config, state, now) is TankLevel.OK else Reason.TANK_LOW


def _dose(
    zone: ZoneConfig, memory: ZoneState, numbers: Decision, left_s: int
) -> Decision:
    """Return the dose that refills the root zone, under the caps."""
    assert numbers.depletion_mm is not None
    wanted_mm = dose_mm(zone, numbers.depletion_mm)
    wanted_s = open_seconds(litres_of(wanted_mm, zone.rooted_area_m2), zone.flow_l_min)
    open_s = min(wanted_s, zone.max_run_s, left_s)
    caps = {"max_run": zone.max_run_s, "max_daily": left_s}
    litres = litres_in(open_s, zone.flow_l_min)
    measured = memory.depletion is not None and memory.depletion.measured
    return replace(
        numbers,
        reason=Reason.DUE if measured else Reason.DUE_BY_ESTIMATE,
        dose_mm=depth_of(litres, zone.rooted_area_m2),
        litres=litres,
        open_s=open_s,
        limits=tuple(name for name, cap_s in caps.items() if cap_s < wanted_s),
    )
