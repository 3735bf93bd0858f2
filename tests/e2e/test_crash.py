"""Home Assistant dies while valves are open: no valve stays open past the promise."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from .stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PROMISE = timedelta(seconds=10)
DEVICE_LATENCY = timedelta(seconds=2)
ZONE_VALVES = ("timed_valve", "plain_valve")


async def water_both(stack: Stack, seconds: int) -> datetime:
    """Water the zone with and the zone without a timer; return when the last is to end."""
    for key in ("timed", "plain"):
        await stack.water(key, seconds)
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def all_closed(stack: Stack, seconds: float) -> None:
    """Wait until all valves and the master are closed."""
    for valve in (*ZONE_VALVES, "master"):
        await stack.until_closed(valve, seconds)


async def until_reachable(stack: Stack, entity_id: str) -> datetime:
    """Wait until Home Assistant and a valve have found the broker again."""
    async with asyncio.timeout(40):
        while await stack.state(entity_id) in {None, "unavailable"}:
            await asyncio.sleep(0.1)
    return datetime.now(UTC)


async def booked(stack: Stack) -> None:
    """Wait until both runs are booked as interrupted, with the litres they gave."""
    for key in ("timed", "plain"):
        await stack.until_state(f"valve.{key}", "closed", 60)
        litres = float(await stack.state(f"sensor.{key}_water_total") or 0)
        really = stack.truth["valves"][f"{key}_valve"]["litres"]
        assert litres > 0
        assert litres == pytest.approx(really, rel=0.5, abs=3)


@pytest.mark.parametrize("after_s", [0.5, 5.0])
async def test_killed_during_a_run_and_back_at_once(
    stack: Stack, after_s: float
) -> None:
    await stack.until_state("valve.timed", "closed", 40)
    ends = await water_both(stack, 120)
    await asyncio.sleep(after_s)
    await stack.kill_home_assistant()
    await stack.start_home_assistant()
    running = datetime.now(UTC)
    await all_closed(stack, 20)
    assert await stack.closed_at("plain_valve") <= running + PROMISE
    latest = min(ends, running + PROMISE) + DEVICE_LATENCY
    assert await stack.closed_at("timed_valve") <= latest
    await booked(stack)


async def test_planned_end_inside_the_downtime(stack: Stack) -> None:
    ends = await water_both(stack, 15)
    await asyncio.sleep(2)
    await stack.kill_home_assistant()
    await asyncio.sleep(20)
    assert not stack.is_open("timed_valve"), "the device closes by itself"
    assert await stack.closed_at("timed_valve") <= ends + DEVICE_LATENCY
    assert stack.is_open("plain_valve"), "without a timer nobody closes it now"
    await stack.start_home_assistant()
    running = datetime.now(UTC)
    await all_closed(stack, 20)
    assert await stack.closed_at("plain_valve") <= running + PROMISE
    await booked(stack)


@pytest.mark.parametrize("away_s", [90, 20])
async def test_broker_comes_back_after_home_assistant(
    stack: Stack, away_s: int
) -> None:
    ends = await water_both(stack, 30)
    await asyncio.sleep(2)
    await stack.kill_home_assistant()
    await stack.broker.stop()
    await stack.start_home_assistant()
    await asyncio.sleep(away_s)
    await stack.broker.start()
    stack.truth = {}
    await stack.until(lambda: bool(stack.truth), 10, "the simulator is back")
    reachable = await until_reachable(stack, "switch.plain_valve")
    await all_closed(stack, 40)
    assert await stack.closed_at("timed_valve") <= ends + DEVICE_LATENCY
    assert await stack.closed_at("plain_valve") <= reachable + PROMISE
    await booked(stack)
