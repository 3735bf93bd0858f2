"""The drives of a robot: where it is to go, and who waits for it."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import callback
from homeassistant.helpers import area_registry as ar
from homeassistant.util.ulid import ulid_now

from ..exceptions import SmartQuarterError, SmartQuarterInputError
from .happenings import GoTo
from .model import HOME, DriveResult, Request, find_waypoint
from .settings import waypoint_of_area

if TYPE_CHECKING:
    from .runtime import TemiRuntime

FIRST_WORD_S: Final = 4.0
"""A robot that is there reports every three seconds."""


class Drives:
    """Begins drives, and tells each who waits how his one ended."""

    def __init__(self, runtime: TemiRuntime) -> None:
        """Belong to a robot."""
        self._runtime = runtime
        self._waiting: dict[str, asyncio.Future[DriveResult]] = {}

    @property
    def known(self) -> tuple[str, ...]:
        """Return where the robot can go, as it says itself or else its cloud."""
        return self._runtime.state.waypoints or self._runtime.cloud.waypoints

    def waypoint(self, name: str) -> str:
        """Return a waypoint as the robot stores it; an unknown one it would ignore."""
        known, robot = self.known, self._runtime.entry.title
        if (found := find_waypoint(known, name)) is not None:
            return found
        if not known:
            raise SmartQuarterError("temi_offline", name=robot)
        raise SmartQuarterInputError(
            "temi_waypoint_unknown",
            name=robot,
            waypoint=name,
            waypoints=", ".join(known),
        )

    def waypoint_in(self, area_id: str) -> str:
        """Return where it has to go in an area."""
        runtime = self._runtime
        area = ar.async_get(runtime.hass).async_get_area(area_id)
        names = () if area is None else (area.name, *sorted(area.aliases))
        areas = runtime.settings.areas
        found = waypoint_of_area(areas, area_id, names, self.known)
        if found is not None:
            return self.waypoint(found)
        raise SmartQuarterInputError(
            "temi_area_unknown",
            name=runtime.entry.title,
            area=area_id if area is None else area.name,
        )

    async def async_meet(self) -> None:
        """Wait for the first heartbeat: right after a start nobody knows who is there."""
        runtime = self._runtime
        if runtime.state.online is not None:
            return
        met = asyncio.Event()

        @callback
        def look() -> None:
            if runtime.state.online is not None:
                met.set()

        stop = runtime.subscribe(None, look)
        try:
            async with asyncio.timeout(FIRST_WORD_S):
                await met.wait()
        except TimeoutError:
            return
        finally:
            stop()

    @callback
    def begin(
        self, waypoint: str, wishes: Mapping[str, Any] | None = None
    ) -> tuple[str, asyncio.Future[DriveResult]]:
        """Begin a drive to a known waypoint; one that is under way is replaced."""
        runtime = self._runtime
        if runtime.state.online is not True and not runtime.config.has_cloud:
            raise SmartQuarterError("temi_offline", name=runtime.entry.title)
        drive_id = ulid_now()
        ended = self._waiting[drive_id] = runtime.hass.loop.create_future()
        ended.add_done_callback(lambda _: self._waiting.pop(drive_id, None))
        request = Request(drive_id=drive_id, waypoint=waypoint, **wishes or {})
        runtime.feed(GoTo(request))
        return drive_id, ended

    async def async_go_to(
        self, waypoint: str, wishes: Mapping[str, Any] | None = None
    ) -> DriveResult:
        """Drive to a known waypoint, and return how it went."""
        _, ended = self.begin(waypoint, wishes)
        return await ended

    async def async_go_home(self) -> None:
        """Drive to the dock; nobody waits for it."""
        await self.async_meet()
        self.begin(self.waypoint(HOME), {"insists": False})

    async def async_check(self) -> None:
        """See whether it obeys: send it to where it stands, for which it needs no way."""
        runtime = self._runtime
        if (here := runtime.state.location) is None:
            raise SmartQuarterError("temi_nowhere", name=runtime.entry.title)
        await self.async_go_to(here, {"retries": 0})

    @callback
    def ended(self, result: DriveResult) -> None:
        """Tell who waits, unless nobody does any more."""
        ended = self._waiting.get(result.drive_id)
        if ended is not None and not ended.done():
            ended.set_result(result)
