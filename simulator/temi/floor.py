"""A floor as a picture: where a robot can go, where it is, and where it drives to.

Pure: what is to be seen comes in, and an SVG comes out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import atan2, degrees
from typing import Final
from xml.sax.saxutils import escape

from .plan import EDGE, WALL, WIDTH, Plan, Room, shown
from .spec import HOME, Point, distance_m

LIGHT: Final = {
    "page": "#eef2f6",
    "room": "#dce5ee",
    "hall": "#ffffff",
    "wall": "#8496a8",
    "text": "#1d2b38",
    "way": "#0277bd",
    "full": "#2e8b4a",
    "glyph": "#ffffff",
}
DARK: Final = {
    "page": "#14191f",
    "room": "#25303b",
    "hall": "#1a2129",
    "wall": "#5f7285",
    "text": "#e4ebf2",
    "way": "#4fc3f7",
    "full": "#66d184",
    "glyph": "#10161c",
}
STYLE: Final = (
    ".page{{fill:{page}}}.room{{fill:{room}}}.hall{{fill:{hall}}}"
    ".wall{{fill:none;stroke:{wall};stroke-width:5;stroke-linecap:round}}"
    ".door{{stroke:{hall};stroke-width:7}}"
    ".lead{{stroke:{wall};stroke-width:3;stroke-dasharray:1 9;stroke-linecap:round}}"
    ".spot{{fill:{wall}}}.name{{fill:{text}}}"
    ".goal{{fill:{way}}}.to{{fill:{glyph}}}"
    ".dock{{fill:{room};stroke:{wall};stroke-width:4}}"
    ".way{{stroke:{way};stroke-width:6;stroke-dasharray:12 14;stroke-linecap:round}}"
    ".aim{{fill:{hall};stroke:{way};stroke-width:5}}.robot{{fill:{way}}}.charging{{fill:{full}}}"
    ".rim{{stroke:{hall};stroke-width:4}}.halo{{opacity:.22}}.glyph{{fill:{glyph}}}"
)
CSS: Final = (
    f"text{{font-family:system-ui,Roboto,sans-serif;text-anchor:middle;font-weight:500}}"
    f"{STYLE.format(**LIGHT)}"
    f"@media(prefers-color-scheme:dark){{{STYLE.format(**DARK)}}}"
)
ARROW: Final = "M-9-11 14 0-9 11-4 0Z"
BOLT: Final = "M3-16-10 3H-1L-3 16 10-3H1Z"
ROBOT: Final = 25.0
NOWHERE_M: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What is to be seen of a floor."""

    name: str
    waypoints: Mapping[str, Point]
    point: Point
    """Where the robot is."""
    target: str | None = None
    end: Point | None = None
    """Where the target is; the waypoint itself may be forgotten by now."""
    is_charging: bool = False


def floor_map(floor: Floor) -> str:
    """Return an SVG of a floor."""
    plan = Plan(
        floor.waypoints, [floor.point, *([floor.end] if floor.end is not None else [])]
    )
    size = f"{_n(WIDTH)} {_n(plan.height)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}">',
        f"<title>{escape(shown(floor.name))}</title><style>{CSS}</style>",
        *_building(plan, floor.target),
        *_spots(plan),
        *_way(plan, floor),
        *_robot(plan, floor),
        "</svg>",
    ]
    return "\n".join(parts)


def _building(plan: Plan, target: str | None) -> Iterator[str]:
    """Yield the rooms, and the corridor between them."""
    end, bottom = WIDTH - EDGE, plan.height - WALL
    yield f'<rect class="page" width="100%" height="{_n(plan.height)}"/>'
    yield _rect("room", EDGE, EDGE, end, plan.height - EDGE)
    yield _rect("hall", EDGE, WALL, end, bottom)
    yield _rect("wall", EDGE, EDGE, end, plan.height - EDGE)
    for y in (WALL, bottom):
        yield _line("wall", (EDGE, y), (end, y))
    for room in plan.rooms:
        yield from _room(plan, room, is_target=room.name == target)


