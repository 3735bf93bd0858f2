"""The engine of a site: one pure step for everything that can happen.

`step(config, state, event, now)` returns the next state and the effects to carry out.
The caller stores the state before it carries out an opening, and calls again with
`TimePassed` at `wake_at`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from . import probe, tank, valve_machine
from .decision import decide, may_go_on, refusal, tank_allows
from .dispatch import dispatch, feed
from .model import (
    ProbeState,
    RunOutcome,
    RunReason,
    RunStage,
    SiteConfig,
    SiteState,
    TankLevel,
    TankState,
    ZoneConfig,
    ZoneState,
)
from .site_events import (
    AutomaticSet,
    HoseSet,
    ProbeAlive,
    ProbeRead,
    ProbeTrusted,
    RainDelaySet,
    RainRead,
    Restarted,
    RunRequested,
    SeasonSet,
    SiteEffect,
    SiteEvent,
    StopRequested,
    StorageChecked,
    TankAlive,
    TankRead,
    TemperatureRead,
    TimePassed,
    ValveHappened,
)
from .turn import Turn
from .valve_model import Close, CloseCause, Purpose, Started, Tick, Unlock, ValvePhase
from .zone_machine import judge_response, queue_run, refresh_depletion

IDLE_TICK: Final = timedelta(seconds=60)
"""Longest time between two looks at all zones."""
STAGGER_S: Final = 1.0
"""Pause between closes that are only to be sure, so that no radio network is flooded."""
MANUAL_PAUSE_MAX: Final = timedelta(hours=2)
"""A run started by hand does not wait longer than this for water."""


def step(
    config: SiteConfig, state: SiteState, event: SiteEvent, now: datetime
) -> tuple[SiteState, tuple[SiteEffect, ...]]:
    """Apply one event to a site whose state fits its configuration."""
    turn = Turn(config, state, now)
    _apply(turn, event)
    _settle(turn, _touched(turn, event))
    return turn.state, tuple(turn.effects)


def wake_at(config: SiteConfig, state: SiteState, now: datetime) -> datetime:
    """Return when the site needs its next look, whatever happens before."""
    turn = Turn(config, state, now)
    times = [(state.looked_at or now) + IDLE_TICK]
    for valve_id in turn.valve_ids():
        due = valve_machine.wake_at(turn.limits(valve_id), turn.valve_state(valve_id))
        if due is not None:
            times.append(due)
    for memory in state.zones.values():
        if memory.run is not None and memory.run.next_at is not None:
            times.append(memory.run.next_at)
        if memory.hose_until is not None:
            times.append(memory.hose_until)
    return max(now, min(times))


def fit(config: SiteConfig, state: SiteState) -> SiteState:
    """Add zones that are new in the configuration, drop those that are gone.

    What a timer has proven, or failed, counts for that valve and timer only.
    """
    zones = {
        key: _fit_timer(zone, state.zones.get(key, ZoneState()))
        for key, zone in config.zones.items()
    }
    gone = [memory for key, memory in state.zones.items() if key not in zones]
    retired_l = state.retired_l + sum(memory.total_l for memory in gone)
    return replace(state, zones=zones, retired_l=retired_l)


def _fit_timer(zone: ZoneConfig, memory: ZoneState) -> ZoneState:
    """Forget the test of another timer."""
    if memory.valve.timer == zone.valve.timer:
        return memory
    valve = replace(
        memory.valve,
        timer=zone.valve.timer,
        timer_proven_at=None,
        timer_failed=False,
    )
    return replace(memory, valve=valve)


def _apply(turn: Turn, event: SiteEvent) -> None:
    """Take in an event."""
    match event:
        case ValveHappened(valve_id, valve_event):
            turn.valve(valve_id, valve_event)
            if isinstance(valve_event, Unlock) and valve_id in turn.config.zones:
                _forgive(turn, valve_id)
        case ProbeRead() | ProbeAlive():
            _read_probe(turn, event)
        case TankRead() | TankAlive():
            _read_tank(turn, event)
        case RunRequested():
            _request(turn, event)
        case StopRequested(zone_id):
            _stop(turn, zone_id)
        case Restarted():
            _restart(turn)
        case TimePassed():
            _pass_time(turn)
        case AutomaticSet() | HoseSet() | ProbeTrusted():
            _set_zone(turn, event)
        case _:
            _set_site(turn, event)


type _ZoneSetting = AutomaticSet | HoseSet | ProbeTrusted
type _SiteSetting = (
    TemperatureRead | RainRead | SeasonSet | RainDelaySet | StorageChecked
)


def _set_zone(turn: Turn, event: _ZoneSetting) -> None:
    """Remember what somebody decided for a zone."""
    _, memory = turn.zone(event.zone_id)
    match event:
        case AutomaticSet(on=on):
            memory = replace(memory, automatic=on)
        case HoseSet(until=until):
            memory = replace(memory, hose_until=until)
        case ProbeTrusted():
            probes = {key: replace(p, rejected=0) for key, p in memory.probes.items()}
            memory = replace(memory, probes=probes, no_response=0, check_after=None)
    turn.put_zone(event.zone_id, memory)


def _set_site(turn: Turn, event: _SiteSetting) -> None:
    """Remember what is true of the whole site."""
    match event:
        case TemperatureRead(temperature_c):
            turn.state = replace(turn.state, temperature_c=temperature_c)
        case RainRead(raining):
            turn.state = replace(turn.state, raining=raining)
        case SeasonSet(on):
            turn.state = replace(turn.state, season=on)
        case RainDelaySet(until):
            turn.state = replace(turn.state, rain_delay_until=until)
        case StorageChecked(ok):
            turn.state = replace(turn.state, storage_ok=ok)


def _pass_time(turn: Turn) -> None:
    """Let every valve do what is due."""
    turn.state = replace(turn.state, looked_at=turn.now)
    for valve_id in turn.valve_ids():
        turn.valve(valve_id, Tick())


def _touched(turn: Turn, event: SiteEvent) -> Iterable[str]:
    """Return the zones an event can matter to; the others wait for the next look."""
    match event:
        case ValveHappened(valve_id) if valve_id in turn.config.zones:
            return (valve_id,)
        case (
            ProbeRead(zone_id)
            | ProbeAlive(zone_id)
            | RunRequested(zone_id)
            | AutomaticSet(zone_id)
            | HoseSet(zone_id)
            | ProbeTrusted(zone_id)
        ):
            return (zone_id,)
    return turn.config.zones


def _settle(turn: Turn, zone_ids: Iterable[str]) -> None:
    """Do everything that is due now, in the order in which water flows."""
    turn.state = replace(turn.state, tank=_current_tank(turn))
    for zone_id in zone_ids:
        _refresh(turn, zone_id)
        _end_hose(turn, zone_id)
        _continue_run(turn, zone_id)
        _decide(turn, zone_id)
    dispatch(turn)
    feed(turn)


def _read_probe(turn: Turn, event: ProbeRead | ProbeAlive) -> None:
    """Take in a reading or a sign of life of a probe."""
    zone, memory = turn.zone(event.zone_id)
    config = next((p for p in zone.probes if p.probe_id == event.probe_id), None)
    if config is None:
        return
    known = memory.probes.get(event.probe_id, ProbeState())
    if isinstance(event, ProbeRead):
        known = probe.accept(config, zone.soil, known, event.reading, turn.now)
    else:
        known = probe.alive(known, turn.now)
    probes = {**memory.probes, event.probe_id: known}
    turn.put_zone(event.zone_id, replace(memory, probes=probes))


def _read_tank(turn: Turn, event: TankRead | TankAlive) -> None:
    """Take in a reading or a sign of life of the level sensor."""
    if (config := turn.config.tank) is None:
        return
    known = turn.state.tank
    if isinstance(event, TankRead):
        known = tank.observe(config, known, event.reading, turn.now)
    else:
        known = tank.alive(known, turn.now)
    turn.state = replace(turn.state, tank=known)


def _forgive(turn: Turn, zone_id: str) -> None:
    """Forget runs that failed, after a person looked at the valve."""
    _, memory = turn.zone(zone_id)
    turn.put_zone(zone_id, replace(memory, failed_runs=0, retry_after=None))


def _request(turn: Turn, event: RunRequested) -> None:
    """Queue a run that a person asked for, unless something forbids it."""
    is_test = event.reason is RunReason.TEST
    purpose = Purpose.TEST if is_test else Purpose.RUN
    config, state = turn.config, turn.state
    if refusal(config, state, event.zone_id, purpose, turn.now) is not None:
        return
    zone, memory = turn.zone(event.zone_id)
    seconds = min(event.seconds, zone.max_run_s)
    turn.put_zone(
        event.zone_id,
        queue_run(memory, event.zone_id, event.reason, seconds, now=turn.now),
    )


def _stop(turn: Turn, zone_id: str | None) -> None:
    """Shut the water off; a close is sent even when the valve seems closed."""
    for key in turn.config.zones if zone_id is None else (zone_id,):
        turn.stop_run(key, RunOutcome.STOPPED)
        turn.valve(key, Close())


def _restart(turn: Turn) -> None:
    """Close what may be open, shared supply first; look at the rest one by one."""
    turn.state = replace(turn.state, restarted_at=turn.now)
    for position, valve_id in enumerate(turn.valve_ids()):
        turn.valve(valve_id, Started(verify_s=position * STAGGER_S))
    for zone_id in turn.config.zones:
        turn.stop_run(zone_id, RunOutcome.INTERRUPTED)


def _current_tank(turn: Turn) -> TankState:
    """Return the tank with the level that its age and hysteresis give."""
    if (config := turn.config.tank) is None:
        return turn.state.tank
    known = turn.state.tank
    return replace(known, level=tank.level(config, known, turn.now))


def _refresh(turn: Turn, zone_id: str) -> None:
    """Bring a zone's depletion up to date."""
    zone, memory = turn.zone(zone_id)
    memory = judge_response(zone, memory, turn.now)
    memory = refresh_depletion(turn.config, zone, memory, turn.now)
    turn.put_zone(zone_id, memory)


