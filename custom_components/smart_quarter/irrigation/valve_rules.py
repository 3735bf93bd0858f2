"""Rules of the valve machine: its times, and what may be done when."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .valve_model import (
    CloseCause,
    Closed,
    Opening,
    Purpose,
    ValveLimits,
    ValvePhase,
    ValveState,
)

UNREACHABLE_GRACE: Final = timedelta(seconds=60)
"""A radio drop-out shorter than this does not end an opening."""
TEST_TOLERANCE: Final = timedelta(seconds=10)
"""How late a device's timer may close in its commissioning test."""
EARLY: Final = timedelta(seconds=2)
"""A close this much before the deadline is still the timer's."""
TIMER_PROOF_MAX_AGE: Final = timedelta(days=300)
"""One growing season: an older proof must be repeated."""
OPEN_ATTEMPTS: Final = 3
CLOSE_ATTEMPTS: Final = 3
"""Closes without effect after which the valve is treated as stuck."""
RESEND_MAX_S: Final = 60.0

MAYBE_OPEN: Final = frozenset(
    {
        ValvePhase.OPENING,
        ValvePhase.OPEN,
        ValvePhase.MANUAL,
        ValvePhase.CLOSING,
        ValvePhase.OPEN_SUSPECT,
    }
)
RUNNING: Final = frozenset({ValvePhase.OPENING, ValvePhase.OPEN, ValvePhase.MANUAL})
ENDING: Final = frozenset({ValvePhase.CLOSING, ValvePhase.OPEN_SUSPECT})


def timer_trusted(limits: ValveLimits, state: ValveState, now: datetime) -> bool:
    """Tell whether the device's own timer was seen to close the valve this season."""
    proven_at = state.timer_proven_at
    return (
        limits.has_timer
        and proven_at is not None
        and now - proven_at < TIMER_PROOF_MAX_AGE
    )


def may_open(
    limits: ValveLimits, state: ValveState, purpose: Purpose, now: datetime
) -> bool:
    """Tell whether an opening for this purpose is allowed now."""
    if state.phase is not ValvePhase.CLOSED or not state.available:
        return False
    match purpose:
        case Purpose.RUN:
            return limits.consent or timer_trusted(limits, state, now)
        case Purpose.TEST:
            return limits.has_timer
        case Purpose.SUPPLY:
            return True
        case Purpose.FOREIGN:
            return False


def foreign_opening(limits: ValveLimits, now: datetime) -> Opening:
    """Return the ledger line of an opening by somebody else."""
    return Opening(
        opening_id=f"foreign-{now.isoformat()}",
        purpose=Purpose.FOREIGN,
        asked_at=now,
        deadline=now + timedelta(seconds=limits.manual_max_s),
        opened_at=now,
    )


def judge_timer(limits: ValveLimits, state: ValveState, now: datetime) -> ValveState:
    """Withdraw the trust from a timer that left the valve open over a restart."""
    opening = state.opening
    if opening is None or not (state.restarted and opening.device_timer):
        return state
    if now <= opening.deadline + TEST_TOLERANCE + timedelta(seconds=limits.confirm_s):
        return state
    return replace(state, timer_proven_at=None, timer_failed=True)


def account(
    state: ValveState, opening: Opening, now: datetime, *, seen_open: bool
) -> Closed:
    """Account for an opening; only a proven timer ends it while nobody looks."""
    end = state.closed_at or now
    if state.restarted and opening.device_timer and not seen_open:
        end = min(end, opening.deadline)
    began = opening.opened_at or opening.asked_at
    return Closed(
        opening=opening,
        cause=state.cause or CloseCause.COMMAND,
        open_s=max(0.0, (end - began).total_seconds()),
        flowed=opening.opened_at is not None or seen_open or state.restarted,
    )


def unreachable(state: ValveState, now: datetime) -> bool:
    """Tell whether the valve is out of reach for longer than a drop-out."""
    since = state.unavailable_since
    return since is not None and now >= since + UNREACHABLE_GRACE


def patience(limits: ValveLimits, opening: Opening) -> datetime:
    """Return when Home Assistant itself closes; a test waits for the device's timer."""
    if opening.purpose is Purpose.TEST:
        return opening.deadline + TEST_TOLERANCE + timedelta(seconds=limits.confirm_s)
    return opening.deadline
