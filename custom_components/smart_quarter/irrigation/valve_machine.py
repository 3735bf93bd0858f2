"""The valve machine: whatever happens, an open valve has a deadline.

A pure function of state, event and time. Three rules carry the promise that a valve never
stays open: every opening is in the ledger with an absolute deadline before its command is
sent; being unreachable cancels no deadline; a close is sent again until the valve is seen
closed after it was seen open, or twice when it was never seen open.
"""

from dataclasses import replace
from datetime import datetime, timedelta
import math

from .valve_model import (
    Available,
    Close,
    CloseCause,
    Observed,
    Open,
    Opened,
    Opening,
    Purpose,
    SendClose,
    SendOpen,
    Started,
    Tick,
    Unlock,
    ValveEffect,
    ValveEvent,
    ValveFault,
    ValveLimits,
    ValvePhase,
    ValveState,
)
from .valve_rules import (
    CLOSE_ATTEMPTS,
    EARLY,
    ENDING,
    MAYBE_OPEN,
    OPEN_ATTEMPTS,
    RESEND_MAX_S,
    RUNNING,
    UNREACHABLE_GRACE,
    account,
    foreign_opening,
    judge_timer,
    may_open,
    patience,
    timer_trusted,
    unreachable,
)

type Result = tuple[ValveState, tuple[ValveEffect, ...]]


def step(
    limits: ValveLimits, state: ValveState, event: ValveEvent, now: datetime
) -> Result:
    """Apply one event; commands that are not allowed or already carried out do nothing."""
    match event:
        case Open():
            return _open(limits, state, event, now)
        case Close(cause):
            return _close(limits, state, cause, now)
        case Observed(is_open):
            return _observe(limits, state, is_open, now)
        case Available(available):
            return _reach(limits, state, available, now)
        case Started(verify_s):
            return _start(limits, state, verify_s, now)
        case Unlock():
            return _unlock(state)
        case Tick():
            return _tick(limits, state, now)


def wake_at(limits: ValveLimits, state: ValveState) -> datetime | None:
    """Return when the machine next needs a tick; never None while it may be open."""
    if state.phase in RUNNING and state.opening is not None:
        times = [patience(limits, state.opening)]
        if state.phase is ValvePhase.OPENING and state.due_at is not None:
            times.append(state.due_at)
        if state.unavailable_since is not None:
            times.append(state.unavailable_since + UNREACHABLE_GRACE)
        return min(times)
    return state.due_at


def _open(limits: ValveLimits, state: ValveState, event: Open, now: datetime) -> Result:
    """Open for a time, or hold a supply open longer."""
    if event.purpose is Purpose.SUPPLY and state.phase in RUNNING:
        held_s = min(event.seconds, limits.max_open_s)
        return _hold(state, now + timedelta(seconds=held_s)), ()
    if event.seconds <= 0 or not may_open(limits, state, event.purpose, now):
        return state, ()
    is_test = event.purpose is Purpose.TEST
    seconds = limits.test_s if is_test else min(event.seconds, limits.max_open_s)
    opening = Opening(
        opening_id=event.opening_id,
        purpose=event.purpose,
        asked_at=now,
        deadline=now + timedelta(seconds=seconds),
        device_timer=not is_test and timer_trusted(limits, state, now),
    )
    state = replace(
        state,
        phase=ValvePhase.OPENING,
        opening=opening,
        sends=1,
        due_at=now + timedelta(seconds=limits.confirm_s),
        cause=None,
        restarted=False,
    )
    return state, (SendOpen(seconds, limits.has_timer),)


def _hold(state: ValveState, until: datetime) -> ValveState:
    """Move the deadline of an open supply, never to an earlier time."""
    if state.opening is None or state.opening.purpose is not Purpose.SUPPLY:
        return state
    opening = replace(state.opening, deadline=max(state.opening.deadline, until))
    return replace(state, opening=opening)


def _close(
    limits: ValveLimits, state: ValveState, cause: CloseCause, now: datetime
) -> Result:
    """Close a valve that is, or may be, open."""
    if state.phase in ENDING:
        return state, ()
    if state.phase in RUNNING or state.phase is ValvePhase.UNKNOWN:
        return _begin_close(limits, state, cause, now)
    return state, (SendClose(),)


def _begin_close(
    limits: ValveLimits,
    state: ValveState,
    cause: CloseCause,
    now: datetime,
    fault: ValveFault | None = None,
) -> Result:
    """Send the first close and wait for the valve to obey."""
    state = replace(
        state,
        phase=ValvePhase.CLOSING,
        closed_at=None,
        cause=cause,
        fault=fault or state.fault,
        sends=0,
    )
    return _send_close(limits, state, now)


