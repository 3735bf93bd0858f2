"""Switches: the walk test of a place or of all, and that nobody is in a place."""

from abc import abstractmethod
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .entity import (
    Calls,
    EmergencyEntity,
    HouseEntity,
    PlaceEntity,
    async_add_for_places,
)
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
    async_add_entities([HouseTest(entry.runtime_data, "walk_test")])
    async_add_for_places(entry, async_add_entities, _place_switches)
    async_add_for_places(entry, async_add_entities, _watch_switches, is_watched)


def _place_switches(runtime: EmergencyRuntime, place_id: str) -> list[PlaceEntity]:
    """Return the switches of every place."""
    return [WalkTest(runtime, place_id, "walk_test")]


def _watch_switches(runtime: EmergencyRuntime, place_id: str) -> list[PlaceEntity]:
    """Return the switches of a place where somebody is watched."""
    return [Absence(runtime, place_id, ABSENCE)]


class _Test(EmergencyEntity, SwitchEntity):
    """While on, what comes is a test, and an alarm if nobody ends it."""

    _attr_entity_category = EntityCategory.CONFIG

    @property
    @abstractmethod
    def tested(self) -> Iterable[str]:
        """Return the places that are tested."""

    @override
    def _take_over(self, view: Calls) -> bool:
        """Take over whether all places are tested, and tell whether it changed."""
        known = self.runtime.state.places
        found = [known.get(place_id) for place_id in self.tested]
        on = bool(found) and all(each and each.test_until for each in found)
        before, self._attr_is_on = self._attr_is_on, on
        return before is not on

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
        await self.runtime.care.async_set_test(self.tested, until, actor)


class HouseTest(HouseEntity, _Test):
    """The walk test of all places at once."""

    @property
    @override
    def tested(self) -> Iterable[str]:
        """Return all places."""
        return self.runtime.config.places


class WalkTest(PlaceEntity, _Test):
    """The walk test of a place."""

    @property
    @override
    def tested(self) -> Iterable[str]:
        """Return the place."""
        return (self.place_id,)


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
