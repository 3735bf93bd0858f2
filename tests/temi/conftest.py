"""Real robots for tests: a simulated Temi on a real Mosquitto, and the real MQTT integration."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from aiomqtt import Client
from homeassistant.config import YAML_CONFIG_FILE as YAML
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.temi.runtime import TemiRuntime
from simulator.connection import Broker
from simulator.faults import DEAF, Faults
from simulator.temi.on_air import Temi
from simulator.temi.spec import RobotSpec

from ..broker import Mosquitto

SERIAL = "00119260058"
OTHER_SERIAL = "00119260059"
WAYPOINTS = {"entrance": (1.0, 0.0), "flat 12.1": (2.0, 0.0), "flat 12.2": (3.0, 0.0)}
TICK_S = 0.02

type SetUp = Callable[[MockConfigEntry], Awaitable[TemiRuntime]]


def robot_spec(serial: str = SERIAL, **changes: Any) -> RobotSpec:
    """Return a robot that is quick, so that tests are, too."""
    known = {"waypoints": WAYPOINTS, "speed_m_s": 10.0, **changes}
    return RobotSpec(key=f"temi_{serial[-1]}", name="Temi", serial=serial, **known)


def robot_entry(serial: str = SERIAL, **changes: Any) -> MockConfigEntry:
    """Return the entry of a robot."""
    data = {"system": "temi", "name": "Temi", "serial": serial}
    return MockConfigEntry(
        domain=DOMAIN,
        title="Temi",
        unique_id=f"temi:{serial}",
        entry_id=f"robot_{serial[-1]}",
        data={**data, **changes},
    )


async def until(is_so: Callable[[], bool], within_s: float = 30.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(within_s):
        while not is_so():
            await asyncio.sleep(0.02)


async def publish(
    broker: Mosquitto, topic: str, payload: str | bytes, *, retain: bool = False
) -> None:
    """Publish a message, and wait until the broker has it."""
    async with Client("127.0.0.1", broker.port) as client:
        await client.publish(topic, payload, qos=1, retain=retain)


@asynccontextmanager
async def on_air(
    spec: RobotSpec, broker: Mosquitto, faults: Faults, keepalive_s: int = 60
) -> AsyncIterator[Temi]:
    """Let a robot live for a while."""
    temi = Temi(spec, faults, Random(1), Broker(port=broker.port), keepalive_s)

    async def tick() -> None:
        while True:
            temi.tick(datetime.now(UTC))
            await asyncio.sleep(TICK_S)

    task = asyncio.create_task(tick())
    try:
        yield temi
    finally:
        task.cancel()
        temi.close()


async def report(robot: Temi, runtime: TemiRuntime) -> None:
    """Let a robot report at once, as it does when it connects."""
    while runtime.state.online is not True:
        robot.robot.connected()
        await asyncio.sleep(0.1)


@pytest.fixture
def faults() -> Faults:
    """Return what is broken about the robot: it is the stock app, nothing else."""
    return {DEAF: 1.0}


@pytest.fixture
async def robot(mosquitto: Mosquitto, faults: Faults) -> AsyncIterator[Temi]:
    """Return a robot that is on the air."""
    async with on_air(robot_spec(), mosquitto, faults) as temi:
        yield temi


@pytest.fixture
async def mqtt(
    hass: HomeAssistant, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[MockConfigEntry]:
    """Set the real MQTT integration up: quick to connect anew, and without a birth message."""
    client = "homeassistant.components.mqtt.client"
    monkeypatch.setattr(f"{client}.RECONNECT_INTERVAL_SECONDS", 0.2)
    await hass.async_add_executor_job(Path(hass.config.path(YAML)).touch)
    entry = MockConfigEntry(
        domain="mqtt",
        data={"broker": "127.0.0.1", "port": mosquitto.port, "protocol": "5"},
        options={"birth_message": {}},
        version=2,
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    yield entry
    for own in hass.config_entries.async_loaded_entries(DOMAIN):
        await hass.config_entries.async_unload(own.entry_id)
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
def set_up(hass: HomeAssistant, mqtt: MockConfigEntry) -> SetUp:
    """Return what sets a robot up."""

    async def set_up(entry: MockConfigEntry) -> TemiRuntime:
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        runtime: TemiRuntime = entry.runtime_data
        return runtime

    return set_up


@pytest.fixture
async def temi(set_up: SetUp, robot: Temi) -> TemiRuntime:
    """Return a running robot that has reported and obeys."""
    runtime = await set_up(robot_entry())
    await report(robot, runtime)
    return runtime
