"""Robots in a real Home Assistant: 20 simulated ones on a real Mosquitto.

From an alarm to the command and the robot's first word, drives that arrive when commands are lost,
how soon a deaf robot is found out, and what robots cost. Beside it stands what a user has without
us: an automation that publishes the command once.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import tempfile

from ._temi_cost import Cost, cost
from ._temi_drives import Alarms, Drives, alarms, bare_way, drives, our_way, percentile
from ._temi_faults import Findings, faults
from ._temi_world import (
    BARE_ALARM,
    ONLINE,
    OUR_ALARM,
    ROBOTS,
    World,
    echoes,
    subject_of,
    until_all,
)
from .home_assistant import SETTLE_S
from .report import Row, Target, at_most, options, report

LOSSES = (0.0, 0.1, 0.3)
PUBLISH = "publish once"
BESIDE = "publish once, beside us"
BARE = "without robots"
BROKER = "broker alone"
EMPTY = "empty entities"
NEVER = "never"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    alarms: int = 200
    drives: int = 300
    restarts: int = 2
    starts: int = 3
    idle_s: float = 45.0


QUICK = Size(alarms=40, drives=60, restarts=1, starts=1, idle_s=15.0)

type Pair = tuple[Drives, Drives]
"""The drives our way, and the bare way."""


@dataclass(frozen=True, slots=True)
class Found:
    """All that was measured of a Home Assistant with robots."""

    echoes_ms: list[float]
    ours: Alarms
    bare: Alarms
    drives: dict[float, Pair]
    faults: Findings


def main() -> None:
    """Measure, print and write."""
    chosen = options(__doc__ or "")
    size = QUICK if chosen.quick else Size()
    without_us, found, costs = asyncio.run(_measure(size))
    rows = [*_ways(found, without_us), *_lossy(found), *_said(found), *_costs(costs)]
    report(rows, _targets(found), chosen.json)


async def _measure(size: Size) -> tuple[Alarms, Found, Cost]:
    """Let robots live, and measure what they cost, then what they and others do."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with World(folder) as world:
            costs = await cost(folder, world, size.starts, size.idle_s)
            without_us = await _without_us(folder / "without", world, size)
            return without_us, await _with_us(folder / "with", world, size), costs


async def _without_us(folder: Path, world: World, size: Size) -> Alarms:
    """Measure the bare way where nothing of ours is set up."""
    subject = subject_of(folder, world, 0)
    await subject.start()
    try:
        await asyncio.sleep(SETTLE_S)
        url = subject.home.url
        return await alarms(url, world, size.alarms, BARE_ALARM, with_us=False)
    finally:
        await subject.stop()


async def _with_us(folder: Path, world: World, size: Size) -> Found:
    """Measure alarms, drives and faults."""
    subject = subject_of(folder, world, ROBOTS)
    await subject.start()
    url = subject.home.url
    try:
        await until_all(subject.home, ONLINE, "on")
        await asyncio.sleep(SETTLE_S)
        return Found(
            echoes_ms=await echoes(world, size.alarms),
            ours=await alarms(url, world, size.alarms, OUR_ALARM),
            bare=await alarms(url, world, size.alarms, BARE_ALARM),
            drives=await _drives(url, world, size.drives),
            faults=await faults(url, world, size.restarts),
        )
    finally:
        await subject.stop()


async def _drives(url: str, world: World, count: int) -> dict[float, Pair]:
    """Drive both ways at every share of lost commands."""
    return {
        loss: (
            await drives(url, world, our_way, count, loss),
            await drives(url, world, bare_way, count, loss),
        )
        for loss in LOSSES
    }


def _ways(found: Found, without_us: Alarms) -> Iterator[Row]:
    """Yield how soon an alarm sends a robot."""
    yield _times("publication to receipt", "ms", found.echoes_ms, BROKER)
    ways = (("ours", found.ours), (BESIDE, found.bare), (PUBLISH, without_us))
    for way, times in ways:
        yield _times("alarm to command", "ms", times.to_command_ms, way)
    for way, times in ways:
        yield _times("alarm to the robot's word", "ms", times.to_word_ms, way)
    yield _times("alarm to confirmed motion", "ms", found.ours.to_shown_ms)


