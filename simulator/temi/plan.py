"""Where things go on the picture of a floor: a corridor with rooms on both sides.

Pure: metres come in, picture units come out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
import re
from typing import Final
from unicodedata import east_asian_width

from .spec import Point

WIDTH: Final = 900.0
EDGE: Final = 18.0
ROOM: Final = 76.0
"""Height of the rooms, in which the names stand."""
WALL: Final = EDGE + ROOM
"""From the edge of the picture to the wall of the corridor."""
NEAR: Final = 46.0
"""Between a wall and the waypoint that is nearest to it."""
SIDE: Final = 84.0
SPACE: Final = (WIDTH - 2 * SIDE, 450.0 - 2 * (WALL + NEAR))
LEAST_M: Final = (4.0, 1.0)
"""A floor that is smaller is not drawn larger."""
LEAST_HEIGHT: Final = 300.0
FONT: Final = 34.0
DOOR: Final = 44.0
LONGEST: Final = 18
MIDDLE: Final = 0.5
_UNFIT: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, not even escaped."""

type Side = Sequence[tuple[Point, str]]
"""The waypoints of one side of the corridor: where they are, and their names."""


@dataclass(frozen=True, slots=True)
class Room:
    """A waypoint, and the room in which its name stands."""

    name: str
    spot: Point
    is_above: bool
    left: float
    right: float

    @property
    def door(self) -> tuple[float, float]:
        """Return where the door begins and ends, as near to the waypoint as can be."""
        half = min(DOOR, 0.6 * (self.right - self.left)) / 2
        x = min(max(self.spot[0], self.left + 1.5 * half), self.right - 1.5 * half)
        return x - half, x + half


class Plan:
    """A floor on paper; its longer side lies across."""

    def __init__(
        self, waypoints: Mapping[str, Point], others: Iterable[Point] = ()
    ) -> None:
        """Make room for all waypoints and all other points."""
        points = [*waypoints.values(), *others]
        (left, right), (back, front) = (
            (min(axis), max(axis)) for axis in zip(*points, strict=True)
        )
        self._is_turned = front - back > right - left
        self._centre = self._across(((left + right) / 2, (back + front) / 2))
        long, short = sorted((right - left, front - back), reverse=True)
        self._scale = min(
            space / max(size, least)
            for space, size, least in zip(SPACE, (long, short), LEAST_M, strict=True)
        )
        self.height = max(LEAST_HEIGHT, short * self._scale + 2 * (WALL + NEAR))
        above, below = self._sides(waypoints)
        self.font = min(_font(above), _font(below))
        self.rooms = [
            *_rooms(above, self.font, is_above=True),
            *_rooms(below, self.font, is_above=False),
        ]

    def at(self, point: Point) -> Point:
        """Return where a point of the floor is on the picture."""
        u, v = self._across(point)
        x = WIDTH / 2 + (u - self._centre[0]) * self._scale
        return x, self.height / 2 - (v - self._centre[1]) * self._scale

    def _across(self, point: Point) -> Point:
        """Turn a point with the floor."""
        return (point[1], -point[0]) if self._is_turned else point

    def _sides(self, waypoints: Mapping[str, Point]) -> tuple[Side, Side]:
        """Part what is above from what is below; the middle goes where there is space."""
        spots = sorted((self.at(point), name) for name, point in waypoints.items())
        off = [(spot, spot[0][1] - self.height / 2) for spot in spots]
        above = [spot for spot, by in off if by < -MIDDLE]
        below = [spot for spot, by in off if by > MIDDLE]
        for spot, by in off:
            if abs(by) <= MIDDLE:
                min(above, below, key=len).append(spot)
        return sorted(above), sorted(below)


def shown(name: str) -> str:
    """Return a name as it can be shown: in one line, and not too long."""
    line = " ".join(_UNFIT.sub("\ufffd", name).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _font(side: Side) -> float:
    """Return how large letters can be for all names to fit side by side."""
    return min(FONT, (WIDTH - 2 * EDGE) / max(1.0, sum(_ems(name) for _, name in side)))


def _rooms(side: Side, font: float, *, is_above: bool) -> Iterator[Room]:
    """Yield the rooms of one side; between two names is a wall."""
    widths = [font * _ems(name) for _, name in side]
    middles = _spread([spot[0] for spot, _ in side], widths)
    ends = [(m - w / 2, m + w / 2) for m, w in zip(middles, widths, strict=True)]
    between = [(one[1] + other[0]) / 2 for one, other in pairwise(ends)]
    walls = pairwise([EDGE, *between, WIDTH - EDGE])
    # Without a name there is one room all the same, but nothing to say of it
    for (spot, name), (left, right) in zip(side, walls, strict=False):
        yield Room(name, spot, is_above, left, right)


def _spread(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """Move what is side by side apart, no further than it must be."""
    placed, free_from, free_to = [], EDGE, WIDTH - EDGE
    for x, width in zip(wanted, widths, strict=True):
        placed.append(max(x, free_from + width / 2))
        free_from = placed[-1] + width / 2
    for index, width in reversed(list(enumerate(widths))):
        placed[index] = min(placed[index], free_to - width / 2)
        free_to = placed[index] - width / 2
    return placed


def _ems(name: str) -> float:
    """Guess how wide a name is in letters' heights, with some space around it."""
    return 1.2 + sum(map(_em, shown(name)))


def _em(letter: str) -> float:
    """Guess how wide a letter is."""
    if east_asian_width(letter) in "WF" or letter in "mwMW@%…":
        return 1.0
    return 0.75 if letter.isupper() else 0.58
