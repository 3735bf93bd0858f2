"""What the client sends and reads, and what the simulated cloud answers, is what was agreed.

It is held against a schema of our own, and against the vendor's where somebody has it.
"""

from collections.abc import Awaitable, Iterator
from contextlib import suppress
from dataclasses import replace
import json
from typing import Any

from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
import pytest
import yaml

from custom_components.smart_quarter.temi.cloud import CloudError
from custom_components.smart_quarter.temi.cloud_sequences import (
    CallPlatform,
    Move,
    Speak,
    call_sequence,
    drive_sequence,
    sequence,
    speak_sequence,
)
from simulator.temi.cloud import BASE
from simulator.temi.fields import SequenceError
from simulator.temi.sequences import read

from .cloud_world import (
    KEY,
    OTHER_KEY,
    OUR_KEY,
    POOR_KEY,
    SERIAL,
    THEIR_KEY,
    Exchange,
    World,
    schema_file,
    status_body,
)

HOST = "http://127.0.0.1"
BODIES = [
    drive_sequence(SERIAL, "entrance"),
    drive_sequence(SERIAL, "entrance", "I go", "I come", "I am here", "de-DE"),
    speak_sequence(SERIAL, "Hi"),
    call_sequence(SERIAL, ["temi-nurse"], CallPlatform.BOTH),
    call_sequence(SERIAL, ["temi-nurse", "temi-lead"], CallPlatform.WEB, "entrance"),
    call_sequence(SERIAL, ["temi-lead"], CallPlatform.MOBILE, "entrance", "I call"),
    sequence(SERIAL, [Speak("Guten Tag", "de-DE")], name="Greeting", volume=10),
    sequence(SERIAL, [Move("entrance"), Move("home base")], repeat=-1),
    call_sequence(SERIAL, ["nobody"], CallPlatform.BOTH),
]
RICH = sequence(SERIAL, [], name="Round", volume=8, repeat=2) | {
    "description": "Round",
    "fixedVolume": True,
    "startFromStep": 2,
    "stopBy": {"touchScreen": True, "wakeup": False},
    "actions": [
        {
            "type": "MOVEMENT",
            "startStep": 1,
            "endStep": 2,
            "finalInEndStep": True,
            "delay": 0.5,
            "actionId": "way",
            "extra": {
                "locationName": "entrance",
                "speed": "medium",
                "onError": "abort",
                "personalLead": False,
            },
        },
        {
            "type": "SPEAK",
            "startStep": 1,
            "endStep": 1,
            "extra": {
                "tts": "Hi",
                "language": "de-DE",
                "display": "talk",
                "loop": False,
            },
        },
        {
            "type": "SPEAK",
            "step": 2,
            "tts": "Hi",
            "language": "",
            "display": "none",
        },
        {
            "type": "START_CALL",
            "step": 3,
            "contactIds": [{"temiId": "temi-nurse", "platform": "web"}, "temi-lead"],
            "platform": "mobile",
        },
    ],
}
"""All that a sequence can hold."""
ODD: tuple[object, ...] = (
    *(None, True, 0, -2, 11, 1.5, "", "x", "1" * 11, "\u0661" * 11),
    *([], {}, [1], [{"temiId": "temi-lead", "name": "Lead"}], ["a", "a"]),
    *({"tts": "x"}, {"locationName": "x"}, {"tts": "x", "locationName": "x"}),
)
KEYS = (KEY, OTHER_KEY, OUR_KEY, THEIR_KEY, POOR_KEY, "wrong")
FAULTS = ("privacy", "wifi_lost", "basic")


async def tried(asking: Awaitable[object]) -> None:
    """Ask for something that may be refused."""
    with suppress(CloudError):
        await asking


async def play_and_stop(world: World, body: dict[str, Any]) -> None:
    """Begin something, try to begin it again, and end twice what was begun last."""
    cloud, played = world.client(), "unknown"
    for _ in range(2):
        with suppress(CloudError):
            played = await cloud.async_play(body)
        world.run(30)
        await tried(cloud.async_status())
    for _ in range(2):
        await tried(cloud.async_stop(played))


async def ask_for_all(world: World, key: str, fault: str) -> None:
    """Ask for everything with a key, while a robot at work has a fault."""
    played = await world.client().async_play(BODIES[0])
    world.faults[fault] = 1.0
    cloud = world.client(key)
    await tried(cloud.async_verify())
    await tried(cloud.async_status())
    await tried(cloud.async_locations())
    await tried(cloud.async_contacts())
    await tried(cloud.async_play(BODIES[0]))
    for sequence_id in ("", "unknown", played):
        await tried(cloud.async_stop(sequence_id))
    world.faults.clear()
    await tried(world.client().async_stop(played))


@pytest.fixture
async def exchanges(socket_enabled: None) -> list[Exchange]:
    """Return all that can be said between the client and the cloud."""
    async with World() as world:
        for body in BODIES:
            await play_and_stop(world, body)
        for key in KEYS:
            for fault in FAULTS:
                await ask_for_all(world, key, fault)
        return world.exchanges


