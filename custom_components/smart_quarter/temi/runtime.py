"""The running robot: feeds what it says into the engine, and carries effects out."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryNotReady, HomeAssistantError
from homeassistant.helpers.device_registry import AnyDeviceEntry
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..devices import async_rename_devices
from ..exceptions import SmartQuarterError
from .asking import Asking
from .cloud_link import CloudLink
from .cloud_sequences import speak_sequence
from .diagnostics import robot_diagnostics
from .drives import Drives
from .faults import Fault, faults, silent_fault_at
from .followers import FollowedRobot
from .happenings import (
    Connected,
    Ended,
    Ending,
    EndSequence,
    Happened,
    NotSent,
    PlayDrive,
    RobotEffect,
    RobotEvent,
    Say,
    SendGoTo,
    SendStop,
    Stop,
    TimePassed,
)
from .memory import Memory
from .model import Hearing, RobotConfig, RobotState, Route
from .payloads import Refusal
from .repairs import async_report
from .robot import begin, is_reached_by_mqtt, step, wake_at
from .settings import missing_waypoints, robot_settings

if TYPE_CHECKING:
    from .wire import Wire

type TemiConfigEntry = ConfigEntry[TemiRuntime]

GO_TO = "waypoint/goto"


class TemiRuntime(FollowedRobot):
    """One robot."""

    wire: Wire

    def __init__(self, hass: HomeAssistant, entry: TemiConfigEntry) -> None:
        """Build the robot from its settings; nothing is heard yet."""
        super().__init__()
        self.hass = hass
        self.entry = entry
        self.settings = robot_settings(entry.data)
        self.state = RobotState()
        self.refused: Counter[Refusal] = Counter()
        self.retained: set[str] = set()
        self.faults: frozenset[Fault] = frozenset()
        self.drives = Drives(self)
        self.cloud = CloudLink(self)
        self.asking = Asking(self)
        self._memory = Memory(hass, entry.entry_id)
        self._timer: asyncio.TimerHandle | None = None

    @property
    def config(self) -> RobotConfig:
        """Return what the engine has to know beside what the robot says."""
        return RobotConfig(self.cloud.is_usable)

    async def async_load(self) -> None:
        """Find the broker, and remember whether the robot heard."""
        from .wire import Wire, async_is_ready  # noqa: PLC0415 - takes 5 MB

        if not await async_is_ready(self.hass):
            raise ConfigEntryNotReady(
                translation_domain=DOMAIN, translation_key="temi_no_broker"
            )
        self.state = begin(await self._memory.async_load(), dt_util.utcnow())
        serial = self.settings.serial
        self.wire = Wire(self.hass, serial, self.feed, self._refuse, self._found_stored)

    async def async_start(self) -> None:
        """Listen."""
        await self.wire.async_start()
        self.cloud.configure()
        self.report_faults()
        self._arm()

    async def async_unload(self) -> None:
        """Listen no longer; a drive goes on, but nobody waits for it any more."""
        self.wire.stop()
        self.feed(Ending())
        self.asking.stop()
        self.cloud.stop()
        if self._timer is not None:
            self._timer.cancel()
        await self._memory.async_save(self.state.hearing)
        async_report(self.hass, self.entry, frozenset(), self.faults)

    async def async_apply_config(self) -> None:
        """Apply changed settings; a drive goes on."""
        async_rename_devices(self.hass, self.entry)
        before, self.settings = self.settings, robot_settings(self.entry.data)
        if (before.api_key, before.cloud_url) != (
            self.settings.api_key,
            self.settings.cloud_url,
        ):
            self.cloud.configure()
        self.report_faults()

    def diagnostics(self) -> Mapping[str, Any]:
        """Return what helps to find a fault, without anything personal."""
        told = robot_diagnostics(self.state, self.settings, self.refused, self.faults)
        return {**told, "cloud": self.cloud.diagnostics()}

    def is_device_in_use(self, device: AnyDeviceEntry) -> bool:
        """Tell whether the device is the robot."""
        return (DOMAIN, self.entry.entry_id) in device.identifiers

    @callback
    def feed(self, event: RobotEvent) -> None:
        """Let the engine take in an event."""
        before = self.state
        self.state, effects = step(self.config, before, event, dt_util.utcnow())
        for effect in effects:
            self._carry_out(effect)
        if self.state.hearing is not before.hearing:
            self._begin(self._memory.async_save(self.state.hearing))
        # Nearly all events are heartbeats that say what the one before said
        if effects or replace(before, heard_at=self.state.heard_at) != self.state:
            self.notify()
        self.report_faults()
        self._arm()

    async def async_stop(self) -> None:
        """Stand still; what the cloud plays it ends itself."""
        drive = self.state.drive
        self.feed(Stop())
        if drive is None or drive.route is not Route.CLOUD:
            self._complain_if_unheard()

    async def async_say(self, text: str) -> None:
        """Say something; the robot never says whether it did."""
        is_reached = is_reached_by_mqtt(self.state)
        if not is_reached and self.config.has_cloud:
            await self.cloud.async_play(speak_sequence(self.settings.serial, text))
            return
        await self.wire.async_send("tts", {"utterance": text})
        self._complain_if_unheard()

    async def async_tilt(self, degrees: int) -> None:
        """Tilt the head; the app drops what is no whole number."""
        await self.wire.async_send("move/tilt", {"angle": degrees})
        self._complain_if_unheard()

    @callback
    def connected(self) -> None:
        """Take note that somebody has restarted the app on the robot."""
        self.feed(Connected())

    async def async_forget(self, command: str) -> None:
        """Take a stored command from the broker."""
        await self.wire.async_forget(command)
        self.retained.discard(command)
        self.report_faults()

    @callback
    def report_faults(self) -> None:
        """Bring the repair issues in line."""
        missing = missing_waypoints(self.settings.areas, self.state.waypoints)
        found = faults(
            self.state,
            missing,
            self.retained,
            dt_util.utcnow(),
            is_forbidden=self.cloud.is_forbidden,
        )
        if found != self.faults:
            async_report(self.hass, self.entry, found, self.faults)
            self.faults = found

    def _complain_if_unheard(self) -> None:
        """Say that what was sent was probably not heard."""
        if self.state.online is not True:
            raise SmartQuarterError("temi_offline", name=self.entry.title)
        if self.state.hearing is Hearing.DEAF:
            raise SmartQuarterError("temi_deaf", name=self.entry.title)

    def _carry_out(self, effect: RobotEffect) -> None:
        """Do what the engine wants done."""
        match effect:
            case SendGoTo(waypoint):
                self._begin(self._async_send(GO_TO, {"location": waypoint}))
            case SendStop():
                self._begin(self._async_send("move/stop", {}))
            case Say(text):
                self._begin(self._async_send("tts", {"utterance": text}))
            case PlayDrive(request):
                self._begin(self.cloud.async_drive(request))
            case EndSequence(sequence_id):
                self._begin(self.cloud.async_end(sequence_id))
            case Ended(result):
                self.drives.ended(result)
            case Happened():
                self.notify_news(effect)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that is not waited for."""
        self.entry.async_create_background_task(self.hass, work, "temi work")

    async def _async_send(self, command: str, payload: dict[str, Any]) -> None:
        """Send a command; without a broker nobody has to wait for the robot."""
        try:
            await self.wire.async_send(command, payload)
        except HomeAssistantError:
            if command == GO_TO:
                self.feed(NotSent())

    @callback
    def _refuse(self, refusal: Refusal) -> None:
        """Count a message that is not believed."""
        self.refused[refusal] += 1

    @callback
    def _found_stored(self, command: str) -> None:
        """Remember a command that is stored on the broker."""
        self.retained.add(command)
        self.report_faults()

    def _arm(self) -> None:
        """Wake up when something is due; a timer that comes too early sets the next one."""
        now = dt_util.utcnow()
        fault_at = silent_fault_at(self.state)
        later = fault_at if fault_at is not None and fault_at > now else None
        times = [each for each in (wake_at(self.state), later) if each is not None]
        if not times:
            return
        at = self.hass.loop.time() + max(0.0, (min(times) - now).total_seconds())
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = self.hass.loop.call_at(at, self._wake)

    @callback
    def _wake(self) -> None:
        """Let time pass."""
        self._timer = None
        self.feed(TimePassed())
