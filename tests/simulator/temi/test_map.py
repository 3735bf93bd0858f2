"""The map of a floor in Home Assistant, by way of a real broker."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import json
from pathlib import Path
from random import Random

from aiomqtt import Client, Message
from homeassistant.components.image import async_get_image
from homeassistant.config import YAML_CONFIG_FILE as YAML
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator.bridge import Bridge
from simulator.connection import Broker
from simulator.temi.maps import Maps, announcement
from simulator.temi.robot import Robot
from simulator.temi.spec import RobotSpec
from simulator.world import World

from ...broker import Mosquitto
from ..quarter import small
from .room import SERIAL, SPEC

MAP = "simulator/map/temi_1"
CONFIG = f"homeassistant/image/simulator_floor_{SERIAL}/config"
GOTO = f"temi/{SERIAL}/command/waypoint/goto"
IMAGE = "image.etage_12"
ROBOT = {
    "key": "temi_1",
    "name": "Temi",
    "serial": SERIAL,
    "floor": "Etage 12",
    "waypoints": {"entrance": [2.0, 0.0], "wohnung 12.1": [6.0, 1.0]},
}


class Ear:
    """Hears of maps and drives, and speaks."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def say(self, topic: str, payload: str) -> None:
        await self._client.publish(topic, payload, qos=1)

    async def hear(self, topic: str) -> Message:
        """Wait for a message on a topic."""
        async with asyncio.timeout(15):
            async for message in self._client.messages:
                if message.topic.value == topic:
                    return message
        raise AssertionError("the connection ended")

    async def hears_no_map(self, for_s: float = 2.5) -> None:
        """Wait, and see no picture."""
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(for_s):
                await self.hear(MAP)


@asynccontextmanager
async def listening(broker: Mosquitto) -> AsyncIterator[Ear]:
    async with Client("127.0.0.1", broker.port) as client:
        await client.subscribe([("simulator/map/#", 1), ("homeassistant/#", 1)])
        await client.subscribe("temi/#")
        yield Ear(client)


