"""What the entities of a robot share."""

from abc import abstractmethod
from typing import override

from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription

from ..const import DOMAIN
from ..entity import SystemEntity
from .const import MANUFACTURER, MODEL
from .model import RobotState
from .runtime import TemiRuntime


class RobotEntity[ValueT](SystemEntity[TemiRuntime, RobotState]):
    """An entity of a robot; without a heartbeat only its cloud may know of it."""

    _kind = "robot"

    def __init__(self, runtime: TemiRuntime, what: str | EntityDescription) -> None:
        """Belong to the robot's device."""
        super().__init__(runtime, runtime.entry.entry_id, what)
        self._shown: tuple[bool, ValueT] | None = None
        self._take_over(runtime.state)

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Return the robot's device."""
        entry = self.runtime.entry
        return DeviceInfo(
            identifiers={(DOMAIN, entry.entry_id)},
            name=entry.title,
            manufacturer=MANUFACTURER,
            model=MODEL,
            serial_number=self.runtime.settings.serial,
        )

    @property
    @override
    def view(self) -> RobotState:
        """Return what is known of the robot."""
        return self.runtime.state

    @abstractmethod
    def _read(self, view: RobotState) -> ValueT:
        """Return what of it this entity shows."""

    def _is_available(self, view: RobotState) -> bool:
        """Tell whether this is known now."""
        return view.online is True or self.runtime.cloud.sees_robot

    @override
    def _take_over(self, view: RobotState) -> bool:
        """Take the own part over and tell whether it changed."""
        self._attr_available = self._is_available(view)
        now = (self._attr_available, self._read(view))
        before, self._shown = self._shown, now
        return before != now