def _end_hose(turn: Turn, zone_id: str) -> None:
    """End the hose mode by itself and close what somebody left open."""
    _, memory = turn.zone(zone_id)
    if memory.hose_until is None or turn.now < memory.hose_until:
        return
    turn.put_zone(zone_id, replace(memory, hose_until=None))
    if memory.valve.phase is ValvePhase.MANUAL:
        turn.valve(zone_id, Close(CloseCause.DEADLINE))


def _continue_run(turn: Turn, zone_id: str) -> None:
    """Pause, resume, end or go on with a zone's run."""
    _, memory = turn.zone(zone_id)
    if (run := memory.run) is None or run.ending is not None:
        return
    if (block := may_go_on(turn.config, turn.state, zone_id, turn.now)) is not None:
        if run.stage is not RunStage.WATERING:
            turn.stop_run(zone_id, RunOutcome.OUT_OF_TIME)
        elif block is not block.OUTSIDE_WINDOW:
            turn.stop_run(zone_id, RunOutcome.STOPPED)
        return
    if run.stage is RunStage.SOAKING and run.next_at and turn.now >= run.next_at:
        run = replace(run, stage=RunStage.QUEUED, next_at=None)
        turn.put_zone(zone_id, replace(memory, run=run))
    _follow_tank(turn, zone_id)


