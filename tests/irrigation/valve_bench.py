"""A bench for the valve machine: a clock that jumps, and a device that may misbehave."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from custom_components.smart_quarter.irrigation.valve_machine import step, wake_at
from custom_components.smart_quarter.irrigation.valve_model import (
    Available,
    Closed,
    Observed,
    Open,
    Opened,
    Purpose,
    SendClose,
    SendOpen,
    Started,
    Tick,
    ValveEffect,
    ValveEvent,
    ValveLimits,
    ValveState,
)

START = datetime(2026, 6, 15, 20, 0, tzinfo=UTC)
CONSENT = ValveLimits(consent=True, max_open_s=1800, manual_max_s=900)
TIMED = ValveLimits(has_timer=True, max_open_s=1800)
PROVEN: Final[dict[str, object]] = {"timer_proven_at": START}
SAVED_AFTER = timedelta(seconds=1)
"""What is younger may not be on disk when Home Assistant is killed."""


@dataclass
class Bench:
    """A valve machine on its own: what it is told, what it does, and when it wakes."""

    limits: ValveLimits
    state: ValveState = field(default_factory=ValveState)
    now: datetime = START

    def feed(self, *events: ValveEvent) -> list[ValveEffect]:
        """Tell the machine what happens now."""
        done: list[ValveEffect] = []
        for event in events:
            self.state, effects = step(self.limits, self.state, event, self.now)
            done += effects
        return done

    def wait(self, seconds: float) -> list[ValveEffect]:
        """Let time pass, with a tick whenever the machine wants one."""
        end = self.now + timedelta(seconds=seconds)
        done: list[ValveEffect] = []
        while (due := wake_at(self.limits, self.state)) is not None and due <= end:
            self.now = max(self.now, due)
            done += self.feed(Tick())
            again = wake_at(self.limits, self.state)
            assert again is None or again > self.now, "the machine wakes without end"
        self.now = end
        return done + self.feed(Tick())


def idle(limits: ValveLimits = CONSENT, /, **state: object) -> Bench:
    """Return a closed valve in reach."""
    bench = Bench(limits, replace(ValveState(), **state))  # type: ignore[arg-type]
    assert bench.feed(Started(), Available(True), Observed(False)) == []
    return bench


def running(
    seconds: int = 600,
    purpose: Purpose = Purpose.RUN,
    limits: ValveLimits = CONSENT,
    /,
    **state: object,
) -> Bench:
    """Return a valve that was opened, and has said so."""
    bench = idle(limits, **state)
    bench.feed(Open("run", seconds, purpose), Observed(True))
    return bench


def closes(effects: list[ValveEffect]) -> int:
    """Return how often a close was sent."""
    return sum(isinstance(effect, SendClose) for effect in effects)


def ended(effects: list[ValveEffect]) -> Closed:
    """Return the account of the one opening that ended."""
    (closed,) = (effect for effect in effects if isinstance(effect, Closed))
    return closed


def restart(bench: Bench, *, is_open: bool | None) -> list[ValveEffect]:
    """Start Home Assistant anew; the valve is reachable and reports."""
    return bench.feed(Started(), Available(True), Observed(is_open))


@dataclass
class Device:
    """A valve as it really is."""

    keeps_time: bool = False
    is_open: bool = False
    reachable: bool = True
    obeys: bool = True
    delay_s: float = 1.0
    shuts_at: datetime | None = None
    inbox: list[tuple[datetime, SendOpen | SendClose]] = field(default_factory=list)

    def hear(self, command: SendOpen | SendClose, now: datetime) -> None:
        """Receive a command, or lose it."""
        if self.reachable and self.obeys:
            self.inbox.append((now + timedelta(seconds=self.delay_s), command))

    def next_at(self) -> datetime | None:
        """Return when the device moves next by itself."""
        times = [at for at, _ in self.inbox]
        if self.shuts_at is not None:
            times.append(self.shuts_at)
        return min(times, default=None)

    def act(self, now: datetime) -> bool:
        """Do what is due and return whether there is something to report."""
        acts = False
        if self.shuts_at is not None and self.shuts_at <= now:
            self.is_open, self.shuts_at, acts = False, None, True
        for entry in [entry for entry in self.inbox if entry[0] <= now]:
            self.inbox.remove(entry)
            self._obey(entry[1], now)
            acts = True
        return acts

    def _obey(self, command: SendOpen | SendClose, now: datetime) -> None:
        """Open, with the device's own timer if it has one, or close."""
        self.is_open, self.shuts_at = isinstance(command, SendOpen), None
        if isinstance(command, SendOpen) and command.timed and self.keeps_time:
            self.shuts_at = now + timedelta(seconds=command.seconds)


