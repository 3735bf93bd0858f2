"""Switches of a place: the walk test, and that nobody is there."""

from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .entity import Calls, PlaceEntity, async_add_for_places
from .runtime import EmergencyConfigEntry, EmergencyRuntime
from .watch_entities import ABSENCE, is_watched

WALK_TEST: Final = timedelta(minutes=30)
"""A walk test ends by itself after this."""
AWAY: Final = timedelta(days=28)
"""An absence without an end ends after this."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EmergencyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches."""
    async_add_for_places(entry, async_add_entities, _place_switches)
    async_add_for_places(entry, async_add_entities, _watch_switches, is_watched)


def _place_switches(runtime: EmergencyRuntime, place_id: str) -> list[PlaceEntity]:
    """Return the switches of every place."""
    return [WalkTest(runtime, place_id, "walk_test")]


def _watch_switches(runtime: EmergencyRuntime, place_id: str) -> list[PlaceEntity]:
    """Return the switches of a place where somebody is watched."""
    return [Absence(runtime, place_id, ABSENCE)]


class WalkTest(PlaceEntity, SwitchEntity):
    """While on, what the place raises is a test, and an alarm if nobody ends it."""

    _attr_entity_category = EntityCategory.CONFIG

    @override
    def _take_over(self, view: Calls) -> bool:
        """Take over whether the place is tested, and tell whether it changed."""
        place = self.runtime.state.places.get(self.place_id)
        tested = place is not None and place.test_until is not None
        before, self._attr_is_on = self._attr_is_on, tested
        return before is not tested

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Begin the test as the user who turned it on."""
        await self._set(dt_util.utcnow() + WALK_TEST)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """End the test."""
        await self._set(None)

    async def _set(self, until: datetime | None) -> None:
        """Begin or end."""
        actor = self.runtime.actor(self._context)
        await self.runtime.care.async_set_test(self.place_id, until, actor)


class Absence(PlaceEntity, SwitchEntity):
    """While on, nobody is missed in the place; calls for help are heard as ever.

    Its history would tell when a flat stands empty, and it is therefore off by default.
    """

    _attr_entity_registry_enabled_default = False

    @override
    def _take_over(self, view: Calls) -> bool:
        """Take over whether somebody is away, and tell whether it changed."""
        place = self.runtime.state.places.get(self.place_id)
        away = place is not None and place.watching.absent_until is not None
        before, self._attr_is_on = self._attr_is_on, away
        return before is not away

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Say that nobody is there, as the user who turned it on."""
        await self._set(dt_util.utcnow() + AWAY)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Say that somebody is there again."""
        await self._set(None)

    async def _set(self, until: datetime | None) -> None:
        """Begin or end."""
        actor = self.runtime.actor(self._context)
        await self.runtime.care.async_set_absence(self.place_id, until, actor)
