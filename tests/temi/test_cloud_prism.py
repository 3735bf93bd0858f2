"""The client against Prism, a mock server that knows nothing but the schema.

It is used where it is installed: as `prism`, or as what the variable PRISM names.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os
from pathlib import Path
import shutil

from aiohttp import ClientSession
import pytest

from custom_components.smart_quarter.temi.cloud import (
    Cloud,
    CloudAuthError,
    CloudForbiddenError,
    CloudRefusal,
    CloudRefusedError,
)
from custom_components.smart_quarter.temi.cloud_sequences import (
    CallPlatform,
    Move,
    Speak,
    call_sequence,
    drive_sequence,
    sequence,
    speak_sequence,
)
from tests.broker import free_port

from .cloud_world import KEY, SERIAL, schema_file

pytestmark = pytest.mark.e2e

NO_PRISM = "there is no prism: install @stoplight/prism-cli 5, or name it in PRISM"
READY, START_S = b"Prism is listening", 60
BODIES = [
    drive_sequence(SERIAL, "entrance", "I go", "I come", "I am here", "de-DE"),
    speak_sequence(SERIAL, "Hi"),
    call_sequence(SERIAL, ["temi-nurse"], CallPlatform.BOTH, "entrance", "I call"),
    sequence(SERIAL, [Move("entrance"), Speak("Hi", "en-US")], "Round", -1, 10),
]
STOPS = {
    404: CloudRefusal.NOT_FOUND,
    409: CloudRefusal.NOT_RUNNING,
    400: CloudRefusal.INVALID,
}


@asynccontextmanager
async def prism(schema: Path) -> AsyncIterator[str]:
    """Let Prism answer as a schema says, and yield where."""
    if (program := os.environ.get("PRISM") or shutil.which("prism")) is None:
        pytest.skip(NO_PRISM)
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(program, "mock", "--host", "127.0.0.1", "--port", str(port), str(schema)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        await wait_for(process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.communicate()


async def wait_for(process: asyncio.subprocess.Process) -> None:
    """Wait until Prism answers; what it says later fits into the pipe."""
    assert process.stdout is not None
    async with asyncio.timeout(START_S):
        while READY not in (line := await process.stdout.readline()):
            assert line, "prism has ended"


@pytest.fixture(params=["own", "vendor"])
async def url(
    request: pytest.FixtureRequest, socket_enabled: None
) -> AsyncIterator[str]:
    """Return where Prism answers, as our own schema says or as the vendor's."""
    async with prism(schema_file(request.param)) as url:
        yield url


@asynccontextmanager
async def client(url: str, wish: str = "", key: str = KEY) -> AsyncIterator[Cloud]:
    """Yield a client; a wish is what Prism shall answer."""
    headers = {"Prefer": wish} if wish else {}
    async with ClientSession(headers=headers) as session:
        yield Cloud(session, url, key, SERIAL)


async def test_all_that_is_asked_is_understood_and_answered(url: str) -> None:
    async with client(url) as cloud:
        assert (await cloud.async_verify()).scopes
        status = await cloud.async_status()
        assert (status.in_call, status.battery) == (True, 87)
        assert status.sequence.is_running
        assert await cloud.async_locations()
        assert await cloud.async_contacts()
        for body in BODIES:
            assert await cloud.async_play(body)
        await cloud.async_stop("615b14b41a20f8423a7af06a")


async def test_what_is_refused_is_said_so(url: str) -> None:
    async with client(url, key="") as cloud:
        with pytest.raises(CloudAuthError):
            await cloud.async_verify()
    async with client(url, "code=403") as cloud:
        with pytest.raises(CloudForbiddenError):
            await cloud.async_status()
    for reason in (CloudRefusal.PRIVACY, CloudRefusal.OFFLINE, CloudRefusal.BUSY):
        async with client(url, f"code=409, example={reason}") as cloud:
            assert await why_not(cloud, BODIES[0]) is reason
    async with client(url) as cloud:
        assert await why_not(cloud, sequence(SERIAL, [])) is CloudRefusal.INVALID
        assert await why_not(cloud, drive_sequence("1", "x")) is CloudRefusal.INVALID


async def test_a_stop_that_is_refused_is_said_so(url: str) -> None:
    for code, wanted in STOPS.items():
        async with client(url, f"code={code}") as cloud:
            with pytest.raises(CloudRefusedError) as caught:
                await cloud.async_stop("615b14b41a20f8423a7af06a")
        assert caught.value.reason is wanted


async def why_not(cloud: Cloud, body: dict[str, object]) -> CloudRefusal:
    """Return why a sequence is refused."""
    with pytest.raises(CloudRefusedError) as caught:
        await cloud.async_play(body)
    return caught.value.reason
