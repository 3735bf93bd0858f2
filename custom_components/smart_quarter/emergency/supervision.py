"""Which sources cannot be heard: lost, silent or with an empty battery; silence is a fault.

Pure: what is seen of each source comes in with the time. Many sources that one link brings are
one finding about the link, and many without a link in common are one about the house: what
fails together is no storm of messages.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

LOST_AFTER: Final = timedelta(seconds=60)
"""What is unavailable for a shorter time has only dropped out."""
AWAY_AFTER: Final = LOST_AFTER / 2
"""What went a little later than others that are lost, went with them."""
SILENT_AFTER: Final = timedelta(hours=25)
"""Devices with a battery that say nothing for longer are silent: most report once a day."""
BATTERY_LOW_PERCENT: Final = 15.0
BATTERY_FINE_PERCENT: Final = 20.0
"""A battery that was low must have more than this to be fine: cold makes them go up and down."""
TOGETHER: Final = 3
"""As many lost places of one link, and half of what it brings, are the link's fault."""
SEVERAL: Final = 5
"""More places than these with the same trouble have a common cause, although nobody knows it."""
NEVER: Final = datetime.min.replace(tzinfo=UTC)
FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)


class Trouble(StrEnum):
    """What is wrong with a source, with what brings many, or with what the house lives on."""

    LOST = "source_lost"
    SILENT = "source_silent"
    BATTERY = "battery_low"
    LINK = "link_lost"
    MANY_LOST = "many_lost"
    MANY_SILENT = "many_silent"
    LIFELINE = "lifeline_lost"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is seen of a house at one time."""

    watched: Iterable[Watched]
    """Sources; those that were fine until later need not be among them."""
    brought: Mapping[str | None, int]
    """How many sources each link brings."""
    lifelines: Mapping[str, datetime] = field(default_factory=dict)
    """UTC time since when each fails: radio coordinators, the internet, the power."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is wrong with a source of a place, a link, a lifeline, or (None) the house."""

    trouble: Trouble
    subject: str | None
    places: frozenset[str] = field(default=frozenset(), repr=False)
    """The places that it concerns, if it is not about one of them."""


def fine_until(each: Watched) -> datetime:
    """Return until when a source needs no second look, if nothing is heard of it."""
    battery = each.battery_percent
    if each.lost_since or (battery is not None and battery <= BATTERY_FINE_PERCENT):
        return NEVER
    if each.last_sign is None or each.silent_after is None:
        return FOR_EVER
    return each.last_sign + each.silent_after


def findings(
    look: Look, known: AbstractSet[Finding], now: datetime
) -> frozenset[Finding]:
    """Return what is wrong; what was found before decides where a battery is in between."""
    seen = tuple(look.watched)
    there = [each for each in seen if each.lost_since is None]
    silent = {each.place_id for each in there if _is_silent(each, now)}
    return frozenset(
        {
            *_lost(seen, look.brought, now),
            *_together(Trouble.SILENT, Trouble.MANY_SILENT, silent, silent),
            *(_battery(each.place_id) for each in there if _is_low(each, known)),
            *(
                Finding(Trouble.LIFELINE, key)
                for key, since in look.lifelines.items()
                if now - since >= LOST_AFTER
            ),
        }
    )


def _lost(
    seen: Iterable[Watched], brought: Mapping[str | None, int], now: datetime
) -> Iterator[Finding]:
    """Yield which links are lost, and which places for another reason."""
    away = [each for each in seen if _is_away(each, now, AWAY_AFTER)]
    lost = [each for each in away if _is_away(each, now, LOST_AFTER)]
    links = _lost_links(away, brought)
    for link_id, place_ids in links.items():
        if any(each.link_id == link_id for each in lost):
            yield Finding(Trouble.LINK, link_id, frozenset(place_ids))
    alone = {each.place_id for each in lost if each.link_id not in links}
    nearly = {each.place_id for each in away if each.link_id not in links}
    if alone:
        yield from _together(Trouble.LOST, Trouble.MANY_LOST, alone, nearly)


def _together(
    one: Trouble, many: Trouble, place_ids: set[str], all_ids: set[str]
) -> Iterator[Finding]:
    """Yield a finding of each place, or of the house when there are too many for chance."""
    if len(all_ids) > SEVERAL:
        yield Finding(many, None, frozenset(all_ids))
    else:
        yield from (Finding(one, place_id) for place_id in place_ids)


def _battery(place_id: str) -> Finding:
    """Return that a battery of a place is low."""
    return Finding(Trouble.BATTERY, place_id)


def _is_silent(each: Watched, now: datetime) -> bool:
    """Tell whether a device has said nothing for too long."""
    if each.last_sign is None or each.silent_after is None:
        return False
    return now - each.last_sign > each.silent_after


def _is_low(each: Watched, known: AbstractSet[Finding]) -> bool:
    """Tell whether a battery is low, or was and is not clearly better."""
    if each.battery_percent is None:
        return False
    was_low = _battery(each.place_id) in known
    limit = BATTERY_FINE_PERCENT if was_low else BATTERY_LOW_PERCENT
    return each.battery_percent <= limit


def _is_away(each: Watched, now: datetime, least: timedelta) -> bool:
    """Tell whether a source has been unavailable for so long."""
    return each.lost_since is not None and now - each.lost_since >= least


def _lost_links(
    away: Iterable[Watched], brought: Mapping[str | None, int]
) -> dict[str, set[str]]:
    """Return the links that have lost so much that it must be their fault, and the places."""
    gone = Counter(each.link_id for each in away)
    places: dict[str, set[str]] = {}
    for each in away:
        if each.link_id is not None:
            places.setdefault(each.link_id, set()).add(each.place_id)
    return {
        link_id: place_ids
        for link_id, place_ids in places.items()
        if len(place_ids) >= TOGETHER and 2 * gone[link_id] >= brought[link_id]
    }
