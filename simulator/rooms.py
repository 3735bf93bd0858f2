"""What a flat notices of who lives there: a mat in the bed, the door, and motion."""

from datetime import datetime, timedelta
from typing import Final, override

from .devices import Device, Payload
from .discovery import BATTERY, LINK_QUALITY, Entity, Hardware
from .scenario import SensorSpec
from .world import World

STAY_IN_BED, GET_UP = "stay in bed", "get up"
OPEN, CLOSE = "open", "close"
MOVE: Final = "move"
STILL_AFTER: Final = timedelta(seconds=90)
"""So long after the last motion it still says that somebody moves."""


def _two_states(name: str, kind: str, on: str, *, inverted: bool = False) -> Entity:
    """Return a binary sensor; a contact says true while it is closed."""
    return Entity(
        component="binary_sensor",
        object_id=on,
        payload={
            "name": name,
            "device_class": kind,
            "payload_on": not inverted,
            "payload_off": inverted,
            "value_template": f"{{{{ value_json.{on} }}}}",
        },
    )


class BedMat(Device):
    """A pressure mat that knows whether somebody lies in the bed."""

    deeds = (STAY_IN_BED, GET_UP)
    hardware = Hardware(
        manufacturer="Simulated",
        model="Bed mat",
        model_id="BED",
        entities=(
            _two_states("Occupancy", "occupancy", "occupancy"),
            BATTERY,
            LINK_QUALITY,
        ),
    )

    def __init__(self, world: World, spec: SensorSpec) -> None:
        """Lie under nobody."""
        super().__init__(world, spec)
        self._occupied = False

    @override
    def do(self, deed: str) -> None:
        """Let somebody lie down and stay there, or get up."""
        if deed in self.deeds:
            self._occupied = deed == STAY_IN_BED

    @override
    def state(self) -> Payload:
        """Tell whether somebody lies there."""
        return {"occupancy": self._occupied} | self.cell() | self.radio()


class Door(Device):
    """A contact at the door of a flat."""

    deeds = (OPEN, CLOSE)
    hardware = Hardware(
        manufacturer="Aqara",
        model="Door and window sensor",
        model_id="MCCGQ11LM",
        entities=(
            _two_states("Door", "door", "contact", inverted=True),
            BATTERY,
            LINK_QUALITY,
        ),
    )

    def __init__(self, world: World, spec: SensorSpec) -> None:
        """Be closed."""
        super().__init__(world, spec)
        self._closed = True

    @override
    def do(self, deed: str) -> None:
        """Let somebody open or close it."""
        if deed in self.deeds:
            self._closed = deed == CLOSE

    @override
    def state(self) -> Payload:
        """Tell whether it is closed."""
        return {"contact": self._closed} | self.cell() | self.radio()


class Motion(Device):
    """A motion sensor; it forgets 90 s after the last motion, and says so by itself."""

    deeds = (MOVE,)
    hardware = Hardware(
        manufacturer="Aqara",
        model="Motion sensor",
        model_id="RTCGQ11LM",
        entities=(
            _two_states("Occupancy", "occupancy", "occupancy"),
            BATTERY,
            LINK_QUALITY,
        ),
    )

    def __init__(self, world: World, spec: SensorSpec) -> None:
        """See nobody."""
        super().__init__(world, spec)
        self._moved_at: datetime | None = None

    @override
    def do(self, deed: str) -> None:
        """Let somebody pass."""
        if deed == MOVE:
            self._moved_at = self.world.now

    @override
    def reports(self) -> bool:
        """Tell whether it has just forgotten."""
        if self._moved_at is None or self._sees():
            return False
        self._moved_at = None
        return True

    @override
    def state(self) -> Payload:
        """Tell whether somebody moves."""
        return {"occupancy": self._sees()} | self.cell() | self.radio()

    def _sees(self) -> bool:
        """Tell whether the last motion was a short time ago."""
        moved_at = self._moved_at
        return moved_at is not None and self.world.now - moved_at < STILL_AFTER
