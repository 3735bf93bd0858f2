"""What is wrong with a robot, and when it is to be said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .model import Hearing, RobotState

SILENT_FAULT: Final = timedelta(minutes=10)
"""A robot that is taken along or restarted is no fault yet."""


class Problem(StrEnum):
    """Faults that somebody can mend."""

    DEAF = "deaf"
    DOUBTFUL = "doubtful"
    SILENT = "silent"
    WAYPOINT_MISSING = "waypoint_missing"
    COMMAND_RETAINED = "command_retained"
    CLOUD_FORBIDDEN = "cloud_forbidden"


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem and what it is about, where there can be several."""

    problem: Problem
    subject: str = ""


def faults(
    state: RobotState,
    missing: Iterable[str],
    retained: Iterable[str],
    now: datetime,
    *,
    is_forbidden: bool = False,
) -> frozenset[Fault]:
    """Return what is wrong; who is silent is not called deaf as well."""
    found = {Fault(Problem.WAYPOINT_MISSING, each) for each in missing}
    found |= {Fault(Problem.COMMAND_RETAINED, each) for each in retained}
    if is_forbidden:
        found.add(Fault(Problem.CLOUD_FORBIDDEN))
    silent_at = silent_fault_at(state)
    if silent_at is not None and now >= silent_at:
        return frozenset({Fault(Problem.SILENT), *found})
    match state.hearing:
        case Hearing.DEAF:
            found.add(Fault(Problem.DEAF))
        case Hearing.DOUBTFUL:
            found.add(Fault(Problem.DOUBTFUL))
    return frozenset(found)


def silent_fault_at(state: RobotState) -> datetime | None:
    """Return when the robot's silence is a fault."""
    return None if state.heard_at is None else state.heard_at + SILENT_FAULT
