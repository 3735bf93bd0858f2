"""Which sources cannot be heard: lost, silent or with an empty battery; silence is a fault.

Pure: what is seen of each source comes in with the time. Many sources that one link brings are
one finding about the link: a gateway that fails is no storm of messages.
"""

from collections import Counter
from collections.abc import Iterable, Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LOST_AFTER: Final = timedelta(seconds=60)
"""What is unavailable for a shorter time has only dropped out."""
SILENT_AFTER: Final = timedelta(hours=25)
"""Devices with a battery that say nothing for longer are silent: most report once a day."""
BATTERY_LOW_PERCENT: Final = 15.0
BATTERY_FINE_PERCENT: Final = 20.0
"""A battery that was low must have more than this to be fine: cold makes them go up and down."""
TOGETHER: Final = 3
"""As many lost places of one link, and half of what it brings, are the link's fault."""


class Trouble(StrEnum):
    """What is wrong with a source, or with the link that brings many."""

    LOST = "source_lost"
    SILENT = "source_silent"
    BATTERY = "battery_low"
    LINK = "link_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is seen of a source."""

    place_id: str
    link_id: str | None = None
    """What brings it to Home Assistant, such as a gateway; others may come the same way."""
    lost_since: datetime | None = None
    """UTC time since when it is unavailable."""
    last_sign: datetime | None = None
    """UTC time of the last sign of life of its device."""
    silent_after: timedelta | None = None
    """So long its device may say nothing; None: nobody knows."""
    battery_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is wrong with a source of a place, or with a link."""

    trouble: Trouble
    subject: str


def findings(
    watched: Iterable[Watched], known: AbstractSet[Finding], now: datetime
) -> frozenset[Finding]:
    """Return what is wrong; what was found before decides where a battery is in between."""
    seen = tuple(watched)
    lost = [each for each in seen if _is_lost(each, now)]
    links = _lost_links(seen, lost)
    found = {Finding(Trouble.LINK, link_id) for link_id in links}
    for each in lost:
        if each.link_id not in links:
            found.add(Finding(Trouble.LOST, each.place_id))
    for each in seen:
        if each.lost_since is None:
            found |= _troubles(each, known, now)
    return frozenset(found)


def _troubles(
    each: Watched, known: AbstractSet[Finding], now: datetime
) -> set[Finding]:
    """Return what is wrong with a source that is there."""
    found: set[Finding] = set()
    if (
        each.last_sign is not None
        and each.silent_after is not None
        and now - each.last_sign > each.silent_after
    ):
        found.add(Finding(Trouble.SILENT, each.place_id))
    low = Finding(Trouble.BATTERY, each.place_id)
    limit = BATTERY_FINE_PERCENT if low in known else BATTERY_LOW_PERCENT
    if each.battery_percent is not None and each.battery_percent <= limit:
        found.add(low)
    return found


def _is_lost(each: Watched, now: datetime) -> bool:
    """Tell whether a source has been unavailable for longer than a drop-out lasts."""
    return each.lost_since is not None and now - each.lost_since >= LOST_AFTER


def _lost_links(seen: Iterable[Watched], lost: Iterable[Watched]) -> set[str]:
    """Return the links that have lost so much that it must be their fault."""
    brought = Counter(each.link_id for each in seen)
    gone = Counter(each.link_id for each in lost)
    places: dict[str, set[str]] = {}
    for each in lost:
        if each.link_id is not None:
            places.setdefault(each.link_id, set()).add(each.place_id)
    return {
        link_id
        for link_id, place_ids in places.items()
        if len(place_ids) >= TOGETHER and 2 * gone[link_id] >= brought[link_id]
    }
