"""An outlet of a valve, as its radio and its motor behave: late, and not always obedient."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
import random

from .faults import Faults


class Timer(StrEnum):
    """What a valve can count by itself."""

    NONE = "none"
    ON_TIME = "on_time"
    """Seconds that come with the opening command."""
    COUNTDOWN = "countdown"
    """A setting that holds for every opening."""


class Cause(StrEnum):
    """Why an outlet moved."""

    COMMAND = "command"
    ON_TIME = "on_time"
    COUNTDOWN = "countdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An outlet has opened or closed."""

    outlet: str
    is_open: bool
    cause: Cause
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command on its way through the air."""

    due: datetime
    opens: bool
    on_time_s: float | None


@dataclass(slots=True, kw_only=True)
class Outlet:
    """One outlet of a valve, a relay, or a pump."""

    key: str
    timer: Timer
    chance: random.Random
    latency_s: tuple[float, float] = (0.3, 1.0)
    countdown_unit_s: float = 60.0
    faults: Faults = field(default_factory=dict)
    is_open: bool = False
    opened_at: datetime | None = None
    closes_at: datetime | None = None
    countdown: float = 0.0
    litres: float = 0.0
    flow_l_min: float = 0.0
    _orders: list[Order] = field(default_factory=list)

    def command(
        self, now: datetime, *, opens: bool, on_time_s: float | None = None
    ) -> None:
        """Send a command to the valve; it acts after its latency, in the order sent."""
        if "unavailable" in self.faults or (not opens and self._loses_close()):
            return
        due = now + timedelta(seconds=self._latency_s())
        if self._orders:
            due = max(due, self._orders[-1].due)
        self._orders.append(Order(due=due, opens=opens, on_time_s=on_time_s))

    def set_countdown(self, now: datetime, value: float) -> None:
        """Set how long an opening lasts, 0 for no end; an open outlet starts counting anew."""
        if self.timer is not Timer.COUNTDOWN or "unavailable" in self.faults:
            return
        self.countdown = max(0.0, value)
        if self.is_open:
            self._count(now, None)

    def next_at(self) -> datetime | None:
        """Return when the outlet next does something by itself."""
        times = [order.due for order in self._orders[:1]]
        if self.closes_at is not None:
            times.append(self.closes_at)
        return min(times, default=None)

    def run(self, now: datetime) -> list[Move]:
        """Do all that is due."""
        moves: list[Move] = []
        while (at := self.next_at()) is not None and at <= now:
            if (move := self._next(at)) is not None:
                moves.append(move)
        return moves

    def _next(self, at: datetime) -> Move | None:
        """Do the next thing that is due."""
        if self.closes_at == at:
            by_countdown = self.timer is Timer.COUNTDOWN
            return self._close(at, Cause.COUNTDOWN if by_countdown else Cause.ON_TIME)
        order = self._orders.pop(0)
        if order.opens:
            return self._open(at, order.on_time_s)
        return (
            None if "ignores_close" in self.faults else self._close(at, Cause.COMMAND)
        )

    def _open(self, at: datetime, on_time_s: float | None) -> Move | None:
        """Open, or count anew if it is open and the command carries a time."""
        if "ignores_open" in self.faults:
            return None
        was_open = self.is_open
        self.is_open = True
        if not was_open or on_time_s:
            self._count(at, on_time_s)
        if was_open:
            return None
        self.opened_at = at
        return Move(outlet=self.key, is_open=True, cause=Cause.COMMAND, at=at)

    def _close(self, at: datetime, cause: Cause) -> Move | None:
        """Close and forget the timer."""
        self.closes_at = None
        if not self.is_open:
            return None
        self.is_open, self.opened_at = False, None
        return Move(outlet=self.key, is_open=False, cause=cause, at=at)

    def _count(self, at: datetime, on_time_s: float | None) -> None:
        """Start the valve's own timer, if it has one and is told a time."""
        seconds = on_time_s if self.timer is Timer.ON_TIME else None
        if self.timer is Timer.COUNTDOWN:
            seconds = self.countdown * self.countdown_unit_s
        counts = bool(seconds) and "ignores_on_time" not in self.faults
        self.closes_at = at + timedelta(seconds=seconds or 0) if counts else None

    def _latency_s(self) -> float:
        """Return how long a command takes."""
        if "slow" in self.faults:
            return self.faults["slow"]
        return self.chance.uniform(*self.latency_s)

    def _loses_close(self) -> bool:
        """Tell whether this close is one of those that get lost."""
        left = self.faults.get("lost_close", 0.0)
        if left < 1:
            return False
        self.faults["lost_close"] = left - 1
        return True
