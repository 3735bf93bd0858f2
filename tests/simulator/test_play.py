"""The command that plays a person, against a real broker."""

import asyncio
from asyncio.subprocess import PIPE
import sys

from aiomqtt import Client
import pytest

from demo.options import ROOT

from ..broker import Mosquitto

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def play(*words: str) -> tuple[int | None, str]:
    """Run the command and return how it ended and all that it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.play", *words),
        cwd=ROOT,
        stdout=PIPE,
        stderr=PIPE,
    )
    said, complained = await process.communicate()
    return process.returncode, (said + complained).decode()


async def test_without_words_it_lists_what_can_be_done() -> None:
    ended, said = await play()
    assert ended == 0
    assert "cord_2: pull\n" in said
    assert "bed_3: stay in bed, get up\n" in said
    assert "pager" not in said


async def test_it_tells_the_simulator(mosquitto: Mosquitto) -> None:
    async with Client("127.0.0.1", mosquitto.port) as client:
        await client.subscribe("simulator/do/+", qos=1)
        words = ("--port", str(mosquitto.port), "bed_1", "stay", "in", "bed")
        assert await play(*words) == (0, "")
        message = await asyncio.wait_for(anext(aiter(client.messages)), 10)
    assert message.topic.value == "simulator/do/bed_1"
    assert message.payload == b"stay in bed"


@pytest.mark.parametrize("words", [("cord_1",), ("cord_1", "dance"), ("moon", "pull")])
async def test_what_nobody_can_do_is_refused(words: tuple[str, ...]) -> None:
    ended, said = await play(*words)
    assert ended == 2
    assert words[0] in said


async def test_a_broker_that_is_not_there_is_named(unused_tcp_port: int) -> None:
    ended, said = await play("--port", str(unused_tcp_port), "cord_1", "pull")
    assert ended == 1
    assert "broker does not answer" in said
