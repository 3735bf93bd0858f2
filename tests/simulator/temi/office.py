"""The simulated cloud with a robot and a clock, and what is sent to it."""

from datetime import timedelta
import json
from random import Random
from typing import Any, Self

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from simulator.connection import Broker
from simulator.faults import Faults
from simulator.temi.cloud import BASE, Cloud, Token
from simulator.temi.on_air import Temi
from simulator.temi.spec import RobotSpec

from .room import BEGIN, SERIAL, SPEC

CALLS = frozenset({"temi-nurse", "temi-lead"})
TOKENS = {
    "all": Token(),
    "other": Token(),
    "none": Token(scopes=()),
    "ours": Token(serials=frozenset({SERIAL})),
    "theirs": Token(serials=frozenset({"00000000001"})),
}


def body(*actions: dict[str, Any], **shell: Any) -> dict[str, Any]:
    """Return a sequence as it is sent."""
    return {"serialNumber": SERIAL, "actions": list(actions), **shell}


def drive(step: int, location: str, **changes: Any) -> dict[str, Any]:
    """Return a compact drive."""
    return {"type": "MOVEMENT", "step": step, "location": location, **changes}


def long_drive(first: int, last: int, location: str, **extra: Any) -> dict[str, Any]:
    """Return an explicit drive."""
    steps = {"startStep": first, "endStep": last}
    return {"type": "MOVEMENT", **steps, "extra": {"locationName": location, **extra}}


def speak(step: int, text: str = "Guten Tag", **changes: Any) -> dict[str, Any]:
    """Return a compact sentence."""
    said = {"tts": text, "language": "de-DE"}
    return {"type": "SPEAK", "step": step, **said, **changes}


def call(step: int, *contacts: object, **changes: Any) -> dict[str, Any]:
    """Return a compact call."""
    return {"type": "START_CALL", "step": step, "contactIds": [*contacts], **changes}


ROUND = body(
    drive(1, "Entrance"),
    speak(2),
    call(3, "temi-nurse"),
    drive(4, "home base"),
    name="R",
)


class Office:
    """The cloud, a robot and a clock."""

    def __init__(self, spec: RobotSpec = SPEC) -> None:
        self.now = BEGIN
        self.faults: Faults = {}
        self.temi = Temi(spec, self.faults, Random(1), Broker())
        self.cloud = Cloud([self.temi], TOKENS, lambda: self.now)
        self.client = TestClient(TestServer(self.cloud.application()))

    async def __aenter__(self) -> Self:
        await self.client.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()

    def run(self, seconds: float) -> None:
        """Let time pass in small steps."""
        for _ in range(round(seconds * 10)):
            self.now += timedelta(seconds=0.1)
            self.temi.robot.advance(self.now)
            self.cloud.tick()

    def say(self, name: str, **payload: Any) -> None:
        """Send a command, as a broker does."""
        topic = f"temi/{SERIAL}/command/{name}"
        self.temi.robot.obey(topic, json.dumps(payload).encode(), self.now)

    def do(self, deed: str) -> None:
        """Play a person."""
        self.temi.do(deed, self.now)

    async def get(self, path: str, key: str = "all") -> tuple[int, Any]:
        """Ask."""
        headers = {"x-api-key": key} if key else {}
        async with self.client.get(f"{BASE}{path}", headers=headers) as answer:
            return answer.status, await _content(answer)

    async def post(self, path: str, what: Any, key: str = "all") -> tuple[int, Any]:
        """Ask for something to be done."""
        url, headers = f"{BASE}/sequences/{path}", {"x-api-key": key}
        async with self.client.post(url, headers=headers, json=what) as answer:
            return answer.status, await _content(answer)

    async def send(
        self, path: str, data: bytes, kind: str, **packed: str
    ) -> tuple[int, Any]:
        """Send what may be no JSON."""
        url = f"{BASE}/sequences/{path}"
        headers = {"x-api-key": "all", "Content-Type": kind, **packed}
        async with self.client.post(url, headers=headers, data=data) as answer:
            return answer.status, await _content(answer)

    async def play(self, *actions: dict[str, Any], **shell: Any) -> dict[str, Any]:
        """Begin a sequence, and return how the robot is then."""
        code, answer = await self.post("play", body(*actions, **shell))
        assert code == 202, answer
        return await self.status()

    async def status(self) -> dict[str, Any]:
        """Return how the robot is."""
        code, answer = await self.get(f"/robots/{SERIAL}")
        assert code == 200
        found: dict[str, Any] = answer
        return found


async def _content(answer: ClientResponse) -> Any:
    """Return a body, where there is one."""
    return await answer.json() if answer.content_type == "application/json" else None
