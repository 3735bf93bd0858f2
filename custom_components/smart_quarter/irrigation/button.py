"""Buttons of a site and its zones: water now, stop, test the valve's timer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import SiteEntity, ZoneEntity, ZoneView, async_add_for_zones
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
)
TEST_BUTTON: Final = Description(
    key="test_timer",
    entity_category=EntityCategory.CONFIG,
    press_fn=lambda runtime, zone_id: runtime.async_test_timer(zone_id),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: IrrigationConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons."""
    runtime = entry.runtime_data

    @callback
    def add_test(zone_id: str) -> None:
        _add_test_with_timer(entry, async_add_entities, zone_id)

    async_add_entities([StopAllButton(runtime, "stop_all")])
    async_add_for_zones(entry, async_add_entities, _zone_buttons)
    entry.async_on_unload(runtime.subscribe_zones(add_test))


def _zone_buttons(runtime: IrrigationRuntime, zone_id: str) -> list[ZoneButton]:
    """Return the buttons that every zone has."""
    return [ZoneButton(runtime, zone_id, each) for each in ZONE_BUTTONS]


def _add_test_with_timer(
    entry: IrrigationConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    zone_id: str,
) -> None:
    """Add the test of the valve's timer, now or when the valve is given one."""
    runtime, added = entry.runtime_data, False

    @callback
    def look() -> None:
        nonlocal added
        zone = runtime.config.zones.get(zone_id)
        if added or zone is None or not zone.valve.has_timer:
            return
        added = True
        button = TimerTestButton(runtime, zone_id, TEST_BUTTON)
        async_add_entities([button], config_subentry_id=zone_id)

    entry.async_on_unload(runtime.subscribe(zone_id, look))
    look()


class ZoneButton(ZoneEntity, ButtonEntity):
    """A button of a zone."""

    entity_description: Description

    @override
    async def async_press(self) -> None:
        """Do it."""
        await self.entity_description.press_fn(self.runtime, self.zone_id)


class TimerTestButton(ZoneButton):
    """Tests the valve's own timer, as long as the valve has one."""

    @override
    def _take_over(self, view: ZoneView) -> bool:
        """Take over whether there is a timer."""
        before, self._attr_available = self._attr_available, view.zone.valve.has_timer
        return before is not self._attr_available


class StopAllButton(SiteEntity, ButtonEntity):
    """Shuts the water off everywhere."""

    @override
    async def async_press(self) -> None:
        """Stop all zones."""
        await self.runtime.async_stop(None)
