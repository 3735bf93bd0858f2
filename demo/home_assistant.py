"""Talks to Home Assistant as its own web page does: REST and WebSocket."""

import asyncio
from collections.abc import Mapping
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse

from .processes import DemoError

USER = "demo"
PASSWORD = "demo"
NAME = "Demo"
POLL_S = 0.25
FLOWS = "/api/config/config_entries/flow"
SUBENTRY_FLOWS = "/api/config/config_entries/subentries/flow"
SCRIPTS = "/api/config/script/config"
PARTS = {"irrigation": "zone", "emergency": "place"}
"""What an installation of a system consists of; a robot has no parts."""

type Json = dict[str, Any]


class HomeAssistant:
    """A Home Assistant that is reached over HTTP."""

    def __init__(self, url: str) -> None:
        """Remember the address."""
        self.url = url
        self._client_id = f"{url}/"
        self._session = ClientSession(timeout=ClientTimeout(total=60))
        self._headers: dict[str, str] = {}
        self._socket: ClientWebSocketResponse | None = None
        self._message_id = 0

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        await self.close()

    async def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            await self._socket.close()
        await self._session.close()

    async def wait_until_up(self) -> None:
        """Wait until the frontend is there, and with it all that it depends on."""
        while True:
            try:
                async with self._session.get(f"{self.url}/manifest.json") as answer:
                    if answer.status == 200:
                        return
            except ClientError:
                pass
            await asyncio.sleep(POLL_S)

    async def enter(self, language: str) -> None:
        """Log in; the first time create the user and finish the onboarding."""
        open_steps = await self._open_steps()
        if "user" in open_steps:
            code = await self._create_user(language)
        else:
            code = await self._log_in(USER, PASSWORD)
        token = await self._use(code)
        await self._finish_onboarding(open_steps)
        await self._open_socket(token)

    async def enter_as(self, user: str, password: str) -> None:
        """Log in as somebody else."""
        await self._open_socket(await self._use(await self._log_in(user, password)))

    async def _use(self, code: str) -> str:
        """Make all calls from now on with what a code is exchanged for."""
        token = await self._token(code)
        self._headers = {"Authorization": f"Bearer {token}"}
        return token

    async def _open_steps(self) -> set[str]:
        """Return what is left of the onboarding; once it is done, its address is gone."""
        async with self._session.get(f"{self.url}/api/onboarding") as answer:
            if answer.status == 404:
                return set()
            steps = await answer.json()
        return {step["step"] for step in steps if not step["done"]}

    async def _create_user(self, language: str) -> str:
        """Create the user and return the code to get in with."""
        answer = await self._call(
            "POST",
            "/api/onboarding/users",
            {
                "client_id": self._client_id,
                "name": NAME,
                "username": USER,
                "password": PASSWORD,
                "language": language,
            },
        )
        return str(answer["auth_code"])

    async def _log_in(self, user: str, password: str) -> str:
        """Log in as a browser does and return the code to get in with."""
        flow = await self._call(
            "POST",
            "/auth/login_flow",
            {
                "client_id": self._client_id,
                "handler": ["homeassistant", None],
                "redirect_uri": self._client_id,
            },
        )
        answer = await self._call(
            "POST",
            f"/auth/login_flow/{flow['flow_id']}",
            {"client_id": self._client_id, "username": user, "password": password},
        )
        if answer.get("type") != "create_entry":
            raise DemoError("Login failed. `script/demo --reset` starts over.")
        return str(answer["result"])

    async def _token(self, code: str) -> str:
        """Exchange the code for an access token."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self._client_id,
        }
        async with self._session.post(f"{self.url}/auth/token", data=form) as answer:
            answer.raise_for_status()
            return str((await answer.json())["access_token"])

    async def _finish_onboarding(self, open_steps: set[str]) -> None:
        """Finish the steps of the onboarding that are left; analytics stay off."""
        if "analytics" in open_steps:
            await self._call("POST", "/api/onboarding/analytics", {})
        if "integration" in open_steps:
            wish = {"client_id": self._client_id, "redirect_uri": self._client_id}
            await self._call("POST", "/api/onboarding/integration", wish)

    async def add_user(self, name: str, user: str, password: str) -> str:
        """Add an ordinary user, who is no administrator, and return its id."""
        wish = {"name": name, "group_ids": ["system-users"], "local_only": False}
        made = await self.command("config/auth/create", **wish)
        user_id = str(made["user"]["id"])
        await self.command(
            "config/auth_provider/homeassistant/create",
            user_id=user_id,
            username=user,
            password=password,
        )
        return user_id

    async def is_running(self) -> bool:
        """Tell whether the start is over."""
        return bool((await self._call("GET", "/api/config"))["state"] == "RUNNING")

    async def states(self) -> dict[str, str]:
        """Return the states of all entities."""
        return {
            s["entity_id"]: s["state"] for s in await self._call("GET", "/api/states")
        }

    async def set_state(self, entity_id: str, state: str) -> None:
        """Let an entity have a state, as if a device had reported it."""
        await self._call("POST", f"/api/states/{entity_id}", {"state": state})

    async def entries(self, domain: str) -> list[Json]:
        """Return the config entries of an integration."""
        path = f"/api/config/config_entries/entry?domain={domain}"
        return list(await self._call("GET", path))

    async def owners(self, system: str) -> dict[str, list[Json]]:
        """Return the entries of one of our systems by their ids, each with its parts."""
        found: dict[str, list[Json]] = {}
        for entry in await self.entries("smart_quarter"):
            if _system(entry) == system:
                entry_id = entry["entry_id"]
                found[entry_id] = await self.command(
                    "config_entries/subentries/list", entry_id=entry_id
                )
        return found

    async def entity_ids(self, platform: str) -> dict[str, str]:
        """Return the entity ids of an integration by unique id."""
        found = await self.command("config/entity_registry/list")
        return {
            e["unique_id"]: e["entity_id"] for e in found if e["platform"] == platform
        }

    async def add_entry(self, domain: str, steps: list[Json]) -> Json:
        """Add a config entry: answer the forms and menus of its flow in order."""
        flow = await self._call("POST", FLOWS, {"handler": domain})
        return await self._answer(FLOWS, flow, steps)

    async def discovered(self, domain: str) -> list[str]:
        """Return the flows of what an integration has found over MQTT."""
        return [
            flow["flow_id"]
            for flow in await self.command("config_entries/flow/progress")
            if flow["handler"] == domain and flow["context"]["source"] == "mqtt"
        ]

    async def confirm(self, flow_id: str, answer: Json) -> None:
        """Set up what was found."""
        await self._answer(FLOWS, {"flow_id": flow_id}, [answer])

    async def settings(self, domain: str, entry_id: str) -> Json:
        """Return the settings of a config entry, as its form shows them."""
        wish = {"handler": domain, "entry_id": entry_id}
        flow = await self._call("POST", FLOWS, wish)
        await self._call("DELETE", f"{FLOWS}/{flow['flow_id']}")
        return _shown(flow["data_schema"])

    async def reconfigure(self, domain: str, entry_id: str, answer: Json) -> None:
        """Give a config entry other settings."""
        wish = {"handler": domain, "entry_id": entry_id}
        flow = await self._call("POST", FLOWS, wish)
        flow = await self._call("POST", f"{FLOWS}/{flow['flow_id']}", answer)
        if flow.get("reason") != "reconfigure_successful":
            raise DemoError(f"The flow ended with {flow}")

    async def write_script(self, key: str, script: Json) -> None:
        """Add a script, or write it anew."""
        await self._call("POST", f"{SCRIPTS}/{key}", script)

    async def add_subentry(self, entry_id: str, kind: str, steps: list[Json]) -> Json:
        """Add a subentry to a config entry."""
        flow = await self._call("POST", SUBENTRY_FLOWS, {"handler": [entry_id, kind]})
        return await self._answer(SUBENTRY_FLOWS, flow, steps)

    async def _answer(self, path: str, flow: Json, steps: list[Json]) -> Json:
        """Answer a flow step by step until it has made its entry."""
        for step in steps:
            flow = await self._call("POST", f"{path}/{flow['flow_id']}", step)
            if flow.get("errors"):
                raise DemoError(f"{flow['step_id']}: {flow['errors']} for {step}")
        if flow["type"] != "create_entry":
            raise DemoError(f"The flow ended with {flow}")
        return flow

    async def command(self, kind: str, **values: object) -> Any:
        """Send a WebSocket command and return its result."""
        if self._socket is None:
            raise DemoError("Not logged in")
        self._message_id += 1
        await self._socket.send_json({"id": self._message_id, "type": kind, **values})
        while True:
            answer = await self._socket.receive_json()
            if answer.get("id") == self._message_id:
                break
        if not answer["success"]:
            raise DemoError(f"{kind}: {answer['error']['message']}")
        return answer["result"]

    async def _open_socket(self, token: str) -> None:
        """Open the WebSocket."""
        socket = await self._session.ws_connect(f"{self.url}/api/websocket")
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": token})
        if (await socket.receive_json())["type"] != "auth_ok":
            raise DemoError("The WebSocket refused the login")
        self._socket = socket

    async def _call(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> Any:
        """Make a REST call and return its answer."""
        async with self._session.request(
            method, f"{self.url}{path}", json=body, headers=self._headers
        ) as answer:
            if answer.status >= 400:
                reason = await answer.text()
                raise DemoError(f"{method} {path}: {answer.status} {reason}")
            return await answer.json()


def _system(entry: Json) -> str:
    """Return the system of an entry of ours."""
    kinds = entry["supported_subentry_types"]
    return next((s for s, kind in PARTS.items() if kind in kinds), "temi")


def _shown(form: list[Json]) -> Json:
    """Return what a form begins with; what is empty is left out."""
    found: Json = {}
    for field in form:
        value = field.get("description", {}).get("suggested_value")
        if field.get("type") == "expandable":
            value = _shown(field["schema"])
        if value is not None:
            found[field["name"]] = value
    return found
