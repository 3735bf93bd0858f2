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


class TwoStates(Device):
    """Something that a person brings into one of two states, in which it stays."""

    on: str
    """The deed that switches it on; the other one switches it off."""
    says: str
    """The property of its state message."""

    def __init__(self, world: World, spec: SensorSpec) -> None:
        """Be off."""
        super().__init__(world, spec)
        self._is_on = False

    @override
    def do(self, deed: str) -> None:
        """Let somebody bring it into a state."""
        if deed in self.deeds:
            self._is_on = deed == self.on

    @override
    def state(self) -> Payload:
        """Tell its state."""
        return {self.says: self._is_on} | self.cell() | self.radio()


class BedMat(TwoStates):
    """A pressure mat that knows whether somebody lies in the bed."""

    deeds = (STAY_IN_BED, GET_UP)
    on, says = STAY_IN_BED, "occupancy"
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


class Door(TwoStates):
    """A contact at the door of a flat: it says whether the door is closed, as it is at first."""

    deeds = (OPEN, CLOSE)
    on, says = CLOSE, "contact"
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
        self._is_on = True


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
