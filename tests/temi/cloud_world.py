"""The robots' cloud on a real port, simulated or broken, and a client that asks it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
import os
from pathlib import Path
from random import Random
import re
from typing import Any, Self

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler
import pytest

from custom_components.smart_quarter.temi.cloud import Cloud
from simulator.connection import Broker
from simulator.faults import Faults
from simulator.temi.cloud import BASE, Cloud as SimulatedCloud, Token
from simulator.temi.on_air import Temi
from simulator.temi.spec import RobotSpec

SERIAL = "00119260058"
KEY = "key-that-nobody-may-read"
OTHER_KEY, POOR_KEY = "another-key", "key-without-scopes"
OUR_KEY, THEIR_KEY = "key-for-this-robot", "key-for-another-robot"
SPEC = RobotSpec(
    key="temi",
    name="Temi",
    serial=SERIAL,
    waypoints={"entrance": (7.0, 0.0), "flat 12.1": (7.0, 7.0)},
)
OWN_SCHEMA = Path(__file__).parent / "cloud_schema.yaml"
VENDORS_SCHEMA = "TEMI_OPENAPI"
"""The environment variable that names the vendor's schema."""
NO_VENDORS_SCHEMA = (
    "the vendor's schema is not part of the project; "
    f"set {VENDORS_SCHEMA} to check against it"
)
KEYS = {
    KEY: Token(),
    OTHER_KEY: Token(),
    POOR_KEY: Token(scopes=()),
    OUR_KEY: Token(serials=frozenset({SERIAL})),
    THEIR_KEY: Token(serials=frozenset({"00000000001"})),
}
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Exchange:
    """A request, and what the cloud answered."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int
    content_type: str
    content: bytes


class World:
    """The simulated cloud with a robot and a clock; all that goes over the line is kept."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 1, 6, tzinfo=UTC)
        self.faults: Faults = {}
        self.temi = Temi(SPEC, self.faults, Random(1), Broker())
        self.simulated = SimulatedCloud([self.temi], KEYS, lambda: self.now)
        self.exchanges: list[Exchange] = []
        app = self.simulated.application()
        app.middlewares.insert(0, self._keep)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        """Begin to answer."""
        await self._server.start_server()
        self.session = ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        await self.session.close()
        await self._server.close()

    @property
    def url(self) -> str:
        """Return where the cloud answers."""
        return str(self._server.make_url(BASE))

    def client(self, key: str = KEY, serial: str = SERIAL) -> Cloud:
        """Return a client."""
        return Cloud(self.session, self.url, key, serial)

    def run(self, seconds: float) -> None:
        """Let time pass in small steps."""
        for _ in range(round(seconds * 10)):
            self.now += timedelta(seconds=0.1)
            self.temi.robot.advance(self.now)
            self.simulated.tick()

    @web.middleware
    async def _keep(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Keep what is said."""
        body = await request.read()
        answer = await handler(request)
        assert isinstance(answer, web.Response)
        content = answer.body if isinstance(answer.body, bytes) else b""
        kind = answer.content_type if content else ""
        asked = (request.method, request.path, dict(request.headers), body)
        self.exchanges.append(Exchange(*asked, answer.status, kind, content))
        return answer


class Broken:
    """A server that answers everything with the same bytes, and may then hang."""

    def __init__(self, answer: bytes, hangs: bool) -> None:
        self.answer = answer
        self.hangs = hangs
        self.calls = 0
        self.url = ""

    async def handle(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer; if it hangs, the client has to give up."""
        head = await reader.readuntil(b"\r\n\r\n")
        # What is not read would reset the connection, and the answer were lost
        if (length := _LENGTH.search(head)) is not None:
            await reader.readexactly(int(length[1]))
        self.calls += 1
        writer.write(self.answer)
        if self.hangs:
            await reader.read()
        writer.close()


@asynccontextmanager
async def broken(answer: bytes, *, hangs: bool = False) -> AsyncIterator[Broken]:
    """Let a broken server answer."""
    found = Broken(answer, hangs)
    server = await asyncio.start_server(found.handle, "127.0.0.1", 0)
    found.url = "http://{}:{}".format(*server.sockets[0].getsockname())
    async with server:
        yield found


def http(status: int, content: Any, length: int | None = None) -> bytes:
    """Return an answer byte by byte; what is no text is written as JSON."""
    is_text = isinstance(content, str)
    body: bytes = (content if is_text else json.dumps(content)).encode()
    head = [
        f"HTTP/1.1 {status} So",
        f"Content-Type: {'text/html' if is_text else 'application/json'}",
        f"Content-Length: {len(body) if length is None else length}",
        *("Connection: close", "", ""),
    ]
    return "\r\n".join(head).encode() + body


def chain(error: BaseException | None) -> Iterator[str]:
    """Yield all that an error and those behind it could show."""
    while error is not None:
        yield f"{error} {error!r} {vars(error)}"
        error = error.__cause__ or error.__context__


def status_body(**changes: Any) -> dict[str, Any]:
    """Return how a robot in a call is, with changes."""
    return {
        "teminame": "Temi",
        "serialNumber": SERIAL,
        "status": "busy",
        "movement": {"type": "go_to", "status": "complete", "location": "flat 12.1"},
        "sequence": {
            "status": "start",
            "name": "help",
            "step": 3,
            "total": 3,
            "sequenceId": "615b14b41a20f8423a7af06a",
        },
        "call": {"status": "start", "hostId": "host"},
        "battery": {"level": 87, "isCharging": False},
        **changes,
    }


def schema_file(which: str) -> Path:
    """Return where a schema stands: our own, or the vendor's if somebody has it."""
    if which == "own":
        return OWN_SCHEMA
    if not (found := os.environ.get(VENDORS_SCHEMA)):
        pytest.skip(NO_VENDORS_SCHEMA)
    return Path(found)
