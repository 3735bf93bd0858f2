"""What calls for help in the flats, and what calls the caretakers.

A person is played over MQTT: `simulator/do/<device>` with one of the device's deeds.
"""

import logging
from typing import Final, override

from .devices import Device, Payload
from .discovery import BATTERY, LINK_QUALITY, Entity, Hardware
from .rooms import GET_UP, BedMat, Door, Motion
from .scenario import Scenario, SensorSpec
from .world import World

_LOGGER = logging.getLogger(__name__)

EMERGENCY: Final = "emergency"
FALLEN: Final = "fall_alarm"
NORMAL: Final = "normal"
PULL, FALL = "pull", "fall"


class Cord(Device):
    """A pull cord with an SOS button: it only says that it was pulled."""

    deeds = (PULL,)
    hardware = Hardware(
        manufacturer="Tuya",
        model="SOS button",
        model_id="TS0215A_sos",
        entities=(
            Entity(
                component="event",
                object_id="action",
                payload={
                    "name": "Action",
                    "event_types": [EMERGENCY],
                    "value_template": (
                        "{% if value_json.action | default('') %}"
                        "{{ {'event_type': value_json.action} | to_json }}{% endif %}"
                    ),
                },
            ),
            BATTERY,
            LINK_QUALITY,
        ),
    )

    def __init__(self, world: World, spec: SensorSpec) -> None:
        """Hang it up."""
        super().__init__(world, spec)
        self._pulled = False

    @override
    def do(self, deed: str) -> None:
        """Pull it."""
        self._pulled = deed == PULL

    @override
    def state(self) -> Payload:
        """Tell of a pull once."""
        action = {"action": EMERGENCY} if self._pulled else {}
        self._pulled = False
        return action | self.cell() | self.radio()


class Radar(Device):
    """A radar that sees somebody lie on the floor, until that person is up again."""

    deeds = (FALL, GET_UP)
    hardware = Hardware(
        manufacturer="Heiman",
        model="Fall detection radar",
        model_id="HS2FD-EF1-3.0",
        entities=(
            Entity(
                component="sensor",
                object_id="fall_status",
                payload={
                    "name": "Fall status",
                    "device_class": "enum",
                    "options": [NORMAL, "fall_warning", FALLEN, "unknown"],
                    "value_template": "{{ value_json.fall_status }}",
                },
            ),
            LINK_QUALITY,
        ),
    )

    def __init__(self, world: World, spec: SensorSpec) -> None:
        """Look at the floor."""
        super().__init__(world, spec)
        self._status = NORMAL

    @override
    def do(self, deed: str) -> None:
        """Let somebody fall, or get up."""
        self._status = {FALL: FALLEN, GET_UP: NORMAL}.get(deed, self._status)

    @override
    def state(self) -> Payload:
        """Tell what is seen."""
        return {"fall_status": self._status} | self.radio()


class Pager(Device):
    """A cordless phone that shows what it is sent."""

    hardware = Hardware(
        manufacturer="Simulated",
        model="DECT gateway",
        model_id="DECT",
        entities=(
            Entity(
                component="notify",
                object_id="page",
                payload={"name": "Page"},
                settable=True,
            ),
            Entity(
                component="sensor",
                object_id="last_page",
                payload={
                    "name": "Last page",
                    "value_template": "{{ value_json.last_page }}",
                },
            ),
        ),
    )

    def __init__(self, world: World, spec: SensorSpec) -> None:
        """Show nothing."""
        super().__init__(world, spec)
        self.shown = "-"

    @override
    def command(self, endpoint: str | None, payload: Payload) -> None:
        """Show a message."""
        self.shown = str(payload.get("state", payload))
        _LOGGER.info("%s: %s", self.friendly_name, self.shown)

    @override
    def state(self) -> Payload:
        """Tell what is shown."""
        return {"last_page": self.shown}


def alarms(world: World, scenario: Scenario) -> list[Device]:
    """Return all devices of the emergency system."""
    pager = () if scenario.pager is None else (Pager(world, scenario.pager),)
    return [
        *(Cord(world, spec) for spec in scenario.cords),
        *(Radar(world, spec) for spec in scenario.radars),
        *(BedMat(world, spec) for spec in scenario.beds),
        *(Door(world, spec) for spec in scenario.doors),
        *(Motion(world, spec) for spec in scenario.motions),
        *pager,
    ]
