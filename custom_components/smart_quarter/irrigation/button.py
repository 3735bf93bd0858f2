"""Buttons of a site and its zones: water now, stop, test the valve's timer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import SiteEntity, ZoneEntity, async_add_for_zones
from .runtime import IrrigationConfigEntry, IrrigationRuntime


@dataclass(frozen=True, kw_only=True)
class Description(ButtonEntityDescription):
    """A zone's button and what pressing it does."""

    press_fn: Callable[[IrrigationRuntime, str], Awaitable[None]]


ZONE_BUTTONS: Final = (
    Description(
        key="run", press_fn=lambda runtime, zone_id: runtime.async_water(zone_id)
    ),
    Description(
        key="stop", press_fn=lambda runtime, zone_id: runtime.async_stop(zone_id)
    ),
    Description(
        key="test_timer",
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda runtime, zone_id: runtime.async_test_timer(zone_id),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: IrrigationConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons."""
    async_add_entities([StopAllButton(entry.runtime_data, "stop_all")])
    async_add_for_zones(entry, async_add_entities, _zone_buttons)


def _zone_buttons(runtime: IrrigationRuntime, zone_id: str) -> list[ZoneButton]:
    """Return the buttons of a zone; only a valve with a timer has one to test."""
    has_timer = runtime.config.zones[zone_id].valve.has_timer
    return [
        ZoneButton(runtime, zone_id, each)
        for each in ZONE_BUTTONS
        if has_timer or each.key != "test_timer"
    ]


class ZoneButton(ZoneEntity, ButtonEntity):
    """A button of a zone."""

    entity_description: Description

    def __init__(
        self, runtime: IrrigationRuntime, zone_id: str, description: Description
    ) -> None:
        """Act on the zone."""
        super().__init__(runtime, zone_id, description.key)
        self.entity_description = description

    @override
    async def async_press(self) -> None:
        """Do it."""
        await self.entity_description.press_fn(self.runtime, self.zone_id)


class StopAllButton(SiteEntity, ButtonEntity):
    """Shuts the water off everywhere."""

    @override
    async def async_press(self) -> None:
        """Stop all zones."""
        await self.runtime.async_stop(None)
