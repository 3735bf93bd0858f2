"""Buttons of a robot: stand still, go home, answer it, see whether it obeys."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .answers import Answer
from .entity import RobotEntity
from .model import RobotState
from .runtime import TemiConfigEntry, TemiRuntime


@dataclass(frozen=True, kw_only=True)
class Description(ButtonEntityDescription):
    """A button and what it does."""

    press_fn: Callable[[TemiRuntime], Awaitable[None]]
    available_fn: Callable[[TemiRuntime], bool] | None = None
    """When it can be used, if not whenever the robot is reached."""


async def _yes(runtime: TemiRuntime) -> None:
    """Answer a question with yes."""
    runtime.asking.answer(Answer.YES)


async def _no(runtime: TemiRuntime) -> None:
    """Answer a question with no."""
    runtime.asking.answer(Answer.NO)


def _is_asked(runtime: TemiRuntime) -> bool:
    """Tell whether there is something to answer."""
    return runtime.asking.is_open


BUTTONS: Final = (
    Description(key="yes", press_fn=_yes, available_fn=_is_asked),
    Description(key="no", press_fn=_no, available_fn=_is_asked),
    Description(key="stop", press_fn=lambda runtime: runtime.async_stop()),
    Description(key="home", press_fn=lambda runtime: runtime.drives.async_go_home()),
    Description(
        key="check",
        entity_category=EntityCategory.DIAGNOSTIC,
        press_fn=lambda runtime: runtime.drives.async_check(),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TemiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons."""
    async_add_entities(RobotButton(entry.runtime_data, each) for each in BUTTONS)


class RobotButton(RobotEntity[None], ButtonEntity):
    """A button of a robot."""

    entity_description: Description

    @override
    def _read(self, view: RobotState) -> None:
        """Show nothing."""

    @override
    def _is_available(self, view: RobotState) -> bool:
        """Tell whether it can be used now."""
        if (available := self.entity_description.available_fn) is not None:
            return available(self.runtime)
        return super()._is_available(view)

    @override
    async def async_press(self) -> None:
        """Do it."""
        await self.entity_description.press_fn(self.runtime)
