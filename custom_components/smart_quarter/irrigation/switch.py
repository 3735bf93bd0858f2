"""Switches of a site and its zones: the season, automatic watering, the hose."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import (
    IrrigationEntity,
    SiteEntity,
    SiteView,
    ZoneEntity,
    ZoneView,
    async_add_for_zones,
)
from .runtime import IrrigationConfigEntry, IrrigationRuntime

HOSE_MIN: Final = 60
"""The hose mode ends by itself after this."""


@dataclass(frozen=True, kw_only=True)
class Description[ViewT](SwitchEntityDescription):
    """A switch, when it is on, and what turning it does."""

    is_on_fn: Callable[[ViewT], bool]
    turn_fn: Callable[[ViewT, bool], Awaitable[None]]


def _hose_is_on(view: ZoneView) -> bool:
    """Tell whether a zone's line is used by hand."""
    until = view.memory.hose_until
    return until is not None and view.site.now < until


ZONE_SWITCHES: Final = (
    Description[ZoneView](
        key="automatic",
        is_on_fn=lambda view: view.memory.automatic,
        turn_fn=lambda view, on: view.site.runtime.async_set_automatic(
            view.zone.zone_id, on
        ),
    ),
    Description[ZoneView](
        key="hose",
        is_on_fn=_hose_is_on,
        turn_fn=lambda view, on: view.site.runtime.async_set_hose(
            view.zone.zone_id, HOSE_MIN if on else None
        ),
    ),
)
SITE_SWITCHES: Final = (
    Description[SiteView](
        key="season",
        is_on_fn=lambda view: view.state.season,
        turn_fn=lambda view, on: view.runtime.async_set_season(on),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: IrrigationConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches."""
    runtime = entry.runtime_data
    async_add_entities(SiteSwitch(runtime, each) for each in SITE_SWITCHES)
    async_add_for_zones(entry, async_add_entities, _zone_switches)


def _zone_switches(runtime: IrrigationRuntime, zone_id: str) -> list[ZoneSwitch]:
    """Return the switches of a zone."""
    return [ZoneSwitch(runtime, zone_id, each) for each in ZONE_SWITCHES]


class _Switch[ViewT](IrrigationEntity[ViewT], SwitchEntity):
    """A switch whose state and effect are functions of its view."""

    entity_description: Description[ViewT]

    @override
    def _take_over(self, view: ViewT) -> bool:
        """Take the state over and tell whether it changed."""
        before, self._attr_is_on = (
            self._attr_is_on,
            self.entity_description.is_on_fn(view),
        )
        return before is not self._attr_is_on

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn on."""
        await self.entity_description.turn_fn(self.view, True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn off."""
        await self.entity_description.turn_fn(self.view, False)


class ZoneSwitch(ZoneEntity, _Switch[ZoneView]):
    """A switch of a zone."""


class SiteSwitch(SiteEntity, _Switch[SiteView]):
    """A switch of a site."""
