"""Simulated robots on a real Mosquitto, and a real Home Assistant that knows them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import time
from typing import Self

from aiomqtt import Client

from demo.home_assistant import HomeAssistant
from simulator.connection import Broker
from simulator.faults import DEAF
from simulator.temi.on_air import Temi
from simulator.temi.robot import HEARTBEAT_S
from simulator.temi.spec import RobotSpec
from tests.broker import Mosquitto

from .home_assistant import Json, Subject, free_port, stored_entry

OURS = "smart_quarter"
ROBOTS = 20
TICK_S = 0.02
FLATS = {"flat 1": (1.0, 0.0), "flat 2": (2.0, 0.0)}
SPEED_M_S = 10.0
GO_TO = "command/waypoint/goto"
WORD = "event/waypoint/goto"
DESTINATION = "select.temi_{}_destination"
NAVIGATION, HEARING, ONLINE = "navigation", "hearing", "online"
"""Ends of the unique ids of entities of a robot."""
OUR_ALARM = "sensor.alarm_ours_{}"
BARE_ALARM = "sensor.alarm_bare_{}"
"""Its state is the flat to which an automation sends the robot, one way or the other."""
PATIENCE_S = 60.0

type Times = dict[str, list[float]]
"""Moments, by the name of the entity or the topic to which something happened."""


class World:
    """A broker with robots that live on it."""

    def __init__(self, folder: Path) -> None:
        """Build them; nothing runs yet."""
        self.broker = Mosquitto(folder)
        address = Broker(port=self.broker.port)
        self.robots = [
            Temi(_spec(number), {DEAF: 1.0}, Random(number), address)
            for number in range(ROBOTS)
        ]
        self._lives: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Switch everything on."""
        await self.broker.start()
        self._lives = [
            asyncio.create_task(_live(temi, number * HEARTBEAT_S / ROBOTS))
            for number, temi in enumerate(self.robots)
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Switch everything off."""
        for life in self._lives:
            life.cancel()
        for temi in self.robots:
            temi.close()
        await self.broker.stop()

    def let_fail(self, name: str, value: float | None) -> None:
        """Switch a fault of all robots on, or off with None."""
        for temi in self.robots:
            temi.faults.pop(name, None)
            if value is not None:
                temi.faults[name] = value


def subject_of(folder: Path, world: World, robots: int) -> Subject:
    """Return a Home Assistant with MQTT that knows so many of the robots."""
    automations = [
        each(number) for number in range(ROBOTS) for each in (_our_way, _bare_way)
    ]
    subject = Subject(folder, free_port(), {"automation bench": automations})
    subject.store_entries(entries(world, robots))
    return subject


def entries(world: World, robots: int) -> list[Json]:
    """Return the stored entries of MQTT and of so many robots."""
    data = {"broker": "127.0.0.1", "port": world.broker.port, "protocol": "5"}
    own = {"entry_id": "01MQTT0000000000000000000A", "version": 2}
    mqtt = stored_entry("mqtt", data, []) | own
    return [mqtt, *(_entry(number) for number in range(robots))]


def entry_id(number: int) -> str:
    """Return the id of a robot's entry."""
    return f"01ROBOT{number:019d}"


def serial(number: int) -> str:
    """Return the serial number of a robot."""
    return f"{number:011d}"


def elsewhere(temi: Temi) -> str:
    """Return a flat in which a robot does not stand."""
    return next(flat for flat in FLATS if flat != temi.robot.driver.place)


@asynccontextmanager
async def logged_in(url: str) -> AsyncIterator[HomeAssistant]:
    """Talk to a Home Assistant over a connection of one's own.

    It hangs up on who answers no ping for a minute, and only who waits for something answers.
    """
    async with HomeAssistant(url) as home:
        await home.enter("en")
        yield home


async def until(
    is_so: Callable[[], Awaitable[bool]], within_s: float = PATIENCE_S
) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(within_s):
        while not await is_so():
            await asyncio.sleep(0.1)


async def until_all(home: HomeAssistant, key: str, state: str) -> None:
    """Wait until an entity of every robot has a state."""

    async def have_it() -> bool:
        states = await home.states()
        entities = await entities_of(home, key)
        return all(states.get(each) == state for each in entities)

    await until(have_it)


async def entities_of(home: HomeAssistant, key: str) -> list[str]:
    """Return an entity of every robot, whatever it is called."""
    known = await home.entity_ids(OURS)
    return [known[f"{entry_id(robot)}_{key}"] for robot in range(ROBOTS)]


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[Times]:
    """Write down as an independent client when a robot is sent somewhere, and what it says."""
    heard: Times = defaultdict(list)
    async with Client("127.0.0.1", world.broker.port) as client:
        await client.subscribe([(f"temi/+/{GO_TO}", 0), (f"temi/+/{WORD}", 0)])
        task = asyncio.create_task(_listen(client, heard))
        yield heard
        task.cancel()


async def echoes(world: World, rounds: int) -> list[float]:
    """Return the milliseconds from a publication to its receipt, with nobody between."""
    times_ms = []
    async with Client("127.0.0.1", world.broker.port) as client:
        await client.subscribe("bench/echo")
        for _ in range(rounds):
            begun = time()
            await client.publish("bench/echo", b"")
            await anext(client.messages)
            times_ms.append((time() - begun) * 1000)
            await asyncio.sleep(0.01)
    return times_ms


async def _listen(client: Client, heard: Times) -> None:
    """Write down when something came."""
    async for message in client.messages:
        heard[message.topic.value].append(time())


async def _live(temi: Temi, begin_s: float) -> None:
    """Let a robot live; one begins after the other, as their heartbeats do in a quarter."""
    await asyncio.sleep(begin_s)
    while True:
        temi.tick(datetime.now(UTC))
        await asyncio.sleep(TICK_S)


def _spec(number: int) -> RobotSpec:
    """Return a robot whose flats are near and that is quick, so that many drives are possible."""
    return RobotSpec(
        key=f"temi_{number}",
        name=f"Temi {number}",
        serial=serial(number),
        waypoints=dict(FLATS),
        speed_m_s=SPEED_M_S,
        battery=100,
    )


def _entry(number: int) -> Json:
    """Return the stored entry of a robot."""
    name, digits = f"Temi {number}", serial(number)
    data = {"system": "temi", "name": name, "serial": digits, "areas": []}
    return stored_entry(OURS, data, []) | {
        "entry_id": entry_id(number),
        "title": name,
        "unique_id": f"temi:{digits}",
    }


def _our_way(number: int) -> Json:
    """Return the automation that sends a robot to the flat of an alarm by our action."""
    return _automation(
        OUR_ALARM.format(number),
        {
            "action": f"{OURS}.go_to",
            "target": {"entity_id": DESTINATION.format(number)},
            "data": {"waypoint": "{{ trigger.to_state.state }}"},
        },
    )


def _bare_way(number: int) -> Json:
    """Return what a user has without us: the same, but published once."""
    location = "{{ trigger.to_state.state }}"
    return _automation(
        BARE_ALARM.format(number),
        {
            "action": "mqtt.publish",
            "data": {
                "topic": f"temi/{serial(number)}/{GO_TO}",
                "payload": f'{{"location": "{location}"}}',
            },
        },
    )


def _automation(trigger: str, action: Json) -> Json:
    """Return an automation that acts on every state of an entity."""
    return {
        "alias": trigger,
        "mode": "restart",
        "triggers": {"trigger": "state", "entity_id": trigger},
        "actions": action,
    }
