"""The zone machine: a run from its request to exactly one outcome, and its booking."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .decision import daily_left_s, last_vwc, last_watered_at, totals_today
from .model import (
    Decision,
    Depletion,
    Run,
    RunOutcome,
    RunReason,
    RunRecord,
    RunStage,
    SiteConfig,
    ZoneConfig,
    ZoneState,
)
from .probe import zone_vwc
from .valve_model import CloseCause, Closed, Purpose
from .water_balance import (
    carry_on,
    depletion_mm,
    depth_of,
    expected_vwc_rise,
    litres_in,
)

EXTERNAL_BLOCK: Final = timedelta(hours=1)
"""Somebody closed the valve: that wish is respected for a while."""
RETRY_FIRST: Final = timedelta(minutes=5)
RETRY_MAX: Final = timedelta(hours=6)
VISIBLE_RISE: Final = 0.02
"""Water content a run must be expected to add before a probe is judged by it."""
MISSED_SHARE: Final = 0.2

_OUTCOMES: Final = {
    CloseCause.COMMAND: RunOutcome.STOPPED,
    CloseCause.EXTERNAL: RunOutcome.CLOSED_EXTERNALLY,
    CloseCause.RESTART: RunOutcome.INTERRUPTED,
    CloseCause.NOT_OPENED: RunOutcome.NOT_OPENED,
    CloseCause.NOT_CLOSED: RunOutcome.NOT_CLOSED,
    CloseCause.UNREACHABLE: RunOutcome.UNREACHABLE,
    CloseCause.TIMER_FAILED: RunOutcome.TIMER_FAILED,
}


def queue_run(
    memory: ZoneState,
    zone_id: str,
    reason: RunReason,
    seconds: int,
    *,
    now: datetime,
    why: Decision | None = None,
) -> ZoneState:
    """Put a run in the queue; `why` marks one that was decided here."""
    run = Run(
        run_id=_new_run_id(memory, zone_id, now),
        reason=reason,
        stage=RunStage.QUEUED,
        requested_s=seconds,
        asked_at=now,
        vwc_before=last_vwc(memory),
        why=why,
    )
    return replace(memory, run=run)


def _new_run_id(memory: ZoneState, zone_id: str, now: datetime) -> str:
    """Return an id that the zone's last run does not have, even if it began at this moment."""
    stamp = f"{zone_id}-{now:%Y%m%dT%H%M%S%f}"
    last = memory.last_run
    if last is None or not last.run_id.startswith(stamp):
        return stamp
    return f"{last.run_id}+"


def next_opening_s(
    config: SiteConfig, zone: ZoneConfig, memory: ZoneState, now: datetime
) -> int:
    """Return the seconds of a run's next opening, under every cap; 0: none is left."""
    if (run := memory.run) is None:
        return 0
    if run.reason is RunReason.TEST:
        return zone.valve.test_s
    left_s = min(
        _remaining_s(run), zone.cycle_s, daily_left_s(config, zone, memory, now)
    )
    return left_s if left_s >= zone.valve.min_open_s else 0


def account_opening(
    config: SiteConfig,
    zone: ZoneConfig,
    memory: ZoneState,
    closed: Closed,
    now: datetime,
) -> tuple[ZoneState, RunRecord | None]:
    """Book an ended opening and take the run to its next stage or its end."""
    litres = litres_in(closed.open_s, zone.flow_l_min) if closed.flowed else 0.0
    memory = _book(config, zone, memory, open_s=closed.open_s, litres=litres, now=now)
    if closed.opening.purpose is Purpose.FOREIGN:
        return _record_foreign(memory, closed, litres, now)
    if (run := memory.run) is None:
        return memory, None
    run = replace(
        run,
        open_s=run.open_s + closed.open_s,
        litres=run.litres + litres,
        started_at=run.started_at or closed.opening.opened_at,
    )
    memory = replace(memory, run=run)
    outcome = _outcome(config, zone, memory, run=run, cause=closed.cause, now=now)
    if outcome is not None:
        return finish_run(memory, outcome, now)
    if run.stage is RunStage.WATERING:
        soak_ends = now + timedelta(seconds=zone.soak_s)
        run = replace(run, stage=RunStage.SOAKING, next_at=soak_ends)
    return replace(memory, run=run), None


def finish_run(
    memory: ZoneState, outcome: RunOutcome, now: datetime
) -> tuple[ZoneState, RunRecord | None]:
    """End a run with its one outcome."""
    if (run := memory.run) is None:
        return memory, None
    record = RunRecord(
        run_id=run.run_id,
        reason=run.reason,
        outcome=outcome,
        started_at=run.started_at or run.asked_at,
        ended_at=now,
        open_s=run.open_s,
        litres=run.litres,
    )
    failed = memory.failed_runs + 1 if outcome is RunOutcome.NOT_OPENED else 0
    watered = run.litres > 0 and run.vwc_before is not None
    memory = replace(
        memory,
        run=None,
        last_run=record,
        check_after=run if watered else memory.check_after,
        failed_runs=failed,
        retry_after=_retry_after(outcome, failed, now),
    )
    return memory, record


