"""A robot without its app, the way it connects, and how long it waits before it tries again."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from simulator.connection import Broker
from simulator.faults import DEAF, Faults
from simulator.temi.app import Message
from simulator.temi.on_air import Temi
from simulator.temi.radio import Radio
from simulator.temi.spec import Profile, RobotSpec
from simulator.world import World

from ...broker import free_port
from ..quarter import small
from .room import BEGIN, OPEN_RMF, SERIAL, SPEC

LOGIN = b"\x00\x04temi\x00\x06secret"
CONNECT = (
    b"\x00\x04MQTT\x04%c\x00\x3c"
    b"\x00\x10temi-00119260058\x00\x14temi/00119260058/lwt\x00\x02{}%b"
)
"""MQTT 3.1.1, 60 s; flags and login vary."""
CLEAN_WITH_WILL, WITH_LOGIN = 0b0000_1110, 0b1100_0000


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("spec", "login"), [(SPEC, LOGIN), (OPEN_RMF, b"")], ids=list(Profile)
)
async def test_it_connects_as_the_app_does_and_the_other_app_without_a_name(
    spec: RobotSpec, login: bytes
) -> None:
    sent: asyncio.Queue[bytes] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.put_nowait(await reader.read(1000))
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        broker = Broker(port=port, username="temi", password="secret")
        temi = Temi(spec, {}, Random(1), broker)
        temi.tick(BEGIN)
        kind, length, *packet = await sent.get()
        temi.close()
    flags = CLEAN_WITH_WILL | (WITH_LOGIN if login else 0)
    assert bytes(packet) == CONNECT % (flags, login)
    assert (kind, length) == (0x10, len(packet))


@pytest.mark.usefixtures("socket_enabled")
def test_it_waits_twice_as_long_each_time_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    temi, now = Temi(SPEC, {}, Random(1), Broker(port=free_port())), BEGIN
    tries = []
    connect = Radio.connect

    def counted(radio: Radio) -> None:
        tries.append(now)
        connect(radio)

    monkeypatch.setattr(Radio, "connect", counted)
    while len(tries) < 10:
        temi.tick(now)
        now += timedelta(seconds=0.5)
    waits = [(later - before).total_seconds() for before, later in pairwise(tries)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 128]


class Ears:
    """Hears what a robot sends, without a broker."""

    def __init__(self, temi: Temi, monkeypatch: pytest.MonkeyPatch) -> None:
        self.heard: list[Message] = []
        monkeypatch.setattr(temi.radio, "tick", lambda *_, **__: None)
        monkeypatch.setattr(temi.radio, "send", self.heard.append)
        self._temi = temi
        self._now = BEGIN

    def run(self, seconds: float) -> list[str]:
        """Let time pass in small steps, and return of what was told."""
        self.heard.clear()
        for _ in range(round(seconds * 10)):
            self._now += timedelta(seconds=0.1)
            self._temi.tick(self._now)
        return [each.topic for each in self.heard]


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("fault", ["battery_null", "graceful_close"])
def test_without_its_app_it_drives_on_and_what_it_tells_is_lost(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    faults: Faults = {}
    temi = Temi(SPEC, faults, Random(1), Broker())
    ears = Ears(temi, monkeypatch)
    temi.robot.drive_to("entrance", BEGIN)
    assert "event/waypoint/goto" in ears.run(5)
    faults[fault] = 1.0
    assert ears.run(20) == []
    assert temi.robot.driver.place == "entrance"
    faults.clear()
    assert ears.run(3) == ["status/info"]


def test_an_app_that_is_opened_again_is_in_front_with_one_heartbeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faults: Faults = {}
    temi = Temi(OPEN_RMF, faults, Random(1), Broker())
    ears = Ears(temi, monkeypatch)
    temi.robot.app.show("video", {"url": "https://example.org/v.mp4"})
    temi.robot.app.show("join", {})
    faults["second_connect"] = 1.0
    assert ears.run(3) == ["status/info"] * 2
    faults["battery_null"] = 1.0
    ears.run(3)
    faults.clear()
    assert ears.run(3) == ["status/info"]
    assert temi.robot.app.in_front


def test_a_robot_is_deaf_after_a_loss_unless_it_is_said_otherwise() -> None:
    robot = {"key": "temi_1", "name": "Temi", "serial": SERIAL, "profile": "open_rmf"}
    world = World(small(robots=[robot]), BEGIN)
    assert world.faults["temi_1"] == {DEAF: 1.0}
    assert world.scenario.robots[0].profile is Profile.OPEN_RMF
