"""The simulator and a real broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
import json
from pathlib import Path
import sys
from typing import Any

from aiomqtt import Client
import pytest
import yaml

from simulator.bridge import Bridge
from simulator.connection import Broker
from simulator.world import World

from ..broker import Mosquitto
from .quarter import small

STATE = "zigbee2mqtt/Ventil Süd"
pytestmark = pytest.mark.usefixtures("socket_enabled")


class Ear:
    """Hears all that is published, and speaks."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def say(self, topic: str, payload: object = "") -> None:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        await self._client.publish(topic, text, qos=1)

    async def hear(self, topic: str, **wanted: object) -> Any:
        """Wait for a message on a topic that has all the wanted values."""
        async with asyncio.timeout(10):
            async for message in self._client.messages:
                if message.topic.value != topic:
                    continue
                assert isinstance(message.payload, bytes)
                heard = json.loads(message.payload)
                if wanted.items() <= heard.items():
                    return heard
        raise AssertionError("the connection ended")


@asynccontextmanager
async def listening(broker: Mosquitto) -> AsyncIterator[Ear]:
    async with Client("127.0.0.1", broker.port) as client:
        await client.subscribe("#")
        yield Ear(client)


@pytest.fixture
async def bridge(mosquitto: Mosquitto) -> AsyncIterator[Bridge]:
    """Run the simulator inside the test."""
    world = World(small(), datetime.now(UTC))
    running = Bridge(world, Broker(port=mosquitto.port, republish_s=0.1))
    task = asyncio.create_task(running.run())
    yield running
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_valve_is_announced_and_closes_by_itself(
    bridge: Bridge, mosquitto: Mosquitto
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear("zigbee2mqtt/bridge/state", state="online")
        ieee = bridge.devices[0].ieee
        config = await ear.hear(f"homeassistant/switch/{ieee}/switch/config")
        await ear.hear(STATE, state="OFF")
        await ear.say(config["command_topic"], {"state": "ON", "on_time": 0.5})
        await ear.hear(STATE, state="ON")
        await ear.hear("simulator/log", device="valve", what="closed", cause="on_time")
        await ear.hear(STATE, state="OFF")


async def test_plain_words_open_and_close(bridge: Bridge, mosquitto: Mosquitto) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(STATE, state="OFF")
        await ear.say(f"{STATE}/set", "ON")
        await ear.hear("simulator/log", device="valve", what="opened", cause="command")
        await ear.say(f"{STATE}/set", "OFF")
        await ear.hear("simulator/log", device="valve", what="closed", cause="command")


async def test_states_are_told_again_when_home_assistant_is_back(
    bridge: Bridge, mosquitto: Mosquitto
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(STATE, state="OFF")
        await ear.say("homeassistant/status", "online")
        await ear.hear(STATE, state="OFF")


async def test_everything_is_announced_again_after_the_broker_was_away(
    bridge: Bridge, mosquitto: Mosquitto
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(STATE, state="OFF")
    await mosquitto.restart()
    async with asyncio.timeout(3), listening(mosquitto) as ear:
        await ear.hear("zigbee2mqtt/bridge/state", state="online")
        await ear.hear(f"homeassistant/switch/{bridge.devices[0].ieee}/switch/config")
        await ear.hear(STATE, state="OFF")


async def test_a_timer_counts_on_while_the_broker_is_away(
    bridge: Bridge, mosquitto: Mosquitto
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(STATE, state="OFF")
        await ear.say(f"{STATE}/set", {"state": "ON", "on_time": 0.5})
        await ear.hear(STATE, state="ON")
    await mosquitto.stop()
    await asyncio.sleep(0.8)
    assert not bridge.world.outlets["valve"].is_open
    await mosquitto.start()
    async with listening(mosquitto) as ear:
        await ear.hear(STATE, state="OFF")


async def test_a_lost_device_is_offline_and_comes_back(
    bridge: Bridge, mosquitto: Mosquitto
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(STATE, state="OFF")
        await ear.say("simulator/fault/valve/unavailable", "on")
        await ear.hear(f"{STATE}/availability", state="offline")
        await ear.say("simulator/fault/valve/unavailable", "off")
        await ear.hear(f"{STATE}/availability", state="online")
        await ear.hear(STATE, state="OFF")


@pytest.mark.parametrize("fault", ["nobody/slow", "valve/bias", "valve/slow"])
async def test_a_wrong_fault_is_answered_and_harms_nothing(
    bridge: Bridge, mosquitto: Mosquitto, fault: str
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(STATE, state="OFF")
        await ear.say(f"simulator/fault/{fault}", "on")
        answer = await ear.hear("simulator/fault/error")
        assert answer["topic"] == f"simulator/fault/{fault}"
        await ear.say("simulator/get")
        await ear.hear("simulator/truth")


async def test_the_truth_and_the_log_can_be_asked_for(
    bridge: Bridge, mosquitto: Mosquitto
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(STATE, state="OFF")
        await ear.say(f"{STATE}/set", {"state": "ON"})
        await ear.hear("simulator/log", what="opened")
        await ear.say("simulator/get")
        told = await ear.hear("simulator/truth")
        assert told["valves"]["valve"]["open"]
        assert set(told["zones"]) == {"south", "yard"}
        await ear.say("simulator/get", "log")
        async with asyncio.timeout(5):
            async for message in ear._client.messages:
                if message.topic.value == "simulator/log/all":
                    assert isinstance(message.payload, bytes)
                    assert [m["what"] for m in json.loads(message.payload)] == [
                        "opened"
                    ]
                    break


async def test_a_killed_simulator_leaves_its_last_will(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    scenario = tmp_path / "small.yaml"
    scenario.write_text(yaml.safe_dump(small().to_dict()), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "simulator", f"--port={mosquitto.port}", f"--scenario={scenario}"),
        "--fault=valve:unavailable",
        stdout=asyncio.subprocess.DEVNULL,
    )
    async with listening(mosquitto) as ear:
        await ear.hear(f"{STATE}/availability", state="offline")
        process.kill()
        await process.wait()
        await ear.hear("zigbee2mqtt/bridge/state", state="offline")
