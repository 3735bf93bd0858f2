"""The client against the simulated cloud, and against servers that are broken."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
import json
import logging
from typing import Any

from aiohttp import ClientSession
import pytest

from custom_components.smart_quarter.temi.cloud import (
    Cloud,
    CloudAuthError,
    CloudError,
    CloudForbiddenError,
    CloudRefusal,
    CloudRefusedError,
    CloudUnreachableError,
)
from custom_components.smart_quarter.temi.cloud_model import Contact, Movement, Presence
from custom_components.smart_quarter.temi.cloud_sequences import (
    CallPlatform,
    Move,
    Speak,
    call_sequence,
    drive_sequence,
    sequence,
    speak_sequence,
)
from simulator.temi.cloud import SCOPES
from tests.broker import free_port

from .cloud_world import (
    KEY,
    OTHER_KEY,
    OUR_KEY,
    POOR_KEY,
    SERIAL,
    THEIR_KEY,
    World,
    broken,
    chain,
    http,
    status_body,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Call = Callable[[Cloud], Awaitable[object]]

ENTRANCE = drive_sequence(SERIAL, "entrance")
CALLS: list[Call] = [
    Cloud.async_verify,
    Cloud.async_status,
    Cloud.async_locations,
    Cloud.async_contacts,
    lambda cloud: cloud.async_play(ENTRANCE),
    lambda cloud: cloud.async_stop("1"),
]
NO_ANSWERS = {
    "cut off": http(200, status_body(), length=9000),
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
    "no header": b"HTTP/1.1 200 OK\r\n\x00: \x00\r\n\r\n",
    "a page": http(200, "<html>Sign in to the guest network</html>"),
    "no JSON": http(200, "{'status': 'online'}"),
    "no text": http(200, "").replace(b"-Length: 0", b"-Length: 1") + b"\xff",
    "a list": http(200, [status_body()]),
    "another answer": http(200, {"message": "hello"}),
    "too deep": http(200, "[" * 200_000),
    "too long a number": http(200, '{"status": ' + "9" * 5000 + "}"),
    "a page that says no": http(404, "<html>Not found</html>"),
    "a list that says no": http(409, ["robot_busy"]),
    "broken": http(500, {"error": "oops", "error_code": "internal_error"}),
    "no gateway": http(502, "<html>Bad gateway</html>"),
    "too often": http(429, {"error": "slowly", "error_code": "robot_busy"}),
    "too slow": http(408, {}),
    "moved": http(302, ""),
}


@pytest.fixture
async def world(socket_enabled: None) -> AsyncIterator[World]:
    """Return a cloud that answers."""
    async with World() as world:
        yield world


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[ClientSession]:
    """Return what asks."""
    async with ClientSession() as session:
        yield session


async def refused(wanted: Awaitable[object]) -> CloudRefusal:
    """Return why the cloud refused."""
    with pytest.raises(CloudRefusedError) as caught:
        await wanted
    return caught.value.reason


async def test_a_key_tells_what_it_may_do(world: World) -> None:
    token = await world.client().async_verify()
    assert token.scopes == set(SCOPES)
    assert token.may_see(SERIAL)
    assert (await world.client(POOR_KEY).async_verify()).scopes == set()


async def test_a_key_may_be_for_other_robots(world: World) -> None:
    assert (await world.client(OUR_KEY).async_verify()).may_see(SERIAL)
    assert not (await world.client(THEIR_KEY).async_verify()).may_see(SERIAL)
    with pytest.raises(CloudForbiddenError):
        await world.client(THEIR_KEY).async_status()


async def test_places_and_contacts_are_listed(world: World) -> None:
    places = await world.client().async_locations()
    assert places == ("home base", "entrance", "flat 12.1")
    contacts = await world.client().async_contacts()
    assert set(contacts) == {
        Contact("temi-nurse", "Nurse"),
        Contact("temi-lead", "Lead"),
    }


async def test_a_robot_goes_speaks_and_calls_until_it_is_stopped(world: World) -> None:
    cloud = world.client()
    before = await cloud.async_status()
    idle = Movement("idle", "", None)
    assert (before.presence, before.movement) == (Presence.ONLINE, idle)
    assert (before.battery, before.is_charging) == (87, True)
    both = CallPlatform.BOTH
    body = call_sequence(SERIAL, ["temi-nurse"], both, "entrance", "I call help")
    played = await cloud.async_play(body)
    world.run(60)
    told = await cloud.async_status()
    assert (told.presence, told.in_call) == (Presence.BUSY, True)
    assert told.movement == Movement("go_to", "complete", "entrance")
    assert (told.sequence.sequence_id, told.sequence.step) == (played, 3)
    assert world.temi.robot.said == ["I call help"]
    await cloud.async_stop(played)
    told = await cloud.async_status()
    assert (told.presence, told.in_call) == (Presence.ONLINE, False)
    assert not told.sequence.is_running


async def test_a_drive_to_nowhere_ends_the_sequence(world: World) -> None:
    body = sequence(SERIAL, [Move("moon"), Speak("Here I am")])
    await world.client().async_play(body)
    world.run(10)
    assert (await world.client().async_status()).sequence.status == "abort"
    assert world.temi.robot.said == []


async def test_a_robot_says_where_it_goes_and_that_it_is_there(world: World) -> None:
    texts = ("I go", "I come", "I am here")
    await world.client().async_play(drive_sequence(SERIAL, "entrance", *texts))
    world.run(5)
    assert world.temi.robot.said == ["I go", "I come"]
    world.run(60)
    assert (await world.client().async_status()).sequence.status == "complete"
    assert world.temi.robot.said == ["I go", "I come", "I am here"]


async def test_a_robot_that_gets_stuck_does_not_say_that_it_is_there(
    world: World,
) -> None:
    await world.client().async_play(drive_sequence(SERIAL, "entrance", there="Here"))
    world.run(5)
    world.temi.do("wall in", world.now)
    world.run(60)
    assert (await world.client().async_status()).sequence.status == "abort"
    assert world.temi.robot.said == []


async def test_a_robot_speaks_where_it_is(world: World) -> None:
    await world.client().async_play(speak_sequence(SERIAL, "Hello"))
    assert world.temi.robot.said == ["Hello"]


async def test_a_call_lasts_until_somebody_hangs_up(world: World) -> None:
    body = call_sequence(SERIAL, ["temi-nurse"], CallPlatform.BOTH)
    await world.client().async_play(body)
    world.run(600)
    assert (await world.client().async_status()).in_call
    world.temi.do("hang up", world.now)
    world.run(1)
    told = await world.client().async_status()
    assert (told.in_call, told.sequence.status) == (False, "complete")


async def test_of_a_robot_that_is_away_the_last_is_known(world: World) -> None:
    await world.client().async_play(ENTRANCE)
    world.run(5)
    before = await world.client().async_status()
    world.faults["wifi_lost"] = 1.0
    world.run(60)
    told = await world.client().async_status()
    assert told == replace(before, presence=Presence.OFFLINE)


async def test_a_call_is_made_also_from_the_way(world: World) -> None:
    both = CallPlatform.BOTH
    body = call_sequence(SERIAL, ["temi-lead"], both, "moon", "I call help")
    await world.client().async_play(body)
    world.run(10)
    assert (await world.client().async_status()).in_call


@pytest.mark.parametrize("ask", CALLS)
@pytest.mark.parametrize("key", ["wrong", "", "schlüssel", f"{KEY}\r\nx: y", "\ud800"])
async def test_a_key_that_is_wrong_is_said_so(
    world: World, key: str, ask: Call
) -> None:
    with pytest.raises(CloudAuthError):
        await ask(world.client(key))


@pytest.mark.parametrize("ask", CALLS[1:])
async def test_a_key_without_the_scope_is_said_so(world: World, ask: Call) -> None:
    with pytest.raises(CloudForbiddenError):
        await ask(world.client(POOR_KEY))


@pytest.mark.parametrize("ask", CALLS[1:4])
async def test_another_robot_is_not_shown(world: World, ask: Call) -> None:
    with pytest.raises(CloudForbiddenError):
        await ask(world.client(serial="00000000000"))


@pytest.mark.parametrize("ask", CALLS[1:5])
async def test_a_robot_without_the_plan_is_said_so(world: World, ask: Call) -> None:
    world.faults["basic"] = 1.0
    with pytest.raises(CloudForbiddenError):
        await ask(world.client())


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("privacy", CloudRefusal.PRIVACY), ("wifi_lost", CloudRefusal.OFFLINE)],
)
async def test_a_robot_that_wants_or_hears_nothing_is_said_so(
    world: World, fault: str, reason: CloudRefusal
) -> None:
    world.faults[fault] = 1.0
    assert await refused(world.client().async_play(ENTRANCE)) is reason
    assert (await world.client().async_status()).presence == reason.value


async def test_a_robot_that_is_busy_is_said_so(world: World) -> None:
    await world.client().async_play(ENTRANCE)
    assert await refused(world.client().async_play(ENTRANCE)) is CloudRefusal.BUSY


async def test_only_what_runs_and_is_ones_own_can_be_stopped(world: World) -> None:
    cloud = world.client()
    played = await cloud.async_play(ENTRANCE)
    stranger = world.client(OTHER_KEY)
    assert await refused(stranger.async_stop(played)) is CloudRefusal.NOT_FOUND
    assert await refused(cloud.async_stop("unknown")) is CloudRefusal.NOT_FOUND
    world.faults["wifi_lost"] = 1.0
    assert await refused(cloud.async_stop(played)) is CloudRefusal.OFFLINE
    world.faults.clear()
    await cloud.async_stop(played)
    assert await refused(cloud.async_stop(played)) is CloudRefusal.NOT_RUNNING


async def test_what_cannot_be_played_is_said_so(world: World) -> None:
    nobody = call_sequence(SERIAL, [], CallPlatform.BOTH)
    for body in (nobody, sequence(SERIAL, []), sequence(SERIAL, [Speak(" ")])):
        assert await refused(world.client().async_play(body)) is CloudRefusal.INVALID


@pytest.mark.parametrize(
    "content", [{"error_code": "robot_asleep"}, {"message": "No"}, {"error_code": 1}]
)
async def test_a_refusal_that_is_new_is_one_all_the_same(
    session: ClientSession, content: Any
) -> None:
    async with broken(http(409, content)) as server:
        cloud = Cloud(session, server.url, KEY, SERIAL)
        assert await refused(cloud.async_play(ENTRANCE)) is CloudRefusal.OTHER


@pytest.mark.parametrize("ask", CALLS)
@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS)
async def test_an_answer_without_sense_is_none(
    session: ClientSession, answer: bytes, ask: Call
) -> None:
    async with broken(answer) as server:
        with pytest.raises(CloudUnreachableError):
            await ask(Cloud(session, server.url, KEY, SERIAL))


@pytest.mark.parametrize("ask", CALLS[4:])
@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS)
async def test_nothing_is_begun_or_stopped_twice(
    session: ClientSession, answer: bytes, ask: Call
) -> None:
    async with broken(answer) as server:
        with pytest.raises(CloudUnreachableError):
            await ask(Cloud(session, server.url, KEY, SERIAL))
    assert server.calls == 1


async def test_a_cloud_that_keeps_silent_is_not_waited_for(
    session: ClientSession,
) -> None:
    async with broken(b"", hangs=True) as server:
        with pytest.raises(CloudUnreachableError, match="Timeout"):
            await Cloud(session, server.url, KEY, SERIAL, 0.1).async_status()


async def test_a_cloud_that_stops_in_the_middle_is_not_waited_for(
    session: ClientSession,
) -> None:
    async with broken(http(200, status_body(), length=9000), hangs=True) as server:
        with pytest.raises(CloudUnreachableError, match="Timeout"):
            await Cloud(session, server.url, KEY, SERIAL, 0.1).async_status()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{}", "http://127.0.0.1:99999", "http://", "nowhere", ""]
)
async def test_a_cloud_that_is_not_there_is_said_so(
    session: ClientSession, url: str
) -> None:
    cloud = Cloud(session, url.format(free_port()), KEY, SERIAL)
    with pytest.raises(CloudUnreachableError):
        await cloud.async_status()


async def test_the_key_is_carried_nowhere_else(world: World) -> None:
    target = f"Location: {world.url}/verify\r\n".encode()
    answer = b"HTTP/1.1 307 So\r\n" + target + b"Content-Length: 0\r\n\r\n"
    async with broken(answer) as server:
        with pytest.raises(CloudUnreachableError, match="307"):
            await Cloud(world.session, server.url, KEY, SERIAL).async_verify()
    assert world.exchanges == []


async def test_an_address_may_end_with_a_slash(world: World) -> None:
    cloud = Cloud(world.session, f"{world.url}/", KEY, SERIAL)
    assert (await cloud.async_verify()).may_see(SERIAL)


ERRORS = {
    **NO_ANSWERS,
    "wrong": http(401, {}),
    "forbidden": http(403, {}),
    "refused": http(409, {"error": SERIAL, "error_code": "robot_busy"}),
}


@pytest.mark.parametrize("answer", ERRORS.values(), ids=ERRORS)
async def test_neither_key_nor_robot_is_shown(
    session: ClientSession, answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with broken(answer) as server:
        cloud = Cloud(session, server.url, KEY, SERIAL)
        with pytest.raises(CloudError) as caught:
            await cloud.async_status()
    assert not [text for text in chain(caught.value) if KEY in text]
    assert SERIAL not in f"{caught.value!r} {cloud!r} {json.dumps(caught.value.args)}"
    assert KEY not in caplog.text + repr(cloud)


async def test_a_key_that_cannot_be_sent_is_not_shown(world: World) -> None:
    with pytest.raises(CloudAuthError) as caught:
        await world.client(f"{KEY}\n").async_verify()
    assert not [text for text in chain(caught.value) if KEY in text]
