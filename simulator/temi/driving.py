"""A drive from waypoint to waypoint, as the robot's navigation tells of it.

Pure: time comes in as an argument, and what is told comes out as a list.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import atan2, cos, sin
from typing import Final

from .position import Stance
from .spec import HOME, Point, distance_m

START_S: Final = 0.2
CALCULATING_S: Final = 1.0
REPOSING_S: Final = 4.0
STUCK_S: Final = 3.0
"""A robot that finds no way says so again and again."""
BLOCKED_S: Final = 5.0
STOPPED: Final = 1005
OBSTACLE: Final = 2000
COORDINATES: Final = "coordinates"
"""What a drive to no waypoint is called."""
FARTHEST_M: Final = 10_000.0
"""No map goes on beyond: there is no way to there."""


class Phase(StrEnum):
    """The words of the go-to events, the blank included."""

    START = "start"
    CALCULATING = "calculating"
    GOING = "going"
    OBSTACLE = "obstacle detected"
    REPOSING = "reposing"
    COMPLETE = "complete"
    ABORT = "abort"


@dataclass(frozen=True, slots=True)
class Told:
    """What the navigation says of a drive."""

    location: str
    phase: Phase
    description_id: int = 0
    description: str = ""


@dataclass(slots=True)
class Trip:
    """A drive under way."""

    target: str
    end: Point
    """Where the target is; it may be forgotten on the way."""
    phase: Phase
    until: datetime
    """When the phase ends."""
    begun: datetime
    origin: Point
    """Where it was when the phase began."""
    stance: Stance | None = None
    """Which way it is to look at the end; at a waypoint it just stops."""

    @property
    def waypoint(self) -> str | None:
        """Return the waypoint that it leads to."""
        return self.target if self.stance is None else None


class Driver:
    """Moves a robot over its floor."""

    def __init__(self, waypoints: dict[str, Point], speed_m_s: float) -> None:
        """Stand in the dock."""
        self.waypoints = {HOME: (0.0, 0.0), **waypoints}
        self.speed_m_s = speed_m_s
        self.place: str | None = HOME
        self.point: Point = self.waypoints[HOME]
        self.stance = Stance()
        self.trip: Trip | None = None
        self.is_stuck = False
        self.is_lost = False
        self._blocked_s: float | None = None
        self._gives_up = False

    @property
    def is_driving(self) -> bool:
        """Tell whether it is under way."""
        return self.trip is not None

    def go(self, target: str, now: datetime) -> list[Told]:
        """Begin to drive to a known waypoint; what was under way is given up."""
        return self._begin(target, self.waypoints[target], None, now)

    def go_to(self, end: Point, stance: Stance, now: datetime) -> list[Told]:
        """Begin to drive to a point, and to look some way there."""
        return self._begin(COORDINATES, end, stance, now)

    def stop(self, now: datetime) -> list[Told]:
        """Stop: a command, a touch, or the wake word; nothing more is said of why."""
        if self.trip is None:
            return []
        self._move(now)
        target, self.trip = self.trip.target, None
        return [Told(target, Phase.ABORT, STOPPED)]

    def block(self, *, for_good: bool) -> None:
        """Stand in its way for a while, or until it gives up."""
        self._blocked_s, self._gives_up = BLOCKED_S, for_good

    def push(self, by_m: float = 0.0, turn: float = 0.0) -> None:
        """Turn it and move it on by joystick: it is at no waypoint any more."""
        self.place = None
        self.stance = self.stance.turned(self.stance.yaw + turn)
        self.point = (
            self.point[0] + by_m * cos(self.stance.yaw),
            self.point[1] + by_m * sin(self.stance.yaw),
        )

    def advance(self, now: datetime) -> list[Told]:
        """Carry the drive on to a moment."""
        return list(self._advance(now))

    def _begin(
        self, target: str, end: Point, stance: Stance | None, now: datetime
    ) -> list[Told]:
        """Begin a drive in the place of another."""
        told = self.stop(now)
        until = _after(now, START_S)
        self.trip = Trip(target, end, Phase.START, until, now, self.point, stance)
        return [*told, Told(target, Phase.START)]

    def _advance(self, now: datetime) -> Iterator[Told]:
        """Yield what is said on the way."""
        while (trip := self.trip) is not None:
            if trip.phase is Phase.GOING and self._blocked_s is not None:
                yield self._enter(Phase.OBSTACLE, now, self._blocked_s, OBSTACLE)
                self._blocked_s = None
            elif now < trip.until:
                self._move(now)
                return
            else:
                yield self._next(trip, trip.until)

    def _next(self, trip: Trip, now: datetime) -> Told:
        """Enter the next phase of a drive."""
        match trip.phase:
            case Phase.START if self._is_at(trip.waypoint):
                return self._end(trip, Phase.COMPLETE)
            case Phase.START if self.is_lost:
                return self._enter(Phase.REPOSING, now, REPOSING_S)
            case Phase.START:
                return self._calculate(now)
            case Phase.CALCULATING if self.is_stuck:
                return self._calculate(now)
            case Phase.OBSTACLE | Phase.REPOSING if self._gives_up:
                self._blocked_s, self._gives_up = None, False
                return self._end(trip, Phase.ABORT, OBSTACLE)
            case Phase.OBSTACLE:
                return self._calculate(now)
            case Phase.GOING:
                self._arrive(trip)
                return self._end(trip, Phase.COMPLETE)
            case _ if distance_m((0.0, 0.0), trip.end) > FARTHEST_M:
                return self._end(trip, Phase.ABORT)
            case _:
                self.place = None
                way_m = distance_m(self.point, trip.end)
                return self._enter(Phase.GOING, now, way_m / self.speed_m_s)

    def _is_at(self, waypoint: str | None) -> bool:
        """Tell whether it stands at a waypoint."""
        return waypoint is not None and waypoint == self.place

    def _calculate(self, now: datetime) -> Told:
        """Look for a way."""
        return self._enter(
            Phase.CALCULATING, now, STUCK_S if self.is_stuck else CALCULATING_S
        )

    def _enter(
        self, phase: Phase, now: datetime, lasts_s: float, reason: int = 0
    ) -> Told:
        """Begin a phase."""
        assert self.trip is not None
        self._move(now)
        until = _after(now, lasts_s)
        self.trip = replace(
            self.trip, phase=phase, until=until, begun=now, origin=self.point
        )
        return Told(self.trip.target, phase, reason)

    def _arrive(self, trip: Trip) -> None:
        """Stand at the end of a drive; in its dock it looks where the dock does."""
        self._move(trip.until)
        self.place, self.point = trip.waypoint, trip.end
        if trip.stance is not None:
            self.stance = trip.stance
        elif trip.target == HOME:
            self.stance = self.stance.turned(0.0)

    def _end(self, trip: Trip, phase: Phase, reason: int = 0) -> Told:
        """Be there, or give up."""
        self.trip = None
        return Told(trip.target, phase, reason)

    def _move(self, now: datetime) -> None:
        """Work out where it is on its straight way, on which it looks ahead."""
        trip = self.trip
        if trip is None or trip.phase is not Phase.GOING or now <= trip.begun:
            return
        lasts_s = (trip.until - trip.begun).total_seconds()
        share = (
            min(1.0, (now - trip.begun).total_seconds() / lasts_s) if lasts_s else 1.0
        )
        x, y = (end - begin for begin, end in zip(trip.origin, trip.end, strict=True))
        if (x, y) != (0.0, 0.0):
            self.stance = self.stance.turned(atan2(y, x))
        self.point = trip.origin[0] + share * x, trip.origin[1] + share * y


def _after(now: datetime, seconds: float) -> datetime:
    """Return a moment later."""
    return now + timedelta(seconds=seconds)