def _room(plan: Plan, room: Room, *, is_target: bool) -> Iterator[str]:
    """Yield a room: its wall to the next, its door, its name."""
    outer, wall = (
        (EDGE, WALL) if room.is_above else (plan.height - EDGE, plan.height - WALL)
    )
    if room.right < WIDTH - EDGE:
        yield _line("wall", (room.right, outer), (room.right, wall))
    yield _line("door", (room.door[0], wall), (room.door[1], wall))
    yield _line("lead", (sum(room.door) / 2, wall), room.spot)
    top, bottom = sorted((outer, wall))
    if is_target:
        by = min(9.0, (room.right - room.left) / 8)
        yield _rect("goal", room.left + by, top + by, room.right - by, bottom - by)
    middle = (room.left + room.right) / 2, (top + bottom) / 2
    yield _text("to" if is_target else "name", middle, plan.font, room.name)


def _spots(plan: Plan) -> Iterator[str]:
    """Yield the waypoints; the dock is larger than the robot in it."""
    for room in plan.rooms:
        x, y = room.spot
        if room.name == HOME:
            reach = ROBOT + 11
            yield _rect("dock", x - reach, y - reach, x + reach, y + reach)
            yield _placed(f'<path class="spot" d="{BOLT}"/>', room.spot)
        else:
            yield _circle("spot", room.spot, 8)


def _way(plan: Plan, floor: Floor) -> Iterator[str]:
    """Yield the way that is still to go."""
    if floor.end is not None:
        yield _line("way", plan.at(floor.point), plan.at(floor.end))
        yield _circle("aim", plan.at(floor.end), 15)
        yield _circle("goal", plan.at(floor.end), 7)


def _robot(plan: Plan, floor: Floor) -> Iterator[str]:
    """Yield the robot; on it is where it is heading, or that it charges."""
    at = plan.at(floor.point)
    kind = "charging" if floor.is_charging else "robot"
    yield _circle(f"{kind} halo", at, ROBOT + 13)
    yield _circle(f"{kind} rim", at, ROBOT)
    yield _placed(_glyph(plan, floor), at)


def _glyph(plan: Plan, floor: Floor) -> str:
    """Return what is drawn on the robot."""
    if floor.is_charging:
        return f'<path class="glyph" d="{BOLT}"/>'
    if floor.end is None or distance_m(floor.point, floor.end) < NOWHERE_M:
        return _circle("glyph", (0, 0), 8)
    (x, y), (end_x, end_y) = plan.at(floor.point), plan.at(floor.end)
    turn = degrees(atan2(end_y - y, end_x - x))
    return f'<path class="glyph" d="{ARROW}" transform="rotate({_n(turn)})"/>'


def _placed(part: str, at: Point) -> str:
    """Return something that was drawn around zero at its place."""
    return f'<g transform="translate({_n(at[0])} {_n(at[1])})">{part}</g>'


def _rect(kind: str, left: float, top: float, right: float, bottom: float) -> str:
    """Return a rectangle."""
    size = f'width="{_n(right - left)}" height="{_n(bottom - top)}"'
    return f'<rect class="{kind}" x="{_n(left)}" y="{_n(top)}" {size} rx="8"/>'


def _line(kind: str, start: Point, end: Point) -> str:
    """Return a line."""
    ends = zip(("x1", "y1", "x2", "y2"), (*start, *end), strict=True)
    return f'<line class="{kind}" {" ".join(f'{key}="{_n(n)}"' for key, n in ends)}/>'


def _circle(kind: str, at: Point, radius: float) -> str:
    """Return a circle."""
    return (
        f'<circle class="{kind}" cx="{_n(at[0])}" cy="{_n(at[1])}" r="{_n(radius)}"/>'
    )


def _text(kind: str, middle: Point, font: float, text: str) -> str:
    """Return a text around a point."""
    place = f'x="{_n(middle[0])}" y="{_n(middle[1] + 0.36 * font)}"'
    return (
        f'<text class="{kind}" {place} font-size="{_n(font)}">'
        f"{escape(shown(text))}</text>"
    )


def _n(number: float) -> str:
    """Return a number as short as the eye needs it."""
    return f"{number:.1f}".rstrip("0").rstrip(".")
