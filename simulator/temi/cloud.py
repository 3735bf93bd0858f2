"""The vendor's cloud: its REST interface "OpenAPI v1" in front of the simulated robots."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from itertools import count
import json
from typing import Any, Final

from aiohttp import web

from ..faults import Faults
from .on_air import Temi
from .sequences import START, Run, Sequence, SequenceError, read

BASE: Final = "/openapi/v1"
SCOPES: Final[tuple[str, ...]] = (
    *("read:org:info", "read:robot:status", "read:robot:locations"),
    *("read:robot:contact", "action:robot:sequence"),
)
TICK_S: Final = 0.1
CONTACTS: Final = {"temi-nurse": "Nurse", "temi-lead": "Lead"}

type Json = dict[str, Any]


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


class Cloud:
    """Answers for robots; a token may do what its scopes say."""

    def __init__(
        self,
        robots: Iterable[Temi],
        tokens: dict[str, tuple[str, ...]],
        now: Callable[[], datetime],
    ) -> None:
        """Know the robots and who may ask."""
        self._robots = {robot.robot.spec.serial: robot for robot in robots}
        self._tokens = tokens
        self._now = now
        self._runs: dict[str, Run] = {}
        self._playing: dict[str, Run] = {}
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
        for run in self._playing.values():
            run.advance(self._now())

    def hang_up(self, serial: str) -> None:
        """End the call of a robot."""
        if (run := self._playing.get(serial)) is not None:
            run.hang_up()

    @web.middleware
    async def _guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Let nobody in without a token, and answer what is refused."""
        if request.headers.get("x-api-key", "") not in self._tokens:
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
        token = request.headers["x-api-key"]
        return web.json_response(
            {
                "status": "ok",
                "organizationId": "quarter",
                "tokenId": f"id-{len(token)}",
                "scopes": list(self._tokens[token]),
                "robotScope": "all",
                "serialNumbers": [],
            }
        )

    async def _list(self, request: web.Request) -> web.Response:
        """List the robots with a PRO plan."""
        self._need(request, "read:org:info")
        robots = [_named(t) for t in self._robots.values() if "basic" not in t.faults]
        return web.json_response({"robots": robots})

    async def _status(self, request: web.Request) -> web.Response:
        """Tell how a robot is; what it has never told is left out."""
        temi = self._robot(request, "read:robot:status")
        robot, answer = temi.robot, _named(temi)
        run = self._playing.get(robot.spec.serial)
        answer["status"] = self._presence(temi)
        if (told := robot.last_told) is not None:
            place = {"location": told.location, "status": told.phase.value}
            answer["movement"] = {"type": "go_to", **place}
        if run is not None:
            answer["sequence"] = {
                "status": run.status,
                "name": run.sequence.name,
                "step": run.step,
                "total": run.sequence.last,
                "sequenceId": run.run_id,
            }
            if run.in_call:
                answer["call"] = {"status": START, "hostId": f"host-{run.run_id}"}
        answer["battery"] = {"level": robot.battery, "isCharging": robot.is_charging}
        return web.json_response(answer)

    async def _locations(self, request: web.Request) -> web.Response:
        """List where a robot can go."""
        robot = self._robot(request, "read:robot:locations").robot
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
        self._need(request, "action:robot:sequence")
        await self._sequence(request)
        return web.json_response({"status": "valid"})

    async def _play(self, request: web.Request) -> web.Response:
        """Begin a sequence, unless the robot does not want to be disturbed."""
        self._need(request, "action:robot:sequence")
        sequence = await self._sequence(request)
        temi = self._by_serial(sequence.serial)
        if (presence := self._presence(temi)) != "online":
            raise Refused(409, f"robot_{presence}", f"Robot is {presence}")
        token = request.headers["x-api-key"]
        run = Run(next(self._ids), token, sequence, temi.robot)
        self._runs[run.run_id] = self._playing[sequence.serial] = run
        return self._accepted(run)

    async def _stop(self, request: web.Request) -> web.Response:
        """End a sequence of one's own."""
        self._need(request, "action:robot:sequence")
        body = await _body(request)
        run_id = body.get("sequenceId") if isinstance(body, dict) else None
        if not isinstance(run_id, str) or not run_id:
            raise Refused(400, "validation_error", "sequenceId is missing")
        run = self._runs.get(run_id)
        if run is None or run.token != request.headers["x-api-key"]:
            raise Refused(404, "not_found", "Sequence not found")
        serial = run.sequence.serial
        if _is_away(self._robots[serial].faults):
            raise Refused(409, "robot_offline", "Robot is offline")
        if self._playing[serial] is not run or run.status != START:
            raise Refused(409, "sequence_not_running", "Sequence is not running")
        run.stop(self._now())
        return self._accepted(run)

    def _accepted(self, run: Run) -> web.Response:
        """Answer that something was begun; whether it is done is another question."""
        answer = {"sequenceId": run.run_id, "serialNumber": run.sequence.serial}
        return web.json_response({"status": "accepted", **answer}, status=202)

    async def _sequence(self, request: web.Request) -> Sequence:
        """Read the sequence of a request."""
        try:
            return read(await _body(request), frozenset(CONTACTS))
        except SequenceError as err:
            raise Refused(400, "validation_error", str(err)) from err

    def _presence(self, temi: Temi) -> str:
        """Return whether a robot may be disturbed."""
        run = self._playing.get(temi.robot.spec.serial)
        if "privacy" in temi.faults:
            return "privacy"
        if _is_away(temi.faults):
            return "offline"
        return "busy" if run is not None and run.status == START else "online"

    def _robot(self, request: web.Request, scope: str) -> Temi:
        """Return the robot that a request is about."""
        self._need(request, scope)
        return self._by_serial(request.match_info["serial"])

    def _by_serial(self, serial: str) -> Temi:
        """Return a robot that a token may see."""
        temi = self._robots.get(serial)
        if temi is None or "basic" in temi.faults:
            raise Refused(403)
        return temi

    def _need(self, request: web.Request, scope: str) -> None:
        """Refuse a token that may not do this."""
        if scope not in self._tokens[request.headers["x-api-key"]]:
            raise Refused(403)


async def _body(request: web.Request) -> object:
    """Read the body of a request."""
    try:
        return json.loads(await request.text())
    except ValueError as err:
        raise Refused(400, "validation_error", "body must be JSON") from err


def _named(temi: Temi) -> Json:
    """Return what every answer says of a robot."""
    spec = temi.robot.spec
    return {"teminame": spec.name, "serialNumber": spec.serial}


def _is_away(faults: Faults) -> bool:
    """Tell whether the cloud cannot reach a robot."""
    return bool(faults.keys() & {"wifi_lost", "battery_null"})
