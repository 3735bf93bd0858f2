"""A real Home Assistant to be measured: the same one with and without our entry."""

import asyncio
from asyncio.subprocess import DEVNULL, Process
from dataclasses import dataclass
import json
from pathlib import Path
import shutil
import signal
import socket
import sys
from typing import Any

import psutil
import yaml

from demo.configuration import prepare
from demo.home_assistant import HomeAssistant
from demo.options import Options

type Json = dict[str, Any]

PLAIN = Path(__file__).parent / "plain_entities"
"""An integration only to compare with; its manifest is written when it is measured."""
SETTLE_S = 15.0
"""Time after the start that belongs to the start."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one running Home Assistant needs."""

    setup_s: float
    memory_mb: float
    cpu_share: float


class Subject:
    """A Home Assistant in a folder of its own."""

    def __init__(self, folder: Path, port: int, extra: Json) -> None:
        """Write its configuration."""
        self._options = Options(
            host="127.0.0.1",
            port=port,
            broker_port=0,
            speed=1.0,
            language="en",
            faults=(),
            reset=False,
            state=folder,
        )
        self._config = folder / "config"
        self._extra = extra
        self._process: Process
        self.home: HomeAssistant
        self._prepare()

    def store_entry(self, entry: Json) -> None:
        """Store a config entry as if its flow had made it."""
        self.store_entries([entry])

    def store_entries(self, entries: list[Json]) -> None:
        """Store config entries as if their flows had made them."""
        content = {
            "version": 1,
            "minor_version": 5,
            "key": "core.config_entries",
            "data": {"entries": entries},
        }
        file = self._config / ".storage" / "core.config_entries"
        file.write_text(json.dumps(content), encoding="utf-8")

    async def first_start(self) -> None:
        """Start once, so that all registries are filled, and stop."""
        await self.start()
        await asyncio.sleep(SETTLE_S)
        await self.stop()

    async def measure(self, idle_s: float, domain: str) -> Figures:
        """Start again and measure the start, then the idle time."""
        await self.start()
        timings = await self.home.command("integration/setup_info")
        setup_s = sum(t["seconds"] for t in timings if t["domain"] == domain)
        await asyncio.sleep(SETTLE_S)
        watched = psutil.Process(self._process.pid)
        before = watched.cpu_times()
        await asyncio.sleep(idle_s)
        after = watched.cpu_times()
        used_s = after.user + after.system - before.user - before.system
        memory_mb = watched.memory_info().rss / 2**20
        await self.stop()
        return Figures(setup_s, memory_mb, used_s / idle_s)

    async def start(self) -> None:
        """Start and wait until the start is over."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "homeassistant", "--skip-pip", "--config", str(self._config)),
            cwd=self._config,
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        self.home = HomeAssistant(self._options.url)
        async with asyncio.timeout(120):
            await self.home.wait_until_up()
            await self.home.enter("en")
            while not await self.home.is_running():
                await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Stop as a user does, so that everything is stored."""
        await self.home.close()
        self._process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(self._process.wait(), 60)

    async def kill(self) -> None:
        """Kill it as a power cut does."""
        self._process.kill()
        await self._process.wait()

    def _prepare(self) -> None:
        """Write the YAML configuration with what is to be measured."""
        prepare(self._config, self._options)
        plain = self._config / "custom_components" / PLAIN.name
        shutil.copytree(PLAIN, plain, dirs_exist_ok=True)
        manifest = {"domain": PLAIN.name, "name": PLAIN.name, "config_flow": True}
        manifest |= {"iot_class": "calculated", "version": "0.0.1"}
        (plain / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        file = self._config / "configuration.yaml"
        extra = yaml.safe_dump(self._extra, allow_unicode=True) if self._extra else ""
        file.write_text(file.read_text("utf-8") + "\n" + extra, encoding="utf-8")


def stored_part(kind: str, key: str, title: str, data: Json) -> Json:
    """Return a subentry as it is stored."""
    return {
        "data": data,
        "subentry_id": key,
        "subentry_type": kind,
        "title": title,
        "unique_id": None,
    }


def stored_entry(domain: str, data: Json, subentries: list[Json]) -> Json:
    """Return a config entry as it is stored."""
    return {
        "created_at": "2026-01-01T00:00:00+00:00",
        "data": data,
        "disabled_by": None,
        "discovery_keys": {},
        "domain": domain,
        "entry_id": "01BENCH000000000000000000A",
        "minor_version": 1,
        "modified_at": "2026-01-01T00:00:00+00:00",
        "options": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": "user",
        "subentries": subentries,
        "title": domain,
        "unique_id": None,
        "version": 1,
    }


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
