"""The voice of a robot."""

from typing import override

from homeassistant.components.notify import NotifyEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import RobotEntity
from .model import RobotState
from .runtime import TemiConfigEntry


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TemiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the voice."""
    async_add_entities([Speech(entry.runtime_data, "speech")])


class Speech(RobotEntity[None], NotifyEntity):
    """Says messages aloud, and shows them on the robot's screen."""

    @override
    def _read(self, view: RobotState) -> None:
        """Show nothing."""

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Say it."""
        await self.runtime.async_say(message)
