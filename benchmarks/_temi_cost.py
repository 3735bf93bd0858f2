"""What robots cost a Home Assistant that has MQTT and their messages anyway.

Beside it stands one with as many entities that have nothing in them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from time import perf_counter

from demo.home_assistant import HomeAssistant

from ._temi_world import OURS, ROBOTS, World, entries, subject_of
from .home_assistant import Figures, Subject, stored_entry

PLAIN = "plain_entities"
ENTITIES = 19
"""Entities of a robot without a key for the cloud; all are on by default."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """How long robots, or empty entities, take until they are there."""

    counted_s: float
    """As Home Assistant counts it: the slowest entry, without what it waits for."""
    enabled_s: float
    """Until all that were disabled are there again, one after the other."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What the same Home Assistant needs with nobody, one robot, all, and empty entities."""

    bare: Figures
    one: Figures
    ours: Figures
    plain: Figures
    our_set_up: SetUp
    plain_set_up: SetUp
    starts: int
    """Of so many the memory is the median, and the share of a core the mean."""

    def cpu_percent(self, which: Figures) -> float:
        """Return the share of a core beyond what is needed anyway."""
        return (which.cpu_share - self.bare.cpu_share) * 100

    def memory_kb(self, which: Figures) -> float:
        """Return the memory of each of all robots."""
        return (which.memory_mb - self.bare.memory_mb) * 1024 / ROBOTS

    @property
    def next_robot_kb(self) -> float:
        """Return the memory of each robot after the first, which brings the code."""
        all_but_one = self.ours.memory_mb - self.one.memory_mb
        return all_but_one * 1024 / (ROBOTS - 1)


async def cost(folder: Path, world: World, rounds: int, idle_s: float) -> Cost:
    """Measure all at the same time, after a first start: they are idle, and disturbed alike."""
    subjects = [
        subject_of(folder / f"robots_{name}", world, robots)
        for name, robots in (("none", 0), ("one", 1), ("all", ROBOTS), ("empty", 0))
    ]
    empty = stored_entry(PLAIN, {"devices": ROBOTS, "entities": ENTITIES}, [])
    subjects[3].store_entries([*entries(world, 0), empty])
    await asyncio.gather(*(each.first_start() for each in subjects))
    measured = [
        await asyncio.gather(*(each.measure(idle_s, OURS) for each in subjects))
        for _ in range(rounds)
    ]
    bare, one, ours, plain = (_middle(each) for each in zip(*measured, strict=True))
    our_set_up = await _set_up(subjects[2], OURS)
    plain_set_up = await _set_up(subjects[3], PLAIN)
    return Cost(bare, one, ours, plain, our_set_up, plain_set_up, rounds)


def _middle(figures: Sequence[Figures]) -> Figures:
    """Return what is typical of several starts."""
    return Figures(
        setup_s=median(each.setup_s for each in figures),
        memory_mb=median(each.memory_mb for each in figures),
        cpu_share=mean(each.cpu_share for each in figures),
    )


async def _set_up(subject: Subject, domain: str) -> SetUp:
    """Start alone, then disable all entries of an integration and enable them again."""
    await subject.start()
    timings = await subject.home.command("integration/setup_info")
    counted_s = sum(each["seconds"] for each in timings if each["domain"] == domain)
    ids = [entry["entry_id"] for entry in await subject.home.entries(domain)]
    for each in ids:
        await _disable(subject.home, each, "user")
    begun = perf_counter()
    for each in ids:
        await _disable(subject.home, each, None)
    enabled_s = perf_counter() - begun
    await subject.stop()
    return SetUp(counted_s, enabled_s)


async def _disable(home: HomeAssistant, entry_id: str, by: str | None) -> None:
    """Disable an entry, or enable it with None; the answer comes when that is done."""
    await home.command("config_entries/disable", entry_id=entry_id, disabled_by=by)