def _send_close(limits: ValveLimits, state: ValveState, now: datetime) -> Result:
    """Send a close; only one that could be heard counts as an attempt."""
    sends = state.sends + 1 if state.available else state.sends
    exponent = max(0, sends - CLOSE_ATTEMPTS)
    wait_s = min(RESEND_MAX_S, limits.confirm_s * 2 ** min(exponent, 10))
    state = replace(state, sends=sends, due_at=now + timedelta(seconds=wait_s))
    return state, (SendClose(),)


def _observe(
    limits: ValveLimits, state: ValveState, is_open: bool | None, now: datetime
) -> Result:
    """Take in what the valve reports."""
    was_open, state = state.observed, replace(state, observed=is_open)
    if is_open is None:
        return _await_report(limits, state, now), ()
    if is_open:
        return _observe_open(limits, state, now)
    return _observe_closed(limits, state, now, was_open=bool(was_open))


def _await_report(limits: ValveLimits, state: ValveState, now: datetime) -> ValveState:
    """Give a reachable but silent valve a moment before it is closed to be sure."""
    if state.phase in MAYBE_OPEN or state.due_at is not None:
        return state
    wait_s = limits.confirm_s + state.verify_s
    return replace(state, due_at=now + timedelta(seconds=wait_s))


def _observe_open(limits: ValveLimits, state: ValveState, now: datetime) -> Result:
    """Confirm our opening, or let somebody else's run under a maximum."""
    match state.phase:
        case ValvePhase.OPENING if state.opening is not None:
            opening = replace(state.opening, opened_at=now)
            state = replace(
                state,
                phase=ValvePhase.OPEN,
                opening=opening,
                due_at=None,
                sends=0,
                fault=None,
            )
            return state, (Opened(opening),)
        case ValvePhase.CLOSED:
            opening = foreign_opening(limits, now)
            state = replace(
                state, phase=ValvePhase.MANUAL, opening=opening, restarted=False
            )
            return state, (Opened(opening),)
        case ValvePhase.UNKNOWN | ValvePhase.LOCKED:
            state = replace(
                state, opening=foreign_opening(limits, now), restarted=False
            )
            return _begin_close(limits, state, CloseCause.RESTART, now)
        case ValvePhase.CLOSING | ValvePhase.OPEN_SUSPECT:
            opening = state.opening or foreign_opening(limits, now)
            state = replace(state, opening=opening, closed_at=None)
            return judge_timer(limits, state, now), ()
    return state, ()


def _observe_closed(
    limits: ValveLimits, state: ValveState, now: datetime, *, was_open: bool
) -> Result:
    """End an opening that was seen; a close never seen open proves nothing yet."""
    match state.phase:
        case ValvePhase.UNKNOWN | ValvePhase.CLOSED | ValvePhase.LOCKED:
            return _settle(state, now, seen_open=False)
        case ValvePhase.OPEN | ValvePhase.MANUAL:
            return _closed_by_itself(state, now)
        case ValvePhase.CLOSING | ValvePhase.OPEN_SUSPECT:
            state = replace(state, closed_at=state.closed_at or now)
            if was_open:
                return _settle(state, now, seen_open=True)
    return state, ()


def _closed_by_itself(state: ValveState, now: datetime) -> Result:
    """Tell the device's timer from somebody else's hand."""
    opening = state.opening
    assert opening is not None
    if opening.purpose is Purpose.TEST:
        length = opening.deadline - opening.asked_at
        kept = now - (opening.opened_at or now) >= length / 2
        state = replace(
            state,
            timer_proven_at=now if kept else state.timer_proven_at,
            timer_failed=state.timer_failed and not kept,
        )
        cause = CloseCause.DEADLINE if kept else CloseCause.EXTERNAL
    else:
        in_time = now >= opening.deadline - EARLY
        cause = CloseCause.DEADLINE if in_time else CloseCause.EXTERNAL
    return _settle(replace(state, cause=cause), now, seen_open=True)


def _settle(state: ValveState, now: datetime, *, seen_open: bool) -> Result:
    """Strike the opening from the ledger: the valve is closed."""
    stuck = state.fault is ValveFault.NOT_CLOSED
    kept_fault = stuck or state.fault is ValveFault.NOT_OPENED
    effects: tuple[ValveEffect, ...] = ()
    if state.opening is not None:
        effects = (account(state, state.opening, now, seen_open=seen_open),)
    state = replace(
        state,
        phase=ValvePhase.LOCKED if stuck else ValvePhase.CLOSED,
        opening=None,
        sends=0,
        due_at=None,
        closed_at=None,
        cause=None,
        fault=state.fault if kept_fault else None,
        restarted=False,
    )
    return state, effects