@pytest.fixture(params=["own", "vendor"])
def schema(request: pytest.FixtureRequest) -> OpenAPI:
    """Return a schema; where the cloud stands is another matter."""
    return load(request.param)


def load(which: str) -> OpenAPI:
    """Read a schema."""
    content = yaml.safe_load(schema_file(which).read_text(encoding="utf-8"))
    return OpenAPI.from_dict({**content, "servers": [{"url": HOST + BASE}]})


def asked(exchange: Exchange) -> MockRequest:
    """Return a request as the checker wants it."""
    return MockRequest(
        HOST,
        exchange.method,
        exchange.path,
        headers=exchange.headers,
        data=exchange.body,
    )


def answered(exchange: Exchange) -> MockResponse:
    """Return an answer as the checker wants it."""
    kind = exchange.content_type
    return MockResponse(exchange.content, exchange.status, content_type=kind)


def of(path: str, method: str, asked_for: object, told: object) -> Exchange:
    """Return an exchange that nobody had."""
    kind, headers = "application/json", {"x-api-key": KEY}
    body, content = json.dumps(asked_for).encode(), json.dumps(told).encode()
    return Exchange(method, f"{BASE}{path}", headers, body, 200, kind, content)


async def test_every_request_is_what_was_agreed(
    exchanges: list[Exchange], schema: OpenAPI
) -> None:
    for exchange in exchanges:
        if b'"sequenceId": ""' not in exchange.body:
            schema.validate_request(asked(exchange))


async def test_every_answer_is_what_was_agreed(
    exchanges: list[Exchange], schema: OpenAPI
) -> None:
    for exchange in exchanges:
        schema.validate_response(asked(exchange), answered(exchange))


async def test_all_that_was_agreed_has_happened(exchanges: list[Exchange]) -> None:
    content = yaml.safe_load(schema_file("own").read_text(encoding="utf-8"))
    agreed = {
        (path, method.upper(), int(status))
        for path, methods in content["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
        for status in operation["responses"]
    }
    assert agreed == {
        (
            each.path.removeprefix(BASE).replace(SERIAL, "{serialNumber}"),
            each.method,
            each.status,
        )
        for each in exchanges
    }


def test_the_answers_of_the_tests_are_what_was_agreed(schema: OpenAPI) -> None:
    exchange = of(f"/robots/{SERIAL}", "GET", None, status_body())
    schema.validate_response(asked(exchange), answered(exchange))


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        sequence(SERIAL, []),
        drive_sequence("1", "entrance"),
        {**BODIES[0], "colour": "red"},
        {**BODIES[0], "repeatSequence": -2},
        {"serialNumber": SERIAL, "actions": [{"type": "DANCE", "step": 1}]},
        {"serialNumber": SERIAL, "actions": [{"type": "MOVEMENT", "startStep": 0}]},
        call_sequence(SERIAL, [], CallPlatform.BOTH),
    ],
)
def test_a_request_that_was_not_agreed_is_found(schema: OpenAPI, body: object) -> None:
    with pytest.raises(OpenAPIError):
        schema.validate_request(asked(of("/sequences/play", "POST", body, {})))


def test_a_request_without_a_key_is_found(schema: OpenAPI) -> None:
    exchange = replace(of("/verify", "GET", None, {}), headers={})
    with pytest.raises(OpenAPIError):
        schema.validate_request(asked(exchange))


@pytest.mark.parametrize(
    "changes",
    [{"status": "asleep"}, {"call": {}}, {"battery": {"level": 101}}],
)
def test_an_answer_that_was_not_agreed_is_found(
    schema: OpenAPI, changes: dict[str, Any]
) -> None:
    exchange = of(f"/robots/{SERIAL}", "GET", None, status_body(**changes))
    with pytest.raises(OpenAPIError):
        schema.validate_response(asked(exchange), answered(exchange))


def test_what_the_vendor_does_not_accept_the_simulated_cloud_refuses() -> None:
    schema, wrong = load("vendor"), 0
    for body in spoilt(RICH):
        request = asked(of("/sequences/play", "POST", body, {}))
        try:
            schema.validate_request(request)
        except OpenAPIError:
            wrong += 1
            with pytest.raises(SequenceError):
                read(body, frozenset({"temi-nurse", "temi-lead"}))
    assert wrong > 500


def spoilt(body: Any) -> Iterator[Any]:
    """Yield a body with one thing wrong, in every place and way."""
    for key in list(body if isinstance(body, dict) else range(len(body))):
        yield without(body, key)
        for value in ODD:
            yield changed(body, key, value)
        if isinstance(body, dict):
            yield {**body, "colour": 1}
        if isinstance(body[key], dict | list):
            yield from (changed(body, key, each) for each in spoilt(body[key]))


def changed(body: Any, key: Any, value: object) -> Any:
    """Return a body with something else in one place."""
    copy = body.copy()
    copy[key] = value
    return copy


def without(body: Any, key: Any) -> Any:
    """Return a body with nothing in one place."""
    copy = body.copy()
    del copy[key]
    return copy
