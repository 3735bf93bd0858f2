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
from demo.home_assistant import HomeAssistant
from demo.options import ROOT, read_options

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("socket_enabled")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def arguments(folder: Path) -> list[str]:
    ports = [f"--port={free_port()}", f"--broker-port={free_port()}"]
    return [*ports, f"--state={folder}", "--language=de"]


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


def is_empty(folder: Path) -> bool:
    return not list(folder.iterdir())


def listens(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


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
    assert not any(listens(option.partition("=")[2]) for option in chosen[:2])
    log = (tmp_path / "log" / "home-assistant.log").read_text()
    assert not re.findall(r"^.*\bERROR\b.*$", log, re.MULTILINE)

    chosen = arguments(tmp_path)
    async with demo(*chosen, "--fault=hop_probe:silent") as process:
        await ready(process)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 40)
    assert not any(listens(option.partition("=")[2]) for option in chosen[:2])


@pytest.mark.parametrize("option", ["--port", "--broker-port"])
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
