"""The demo from its start to its end."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import re
import signal
import socket
import sys

import pytest

from demo.entities import NOT_THERE
from demo.home_assistant import HomeAssistant, Json
from demo.options import ROOT, read_options

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.usefixtures("socket_enabled"),
]

PORTS = ("--port", "--broker-port", "--cloud-port")
ROBOT = {
    "binary_sensor.temi_connection": "on",
    "binary_sensor.temi_question": "off",
    "sensor.temi_movement": "idle",
    "script.look_in": "off",
}
"""How some entities of the robot are before it does anything."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def arguments(folder: Path, language: str = "de") -> list[str]:
    ports = [f"{option}={free_port()}" for option in PORTS]
    return [*ports, f"--state={folder}", f"--language={language}"]


@asynccontextmanager
async def demo(*options: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "demo", *options, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 40)


async def ready(process: Process) -> str:
    """Return all that is printed until the demo is ready."""
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(100):
        while "Ctrl-C" not in said:
            line = await process.stdout.readline()
            assert line, said
            said += line.decode()
    return said


def errors(folder: Path) -> list[str]:
    """Return the errors that Home Assistant has logged."""
    log = (folder / "log" / "home-assistant.log").read_text()
    return re.findall(r"^.*\bERROR\b.*$", log, re.MULTILINE)


def is_empty(folder: Path) -> bool:
    return not list(folder.iterdir())


def listens(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def is_left(chosen: list[str]) -> bool:
    """Tell whether something listens on one of the chosen ports."""
    return any(listens(option.partition("=")[2]) for option in chosen[: len(PORTS)])


@asynccontextmanager
async def entered(chosen: list[str]) -> AsyncIterator[HomeAssistant]:
    """Start the demo with what was chosen, and log in."""
    async with demo(*chosen) as process:
        await ready(process)
        options = read_options(chosen)
        async with HomeAssistant(options.url) as home:
            await home.enter(options.language)
            yield home


async def until(home: HomeAssistant, entity_id: str, wanted: str) -> None:
    """Wait until an entity has a state."""
    async with asyncio.timeout(20):
        while (await home.states()).get(entity_id) != wanted:
            await asyncio.sleep(0.2)


async def drive_to(home: HomeAssistant, place: str) -> Json:
    """Send the robot to where an entity is, and return how that went."""
    answer = await home.command(
        "call_service",
        domain="smart_quarter",
        service="go_to",
        target={"entity_id": "select.temi_destination"},
        service_data={"place": place},
        return_response=True,
    )
    went: Json = answer["response"]["select.temi_destination"]
    return went


async def test_it_is_usable_ends_without_a_trace_and_starts_again_on_other_ports(
    tmp_path: Path,
) -> None:
    chosen = arguments(tmp_path)
    url = read_options(chosen).url
    async with demo(*chosen) as process:
        said = await ready(process)
        assert re.search(rf"{url}\n.*demo\n.*demo\n", said)
        async with HomeAssistant(url) as home:
            await home.enter("de")
            states = await home.states()
    assert states["switch.hauptventil"] == "off"
    moisture = [s for key, s in states.items() if key.endswith("_soil_moisture")]
    assert len(moisture) == 8
    assert states["valve.wilder_wein"] in {"closed", "opening", "open"}
    assert not NOT_THERE & set(moisture)
    assert not is_left(chosen)
    assert errors(tmp_path) == []

    chosen = arguments(tmp_path)
    async with demo(*chosen, "--fault=hop_probe:silent") as process:
        await ready(process)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 40)
    assert not is_left(chosen)


async def test_the_robot_is_set_up_drives_to_a_flat_and_finds_its_cloud_on_another_port(
    tmp_path: Path,
) -> None:
    async with entered(arguments(tmp_path, "en")) as home:
        await until(home, "binary_sensor.temi_connection", "on")
        await until(home, "binary_sensor.temi_privacy_mode", "off")
        states = await home.states()
        went = await drive_to(home, "sensor.flat_12_1_state")
        await until(home, "sensor.temi_location", "wohnung 12.1")
    assert ROBOT.items() <= states.items()
    assert states["image.etage_12"] not in NOT_THERE
    assert (went["result"], went["route"]) == ("arrived", "mqtt")
    assert went["waypoint"] == "wohnung 12.1"
    assert errors(tmp_path) == []

    async with entered(arguments(tmp_path, "en")) as home:
        await until(home, "binary_sensor.temi_privacy_mode", "off")
    assert errors(tmp_path) == []


async def test_a_robot_that_does_not_report_is_said_and_set_up_at_the_next_start(
    tmp_path: Path,
) -> None:
    chosen = arguments(tmp_path, "en")
    async with demo(*chosen, "--fault=temi_1:wifi_lost") as process:
        _, said = await process.communicate()
    assert "The robot does not report." in said.decode()
    async with entered(chosen) as home:
        await until(home, "binary_sensor.temi_connection", "on")
        assert ROBOT.items() <= (await home.states()).items()


@pytest.mark.parametrize("option", PORTS)
async def test_a_busy_port_is_named(tmp_path: Path, option: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        busy = other.getsockname()[1]
        async with demo(*arguments(tmp_path), f"{option}={busy}") as process:
            _, said = await process.communicate()
    assert process.returncode == 1
    assert f"Port {busy} on 127.0.0.1 cannot be used" in said.decode()
    assert f"with {option}." in said.decode()


async def test_a_wrong_fault_is_named_before_anything_starts(tmp_path: Path) -> None:
    async with demo(*arguments(tmp_path), "--fault=nobody:slow=3") as process:
        _, said = await process.communicate()
    assert process.returncode == 1
    assert "there is no device 'nobody'" in said.decode()
    assert is_empty(tmp_path)
