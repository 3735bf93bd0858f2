"""The picture of a floor."""

from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

from hypothesis import given, strategies as st
import pytest

from simulator.scenario import LOBEDA, load
from simulator.temi.floor import Floor, floor_map
from simulator.temi.plan import LONGEST
from simulator.temi.spec import HOME, Point

SVG = "{http://www.w3.org/2000/svg}"
(TEMI,) = load(LOBEDA).robots
IN_DOCK = Floor(
    name="Floor 12",
    waypoints={HOME: (0.0, 0.0), **TEMI.waypoints},
    point=(0.0, 0.0),
    is_charging=True,
)
ON_ITS_WAY = replace(
    IN_DOCK,
    point=(6.0, 0.0),
    target="wohnung 12.2",
    end=TEMI.waypoints["wohnung 12.2"],
    is_charging=False,
)
METRES = st.floats(-1e5, 1e5)
POINTS = st.tuples(METRES, METRES)
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def drawn(floor: Floor) -> Element:
    """Return the picture of a floor as a browser reads it."""
    return fromstring(floor_map(floor).encode())


def parts(floor: Floor, kind: str) -> list[Element]:
    """Return all parts of a kind, which may be marked further."""
    return [e for e in drawn(floor).iter() if kind in e.get("class", "").split()]


def labels(floor: Floor) -> list[str]:
    """Return all names that are shown."""
    return [each.text or "" for each in drawn(floor).iter(f"{SVG}text")]


def robot_at(floor: Floor) -> Point:
    """Return where on the picture the robot is."""
    (rim,) = parts(floor, "rim")
    return float(rim.get("cx", "")), float(rim.get("cy", ""))


def size(floor: Floor) -> Point:
    """Return width and height of a picture."""
    _, _, width, height = drawn(floor).get("viewBox", "").split()
    return float(width), float(height)


def test_all_places_are_named_and_the_dock_is_marked() -> None:
    assert sorted(labels(IN_DOCK)) == sorted(IN_DOCK.waypoints)
    assert len(parts(IN_DOCK, "dock")) == 1
    assert drawn(IN_DOCK).findtext(f"{SVG}title") == "Floor 12"


def test_a_robot_that_charges_looks_different() -> None:
    assert parts(IN_DOCK, "charging")
    assert not parts(IN_DOCK, "robot")
    undocked = replace(IN_DOCK, is_charging=False)
    assert not parts(undocked, "charging")
    assert parts(undocked, "robot")


def test_a_drive_shows_its_way_and_its_target() -> None:
    (way,) = parts(ON_ITS_WAY, "way")
    assert (float(way.get("x1", "")), float(way.get("y1", ""))) == robot_at(ON_ITS_WAY)
    there = replace(ON_ITS_WAY, point=TEMI.waypoints["wohnung 12.2"])
    assert (float(way.get("x2", "")), float(way.get("y2", ""))) == robot_at(there)
    (target,) = parts(ON_ITS_WAY, "to")
    assert target.text == "wohnung 12.2"
    assert not parts(IN_DOCK, "way")


@pytest.mark.parametrize(
    ("end", "turn"),
    [
        ((16.0, 0.0), "rotate(0)"),
        ((6.0, 0.5), "rotate(-90)"),
        ((6.0, -0.5), "rotate(90)"),
        ((1.0, 0.0), "rotate(180)"),
    ],
)
def test_it_points_to_where_it_is_heading(end: Point, turn: str) -> None:
    arrow = parts(replace(ON_ITS_WAY, end=end), "glyph")[0]
    assert arrow.get("transform") == turn


def test_left_is_above_and_forward_is_to_the_right() -> None:
    x, y = robot_at(ON_ITS_WAY)
    further_x, left_y = robot_at(replace(ON_ITS_WAY, point=(7.0, 0.5)))
    assert further_x > x
    assert left_y < y


def test_a_floor_that_is_longer_to_the_side_is_turned() -> None:
    waypoints = {name: (-y, x) for name, (x, y) in IN_DOCK.waypoints.items()}
    assert floor_map(replace(IN_DOCK, waypoints=waypoints)) == floor_map(IN_DOCK)


def test_a_drive_to_a_forgotten_place_is_shown_to_its_end() -> None:
    forgotten = replace(ON_ITS_WAY, waypoints={HOME: (0.0, 0.0)})
    assert parts(forgotten, "way")
    assert not parts(forgotten, "to")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("<\"&'>", "<\"&'>"),
        ("</text><script>", "</text><script>"),
        ("two\nlines\t", "two lines"),
        ("\x00\ud800\uffff", "\ufffd\ufffd\ufffd"),
        ("", ""),
        ("a" * 30, f"{'a' * (LONGEST - 1)}…"),
    ],
)
def test_any_name_can_be_shown(name: str, label: str) -> None:
    floor = replace(IN_DOCK, name=name, waypoints={HOME: (0, 0), name: (3, 1)})
    assert label in labels(floor)
    assert not list(drawn(floor).iter(f"{SVG}script"))


def test_names_fit_side_by_side_however_many_there_are() -> None:
    many = {f"a place {n}": (float(n), 5.0) for n in range(40)}
    floor = replace(IN_DOCK, waypoints={**many, HOME: (0.0, 0.0)}, target="a place 7")
    sizes = {
        float(each.get("font-size", "")) for each in drawn(floor).iter(f"{SVG}text")
    }
    assert len(sizes) == 1
    assert 0 < sizes.pop() < float(parts(IN_DOCK, "name")[0].get("font-size", ""))


def test_the_same_floor_gives_the_same_picture() -> None:
    backwards = dict(reversed(list(ON_ITS_WAY.waypoints.items())))
    again = replace(ON_ITS_WAY, waypoints=backwards)
    assert floor_map(again) == floor_map(ON_ITS_WAY)


@given(
    st.dictionaries(ANY_TEXT, POINTS, max_size=12),
    POINTS,
    st.one_of(st.none(), POINTS),
    st.booleans(),
)
def test_every_floor_can_be_drawn_with_the_robot_on_it(
    waypoints: dict[str, Point], point: Point, end: Point | None, is_charging: bool
) -> None:
    floor = Floor(
        name="Floor",
        waypoints=waypoints,
        point=point,
        target=next(iter(waypoints), None),
        end=end,
        is_charging=is_charging,
    )
    (width, height), (x, y) = size(floor), robot_at(floor)
    assert 2 <= width / height <= 3
    assert 0 < x < width and 0 < y < height
    for each in drawn(floor).iter(f"{SVG}rect"):
        assert float(each.get("height", "")) >= 0
        assert each.get("width") == "100%" or float(each.get("width", "")) >= 0
    assert len(labels(floor)) == len(waypoints)