def text(message: Message) -> str:
    """Return the text of a message."""
    assert isinstance(message.payload, bytes)
    return message.payload.decode()


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something."""
    async with asyncio.timeout(15):
        while not holds():
            await asyncio.sleep(0.02)


@pytest.fixture
async def bridge(socket_enabled: None, mosquitto: Mosquitto) -> AsyncIterator[Bridge]:
    """Run the simulator until its robot is on the air."""
    world = World(small(robots=[ROBOT]), datetime.now(UTC))
    running = Bridge(world, Broker(port=mosquitto.port, republish_s=0.1))
    task = asyncio.create_task(running.run())
    await until(lambda: running.robots[0].radio.is_connected)
    yield running
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.usefixtures("bridge")
async def test_the_broker_keeps_the_map_and_how_it_is_to_be_shown(
    mosquitto: Mosquitto,
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(MAP)
    async with listening(mosquitto) as ear:
        picture = await ear.hear(MAP)
        assert picture.retain
        assert text(picture).startswith("<svg ")
        assert 'class="charging' in text(picture)
    async with listening(mosquitto) as ear:
        config = await ear.hear(CONFIG)
        assert config.retain
        assert json.loads(text(config))["image_topic"] == MAP


@pytest.mark.usefixtures("bridge")
async def test_the_map_changes_while_it_drives_and_only_then(
    mosquitto: Mosquitto,
) -> None:
    async with listening(mosquitto) as ear:
        in_dock = text(await ear.hear(MAP))
        await ear.hears_no_map()
        await ear.say(GOTO, '{"location": "entrance"}')
        drive = [text(await ear.hear(MAP)) for _ in range(3)]
        assert len({in_dock, *drive}) == 4
        assert all('class="way"' in each for each in drive)
        while 'class="way"' in (there := text(await ear.hear(MAP))):
            drive.append(there)
        await ear.hears_no_map()
    async with listening(mosquitto) as ear:
        assert text(await ear.hear(MAP)) == there


@pytest.mark.usefixtures("bridge")
async def test_a_broker_that_has_forgotten_all_is_told_again(
    mosquitto: Mosquitto,
) -> None:
    async with listening(mosquitto) as ear:
        await ear.hear(MAP)
    await mosquitto.restart()
    async with listening(mosquitto) as ear:
        await ear.hear(CONFIG)
        await ear.hear(MAP)


async def test_home_assistant_shows_the_map_as_an_image_of_the_floor(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    bridge: Bridge,
    mosquitto: Mosquitto,
) -> None:
    await hass.async_add_executor_job(Path(hass.config.path(YAML)).touch)
    data = {"broker": "127.0.0.1", "port": mosquitto.port, "protocol": "5"}
    mqtt = MockConfigEntry(domain="mqtt", data=data, version=2)
    mqtt.add_to_hass(hass)
    assert await hass.config_entries.async_setup(mqtt.entry_id)

    def state() -> str:
        found = hass.states.get(IMAGE)
        return "unknown" if found is None else found.state

    await until(lambda: state() not in ("unknown", "unavailable"))
    before = await async_get_image(hass, IMAGE)
    assert before.content_type == "image/svg+xml"
    assert before.content.startswith(b"<svg ")

    seen = state()
    bridge.robots[0].robot.drive_to("entrance", bridge.world.now)
    await until(lambda: state() != seen)
    client = await hass_client()
    answer = await client.get(hass.states.get(IMAGE).attributes["entity_picture"])
    assert answer.content_type == "image/svg+xml"
    assert b'class="way"' in await answer.read()

    entity = er.async_get(hass).async_get(IMAGE)
    device = dr.async_get(hass).async_get(entity.device_id or "")
    assert device.name == "Etage 12"
    assert await hass.config_entries.async_unload(mqtt.entry_id)


class Wall:
    """Where the maps of one robot hang, and when each was hung."""

    def __init__(self, speed_m_s: float = 0.7) -> None:
        spec = RobotSpec.from_dict(SPEC.to_dict() | {"speed_m_s": speed_m_s})
        self.now = datetime(2026, 7, 1, 6, tzinfo=UTC)
        self.robot = Robot(spec, {}, Random(1))
        self.hung: list[tuple[datetime, str]] = []
        self.maps = Maps([self.robot], self._hang)

    def run(self, seconds: float) -> None:
        """Let time pass in small steps."""
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self.now += timedelta(seconds=0.05)
            self.robot.advance(self.now)
            self.maps.tick(self.now)

    def _hang(self, topic: str, picture: str) -> None:
        if topic == "simulator/map/temi":
            self.hung.append((self.now, picture))


def test_a_picture_is_drawn_at_most_once_a_second() -> None:
    wall = Wall()
    wall.run(2)
    wall.robot.drive_to("entrance", wall.now)
    wall.run(20)
    times = [at for at, _ in wall.hung]
    assert 8 <= len(times) <= 14
    gaps = [later - at for at, later in pairwise(times)]
    assert min(gaps) >= timedelta(seconds=1)
    assert 'class="way"' not in wall.hung[-1][1]


def test_a_drive_is_seen_at_once() -> None:
    wall = Wall()
    wall.run(2)
    wall.robot.drive_to("entrance", wall.now)
    wall.run(0.05)
    assert 'class="way"' in wall.hung[-1][1]


def test_what_cannot_be_seen_is_no_new_picture() -> None:
    wall = Wall(speed_m_s=1e-6)
    wall.run(2)
    wall.robot.drive_to("entrance", wall.now)
    wall.run(20)
    assert len(wall.hung) == 2


def test_a_new_waypoint_is_on_the_map() -> None:
    wall = Wall()
    wall.run(2)
    topic = f"temi/{SERIAL}/command/waypoint/save"
    wall.robot.obey(topic, b'{"location": "<\\ud800>"}', wall.now)
    wall.run(1)
    assert "&lt;\ufffd&gt;" in wall.hung[-1][1]
    wall.hung[-1][1].encode()


def test_a_floor_without_a_name_is_called_after_its_robot() -> None:
    _, config = announcement(SPEC)
    assert config["device"]["name"] == "Temi floor"
