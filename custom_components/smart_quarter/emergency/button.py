"""Buttons: for who lives in a place, and for who takes the duty over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .entity import HouseEntity, PlaceEntity, async_add_for_places
from .model import Actor
from .runtime import EmergencyConfigEntry, EmergencyRuntime

type Press = Callable[[EmergencyRuntime, str, Actor], Awaitable[None]]

TAKEN_FOR: Final = timedelta(hours=8)
"""So long whoever presses the button is on duty: a shift."""


@dataclass(frozen=True, kw_only=True)
class Description(ButtonEntityDescription):
    """A button and what it does, as whom."""

    press_fn: Press


async def _call(runtime: EmergencyRuntime, place_id: str, actor: Actor) -> None:
    """Call for help."""
    await runtime.care.async_call(place_id, actor)


async def _cancel(runtime: EmergencyRuntime, place_id: str, actor: Actor) -> None:
    """Cancel before anybody comes."""
    await runtime.care.async_cancel(place_id, actor)


PLACE_BUTTONS: Final = (
    Description(key="call", press_fn=_call),
    Description(key="cancel", press_fn=_cancel),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EmergencyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons."""
    runtime = entry.runtime_data
    async_add_entities([TakeOver(runtime, "take_over"), GiveBack(runtime, "give_back")])
    async_add_for_places(entry, async_add_entities, _place_buttons)


def _place_buttons(runtime: EmergencyRuntime, place_id: str) -> list[PlaceButton]:
    """Return the buttons of a place."""
    return [PlaceButton(runtime, place_id, each) for each in PLACE_BUTTONS]


class PlaceButton(PlaceEntity, ButtonEntity):
    """A button of a place."""

    entity_description: Description

    @override
    async def async_press(self) -> None:
        """Do it as the user who pressed."""
        actor = self.runtime.actor(self._context)
        await self.entity_description.press_fn(self.runtime, self.place_id, actor)


class TakeOver(HouseEntity, ButtonEntity):
    """Makes whoever presses it the one on duty, for a shift."""

    @override
    async def async_press(self) -> None:
        """Take the duty over."""
        actor = self.runtime.actor(self._context)
        until = dt_util.utcnow() + TAKEN_FOR
        await self.runtime.care.async_take_over(until, actor)


class GiveBack(HouseEntity, ButtonEntity):
    """Ends what whoever presses it has taken over."""

    @override
    async def async_press(self) -> None:
        """Give the duty back."""
        actor = self.runtime.actor(self._context)
        await self.runtime.care.async_take_over(None, actor)
