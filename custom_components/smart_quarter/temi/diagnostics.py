"""Diagnostics of a robot: no serial number, no names of waypoints, no words that it said."""

from collections.abc import Iterable, Mapping
from typing import Any

from .faults import Fault
from .model import RobotState
from .payloads import Refusal
from .settings import RobotSettings


def robot_diagnostics(
    state: RobotState,
    settings: RobotSettings,
    refused: Mapping[Refusal, int],
    faults: Iterable[Fault],
) -> dict[str, Any]:
    """Return what the engine works with, and how much was not believed."""
    drive = state.drive
    return {
        "online": state.online,
        "heard_at": None if state.heard_at is None else state.heard_at.isoformat(),
        "waypoints": len(state.waypoints),
        "areas_mapped": len(settings.areas),
        "battery": state.battery,
        "is_charging": state.is_charging,
        "phase": state.phase.value,
        "reason_id": state.reason_id,
        "at_a_waypoint": state.location is not None,
        "hearing": state.hearing.value,
        "drive": drive
        and {
            "stage": drive.stage.value,
            "route": drive.route.value,
            "attempt": drive.attempt,
            "sent": drive.sent,
        },
        "messages_refused": {each.value: refused.get(each, 0) for each in Refusal},
        "faults": sorted(fault.problem.value for fault in faults),
    }
