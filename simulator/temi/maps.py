"""The maps of the floors, as a camera that looks down on them would show them.

The stock app tells of no coordinates: this is the simulator's own truth, and no robot's word.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import json
from typing import Any, Final

from ..discovery import BRIDGE_STATE, DISCOVERY, availability
from .floor import Floor, floor_map
from .robot import Robot
from .spec import RobotSpec

ROOT: Final = "simulator/map"
PAUSE: Final = timedelta(seconds=1)
"""A floor is drawn no more often."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was last drawn of a floor, and when."""

    floor: Floor
    picture: str
    at: datetime


class Maps:
    """Shows the floor of every robot, and shows it again when something moves."""

    def __init__(
        self, robots: Sequence[Robot], publish: Callable[[str, str], None]
    ) -> None:
        """Call `publish` with topic and text of what the broker is to retain."""
        self._robots = robots
        self._publish = publish
        self._shown: dict[str, Shown] = {}

    def announce(self, now: datetime) -> None:
        """Tell a broker that may know nothing all there is."""
        self._shown.clear()
        for robot in self._robots:
            topic, config = announcement(robot.spec)
            self._publish(topic, json.dumps(config, ensure_ascii=False))
        self.tick(now)

    def tick(self, now: datetime) -> None:
        """Show what has changed."""
        for robot in self._robots:
            floor, last = seen(robot), self._shown.get(robot.spec.key)
            if last is None or (floor != last.floor and now - last.at >= PAUSE):
                self._show(robot.spec.key, floor, now)

    def _show(self, key: str, floor: Floor, now: datetime) -> None:
        """Draw a floor; what is too small to be seen is not published."""
        picture, last = floor_map(floor), self._shown.get(key)
        self._shown[key] = Shown(floor, picture, now)
        if last is None or picture != last.picture:
            self._publish(f"{ROOT}/{key}", picture)


def seen(robot: Robot) -> Floor:
    """Return what is to be seen of a robot's floor."""
    driver = robot.driver
    return Floor(
        name=robot.spec.floor_name,
        waypoints=dict(driver.waypoints),
        point=driver.point,
        target=driver.trip.target if driver.trip is not None else None,
        end=driver.trip.end if driver.trip is not None else None,
        is_charging=robot.is_charging,
    )


def announcement(spec: RobotSpec) -> tuple[str, dict[str, Any]]:
    """Return the discovery topic and message of a map, which is named like its floor."""
    floor = f"simulator_floor_{spec.serial}"
    config = {
        "name": None,
        "image_topic": f"{ROOT}/{spec.key}",
        "content_type": "image/svg+xml",
        # All of the simulator is behind one connection, and so has one last will
        "availability": [availability(BRIDGE_STATE)],
        "device": {
            "identifiers": [floor],
            "manufacturer": "Simulator",
            "model": "Floor map",
            "name": spec.floor_name,
        },
        "origin": {"name": "Simulator"},
        "unique_id": floor,
    }
    return f"{DISCOVERY}/image/{floor}/config", config
