"""The robot and a real broker: deaf after a loss, a will, and no goodbye."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
import json
from random import Random
from time import monotonic
from typing import Any

from aiomqtt import Client, Message
import pytest

from simulator.connection import Broker
from simulator.faults import DEAF, Faults
from simulator.temi.on_air import Temi
from simulator.temi.radio import Radio
from simulator.temi.spec import Profile, RobotSpec

from ...broker import Mosquitto
from .room import OPEN_RMF, SERIAL, SPEC

ROOT = f"temi/{SERIAL}"
GOTO = f"{ROOT}/command/waypoint/goto"
HEARTBEAT = f"{ROOT}/status/info"
DRIVES = f"{ROOT}/event/waypoint/goto"
WILL = f"{ROOT}/lwt"
pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def faults() -> Faults:
    """Return what is broken: the stock app, and nothing else."""
    return {DEAF: 1.0}


@pytest.fixture
def spec() -> RobotSpec:
    """Return which robot it is."""
    return SPEC


@pytest.fixture
async def robot(
    mosquitto: Mosquitto, faults: Faults, spec: RobotSpec
) -> AsyncIterator[Temi]:
    """Return a robot that is on the air."""
    broker = Broker(port=mosquitto.port)
    temi = Temi(spec, faults, Random(1), broker, keepalive_s=2)

    async def tick() -> None:
        while True:
            temi.tick(datetime.now(UTC))
            await asyncio.sleep(0.02)

    task = asyncio.create_task(tick())
    yield temi
    task.cancel()
    temi.close()


class Ear:
    """Hears all that is published, and speaks."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def say(self, topic: str, payload: str) -> None:
        await self._client.publish(topic, payload, qos=1)

    async def hear(self, topic: str, within_s: float = 10.0) -> Message:
        """Wait for a message on a topic."""
        async with asyncio.timeout(within_s):
            async for message in self._client.messages:
                if message.topic.value == topic:
                    return message
        raise AssertionError("the connection ended")

    async def hears_nothing(self, topic: str, for_s: float = 1.5) -> None:
        """Wait, and hear nothing on a topic."""
        with pytest.raises(TimeoutError):
            await self.hear(topic, for_s)


@asynccontextmanager
async def listening(broker: Mosquitto) -> AsyncIterator[Ear]:
    async with Client("127.0.0.1", broker.port) as client:
        await client.subscribe("temi/#", qos=1)
        yield Ear(client)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something."""
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.02)


def heard(message: Message) -> dict[str, Any]:
    """Return what a message says."""
    assert isinstance(message.payload, bytes)
    found: dict[str, Any] = json.loads(message.payload)
    return found


async def test_it_tells_of_itself_without_keeping_it_and_obeys(
    mosquitto: Mosquitto, robot: Temi
) -> None:
    async with listening(mosquitto) as ear:
        beat = await ear.hear(HEARTBEAT)
        assert (beat.qos, beat.retain) == (1, False)
        assert beat.payload == (
            b'{"waypoint_list":["home base","entrance","flat 12.1"],'
            b'"battery_percentage":87}'
        )
        await ear.say(GOTO, '{"location": "Entrance"}')
        assert heard(await ear.hear(DRIVES)) == {
            "location": "entrance",
            "status": "start",
            "description_id": 0,
            "description": "",
        }


@pytest.mark.parametrize("spec", [SPEC, OPEN_RMF], ids=lambda spec: spec.profile)
async def test_after_a_loss_the_heartbeat_goes_on_and_nothing_is_heard(
    mosquitto: Mosquitto, robot: Temi
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(HEARTBEAT)
    await mosquitto.restart()
    async with listening(mosquitto) as ear:
        await ear.hear(HEARTBEAT)
        await ear.say(GOTO, '{"location": "entrance"}')
        await ear.hears_nothing(DRIVES)
        if robot.robot.spec.profile is Profile.STOCK:
            robot.do("connect", datetime.now(UTC))
            await asyncio.sleep(0.2)
            await ear.say(GOTO, '{"location": "entrance"}')
            await ear.hears_nothing(DRIVES)
            robot.do("restart app", datetime.now(UTC))
        else:
            robot.do("connect", datetime.now(UTC))
        await ear.hear(HEARTBEAT)
        await asyncio.sleep(0.2)
        await ear.say(GOTO, '{"location": "entrance"}')
        assert heard(await ear.hear(DRIVES))["status"] == "start"


@pytest.mark.parametrize("spec", [OPEN_RMF])
async def test_the_other_app_tells_its_position(
    mosquitto: Mosquitto, robot: Temi
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(HEARTBEAT)
        await ear.say(f"{ROOT}/command/move/tilt", '{"angle": 45}')
        told = await ear.hear(f"{ROOT}/status/position")
        assert (told.qos, told.retain) == (1, False)
        assert told.payload == b'{"position_x":0,"position_y":0,"tilt":45,"yaw":0}'


async def test_a_mended_app_hears_again_after_a_loss(
    mosquitto: Mosquitto, robot: Temi, faults: Faults
) -> None:
    faults.pop(DEAF)
    await until(lambda: robot.radio.is_connected)
    await mosquitto.restart()
    async with listening(mosquitto) as ear:
        await ear.hear(HEARTBEAT)
        await asyncio.sleep(0.2)
        await ear.say(GOTO, '{"location": "entrance"}')
        assert heard(await ear.hear(DRIVES))["status"] == "start"


async def test_without_wifi_the_broker_notices_after_a_while_and_sends_the_will(
    mosquitto: Mosquitto, robot: Temi, faults: Faults
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(HEARTBEAT)
        faults["wifi_lost"] = 1.0
        will = await ear.hear(WILL)
        assert (will.payload, will.qos, will.retain) == (b"{}", 1, False)
        await ear.hears_nothing(HEARTBEAT)
        faults.pop("wifi_lost")
        await ear.hear(HEARTBEAT)
        await ear.say(GOTO, '{"location": "entrance"}')
        await ear.hears_nothing(DRIVES)


async def test_a_crash_sends_the_will_and_a_closed_app_says_nothing(
    mosquitto: Mosquitto, robot: Temi, faults: Faults
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(HEARTBEAT)
        faults["battery_null"] = 1.0
        await ear.hear(WILL)
        await ear.hears_nothing(HEARTBEAT, 3.5)
        faults.pop("battery_null")
        await ear.hear(HEARTBEAT)
        await ear.say(GOTO, '{"location": "entrance"}')
        await ear.hear(DRIVES)
        faults["graceful_close"] = 1.0
        await ear.hears_nothing(WILL, 3.5)
        assert not robot.radio.is_connected


async def test_while_the_broker_is_away_it_tries_less_and_less_often(
    mosquitto: Mosquitto, robot: Temi, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[float] = []
    connect = Radio.connect

    def counted(radio: Radio) -> None:
        tries.append(monotonic())
        connect(radio)

    await until(lambda: robot.radio.is_connected)
    monkeypatch.setattr(Radio, "connect", counted)
    await mosquitto.stop()
    await until(lambda: len(tries) == 3)
    waited_s = [later - before for before, later in pairwise(tries)]
    assert [round(each) for each in waited_s] == [2, 4]
    await mosquitto.start()
    await until(lambda: robot.radio.is_connected)
