"""What a robot and its floor are like."""

from dataclasses import dataclass, field
from enum import StrEnum
from math import hypot
import re

from ..spec import Spec

HOME = "home base"
"""The name of the dock; it is fixed."""
_SERIAL = re.compile(r"[0-9]{11}")

type Point = tuple[float, float]
"""Metres from the dock: x forward, y to the left."""


class Profile(StrEnum):
    """Which MQTT app runs on a robot."""

    STOCK = "stock"
    OPEN_RMF = "open_rmf"
    """A hospital's: it tells positions, drives to coordinates, and joins a video room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotSpec(Spec):
    """A robot, where it can go, and how fast."""

    key: str
    name: str
    serial: str
    """11 digits as text; leading zeros matter."""
    waypoints: dict[str, Point] = field(default_factory=dict)
    """Beside the dock, which every robot knows."""
    floor: str = ""
    """What its floor is called, if not after the robot."""
    speed_m_s: float = 0.7
    battery: int = 87
    profile: Profile = Profile.STOCK

    def __post_init__(self) -> None:
        """Refuse what no robot is."""
        if not _SERIAL.fullmatch(self.serial):
            raise ValueError(f"{self.key}: a serial number has 11 digits")
        if self.speed_m_s <= 0 or not 0 <= self.battery <= 100:
            raise ValueError(f"{self.key}: speed and battery cannot be so")

    @property
    def floor_name(self) -> str:
        """Return the name of its floor."""
        return self.floor or f"{self.name} floor"


def distance_m(start: Point, end: Point) -> float:
    """Return how far it is from one point to another."""
    return hypot(end[0] - start[0], end[1] - start[1])