def _lossy(found: Found) -> Iterator[Row]:
    """Yield what became of drives while commands were lost."""
    for loss, pair in found.drives.items():
        what = f"{loss:.0%} lost: drives not arrived"
        for way, each in zip(("ours", BESIDE), pair, strict=True):
            yield _figure(what, "%", each.lost_percent, len(each.arrived), way)
        what = f"{loss:.0%} lost: wish to confirmed motion"
        yield _times(what, "s", pair[0].confirmed_s)


def _said(found: Found) -> Iterator[Row]:
    """Yield how soon it was said that a robot hears nothing, or is away."""
    said = found.faults
    yield _times("alarm to 'does not obey'", "s", said.deaf_s)
    yield _times("broker back to 'may not obey'", "s", said.broker_s)
    yield _times("Wi-Fi lost to 'offline'", "s", said.offline_s)
    yield _times("Wi-Fi back to 'may not obey'", "s", said.back_s)
    yield _figure("any of these", "s", NEVER, 0, PUBLISH)


def _costs(found: Cost) -> Iterator[Row]:
    """Yield what the robots cost."""
    bare, starts = found.bare, found.starts
    yield _figure(
        "CPU of Home Assistant", "% of a core", bare.cpu_share * 100, starts, BARE
    )
    yield _figure("memory of Home Assistant", "MB", bare.memory_mb, starts, BARE)
    kinds = (
        ("ours", found.ours, found.our_set_up),
        (EMPTY, found.plain, found.plain_set_up),
    )
    for way, each, set_up in kinds:
        cpu, memory_kb = found.cpu_percent(each), found.memory_kb(each)
        yield _figure(f"CPU of {ROBOTS} robots", "% of a core", cpu, starts, way)
        yield _figure("memory per robot", "kB", memory_kb, starts, way)
        yield _figure("set-up as HA counts it", "s", set_up.counted_s, 1, way)
        yield _figure("enabling all again", "s", set_up.enabled_s, 1, way)
    yield _figure("memory per robot after the first", "kB", found.next_robot_kb, starts)


def _times(what: str, unit: str, times: list[float], way: str = "ours") -> Row:
    """Return a line about how long something took."""
    p50 = percentile(times, 50)
    more: Row = {"p99": percentile(times, 99), "longest": max(times, default=NEVER)}
    return _figure(what, unit, p50, len(times), way) | more


def _figure(
    what: str, unit: str, value: float | str, count: int, way: str = "ours"
) -> Row:
    """Return a line about a figure; of one there is no longest."""
    return {
        "what": what,
        "way": way,
        "unit": unit,
        "p50 or value": value,
        "p99": "",
        "longest": "",
        "samples": count,
    }


def _targets(found: Found) -> list[Target]:
    """Compare with what was promised."""
    motion_s = max(found.ours.to_shown_ms) / 1000
    ours = {loss: pair[0] for loss, pair in found.drives.items()}
    confirmed_s = max(max(each.confirmed_s) for each in ours.values())
    wrong = sum(each.contradictions for each in ours.values())
    deaf_s = max(found.faults.deaf_s)
    return [
        at_most("alarm to confirmed motion, longest", motion_s, "s", 10.0),
        at_most("wish to confirmed motion with losses, longest", confirmed_s, "s", 10),
        at_most("alarm to 'does not obey', longest", deaf_s, "s", 10),
        at_most("alarms without a command or a word", found.ours.unanswered, "", 0),
        at_most("results that contradict the robot", wrong, "", 0),
        at_most("not arrived at 0 % loss", ours[0.0].lost_percent, "%", 0),
        at_most("not arrived at 10 % loss", ours[0.1].lost_percent, "%", 1),
        at_most("not arrived at 30 % loss", ours[0.3].lost_percent, "%", 5),
    ]


if __name__ == "__main__":
    main()
