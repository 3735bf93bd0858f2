"""The vendor's cloud: its REST interface "OpenAPI v1" in front of the simulated robots."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
import json
from typing import Final, Never

from aiohttp import web

from .fields import SequenceError
from .on_air import Temi
from .runs import START, Run
from .sequences import Sequence, read
from .watched import Watched

BASE: Final = "/openapi/v1"
SCOPES: Final[tuple[str, ...]] = (
    *("read:org:info", "read:robot:status", "read:robot:locations"),
    *("read:robot:contact", "action:robot:sequence"),
)
TICK_S: Final = 0.1
CONTACTS: Final = {"temi-nurse": "Nurse", "temi-lead": "Lead"}
_NO_JSON: Final = (ValueError, LookupError, RecursionError, web.RequestPayloadError)
"""What comes of a body: no JSON, an unknown charset, too deep a nest, or badly packed."""


async def serve(cloud: Cloud, host: str, port: int) -> None:
    """Answer on a port until cancelled."""
    runner = web.AppRunner(cloud.application())
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        while True:
            cloud.tick()
            await asyncio.sleep(TICK_S)
    finally:
        await runner.cleanup()


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str = "", error: str = "") -> None:
        """Name the status, and the code of the body where there is one."""
        super().__init__(error or code)
        self.status, self.code, self.error = status, code, error or code


@dataclass(frozen=True, slots=True)
class Token:
    """What somebody may do, and with which robots."""

    scopes: tuple[str, ...] = SCOPES
    serials: frozenset[str] | None = None
    """None: all robots."""

    def may_see(self, serial: str) -> bool:
        """Tell whether a robot is one of them."""
        return self.serials is None or serial in self.serials


class Cloud:
    """Answers for robots; who asks may do what the token says."""

    def __init__(
        self,
        robots: Iterable[Temi],
        tokens: Mapping[str, Token],
        now: Callable[[], datetime],
    ) -> None:
        """Know the robots and who may ask."""
        self._robots = {temi.robot.spec.serial: Watched(temi) for temi in robots}
        self._tokens = tokens
        self._now = now
        self._runs: dict[str, Run] = {}
        self._ids = (f"{number:024x}" for number in count(1))

    def application(self) -> web.Application:
        """Return what a web server runs."""
        robot = f"{BASE}/robots/{{serial}}"
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get(f"{BASE}/verify", self._verify),
                web.get(f"{BASE}/robots", self._list),
                web.get(robot, self._status),
                web.get(f"{robot}/locations", self._locations),
                web.get(f"{robot}/contacts", self._contacts),
                web.post(f"{BASE}/sequences/validate", self._validate),
                web.post(f"{BASE}/sequences/play", self._play),
                web.post(f"{BASE}/sequences/stop", self._stop),
            ]
        )
        return app

    def tick(self) -> None:
        """Carry all sequences on."""
        for robot in self._robots.values():
            robot.tick(self._now())

    @web.middleware
    async def _guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Let nobody in without a token, and answer what is refused."""
        if _key(request) not in self._tokens:
            return web.Response(status=401)
        try:
            return await handler(request)
        except Refused as refused:
            if not refused.code:
                return web.Response(status=refused.status)
            body = {"error": refused.error, "error_code": refused.code}
            return web.json_response(body, status=refused.status)

    async def _verify(self, request: web.Request) -> web.Response:
        """Tell what a token may do."""
        token = self._token(request)
        return web.json_response(
            {
                "status": "ok",
                "organizationId": "quarter",
                "tokenId": f"token-{list(self._tokens).index(_key(request))}",
                "scopes": token.scopes,
                "robotScope": "all" if token.serials is None else "selected",
                "serialNumbers": sorted(token.serials or ()),
            }
        )

    async def _list(self, request: web.Request) -> web.Response:
        """List the robots with a PRO plan."""
        self._need(request, "read:org:info")
        token = self._token(request)
        robots = [
            robot.named
            for serial, robot in self._robots.items()
            if robot.has_plan and token.may_see(serial)
        ]
        return web.json_response({"robots": robots})

    async def _status(self, request: web.Request) -> web.Response:
        """Tell how a robot is."""
        return web.json_response(self._robot(request, "read:robot:status").status())

    async def _locations(self, request: web.Request) -> web.Response:
        """List where a robot can go."""
        robot = self._robot(request, "read:robot:locations").temi.robot
        names = [{"name": name} for name in robot.driver.waypoints]
        answer = {"serialNumber": robot.spec.serial, "mapId": "1", "mapName": "Floor"}
        return web.json_response({**answer, "locations": names})

    async def _contacts(self, request: web.Request) -> web.Response:
        """List who can be called."""
        self._robot(request, "read:robot:contact")
        member = {"kind": "member", "source": "organization"}
        found = [{"temiId": k, "name": name, **member} for k, name in CONTACTS.items()]
        return web.json_response({"contacts": found})

    async def _validate(self, request: web.Request) -> web.Response:
        """Say whether a sequence could be played."""
        await self._wanted(request)
        return web.json_response({"status": "valid"})

    async def _play(self, request: web.Request) -> web.Response:
        """Begin a sequence, unless the robot does not want to be disturbed."""
        sequence, robot = await self._wanted(request)
        if (presence := robot.presence) != "online":
            raise Refused(409, f"robot_{presence}", f"Robot is {presence}")
        run = Run(next(self._ids), _key(request), sequence, robot.temi.robot)
        self._runs[run.run_id] = run
        robot.play(run, self._now())
        return _accepted(run)

    async def _stop(self, request: web.Request) -> web.Response:
        """End a sequence of one's own."""
        self._need(request, "action:robot:sequence")
        run = self._runs.get(_run_id(await _body(request)))
        if run is None or run.token != _key(request):
            raise Refused(404, "not_found", "Sequence not found")
        robot = self._robots[run.sequence.serial]
        if robot.is_away:
            raise Refused(409, "robot_offline", "Robot is offline")
        if robot.run is not run or run.status != START:
            raise Refused(409, "sequence_not_running", "Sequence is not running")
        run.stop(self._now())
        return _accepted(run)

    async def _wanted(self, request: web.Request) -> tuple[Sequence, Watched]:
        """Read the sequence of a request, and find its robot."""
        self._need(request, "action:robot:sequence")
        body = await _body(request)
        try:
            sequence = read(body, frozenset(CONTACTS))
        except SequenceError as err:
            raise Refused(400, "validation_error", str(err)) from err
        return sequence, self._by_serial(request, sequence.serial)

    def _robot(self, request: web.Request, scope: str) -> Watched:
        """Return the robot that a request is about."""
        self._need(request, scope)
        return self._by_serial(request, request.match_info["serial"])

    def _by_serial(self, request: web.Request, serial: str) -> Watched:
        """Return a robot that a token may see."""
        robot = self._robots.get(serial)
        may_see = self._token(request).may_see(serial)
        if robot is None or not robot.has_plan or not may_see:
            raise Refused(403)
        return robot

    def _need(self, request: web.Request, scope: str) -> None:
        """Refuse a token that may not do this."""
        if scope not in self._token(request).scopes:
            raise Refused(403)

    def _token(self, request: web.Request) -> Token:
        """Return what who asks may do."""
        return self._tokens[_key(request)]


def _key(request: web.Request) -> str:
    """Return with which token somebody asks."""
    return request.headers.get("x-api-key", "")


def _accepted(run: Run) -> web.Response:
    """Answer that something was begun; whether it is done is another question."""
    answer = {"sequenceId": run.run_id, "serialNumber": run.sequence.serial}
    return web.json_response({"status": "accepted", **answer}, status=202)


async def _body(request: web.Request) -> object:
    """Read the body of a request."""
    try:
        return json.loads(await request.text(), parse_constant=_no_json)
    except _NO_JSON as err:
        raise Refused(400, "validation_error", "body must be JSON") from err


def _no_json(word: str) -> Never:
    """Refuse what Python would take for a number."""
    raise ValueError(word)


def _run_id(body: object) -> str:
    """Return which sequence is to end."""
    match body:
        case {"sequenceId": str(run_id), **others} if run_id and not others:
            return run_id
    raise Refused(400, "validation_error", "sequenceId is missing, or not alone")
