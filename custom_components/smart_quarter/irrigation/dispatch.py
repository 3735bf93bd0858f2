"""Who waters next, and whether the shared supply gives water."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .decision import is_fed, is_isolated, tank_allows
from .model import RunOutcome, RunReason, RunStage, TankLevel, ZoneState
from .site_events import Supply
from .turn import Turn, supplies
from .valve_model import Close, Open, Purpose, ValveLimits, ValvePhase
from .valve_rules import may_open
from .zone_machine import next_opening_s

SUPPLY_MARGIN: Final = timedelta(seconds=10)
"""The shared supply outlives the last zone by this, if nothing closes it before."""

_FLOWING: Final = frozenset({ValvePhase.OPENING, ValvePhase.OPEN})


def dispatch(turn: Turn) -> None:
    """Open the valves of waiting runs, the driest zone first, as far as the flow goes."""
    for zone_id in sorted(_queued(turn), key=lambda key: _urgency(turn, key)):
        if _flow_left(turn, zone_id):
            _open_zone(turn, zone_id)


def feed(turn: Turn) -> None:
    """Open, hold or shut the master valve and the pump as the zones need them."""
    if is_isolated(turn.config, turn.state):
        _cut_off(turn)
    for valve_id, limits in supplies(turn.config).items():
        until = _needed_until(turn, Supply(valve_id))
        phase = turn.valve_state(valve_id).phase
        if until is not None:
            _hold(turn, valve_id, limits, until)
        elif phase in _FLOWING:
            turn.valve(valve_id, Close())


def _queued(turn: Turn) -> list[str]:
    """Return the zones whose run waits for its next opening."""
    return [
        zone_id
        for zone_id, memory in turn.state.zones.items()
        if memory.run is not None and memory.run.stage is RunStage.QUEUED
    ]


def _urgency(turn: Turn, zone_id: str) -> tuple[bool, float]:
    """Sort people's wishes first, then by how far depletion exceeds its threshold."""
    memory = turn.state.zones[zone_id]
    assert memory.run is not None
    why = memory.run.why
    if why is None or why.depletion_mm is None or not why.threshold_mm:
        return False, 0.0
    return True, -why.depletion_mm / why.threshold_mm


def _flow_left(turn: Turn, zone_id: str) -> bool:
    """Tell whether the supply can feed one more zone."""
    zone, _ = turn.zone(zone_id)
    flowing = [
        turn.config.zones[key].flow_l_min
        for key, memory in turn.state.zones.items()
        if key != zone_id and _is_drawing(memory)
    ]
    if turn.config.max_flow_l_min is None:
        return not flowing
    return not flowing or (sum(flowing) + zone.flow_l_min <= turn.config.max_flow_l_min)


def _is_drawing(memory: ZoneState) -> bool:
    """Tell whether a valve takes its share of the flow; a stuck one must not stop others."""
    valve = memory.valve
    return valve.opening is not None and valve.phase is not ValvePhase.OPEN_SUSPECT


def _open_zone(turn: Turn, zone_id: str) -> None:
    """Give a run its next opening, or end it when nothing may be given any more."""
    zone, memory = turn.zone(zone_id)
    run = memory.run
    assert run is not None
    seconds = next_opening_s(turn.config, zone, memory, turn.now)
    if seconds <= 0:
        turn.stop_run(zone_id, RunOutcome.CAPPED)
        return
    purpose = Purpose.TEST if run.reason is RunReason.TEST else Purpose.RUN
    if not may_open(zone.valve, memory.valve, purpose, turn.now):
        _give_up_in_time(turn, zone_id, memory)
        return
    if not turn.state.storage_ok:
        return
    run = replace(run, stage=RunStage.WATERING)
    turn.put_zone(zone_id, replace(memory, run=run))
    opening_id = f"{run.run_id}-{turn.now:%H%M%S%f}"
    turn.valve(zone_id, Open(opening_id, seconds, purpose))


def _give_up_in_time(turn: Turn, zone_id: str, memory: ZoneState) -> None:
    """End a run whose valve cannot be opened; wait for one that is only out of reach."""
    broken = memory.valve.phase in (ValvePhase.LOCKED, ValvePhase.OPEN_SUSPECT)
    if broken or memory.valve.available:
        turn.stop_run(zone_id, RunOutcome.NOT_OPENED)
        return
    since = memory.valve.unavailable_since
    if since is not None and turn.now - since > timedelta(minutes=5):
        turn.stop_run(zone_id, RunOutcome.UNREACHABLE)


def _cut_off(turn: Turn) -> None:
    """End the runs of all zones behind the shared supply."""
    for zone_id, zone in turn.config.zones.items():
        memory = turn.state.zones[zone_id]
        suspect = memory.valve.phase is ValvePhase.OPEN_SUSPECT
        if is_fed(turn.config, zone) and memory.run is not None and not suspect:
            turn.stop_run(zone_id, RunOutcome.ISOLATED)


def _needed_until(turn: Turn, supply: Supply) -> datetime | None:
    """Return how long the zones need the shared supply; None: it must be shut."""
    if is_isolated(turn.config, turn.state):
        return None
    if supply is Supply.PUMP and not _pump_may_run(turn):
        return None
    wanted = _FLOWING if supply is Supply.MASTER else {ValvePhase.OPEN}
    deadlines = [
        memory.valve.opening.deadline
        for zone_id, memory in turn.state.zones.items()
        if is_fed(turn.config, turn.config.zones[zone_id])
        and memory.valve.opening is not None
        and _wants_water(memory, turn.now, wanted)
    ]
    return max(deadlines, default=None)


def _wants_water(
    memory: ZoneState, now: datetime, wanted: frozenset[ValvePhase] | set[ValvePhase]
) -> bool:
    """Tell whether a zone's open valve is to be fed."""
    opening = memory.valve.opening
    if opening is None or opening.purpose is Purpose.TEST:
        return False
    if memory.valve.phase is ValvePhase.MANUAL:
        return memory.hose_until is not None and now < memory.hose_until
    return memory.valve.phase in wanted


def _pump_may_run(turn: Turn) -> bool:
    """Tell whether the pump has water to give."""
    known = tank_allows(turn.config, turn.state, turn.now)
    return known in (TankLevel.OK, TankLevel.LOW)


def _hold(turn: Turn, valve_id: str, limits: ValveLimits, until: datetime) -> None:
    """Open the supply, or move its deadline on."""
    valve = turn.valve_state(valve_id)
    until = until + SUPPLY_MARGIN
    held = valve.opening is not None and valve.opening.deadline >= until
    if valve.phase in _FLOWING and held:
        return
    if valve.phase in _FLOWING or may_open(limits, valve, Purpose.SUPPLY, turn.now):
        seconds = round((until - turn.now).total_seconds())
        opening_id = f"{valve_id}-{turn.now:%Y%m%dT%H%M%S%f}"
        turn.valve(valve_id, Open(opening_id, seconds, Purpose.SUPPLY))
