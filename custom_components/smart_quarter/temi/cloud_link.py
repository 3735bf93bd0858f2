"""The second way to a robot, where somebody entered a key: the vendor's cloud."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..exceptions import SmartQuarterError
from ..listeners import add_listener
from .cloud import (
    Cloud,
    CloudAuthError,
    CloudError,
    CloudForbiddenError,
    CloudRefusal,
    CloudRefusedError,
    CloudUnreachableError,
)
from .cloud_entities import async_forget_cloud
from .cloud_model import CloudStatus, Contact, Presence
from .cloud_sequences import Body, drive_sequence, sequence
from .happenings import BatteryTold, CloudAccepted, CloudRefused, CloudTold
from .model import Phase, Request, Route
from .payloads import PHASES
from .polling import delay_s

if TYPE_CHECKING:
    from .runtime import TemiRuntime

REFUSALS: Final = {
    CloudRefusal.PRIVACY: "temi_cloud_privacy",
    CloudRefusal.OFFLINE: "temi_cloud_offline",
    CloudRefusal.BUSY: "temi_cloud_busy",
    CloudRefusal.NOT_RUNNING: "temi_cloud_not_running",
    CloudRefusal.NOT_FOUND: "temi_cloud_not_running",
    CloudRefusal.INVALID: "temi_cloud_invalid",
    CloudRefusal.OTHER: "temi_cloud_invalid",
}
GO_TO: Final = "go_to"


class CloudLink:
    """Asks the cloud politely, and lets it play what MQTT cannot."""

    def __init__(self, runtime: TemiRuntime) -> None:
        """Belong to a robot."""
        self._runtime = runtime
        self._cloud: Cloud | None = None
        self._added: list[Callable[[], None]] = []
        self._watching: asyncio.Task[None] | None = None
        self._look = asyncio.Event()
        self._failures = 0
        self._knows_waypoints = False
        self._playing = asyncio.Lock()
        self._has_entities = self._is_unknown = False
        self.status: CloudStatus | None = None
        self.waypoints: tuple[str, ...] = ()
        self.is_forbidden = False
        self.sequence_id: str | None = None
        """The last sequence that was begun from here."""

    @property
    def is_usable(self) -> bool:
        """Tell whether there is a key that the cloud has not refused."""
        refused = self._is_unknown or self.is_forbidden
        return self._cloud is not None and not refused

    @property
    def sees_robot(self) -> bool:
        """Tell whether the cloud knows how the robot is now."""
        status = self.status
        return status is not None and status.presence is not Presence.OFFLINE

    @callback
    def configure(self) -> None:
        """Take over the key; the one before is forgotten."""
        self.stop()
        runtime, settings = self._runtime, self._runtime.settings
        had_entities = self._has_entities
        self._has_entities = settings.api_key is not None
        if settings.api_key is None:
            async_forget_cloud(runtime.hass, runtime.entry.entry_id)
            return
        session = async_get_clientsession(runtime.hass)
        self._cloud = Cloud(
            session, settings.cloud_url, settings.api_key, settings.serial
        )
        self._watching = runtime.entry.async_create_background_task(
            runtime.hass, self._async_watch(self._cloud), "temi cloud"
        )
        for add in () if had_entities else tuple(self._added):
            add()

    @callback
    def stop(self) -> None:
        """Ask no longer."""
        if self._watching is not None:
            self._watching.cancel()
        self._cloud = self._watching = self.status = None
        self.is_forbidden = self._is_unknown = self._knows_waypoints = False
        self._failures = 0

    def diagnostics(self) -> dict[str, Any]:
        """Return what is known of the cloud, without what it says of persons."""
        status = self.status
        return {
            "usable": self.is_usable,
            "failures": self._failures,
            "presence": status and status.presence,
            "in_call": status and status.in_call,
        }

    def subscribe_set(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call the listener when there is a key, now or later."""
        if self._has_entities:
            listener()
        return add_listener(self._added, listener)

    async def async_drive(self, request: Request) -> None:
        """Let the cloud play a drive, and tell the engine whether it does."""
        body = drive_sequence(
            self._runtime.settings.serial,
            request.waypoint,
            request.before,
            request.under_way,
            request.there,
        )
        feed, drive_id = self._runtime.feed, request.drive_id
        try:
            feed(CloudAccepted(drive_id, await self._async_play(body)))
        except CloudRefusedError as err:
            feed(CloudRefused(drive_id, err.reason.value))
        except CloudError as err:
            self._note(err)
            feed(CloudRefused(drive_id, _detail(err)))
        except SmartQuarterError:
            feed(CloudRefused(drive_id, "no_key"))

    async def async_end(self, sequence_id: str) -> None:
        """Let the cloud end a sequence; one that has ended already is as good."""
        try:
            async with self._playing:
                if self._cloud is not None:
                    await self._cloud.async_stop(sequence_id)
        except CloudError as err:
            self._note(err)

    async def async_play(self, body: Body) -> str:
        """Play a sequence for a person, and return its id."""
        return await self._async_shown(self._async_play(body))

    async def async_stop_sequence(self) -> None:
        """End the sequence that was begun from here last."""
        cloud, sequence_id = self._needed(), self.sequence_id
        if sequence_id is None:
            raise SmartQuarterError(
                "temi_cloud_not_running", name=self._runtime.entry.title
            )
        await self._async_shown(cloud.async_stop(sequence_id))
        self._look.set()

    async def async_contacts(self) -> tuple[Contact, ...]:
        """Return who can be called."""
        return await self._async_shown(self._needed().async_contacts())

    def sequence(self, steps: Iterable[Any], **options: Any) -> Body:
        """Return the body of a sequence for this robot."""
        return sequence(self._runtime.settings.serial, list(steps), **options)

    def _needed(self) -> Cloud:
        """Return the cloud, or say that it has no key."""
        if self._cloud is None:
            raise SmartQuarterError(
                "temi_cloud_not_set", name=self._runtime.entry.title
            )
        return self._cloud

    async def _async_play(self, body: Body) -> str:
        """Begin a sequence when the one before has ended, and look often from now on."""
        async with self._playing:
            self.sequence_id = await self._needed().async_play(body)
        self._look.set()
        return self.sequence_id

    async def _async_shown[T](self, asking: Awaitable[T]) -> T:
        """Wait for an answer; what went wrong is said in words."""
        try:
            return await asking
        except CloudError as err:
            self._note(err)
            key = _sentence(err)
            raise SmartQuarterError(key, name=self._runtime.entry.title) from err

    async def _async_watch(self, cloud: Cloud) -> None:
        """Ask again and again; sooner when something was begun."""
        while self._cloud is cloud:
            self._look.clear()
            await self._async_ask(cloud)
            pause_s = delay_s(self._failures, is_active=self._is_active())
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._look.wait()

    async def _async_learn_waypoints(self, cloud: Cloud) -> None:
        """Learn where the robot can go, in case MQTT does not reach it; once is enough."""
        if self._knows_waypoints:
            return
        try:
            self.waypoints = await cloud.async_locations()
        except CloudUnreachableError:
            return
        except CloudError:
            # A key without this right is good for all the rest
            self.waypoints = ()
        self._knows_waypoints = True

    async def _async_ask(self, cloud: Cloud) -> None:
        """Ask once how the robot is."""
        try:
            self.status = await cloud.async_status()
        except CloudError as err:
            self.status = None
            self._failures += 1
            self.is_forbidden = isinstance(err, CloudForbiddenError)
            self._note(err)
        else:
            self._failures = 0
            self.is_forbidden = self._is_unknown = False
            self._tell(self.status)
            await self._async_learn_waypoints(cloud)
        self._runtime.report_faults()
        self._runtime.notify()

    def _tell(self, status: CloudStatus) -> None:
        """Tell the engine how its sequence and the robot are."""
        told, movement = status.sequence, status.movement
        phase, location = Phase.UNKNOWN, None
        if movement is not None and movement.kind == GO_TO:
            location = movement.location
            phase = PHASES.get(movement.status, Phase.UNKNOWN)
        sequence_id = None if told is None else told.sequence_id
        is_over = told is None or not told.is_running
        self._runtime.feed(CloudTold(sequence_id, is_over, location, phase))
        if status.is_charging is not None and not self._knows_charging():
            self._runtime.feed(BatteryTold(status.battery, status.is_charging))

    def _knows_charging(self) -> bool:
        """Tell whether the robot itself has said whether it charges."""
        state = self._runtime.state
        return state.online is True and state.is_charging is not None

    def _is_active(self) -> bool:
        """Tell whether something is going on that is worth to look at often."""
        drive, status = self._runtime.state.drive, self.status
        if drive is not None and drive.route is Route.CLOUD:
            return True
        if status is None:
            return False
        return status.in_call or bool(status.sequence and status.sequence.is_running)

    def _note(self, err: CloudError) -> None:
        """Ask for a new key when the cloud does not know this one."""
        if isinstance(err, CloudAuthError):
            self._is_unknown = True
            self._runtime.entry.async_start_reauth(self._runtime.hass)


def _detail(err: CloudError) -> str:
    """Return why the cloud does not play a drive, in one word."""
    match err:
        case CloudAuthError() | CloudForbiddenError():
            return "not_allowed"
    return "unreachable"


def _sentence(err: CloudError) -> str:
    """Return the key of the sentence that says what went wrong."""
    match err:
        case CloudRefusedError(reason=reason):
            return REFUSALS[reason]
        case CloudAuthError():
            return "temi_cloud_key"
        case CloudForbiddenError():
            return "temi_cloud_forbidden"
    return "temi_cloud_unreachable"