def _follow_tank(turn: Turn, zone_id: str) -> None:
    """Pause a run when the tank is empty and resume it when it is refilled."""
    _, memory = turn.zone(zone_id)
    run = memory.run
    if run is None or run.reason is RunReason.TEST:
        return
    known = tank_allows(turn.config, turn.state, turn.now)
    if run.stage is not RunStage.PAUSED:
        if known in (TankLevel.EMPTY, TankLevel.UNKNOWN):
            turn.pause_run(zone_id)
    elif known is TankLevel.OK:
        run = replace(run, stage=RunStage.QUEUED)
        turn.put_zone(zone_id, replace(memory, run=run))
    elif run.why is None and turn.now - run.asked_at > MANUAL_PAUSE_MAX:
        turn.stop_run(zone_id, RunOutcome.TANK_EMPTY)


def _decide(turn: Turn, zone_id: str) -> None:
    """Remember why the zone is, or is not, watered, and queue a run that is due."""
    decision = decide(turn.config, turn.state, zone_id, turn.now)
    _, memory = turn.zone(zone_id)
    memory = replace(memory, decision=decision)
    reasons = {
        decision.reason.DUE: RunReason.DEPLETION,
        decision.reason.DUE_BY_ESTIMATE: RunReason.ESTIMATE,
    }
    if (reason := reasons.get(decision.reason)) is not None and decision.open_s > 0:
        memory = queue_run(
            memory, zone_id, reason, decision.open_s, now=turn.now, why=decision
        )
    turn.put_zone(zone_id, memory)