@dataclass
class Ledger:
    """What is on disk: the state, and the books that are kept with it."""

    state: ValveState
    opened: tuple[str, ...] = ()
    closed: tuple[Closed, ...] = ()


@dataclass
class Rig:
    """A device at the valve machine of a Home Assistant that may be killed."""

    limits: ValveLimits
    device: Device
    now: datetime = START
    alive: bool = False
    heard: bool = False
    """Whether the device has reported since the start of Home Assistant."""
    mute: bool = False
    """The device says nothing of itself until it moves."""
    ledger: Ledger = field(default_factory=lambda: Ledger(ValveState()))
    disk: Ledger = field(default_factory=lambda: Ledger(ValveState()))
    changed_at: datetime = START
    asked: set[str] = field(default_factory=set)
    """Openings that were asked for since Home Assistant started."""
    seen: list[tuple[ValveState, ValveEvent, ValveEffect]] = field(default_factory=list)

    @property
    def state(self) -> ValveState:
        """Return what the machine remembers."""
        return self.ledger.state

    def start(self, verify_s: float = 0.0) -> None:
        """Start Home Assistant from what is on disk."""
        self.alive, self.heard, self.ledger = True, False, self.disk
        self.asked.clear()
        self.feed(Started(verify_s))
        if self.device.reachable:
            self.feed(Available(True))
            self._tell_state()

    def kill(self, *, loses_last: bool) -> None:
        """Kill Home Assistant, perhaps before it has written what happened last."""
        if not loses_last or self.now - self.changed_at >= SAVED_AFTER:
            self.disk = self.ledger
        self.alive = False

    def feed(self, event: ValveEvent) -> tuple[ValveEffect, ...]:
        """Tell the machine what happens and carry out what it wants."""
        if not self.alive:
            return ()
        before = self.ledger
        if self.now - self.changed_at >= SAVED_AFTER:
            self.disk = before
        state, effects = step(self.limits, before.state, event, self.now)
        opened = [e.opening.opening_id for e in effects if isinstance(e, Opened)]
        closed = [e for e in effects if isinstance(e, Closed)]
        self.ledger = Ledger(
            state, (*before.opened, *opened), (*before.closed, *closed)
        )
        if self.ledger != before:
            self.changed_at = self.now
        for effect in effects:
            self.seen.append((before.state, event, effect))
            self._carry_out(effect)
        return effects

    def reach(self, reachable: bool) -> None:
        """Lose the device, or find it again."""
        self.device.reachable = reachable
        self.feed(Available(reachable))
        if reachable:
            self._tell_state()

    def turn(self, is_open: bool) -> None:
        """Let somebody turn the valve by hand."""
        self.device.is_open, self.device.shuts_at = is_open, None
        self._report()

    def run(self, seconds: float) -> None:
        """Let time pass, with all that the device and the machine do on the way."""
        end = self.now + timedelta(seconds=seconds)
        while (moment := self._next(end)) < end:
            self.now = max(self.now, moment)
            self._pass()
        self.now = end
        self._pass()

    def _pass(self) -> None:
        """Let device and machine do what is due."""
        if self.device.act(self.now):
            self._report()
        self.feed(Tick())
        if self.alive:
            again = wake_at(self.limits, self.state)
            assert again is None or again > self.now, "the machine wakes without end"

    def _next(self, end: datetime) -> datetime:
        """Return the next moment at which something is due."""
        times = [end, self.device.next_at()]
        if self.alive:
            times.append(wake_at(self.limits, self.state))
        return min(time for time in times if time is not None)

    def _carry_out(self, effect: ValveEffect) -> None:
        """Send a command; an opening is on disk before."""
        if isinstance(effect, SendOpen):
            self.disk = self.ledger
        if isinstance(effect, SendOpen | SendClose):
            self.device.hear(effect, self.now)

    def _report(self) -> None:
        """Let the device report a movement, or that it obeyed."""
        if self.alive and self.device.reachable:
            self.heard = True
            self.feed(Observed(self.device.is_open))

    def _tell_state(self) -> None:
        """Let Home Assistant see what the device is, unless it says nothing."""
        silent = self.mute and not self.heard
        self.feed(Observed(None if silent else self.device.is_open))
