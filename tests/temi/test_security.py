"""The broker's rights, as the page describes them, on a real broker that checks them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
import re
import shutil

from aiomqtt import Client, MqttError
import pytest

from simulator.connection import Broker
from simulator.temi.on_air import Temi

from ..broker import PLACES, Mosquitto
from .conftest import OTHER_SERIAL, SERIAL, TICK_S, robot_spec, until

DOCS = Path(__file__).parents[2] / "docs" / "temi.md"
HOME = "homeassistant"
PASSWORD = "secret"

pytestmark = pytest.mark.usefixtures("socket_enabled")


def documented_rights() -> str:
    """Return the rights of the page, with those of a second robot."""
    (block,) = re.findall(
        r"```\n(\s+user temi-.*?)```", DOCS.read_text("utf-8"), re.DOTALL
    )
    lines = "\n".join(line.strip() for line in block.splitlines())
    robot, _, home = lines.partition(f"user {HOME}")
    return f"{robot}{robot.replace(SERIAL, OTHER_SERIAL)}user {HOME}{home}"


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """Start a broker that lets in only whom the page names, with the rights of the page."""
    program = shutil.which("mosquitto_passwd", path=f"{PLACES}:/usr/bin")
    assert program is not None
    passwords, rights = tmp_path / "passwords", tmp_path / "rights"
    passwords.touch(mode=0o600)
    for user in (f"temi-{SERIAL}", f"temi-{OTHER_SERIAL}", HOME):
        process = await asyncio.create_subprocess_exec(
            program, "-b", str(passwords), user, PASSWORD
        )
        assert await process.wait() == 0
    rights.write_text(documented_rights(), encoding="utf-8")
    broker = Mosquitto(tmp_path)
    config = tmp_path / "mosquitto.conf"
    listener = config.read_text("utf-8").replace("anonymous true", "anonymous false")
    # A broker that root starts would give up the right to read these files
    files = f"user root\npassword_file {passwords}\nacl_file {rights}\n"
    config.write_text(listener + files, encoding="utf-8")
    await broker.start()
    yield broker
    await broker.stop()


def client(broker: Mosquitto, user: str, password: str = PASSWORD) -> Client:
    """Return a client that logs in."""
    return Client("127.0.0.1", broker.port, username=user, password=password)


async def test_a_robot_reports_and_obeys_with_its_own_rights(strict: Mosquitto) -> None:
    login = Broker(port=strict.port, username=f"temi-{SERIAL}", password=PASSWORD)
    robot = Temi(robot_spec(), {}, Random(1), login)
    async with client(strict, HOME) as home:
        await home.subscribe("temi/#")

        async def tick() -> None:
            while True:
                robot.tick(datetime.now(UTC))
                await asyncio.sleep(TICK_S)

        task = asyncio.create_task(tick())
        heard = await anext(aiter(home.messages))
        assert heard.topic.value == f"temi/{SERIAL}/status/info"
        topic = f"temi/{SERIAL}/command/tts"
        await home.publish(topic, '{"utterance": "Guten Tag"}', qos=1)
        await until(lambda: robot.robot.said == ["Guten Tag"])
        task.cancel()
        robot.close()


@pytest.mark.parametrize(
    "topic",
    [
        f"temi/{OTHER_SERIAL}/command/waypoint/goto",
        f"temi/{SERIAL}/command/waypoint/goto",
        f"temi/{OTHER_SERIAL}/status/info",
        "homeassistant/sensor/x/config",
    ],
)
async def test_a_robot_can_send_nothing_for_another_and_no_commands(
    strict: Mosquitto, topic: str
) -> None:
    async with client(strict, HOME) as home:
        await home.subscribe("temi/#")
        async with client(strict, f"temi-{SERIAL}") as robot:
            await robot.publish(topic, "{}", qos=1)
            await robot.publish(f"temi/{SERIAL}/status/info", "last", qos=1)
        heard = await anext(aiter(home.messages))
    assert heard.payload == b"last", "what came before was let through"


async def test_a_robot_hears_nothing_of_another(strict: Mosquitto) -> None:
    async with client(strict, f"temi-{SERIAL}") as robot:
        await robot.subscribe("temi/#")
        async with client(strict, HOME) as home:
            for serial in (OTHER_SERIAL, SERIAL):
                await home.publish(f"temi/{serial}/command/tts", serial, qos=1)
        heard = await anext(aiter(robot.messages))
    assert heard.payload == SERIAL.encode()


@pytest.mark.parametrize(("user", "password"), [("x", PASSWORD), (HOME, "wrong")])
async def test_who_is_not_known_gets_in_nowhere(
    strict: Mosquitto, user: str, password: str
) -> None:
    with pytest.raises(MqttError):
        async with client(strict, user, password):
            pass
