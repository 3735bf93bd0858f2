"""Ways in which a device closes its valve by itself, and the brands with a timed action."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
import math
from typing import Any, Final


class TimerKind(StrEnum):
    """How an opening command carries its duration."""

    ZIGBEE2MQTT = "zigbee2mqtt"
    """One MQTT message `{"state": "ON", "on_time": seconds}`."""
    NUMBER = "number"
    """A countdown entity, set and read back before the valve is opened."""
    ACTION = "action"
    """A timed action of the valve's own integration."""
    AUTO_OFF = "auto_off"
    """The device always closes after a time fixed in its settings."""
    NONE = "none"
    """Only Home Assistant closes the valve."""

    @property
    def test_s(self) -> int:
        """Return the length of the commissioning test; some count whole minutes."""
        return 60 if self in (TimerKind.NUMBER, TimerKind.ACTION) else 20


@dataclass(frozen=True, slots=True)
class TimedAction:
    """A timed action of a brand: one call that opens for a time."""

    domain: str
    action: str
    field: str
    unit_s: int
    """Seconds of one unit of the duration field."""
    extra: Mapping[str, Any]

    def data(self, entity_id: str, seconds: int) -> dict[str, Any]:
        """Return the call's data; a duration is never rounded down to nothing."""
        duration = math.ceil(seconds / self.unit_s)
        return {"entity_id": entity_id, self.field: duration, **self.extra}


TIMED_ACTIONS: Final[Mapping[str, TimedAction]] = {
    action.domain: action
    for action in (
        TimedAction("rainbird", "start_irrigation", "duration", 60, {}),
        TimedAction("opensprinkler", "run_station", "run_seconds", 1, {}),
        TimedAction("bhyve", "start_watering", "minutes", 60, {}),
    )
}
"""By the platform that provides the valve's entity."""
