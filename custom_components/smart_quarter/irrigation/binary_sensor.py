"""Binary sensors of a site and its zones: what is wrong, what is not safe."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
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
from .view import is_leak_suspected, is_unsafe


@dataclass(frozen=True, kw_only=True)
class Description[ViewT](BinarySensorEntityDescription):
    """A binary sensor and when it is on."""

    is_on_fn: Callable[[ViewT], bool]


def _has_problem(view: ZoneView) -> bool:
    """Tell whether anything is wrong with a zone that a user can mend."""
    zone_id = view.zone.zone_id
    return any(place == zone_id for place, _ in view.site.runtime.problems)


ZONE_SENSORS: Final = (
    Description[ZoneView](
        key="problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        is_on_fn=_has_problem,
    ),
    Description[ZoneView](
        key="unsafe",
        device_class=BinarySensorDeviceClass.SAFETY,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        is_on_fn=lambda view: is_unsafe(view.zone, view.memory, view.site.now),
    ),
)
SITE_SENSORS: Final = (
    Description[SiteView](
        key="problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        is_on_fn=lambda view: bool(view.runtime.problems),
    ),
    Description[SiteView](
        key="leak",
        device_class=BinarySensorDeviceClass.MOISTURE,
        is_on_fn=lambda view: is_leak_suspected(view.state),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: IrrigationConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors."""
    runtime = entry.runtime_data
    async_add_entities(SiteBinarySensor(runtime, each) for each in SITE_SENSORS)
    async_add_for_zones(entry, async_add_entities, _zone_sensors)


def _zone_sensors(runtime: IrrigationRuntime, zone_id: str) -> list[ZoneBinarySensor]:
    """Return the binary sensors of a zone."""
    return [ZoneBinarySensor(runtime, zone_id, each) for each in ZONE_SENSORS]


class _BinarySensor[ViewT](IrrigationEntity[ViewT], BinarySensorEntity):
    """A binary sensor whose state a function takes from its view."""

    entity_description: Description[ViewT]

    @override
    def _take_over(self, view: ViewT) -> bool:
        """Take the state over and tell whether it changed."""
        before, self._attr_is_on = (
            self._attr_is_on,
            self.entity_description.is_on_fn(view),
        )
        return before is not self._attr_is_on


class ZoneBinarySensor(ZoneEntity, _BinarySensor[ZoneView]):
    """A binary sensor of a zone."""


class SiteBinarySensor(SiteEntity, _BinarySensor[SiteView]):
    """A binary sensor of a site."""
