"""What users see of a site, derived from the engine's state."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from .decision import daily_left_s, refusal, tank_allows, totals_today
from .model import (
    ProbeState,
    Reason,
    RunStage,
    SiteConfig,
    SiteState,
    ZoneConfig,
    ZonePhase,
    ZoneState,
)
from .probe import health
from .valve_model import Purpose, ValvePhase
from .valve_rules import timer_trusted
from .zone_machine import is_settling

_STAGES = {
    RunStage.QUEUED: ZonePhase.QUEUED,
    RunStage.WATERING: ZonePhase.WATERING,
    RunStage.SOAKING: ZonePhase.SOAKING,
    RunStage.PAUSED: ZonePhase.PAUSED,
}
_OFF = frozenset({Reason.AUTOMATIC_OFF, Reason.SEASON_OFF})
_TOLD_BY_REASON = frozenset({ZonePhase.DISABLED, ZonePhase.IDLE, ZonePhase.BLOCKED})
ZONE_WORDS: Final = (
    *(phase.value for phase in ZonePhase if phase not in _TOLD_BY_REASON),
    *(reason.value for reason in Reason),
)
_QUIET = frozenset({Reason.NOT_DRY, Reason.RESTING, Reason.DUE, Reason.DUE_BY_ESTIMATE})


def zone_phase(
    config: SiteConfig, state: SiteState, zone_id: str, now: datetime
) -> ZonePhase:
    """Return what a zone does, in one word."""
    memory = state.zones[zone_id]
    if memory.valve.phase in (ValvePhase.LOCKED, ValvePhase.OPEN_SUSPECT):
        return ZonePhase.FAULT
    if memory.valve.phase is ValvePhase.MANUAL:
        return ZonePhase.MANUAL
    if memory.run is not None:
        return _STAGES[memory.run.stage]
    reason = _reason(memory)
    if reason in _OFF:
        return ZonePhase.DISABLED
    if is_settling(config.zones[zone_id], memory, now):
        return ZonePhase.EVALUATING
    return ZonePhase.IDLE if reason in _QUIET else ZonePhase.BLOCKED


def zone_word(config: SiteConfig, state: SiteState, zone_id: str, now: datetime) -> str:
    """Return what a zone does, or when it does nothing the reason for that."""
    phase = zone_phase(config, state, zone_id, now)
    reason = _reason(state.zones[zone_id])
    told = phase in _TOLD_BY_REASON or reason is Reason.VALVE_LOCKED
    return reason if told else phase


def _reason(memory: ZoneState) -> Reason:
    """Return why the zone is, or is not, watered now."""
    return memory.decision.reason if memory.decision else Reason.NO_DATA


def today_l(config: SiteConfig, memory: ZoneState, now: datetime) -> float:
    """Return the litres of the current local day."""
    return totals_today(config, memory, now).litres


def site_today_l(config: SiteConfig, state: SiteState, now: datetime) -> float:
    """Return the litres of the current local day of all zones."""
    return sum(today_l(config, memory, now) for memory in state.zones.values())


def site_total_l(state: SiteState) -> float:
    """Return all litres ever given by the site's present and past zones."""
    return state.retired_l + sum(m.total_l for m in state.zones.values())


def is_unsafe(zone: ZoneConfig, memory: ZoneState, now: datetime) -> bool:
    """Tell whether the valve stays open when Home Assistant fails."""
    return not timer_trusted(zone.valve, memory.valve, now)


def is_leak_suspected(state: SiteState) -> bool:
    """Tell whether a valve may be open that should be closed."""
    valves = [state.master, *(memory.valve for memory in state.zones.values())]
    return any(valve.phase is ValvePhase.OPEN_SUSPECT for valve in valves)


def explain(
    config: SiteConfig, state: SiteState, zone_id: str, now: datetime
) -> dict[str, Any]:
    """Answer "why was it, or was it not, watered?" with every number that counts."""
    zone, memory = config.zones[zone_id], state.zones[zone_id]
    refused = refusal(config, state, zone_id, Purpose.RUN, now)
    return {
        "phase": zone_phase(config, state, zone_id, now),
        "decision": _plain(memory.decision),
        "manual_run_refused_because": refused,
        "valve": {
            "phase": memory.valve.phase,
            "fault": memory.valve.fault,
            "closes_without_home_assistant": not is_unsafe(zone, memory, now),
            "timer_proven_at": memory.valve.timer_proven_at,
            "consent_without_timer": zone.valve.consent,
        },
        "run": _plain(memory.run),
        "last_run": _plain(memory.last_run),
        "probes": _probes(zone, memory, now),
        "soil": {
            **asdict(zone.soil),
            "mad": zone.mad,
            "depletion_is_measured": bool(
                memory.depletion and memory.depletion.measured
            ),
        },
        "caps": {
            "run_s": zone.max_run_s,
            "daily_s": zone.max_daily_s,
            "daily_left_s": daily_left_s(config, zone, memory, now),
        },
        "tank": tank_allows(config, state, now) if config.tank else None,
        "litres_are_estimated": True,
    }


def _probes(zone: ZoneConfig, memory: ZoneState, now: datetime) -> list[dict[str, Any]]:
    """Return what each probe says and how far it is believed."""
    rows = []
    for config in zone.probes:
        known = memory.probes.get(config.probe_id, ProbeState())
        judged = health(config, known, memory.no_response, now)
        rows.append(
            {
                "entity_id": config.probe_id,
                "water_content_percent": (
                    None if known.vwc is None else round(known.vwc * 100, 1)
                ),
                "read_at": known.read_at,
                "health": judged,
            }
        )
    return rows


def _plain(value: Any) -> dict[str, Any] | None:
    """Return a record as a dictionary."""
    return None if value is None else asdict(value)