def refresh_depletion(
    config: SiteConfig, zone: ZoneConfig, memory: ZoneState, now: datetime
) -> ZoneState:
    """Take the depletion from the probes, or carry it on while they cannot know."""
    vwc = None if is_settling(zone, memory, now) else zone_vwc(zone, memory, now)
    if vwc is not None:
        depth_mm = depletion_mm(zone.soil, vwc)
        depletion = Depletion(depth_mm=depth_mm, at=now, measured=True)
        return replace(memory, depletion=depletion)
    if memory.depletion is None:
        return memory
    carried = carry_on(zone, memory.depletion, now, config.time_zone)
    return replace(memory, depletion=carried)


def is_settling(zone: ZoneConfig, memory: ZoneState, now: datetime) -> bool:
    """Tell whether water is still on its way to the probe."""
    if memory.run is not None and memory.run.litres > 0:
        return True
    watered_at = last_watered_at(memory)
    return watered_at is not None and now < watered_at + timedelta(
        seconds=zone.settle_s
    )


def judge_response(zone: ZoneConfig, memory: ZoneState, now: datetime) -> ZoneState:
    """Count runs after which the probe should have seen water and did not."""
    run = memory.check_after
    if run is None or run.vwc_before is None or is_settling(zone, memory, now):
        return memory
    memory = replace(memory, check_after=None)
    expected = expected_vwc_rise(zone, run.litres)
    fits = run.vwc_before + expected <= zone.soil.field_capacity
    seen = last_vwc(memory)
    if expected < VISIBLE_RISE or not fits or seen is None:
        return memory
    missed = seen - run.vwc_before < MISSED_SHARE * expected
    return replace(memory, no_response=memory.no_response + 1 if missed else 0)


def _remaining_s(run: Run) -> int:
    """Return what is left of the requested time."""
    return max(0, round(run.requested_s - run.open_s))


def _book(
    config: SiteConfig,
    zone: ZoneConfig,
    memory: ZoneState,
    *,
    open_s: float,
    litres: float,
    now: datetime,
) -> ZoneState:
    """Add an opening to the day, to the total and to the soil."""
    today = totals_today(config, memory, now)
    depletion = memory.depletion
    if depletion is not None:
        depth_mm = depth_of(litres, zone.rooted_area_m2)
        depletion = carry_on(zone, depletion, now, config.time_zone, depth_mm)
    return replace(
        memory,
        today=replace(
            today, open_s=today.open_s + open_s, litres=today.litres + litres
        ),
        total_l=memory.total_l + litres,
        total_open_s=memory.total_open_s + open_s,
        depletion=depletion,
    )


def _record_foreign(
    memory: ZoneState, closed: Closed, litres: float, now: datetime
) -> tuple[ZoneState, RunRecord]:
    """Record an opening by somebody else beside a run that may go on."""
    by_itself = closed.cause is CloseCause.EXTERNAL
    record = RunRecord(
        run_id=closed.opening.opening_id,
        reason=RunReason.FOREIGN,
        outcome=RunOutcome.COMPLETED if by_itself else RunOutcome.CAPPED,
        started_at=closed.opening.asked_at,
        ended_at=now,
        open_s=closed.open_s,
        litres=litres,
    )
    return replace(memory, last_run=record), record


def _outcome(
    config: SiteConfig,
    zone: ZoneConfig,
    memory: ZoneState,
    *,
    run: Run,
    cause: CloseCause,
    now: datetime,
) -> RunOutcome | None:
    """Return how the run ended; None: it soaks or waits and goes on."""
    if run.ending is not None:
        return run.ending
    if cause is CloseCause.COMMAND and run.stage is RunStage.PAUSED:
        return None
    if cause is not CloseCause.DEADLINE:
        return _OUTCOMES[cause]
    if run.reason is RunReason.TEST:
        return RunOutcome.COMPLETED
    if _remaining_s(run) < zone.valve.min_open_s:
        capped = run.why is not None and bool(run.why.limits)
        return RunOutcome.CAPPED if capped else RunOutcome.COMPLETED
    if daily_left_s(config, zone, memory, now) < zone.valve.min_open_s:
        return RunOutcome.CAPPED
    return None


def _retry_after(outcome: RunOutcome, failed: int, now: datetime) -> datetime | None:
    """Return how long a run that did not go well keeps the next one waiting."""
    match outcome:
        case RunOutcome.CLOSED_EXTERNALLY | RunOutcome.STOPPED:
            return now + EXTERNAL_BLOCK
        case RunOutcome.NOT_OPENED:
            return now + min(RETRY_MAX, RETRY_FIRST * (1 << min(failed - 1, 10)))
        case RunOutcome.UNREACHABLE | RunOutcome.INTERRUPTED:
            return now + RETRY_FIRST
    return None
