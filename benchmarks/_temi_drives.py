"""Drives of robots: how soon they are sent and move, and how many arrive when commands are lost.

What counts as arrived is where the simulated robot stands, not what is said of it.
"""

import asyncio
from bisect import bisect
from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import quantiles

from demo.home_assistant import HomeAssistant
from simulator.temi.on_air import Temi

from ._temi_world import (
    DESTINATION,
    FLATS,
    GO_TO,
    NAVIGATION,
    OURS,
    ROBOTS,
    WORD,
    Times,
    World,
    elsewhere,
    entities_of,
    listening,
    logged_in,
    serial,
)

DROP = "drop_commands"
FIRST_WORD = "start"
GAP_S = 0.15
"""Between two alarms; every robot has arrived when its next one comes."""
LATEST_S = 2.0
"""So long after an alarm something can still be its doing."""
COMMITTED_S = 7.0
"""The recorder writes every five seconds."""
ARRIVES_S = 3.0
"""A robot that heard has arrived after 1.4 s."""

type Way = Callable[[HomeAssistant, World, int, "Drives"], Awaitable[None]]


@dataclass(slots=True)
class Alarms:
    """Milliseconds from the state change of an alarm."""

    to_command_ms: list[float] = field(default_factory=list)
    """Until an independent client has the command."""
    to_word_ms: list[float] = field(default_factory=list)
    """Until it has the robot's first word."""
    to_shown_ms: list[float] = field(default_factory=list)
    """Until a state of ours shows that word."""
    unanswered: int = 0


@dataclass(slots=True)
class Drives:
    """What became of many drives."""

    arrived: list[bool] = field(default_factory=list)
    confirmed_s: list[float] = field(default_factory=list)
    contradictions: int = 0
    """Results that say something else than the robot did."""

    @property
    def lost_percent(self) -> float:
        """Return how many did not arrive."""
        return 100 * self.arrived.count(False) / len(self.arrived)


def percentile(times: list[float], percent: int) -> float:
    """Return a percentile; of few values the longest stands for the last ones."""
    if len(times) < 2:
        return times[0] if times else float("nan")
    return min(max(times), quantiles(times, n=100)[percent - 1])


async def alarms(
    url: str, world: World, rounds: int, alarm: str, *, with_us: bool = True
) -> Alarms:
    """Let alarms send one robot after the other, the way that belongs to them."""
    begun = datetime.now(UTC)
    async with listening(world) as heard, logged_in(url) as home:
        for number in range(rounds):
            robot = number % ROBOTS
            flat = elsewhere(world.robots[robot])
            await home.set_state(alarm.format(robot), flat)
            await asyncio.sleep(GAP_S)
        await asyncio.sleep(LATEST_S)
    await asyncio.sleep(COMMITTED_S)
    async with logged_in(url) as home:
        names = [alarm.format(robot) for robot in range(ROBOTS)]
        raised = await _history(home, begun, names)
        names = await entities_of(home, NAVIGATION) if with_us else []
        shown = await _history(home, begun, names, {FIRST_WORD})
    found = Alarms()
    for robot, times in enumerate(raised):
        _take(found, robot, times, shown[robot : robot + 1], heard)
    return found


async def drives(url: str, world: World, way: Way, count: int, loss: float) -> Drives:
    """Let all robots drive at the same time, again and again, and count what became of it."""
    found = Drives()
    world.let_fail(DROP, loss)
    async with asyncio.TaskGroup() as tasks:
        for robot in range(ROBOTS):
            each = _drive_on(url, world, robot, way, count // ROBOTS, found)
            tasks.create_task(each)
    world.let_fail(DROP, None)
    return found


async def our_way(home: HomeAssistant, world: World, robot: int, found: Drives) -> None:
    """Drive by our action, which says itself how it went."""
    temi, entity_id = world.robots[robot], DESTINATION.format(robot)
    flat = elsewhere(temi)
    answer = await home.command(
        "call_service",
        domain=OURS,
        service="go_to",
        target={"entity_id": entity_id},
        service_data={"waypoint": flat},
        return_response=True,
    )
    result = answer["response"][entity_id]
    is_there = temi.robot.driver.place == flat
    found.arrived.append(is_there)
    found.contradictions += is_there is not (result["result"] == "arrived")
    if result["confirmed_s"] is not None:
        found.confirmed_s.append(result["confirmed_s"])


async def bare_way(
    home: HomeAssistant, world: World, robot: int, found: Drives
) -> None:
    """Publish once, which is all that a user has without us; the robot itself is looked at."""
    temi = world.robots[robot]
    flat = elsewhere(temi)
    data = {
        "topic": f"temi/{serial(robot)}/{GO_TO}",
        "payload": f'{{"location": "{flat}"}}',
    }
    await home.command(
        "call_service", domain="mqtt", service="publish", service_data=data
    )
    found.arrived.append(await _arrives(temi, flat))


async def _drive_on(
    url: str, world: World, robot: int, way: Way, count: int, found: Drives
) -> None:
    """Drive one robot as often, over a connection of its own."""
    async with logged_in(url) as home:
        for _ in range(count):
            await way(home, world, robot, found)


async def _arrives(temi: Temi, flat: str) -> bool:
    """Wait until a robot has arrived; one that has not heard never does."""
    try:
        async with asyncio.timeout(ARRIVES_S):
            while temi.robot.driver.place != flat:
                await asyncio.sleep(0.02)
    except TimeoutError:
        return False
    return True


def _take(
    found: Alarms,
    robot: int,
    raised: list[float],
    shown: list[list[float]],
    heard: Times,
) -> None:
    """Look for what followed each alarm: the command, the robot's word, and that we show it."""
    topics = [f"temi/{serial(robot)}/{each}" for each in (GO_TO, WORD)]
    moments = [*(heard[topic] for topic in topics), *shown]
    lists = (found.to_command_ms, found.to_word_ms, found.to_shown_ms)
    for at in raised:
        after = [_seconds_to_next(each, at) for each in moments]
        taken_ms = [each * 1000 for each in after if each is not None]
        if len(taken_ms) < len(after):
            found.unanswered += 1
            continue
        for times, taken in zip(lists, taken_ms, strict=False):
            times.append(taken)


def _seconds_to_next(times: list[float], at: float) -> float | None:
    """Return the seconds until the next moment of a list, None when none is near."""
    place = bisect(times, at)
    if place == len(times) or times[place] - at > LATEST_S:
        return None
    return times[place] - at


async def _history(
    home: HomeAssistant,
    begun: datetime,
    entities: list[str],
    states: Container[str] = FLATS,
) -> list[list[float]]:
    """Return when each of some entities took on a state, as Home Assistant recorded it."""
    if not entities:
        return []
    found = await home.command(
        "history/history_during_period",
        start_time=begun.isoformat(),
        entity_ids=entities,
        include_start_time_state=False,
        significant_changes_only=False,
        minimal_response=True,
        no_attributes=True,
    )
    return [
        [each["lu"] for each in found.get(entity, []) if each["s"] in states]
        for entity in entities
    ]
