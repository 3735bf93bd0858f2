"""When those who mend a house are told of its faults: each once, together, and not too often.

Pure: what is wrong comes in with the time. Faults have any names.
"""

from collections.abc import Mapping, Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

QUIET: Final = timedelta(minutes=10)
"""So long nothing more is told."""
SAME: Final = timedelta(hours=1)
"""A fault that is back within this time is the same one: it comes and goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told[FaultT]:
    """What those who mend know of the faults."""

    seen: Mapping[FaultT, datetime] = field(default_factory=dict)
    """When each fault that they were told of was there last."""
    at: datetime | None = None
    """When they were told last."""


def tell[FaultT](
    told: Told[FaultT], present: AbstractSet[FaultT], now: datetime
) -> tuple[Told[FaultT], frozenset[FaultT]]:
    """Return what is known after a look, and of which faults to tell now.

    What was mended before anybody was told is not told.
    """
    seen = {
        fault: now if fault in present else at
        for fault, at in told.seen.items()
        if now - at < SAME
    }
    new = frozenset(present - seen.keys())
    is_quiet = told.at is not None and abs(now - told.at) < QUIET
    if is_quiet or not new:
        return Told(seen=seen, at=told.at), frozenset()
    return Told(seen=seen | dict.fromkeys(new, now), at=now), new
