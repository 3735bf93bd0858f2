"""Robots that hear nothing, or are away: how soon that is said."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from time import time

from demo.home_assistant import HomeAssistant
from simulator.faults import DEAF
from simulator.temi.robot import HEARTBEAT_S

from ._temi_world import (
    HEARING,
    ONLINE,
    OUR_ALARM,
    OURS,
    ROBOTS,
    World,
    entities_of,
    entry_id,
    logged_in,
    until,
    until_all,
)

BEATS_S = 4.0
"""Within this time every connected robot has reported."""


@dataclass(slots=True)
class Findings:
    """Seconds until something was said."""

    deaf_s: list[float] = field(default_factory=list)
    """From an alarm to the message that the robot does not obey."""
    broker_s: list[float] = field(default_factory=list)
    """From the return of the broker to the message that the robot may not obey."""
    offline_s: list[float] = field(default_factory=list)
    """From a lost Wi-Fi to the state that says so."""
    back_s: list[float] = field(default_factory=list)
    """From the return of the Wi-Fi to the message that the robot may not obey."""


async def faults(url: str, world: World, rounds: int) -> Findings:
    """Make all robots deaf and let them be found out, so many times; then take their Wi-Fi."""
    found = Findings()
    async with logged_in(url) as home:
        for _ in range(rounds):
            await _broker_restarts(home, world, found)
            await _alarm_all(home, world, found)
            await _mend(home, world, found)
        await _wifi_is_lost(home, world, found)
    return found


async def _broker_restarts(home: HomeAssistant, world: World, found: Findings) -> None:
    """Restart the broker: the robots connect anew, and the stock app hears nothing any more."""
    begun = time()
    await world.broker.restart()
    back = time()
    said = await _said(home, "doubtful", begun)
    found.broker_s.append(max(said) - back)
    await _reported(world)


async def _alarm_all(home: HomeAssistant, world: World, found: Findings) -> None:
    """Send all robots somewhere, and wait until it is said that they do not react."""
    since = time()
    await _send_all(home, world)
    raised = [OUR_ALARM.format(robot) for robot in range(ROBOTS)]
    begun = await _times(home, raised, since)
    said = await _said(home, "deaf", since)
    found.deaf_s += [at - start for at, start in zip(said, begun, strict=True)]


async def _mend(home: HomeAssistant, world: World, found: Findings) -> None:
    """Let the robots subscribe again, and drive: that they obey takes all messages back."""
    world.let_fail(DEAF, None)
    await _broker_restarts(home, world, found)
    world.let_fail(DEAF, 1.0)
    await _send_all(home, world)
    await until_all(home, HEARING, "hears")


async def _wifi_is_lost(home: HomeAssistant, world: World, found: Findings) -> None:
    """Take the robots' Wi-Fi until they are called offline, and give it back."""
    begun = time()
    lost = await _switch_wifi(world, is_lost=True)
    await until_all(home, ONLINE, "off")
    off = await _times(home, await entities_of(home, ONLINE), begun)
    found.offline_s = [at - since for at, since in zip(off, lost, strict=True)]
    back = await _switch_wifi(world, is_lost=False)
    said = await _said(home, "doubtful", begun)
    found.back_s = [at - since for at, since in zip(said, back, strict=True)]


async def _switch_wifi(world: World, *, is_lost: bool) -> list[float]:
    """Take the Wi-Fi or give it back, to one after the other for their beats are one; tell when."""
    times = []
    for temi in world.robots:
        times.append(time())
        if is_lost:
            temi.faults["wifi_lost"] = 1.0
        else:
            del temi.faults["wifi_lost"]
        await asyncio.sleep(HEARTBEAT_S / ROBOTS)
    return times


async def _send_all(home: HomeAssistant, world: World) -> None:
    """Raise an alarm for every robot; what is no change would trigger nothing."""
    states = await home.states()
    for robot, temi in enumerate(world.robots):
        entity, driver = OUR_ALARM.format(robot), temi.robot.driver
        not_there = {driver.place, states.get(entity)}
        place = next(each for each in driver.waypoints if each not in not_there)
        await home.set_state(entity, place)


async def _reported(world: World) -> None:
    """Wait until all robots are connected and have reported."""

    async def are_connected() -> bool:
        return all(temi.radio.is_connected for temi in world.robots)

    await until(are_connected)
    await asyncio.sleep(BEATS_S)


async def _said(home: HomeAssistant, problem: str, since: float) -> list[float]:
    """Wait until a repair message was raised for every robot, and return when each was."""
    said: list[float] = []

    async def all_are() -> bool:
        issues = await _issues(home)
        ids = [f"temi_{entry_id(robot)}_{problem}_" for robot in range(ROBOTS)]
        said[:] = [issues.get(each, 0.0) for each in ids]
        return all(at >= since for at in said)

    await until(all_are)
    return said


async def _issues(home: HomeAssistant) -> dict[str, float]:
    """Return when the repair messages that exist were raised."""
    answer = await home.command("repairs/list_issues")
    return {
        issue["issue_id"]: _moment(issue["created"])
        for issue in answer["issues"]
        if issue["domain"] == OURS
    }


async def _times(home: HomeAssistant, entities: list[str], since: float) -> list[float]:
    """Return when the states of entities changed last."""
    states = {each["entity_id"]: each for each in await home.command("get_states")}
    times = [_moment(states[entity]["last_changed"]) for entity in entities]
    assert all(at >= since for at in times), "something has not changed"
    return times


def _moment(text: str) -> float:
    """Return a moment that was written down as a text."""
    return datetime.fromisoformat(text).timestamp()
