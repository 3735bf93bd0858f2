"""Which way a robot looks, and how the Open-RMF app tells of that and of where it is.

Pure: time comes in as an argument, and what is told comes out.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import remainder, tau
from struct import pack, unpack
from typing import Final, Self

from .commands import Payload
from .spec import Point

TILT: Final = (-30, 50)
PAUSE: Final = timedelta(seconds=0.25)
"""An app hears of changes no more often."""


@dataclass(frozen=True, slots=True)
class Stance:
    """Which way a robot looks."""

    yaw: float = 0.0
    """Radians from straight ahead of the dock, to the left."""
    tilt: int = 0
    """Degrees, upwards."""

    def turned(self, yaw: float) -> Self:
        """Return it with the body turned some way."""
        return replace(self, yaw=remainder(yaw, tau))

    def tilted(self, tilt: int) -> Self:
        """Return it with the head tilted, as far as it can be."""
        return replace(self, tilt=min(max(tilt, TILT[0]), TILT[1]))


class Positions:
    """Tells of every change, as often as an app hears of it."""

    def __init__(self, first: Payload) -> None:
        """Know where the robot is; that is no change."""
        self._told = first
        self._next_at: datetime | None = None

    def is_new(self, position: Payload, now: datetime) -> bool:
        """Tell whether something has changed, and it is time to say so."""
        is_early = self._next_at is not None and now < self._next_at
        if position == self._told or is_early:
            return False
        self._told, self._next_at = position, now + PAUSE
        return True


def position(point: Point, stance: Stance) -> Payload:
    """Return what is told of a position."""
    return {
        "position_x": _number(point[0]),
        "position_y": _number(point[1]),
        "tilt": stance.tilt,
        "yaw": _number(stance.yaw),
    }


def _number(value: float) -> float:
    """Return a number as the app writes it: of single precision, whole ones without a point."""
    (single,) = unpack("f", pack("f", value))
    found: float = single
    return int(found) if found.is_integer() else found
