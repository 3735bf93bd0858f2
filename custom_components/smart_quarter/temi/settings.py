"""The settings of a robot, as its entry stores them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .const import (
    CONF_API_KEY,
    CONF_AREA,
    CONF_AREAS,
    CONF_CLOUD_URL,
    CONF_SERIAL,
    CONF_WAYPOINT,
)
from .model import find_waypoint, known_as


@dataclass(frozen=True, slots=True)
class RobotSettings:
    """What is set of a robot."""

    serial: str
    areas: Mapping[str, str]
    """Waypoints by the areas of Home Assistant that were mapped to them."""
    api_key: str | None
    cloud_url: str


def robot_settings(data: Mapping[str, Any]) -> RobotSettings:
    """Read the settings of an entry."""
    mapped = data.get(CONF_AREAS, ())
    areas = {each[CONF_AREA]: each[CONF_WAYPOINT] for each in mapped}
    key, url = data.get(CONF_API_KEY), data.get(CONF_CLOUD_URL, "")
    return RobotSettings(data[CONF_SERIAL], areas, key, url)


def waypoint_of_area(
    areas: Mapping[str, str],
    area_id: str,
    names: Iterable[str],
    waypoints: Iterable[str],
) -> str | None:
    """Return where a robot has to go in an area: as mapped, else the waypoint of its name."""
    if (mapped := areas.get(area_id)) is not None:
        return mapped
    known = tuple(waypoints)
    found = (find_waypoint(known, name) for name in names)
    return next((each for each in found if each is not None), None)


def missing_waypoints(
    areas: Mapping[str, str], waypoints: Iterable[str]
) -> frozenset[str]:
    """Return what is mapped but unknown to the robot; who has not reported yet lacks nothing."""
    known = {known_as(each) for each in waypoints}
    if not known:
        return frozenset()
    return frozenset(each for each in areas.values() if known_as(each) not in known)
