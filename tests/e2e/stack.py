"""A whole quarter in processes of its own, which can be killed one by one."""

import asyncio
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
import json
from pathlib import Path
import sys
from time import monotonic
from typing import Any

import aiomqtt
from homeassistant.components import mqtt
import yaml

from demo.configuration import prepare
from demo.home_assistant import HomeAssistant
from demo.options import ROOT, Options
from demo.processes import DemoError
from tests.broker import Mosquitto, free_port

ENTRY_ID = "01SITE0000000000000000000A"

type Json = dict[str, Any]


class Stack:
    """Broker, simulator and Home Assistant with one irrigation site."""

    def __init__(
        self,
        folder: Path,
        scenario: Json,
        site: Json,
        zones: Mapping[str, Json],
        ledger: Json | str | None = None,
        tank: Json | None = None,
    ) -> None:
        """Write what the processes need; nothing runs yet."""
        self.broker = Mosquitto(folder)
        self.moves: list[Json] = []
        self.truth: Json = {}
        self._log = asyncio.Event()
        self._folder = folder
        self._scenario = folder / "scenario.yaml"
        self._scenario.write_text(yaml.safe_dump(scenario), encoding="utf-8")
        self._options = Options(
            host="127.0.0.1",
            port=free_port(),
            broker_port=self.broker.port,
            cloud_port=0,
            speed=60.0,
            language="en",
            faults=(),
            reset=False,
            state=folder,
        )
        self._config = folder / "config"
        prepare(self._config, self._options)
        parts = [_subentry("zone", key, zone) for key, zone in zones.items()]
        if tank is not None:
            parts.append(_subentry("tank", "tank", tank))
        self._store_entries(site, parts)
        self.ledger = self._config / ".storage" / f"smart_quarter.irrigation.{ENTRY_ID}"
        if isinstance(ledger, str):
            self.ledger.write_text(ledger, encoding="utf-8")
        elif ledger is not None:
            self._store(self.ledger.name, 1, ledger)
        self._simulator: Process | None = None
        self._home_assistant: Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self.home = HomeAssistant(self._options.url)

    async def start(self) -> None:
        """Start everything and wait until it can be used."""
        await self.broker.start()
        self._simulator = await self._spawn(
            "simulator",
            "simulator",
            f"--port={self.broker.port}",
            f"--scenario={self._scenario}",
            "--speed=60",
            "--republish-after=3",
        )
        self._watcher = asyncio.create_task(self._watch())
        await self.start_home_assistant()

    async def start_home_assistant(self) -> None:
        """Start Home Assistant and wait until its start is over."""
        self._home_assistant = await self._spawn(
            "home-assistant",
            "homeassistant",
            "--skip-pip",
            "--config",
            str(self._config),
        )
        await self.home.close()
        self.home = HomeAssistant(self._options.url)
        async with asyncio.timeout(90):
            await self.home.wait_until_up()
            await self.home.enter("en")
            while not await self.home.is_running():
                await asyncio.sleep(0.1)

    async def kill_home_assistant(self) -> None:
        """Kill it as a power cut does."""
        assert self._home_assistant is not None
        self._home_assistant.kill()
        await self._home_assistant.wait()

    async def stop(self) -> None:
        """End all that runs."""
        await self.home.close()
        for process in (self._home_assistant, self._simulator):
            if process is not None and process.returncode is None:
                process.kill()
                await process.wait()
        if self._watcher is not None:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
        await self.broker.stop()

    async def action(self, domain: str, action: str, **data: object) -> Any:
        """Call an action of Home Assistant."""
        return await self.home.command(
            "call_service", domain=domain, service=action, service_data=data
        )

    async def water(self, key: str, seconds: int) -> None:
        """Water a zone as soon as it and its supply are ready after a start."""
        await self.until_state(f"valve.{key}", "closed", 40)
        duration = {"seconds": seconds}
        async with asyncio.timeout(40):
            while True:
                try:
                    await self.action(
                        "smart_quarter",
                        "water_zone",
                        entity_id=f"valve.{key}",
                        duration=duration,
                    )
                except DemoError as err:
                    if "Try again later" not in str(err):
                        raise
                    await asyncio.sleep(0.5)
                else:
                    break
        await self.until_open(f"{key}_valve", 10)

    async def state(self, entity_id: str) -> str | None:
        """Return the state of an entity."""
        return (await self.home.states()).get(entity_id)

    async def explain(self, key: str) -> Json:
        """Ask why a zone was, or was not, watered."""
        answer = await self.home.command(
            "call_service",
            domain="smart_quarter",
            service="explain",
            service_data={"entity_id": f"valve.{key}"},
            return_response=True,
        )
        explained: Json = answer["response"][f"valve.{key}"]
        return explained

    async def issues(self) -> set[str]:
        """Return the translation keys of our repair issues."""
        found = await self.home.command("repairs/list_issues")
        return {
            i["translation_key"]
            for i in found["issues"]
            if i["domain"] == "smart_quarter"
        }

    async def until_issue(self, key: str, seconds: float) -> None:
        """Wait for a repair issue."""
        async with asyncio.timeout(seconds):
            while key not in await self.issues():
                await asyncio.sleep(0.5)

    async def until(
        self, condition: Callable[[], bool], seconds: float, what: str
    ) -> float:
        """Wait for something and return how long it took."""
        begun = monotonic()
        while not condition():
            assert monotonic() - begun < seconds, f"{what}: not within {seconds} s"
            await asyncio.sleep(0.05)
        return monotonic() - begun

    async def until_open(self, valve: str, seconds: float) -> None:
        """Wait until a valve is really open."""
        await self.until(lambda: self.is_open(valve), seconds, f"{valve} opens")

    async def until_closed(self, valve: str, seconds: float) -> None:
        """Wait until a valve is really closed."""
        await self.until(lambda: not self.is_open(valve), seconds, f"{valve} closes")

    async def until_state(self, entity_id: str, wanted: str, seconds: float) -> None:
        """Wait until an entity has a state."""
        begun = monotonic()
        while (found := await self.state(entity_id)) != wanted:
            assert monotonic() - begun < seconds, (
                f"{entity_id} is {found}, not {wanted}"
            )
            await asyncio.sleep(0.2)

    async def fault(self, device: str, name: str, value: str = "on") -> None:
        """Break or mend something in the simulator."""
        await self._publish(f"simulator/fault/{device}/{name}", value)
        await asyncio.sleep(0.2)

    def is_open(self, valve: str) -> bool:
        """Tell whether a valve is really open."""
        return bool(self.truth["valves"][valve]["open"])

    async def closings(self, valve: str) -> list[Json]:
        """Return all closings of a valve, those while the broker was away included."""
        self._log.clear()
        async with asyncio.timeout(10):
            while not self._log.is_set():
                await self._publish("simulator/get", "log")
                await asyncio.sleep(0.2)
        return [m for m in self.moves if m["device"] == valve and m["what"] == "closed"]

    async def closed_at(self, valve: str) -> datetime:
        """Return when a valve closed last."""
        return datetime.fromisoformat((await self.closings(valve))[-1]["at"])

    def log_of_home_assistant(self) -> str:
        """Return what Home Assistant printed."""
        return (self._folder / "home-assistant.log").read_text(errors="replace")

    async def _publish(self, topic: str, payload: str) -> None:
        """Publish a message."""
        async with aiomqtt.Client("127.0.0.1", self.broker.port) as client:
            await client.publish(topic, payload, qos=1)

    async def _watch(self) -> None:
        """Follow what really happens, whenever the broker is there."""
        while True:
            try:
                async with aiomqtt.Client("127.0.0.1", self.broker.port) as client:
                    await client.subscribe("simulator/#")
                    async for message in client.messages:
                        self._hear(str(message.topic), message.payload)
            except aiomqtt.MqttError:
                await asyncio.sleep(0.2)

    def _hear(self, topic: str, payload: object) -> None:
        """Take in a message of the simulator."""
        assert isinstance(payload, bytes)
        match topic:
            case "simulator/truth":
                self.truth = json.loads(payload)
            case "simulator/log":
                self.moves.append(json.loads(payload))
            case "simulator/log/all":
                self.moves = json.loads(payload)
                self._log.set()

    async def _spawn(self, name: str, *arguments: str) -> Process:
        """Start a Python module with its output in a file."""
        with (self._folder / f"{name}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *arguments,
                cwd=ROOT,
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
            )

    def _store_entries(self, site: Json, parts: list[Json]) -> None:
        """Store the config entries as if the flows had made them."""
        broker = {"broker": "127.0.0.1", "port": self.broker.port, "protocol": "3.1.1"}
        broker_entry = _entry("01MQTT0000000000000000000A", "mqtt", "Broker", broker)
        broker_entry["version"] = mqtt.CONFIG_ENTRY_VERSION
        broker_entry["minor_version"] = mqtt.CONFIG_ENTRY_MINOR_VERSION
        data = {"system": "irrigation", "name": "Test", **site}
        own = _entry(ENTRY_ID, "smart_quarter", "Test", data)
        own["subentries"] = parts
        self._store("core.config_entries", 1, {"entries": [broker_entry, own]}, minor=5)

    def _store(self, key: str, version: int, data: Json, minor: int = 1) -> None:
        """Write a file the way Home Assistant stores things."""
        content = {"version": version, "minor_version": minor, "key": key, "data": data}
        path = self._config / ".storage" / key
        path.write_text(json.dumps(content), encoding="utf-8")


def _subentry(kind: str, key: str, data: Json) -> Json:
    """Return a subentry as it is stored."""
    return {
        "data": {"name": key, **data},
        "subentry_id": key,
        "subentry_type": kind,
        "title": key,
        "unique_id": None,
    }


def _entry(entry_id: str, domain: str, title: str, data: Json) -> Json:
    """Return a config entry as it is stored."""
    return {
        "created_at": "2026-01-01T00:00:00+00:00",
        "data": data,
        "disabled_by": None,
        "discovery_keys": {},
        "domain": domain,
        "entry_id": entry_id,
        "minor_version": 1,
        "modified_at": "2026-01-01T00:00:00+00:00",
        "options": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": "user",
        "subentries": [],
        "title": title,
        "unique_id": None,
        "version": 1,
    }