def _reach(
    limits: ValveLimits, state: ValveState, available: bool, now: datetime
) -> Result:
    """Follow the valve's reachability; a deadline stands whatever happens."""
    if available == state.available:
        return state, ()
    state = replace(
        state, available=available, unavailable_since=None if available else now
    )
    if not available:
        return state, ()
    if state.phase in ENDING:
        return _send_close(limits, state, now)
    if state.observed is None:
        return _await_report(limits, state, now), ()
    return state, ()


def _start(
    limits: ValveLimits, state: ValveState, verify_s: float, now: datetime
) -> Result:
    """Close at once what the ledger says may be open; look at the rest first."""
    state = replace(state, observed=None, available=False, unavailable_since=now)
    if state.opening is not None:
        state = replace(state, restarted=True)
        cause = state.cause if state.phase in ENDING else CloseCause.RESTART
        return _begin_close(limits, state, cause or CloseCause.RESTART, now)
    locked = state.phase is ValvePhase.LOCKED
    phase = ValvePhase.LOCKED if locked else ValvePhase.UNKNOWN
    state = replace(state, phase=phase, due_at=None, verify_s=verify_s)
    return _await_report(limits, state, now), ()


def _unlock(state: ValveState) -> Result:
    """Trust the valve again after a person looked at it."""
    if state.phase is ValvePhase.LOCKED:
        return replace(state, phase=ValvePhase.CLOSED, fault=None), ()
    if state.phase is ValvePhase.CLOSED:
        return replace(state, fault=None), ()
    return state, ()


def _tick(limits: ValveLimits, state: ValveState, now: datetime) -> Result:
    """Do what is due."""
    due = wake_at(limits, state)
    if due is None or now < due:
        return state, ()
    if state.phase in RUNNING:
        return _tick_running(limits, state, now)
    if state.phase in ENDING:
        return _tick_ending(limits, state, now)
    return _tick_silent(limits, state, now)


def _tick_running(limits: ValveLimits, state: ValveState, now: datetime) -> Result:
    """End an opening at its deadline, when it is unreachable, or did not begin."""
    opening = state.opening
    assert opening is not None
    if now >= patience(limits, opening):
        if opening.purpose is Purpose.TEST and opening.opened_at is not None:
            state = replace(state, timer_proven_at=None, timer_failed=True)
            return _begin_close(limits, state, CloseCause.TIMER_FAILED, now)
        return _begin_close(limits, state, CloseCause.DEADLINE, now)
    if unreachable(state, now):
        fault = ValveFault.UNREACHABLE
        state, effects = _begin_close(limits, state, CloseCause.UNREACHABLE, now, fault)
        return replace(state, phase=ValvePhase.OPEN_SUSPECT), effects
    if state.phase is ValvePhase.OPENING and state.sends < OPEN_ATTEMPTS:
        return _resend_open(limits, state, opening, now)
    return _begin_close(
        limits, state, CloseCause.NOT_OPENED, now, ValveFault.NOT_OPENED
    )


def _resend_open(
    limits: ValveLimits, state: ValveState, opening: Opening, now: datetime
) -> Result:
    """Ask again for what is left of the opening; the deadline of a run does not move."""
    if opening.purpose is Purpose.TEST:
        # The device's timer is judged by its whole length, so the test begins anew
        deadline = now + timedelta(seconds=limits.test_s)
        opening = replace(opening, asked_at=now, deadline=deadline)
    wait_s = limits.confirm_s * 2**state.sends
    left_s = math.ceil((opening.deadline - now).total_seconds())
    state = replace(
        state,
        opening=opening,
        sends=state.sends + 1,
        due_at=now + timedelta(seconds=wait_s),
    )
    return state, (SendOpen(left_s, limits.has_timer),)


def _tick_ending(limits: ValveLimits, state: ValveState, now: datetime) -> Result:
    """Close again, until the valve obeys."""
    if state.available and state.observed is False and state.sends >= 2:
        return _settle(state, now, seen_open=False)
    if state.available and state.sends >= CLOSE_ATTEMPTS:
        state = replace(
            state,
            phase=ValvePhase.OPEN_SUSPECT,
            fault=ValveFault.NOT_CLOSED,
            cause=CloseCause.NOT_CLOSED,
        )
    elif state.opening is not None and unreachable(state, now):
        fault = state.fault or ValveFault.UNREACHABLE
        state = replace(state, phase=ValvePhase.OPEN_SUSPECT, fault=fault)
    return _send_close(limits, state, now)


def _tick_silent(limits: ValveLimits, state: ValveState, now: datetime) -> Result:
    """Close a reachable valve that does not say what it is; wait for the others."""
    if not state.available:
        return replace(state, due_at=None), ()
    return _begin_close(limits, state, CloseCause.RESTART, now)
