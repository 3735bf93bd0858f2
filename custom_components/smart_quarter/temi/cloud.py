"""Asks the vendor's cloud about a robot, and for what only the cloud can do: a call.

Nothing is begun twice here: whoever asks knows whether it may be done again. The key is in no
error, no representation and no log.
"""

from collections.abc import Callable
from enum import StrEnum
import json
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from .cloud_model import (
    CloudStatus,
    Contact,
    Token,
    read_accepted,
    read_contacts,
    read_locations,
    read_status,
    read_token,
)
from .cloud_sequences import Body

DEFAULT_URL: Final = "https://api.robotemi.com/openapi/v1"
KEY_HEADER: Final = "x-api-key"
TIMEOUT_S: Final = 10.0
_PASSING: Final = frozenset({408, 429})
"""Refusals that say nothing about what was asked for."""


class CloudRefusal(StrEnum):
    """Why the cloud does not do what it was asked for."""

    PRIVACY = "privacy"
    OFFLINE = "offline"
    BUSY = "busy"
    NOT_RUNNING = "not_running"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    OTHER = "other"


_REASONS: Final = {
    "robot_privacy": CloudRefusal.PRIVACY,
    "robot_offline": CloudRefusal.OFFLINE,
    "robot_busy": CloudRefusal.BUSY,
    "sequence_not_running": CloudRefusal.NOT_RUNNING,
    "not_found": CloudRefusal.NOT_FOUND,
    "validation_error": CloudRefusal.INVALID,
}


class CloudError(Exception):
    """The cloud did not do what it was asked for."""


class CloudAuthError(CloudError):
    """The cloud does not know the key."""


class CloudForbiddenError(CloudError):
    """The key may not do this: no scope for it, another robot, or a robot without a PRO plan."""


class CloudUnreachableError(CloudError):
    """There was no answer that can be understood; what was asked for may be done all the same."""


class CloudRefusedError(CloudError):
    """The cloud understood and refused."""

    def __init__(self, reason: CloudRefusal) -> None:
        """Say why."""
        super().__init__(f"The cloud refused: {reason}")
        self.reason = reason


class Cloud:
    """The cloud, as one key sees one robot."""

    def __init__(
        self,
        session: ClientSession,
        url: str,
        key: str,
        serial: str,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Know where to ask, with which key, and about which robot."""
        self._session = session
        self._url = url.rstrip("/")
        self._key = key
        self._robot = f"/robots/{serial}"
        self._timeout = ClientTimeout(total=timeout_s)

    async def async_verify(self) -> Token:
        """Return what the key may do."""
        return await self._async_call(read_token, "GET", "/verify")

    async def async_status(self) -> CloudStatus:
        """Return how the robot is."""
        return await self._async_call(read_status, "GET", self._robot)

    async def async_locations(self) -> tuple[str, ...]:
        """Return where the robot can go."""
        path = f"{self._robot}/locations"
        return await self._async_call(read_locations, "GET", path)

    async def async_contacts(self) -> tuple[Contact, ...]:
        """Return who can be called."""
        path = f"{self._robot}/contacts"
        return await self._async_call(read_contacts, "GET", path)

    async def async_play(self, body: Body) -> str:
        """Begin a sequence, and return its id."""
        return await self._async_call(read_accepted, "POST", "/sequences/play", body)

    async def async_stop(self, sequence_id: str) -> None:
        """End a sequence that was begun with this key."""
        body: Body = {"sequenceId": sequence_id}
        await self._async_call(read_accepted, "POST", "/sequences/stop", body)

    async def _async_call[T](
        self,
        read: Callable[[object], T],
        method: str,
        path: str,
        body: Body | None = None,
    ) -> T:
        """Ask, and return what was read from the answer."""
        status, content = await self._async_ask(method, path, body)
        if not 200 <= status < 300:
            raise _refused(status, content)
        try:
            return read(json.loads(content))
        except (ValueError, RecursionError) as err:
            raise CloudUnreachableError("The cloud's answer makes no sense") from err

    async def _async_ask(
        self, method: str, path: str, body: Body | None
    ) -> tuple[int, bytes]:
        """Send a request, and return what came back."""
        # What cannot stand in a header would be shown by the error about it
        if not self._key.isascii() or not self._key.isprintable():
            raise CloudAuthError("A key has other characters")
        try:
            # A redirection would take the key to somebody else
            async with self._session.request(
                method,
                f"{self._url}{path}",
                json=body,
                headers={KEY_HEADER: self._key},
                timeout=self._timeout,
                allow_redirects=False,
            ) as answer:
                return answer.status, await answer.read()
        except (ClientError, TimeoutError) as err:
            reason = type(err).__name__
        # Not in the clause above: some errors of aiohttp hold the headers that were sent
        raise CloudUnreachableError(f"The cloud was not reached: {reason}")


def _refused(status: int, content: bytes) -> CloudError:
    """Return what an answer means that is no success."""
    if status == 401:
        return CloudAuthError("The cloud does not know the key")
    if status == 403:
        return CloudForbiddenError("The key may not do this")
    refuses = 400 <= status < 500 and status not in _PASSING
    if refuses and (reason := _reason(content)) is not None:
        return CloudRefusedError(reason)
    return CloudUnreachableError(f"The cloud answered with {status}")


def _reason(content: bytes) -> CloudRefusal | None:
    """Return why the cloud refused; None when it was not the cloud that answered."""
    try:
        body = json.loads(content)
    except ValueError, RecursionError:
        return None
    if not isinstance(body, dict):
        return None
    code = body.get("error_code")
    return (
        _REASONS.get(code, CloudRefusal.OTHER)
        if isinstance(code, str)
        else CloudRefusal.OTHER
    )
