"""What the entities of a site, a zone and a tank share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from ..devices import entry_device, part_device
from ..entity import SystemEntity
from .const import SITE_MODEL
from .model import SiteConfig, SiteState, ZoneConfig, ZoneState
from .runtime import IrrigationConfigEntry, IrrigationRuntime


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site at a moment, as its entities look at it."""

    config: SiteConfig
    state: SiteState
    now: datetime
    runtime: IrrigationRuntime


@dataclass(frozen=True, slots=True)
class ZoneView:
    """A zone at a moment, as its entities look at it."""

    zone: ZoneConfig
    memory: ZoneState
    site: SiteView


class IrrigationEntity[ViewT](SystemEntity[IrrigationRuntime, ViewT]):
    """An entity of a site, a zone or a tank."""

    @property
    def site_view(self) -> SiteView:
        """Return the site as it is now."""
        runtime = self.runtime
        return SiteView(runtime.config, runtime.state, dt_util.utcnow(), runtime)


class SiteEntity(IrrigationEntity[SiteView]):
    """An entity of a whole site."""

    _kind = "site"

    def __init__(
        self, runtime: IrrigationRuntime, what: str | EntityDescription
    ) -> None:
        """Belong to the site's device."""
        super().__init__(runtime, runtime.entry.entry_id, what)

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Return the site's device."""
        return entry_device(self.runtime.entry, SITE_MODEL)

    @property
    @override
    def view(self) -> SiteView:
        """Return the site as it is now."""
        return self.site_view


class ZoneEntity(IrrigationEntity[ZoneView]):
    """An entity of a zone."""

    _kind = "zone"

    def __init__(
        self, runtime: IrrigationRuntime, zone_id: str, what: str | EntityDescription
    ) -> None:
        """Belong to the zone's device."""
        super().__init__(runtime, zone_id, what)
        self.zone_id = self.part_id = zone_id

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Return the zone's device."""
        runtime = self.runtime
        return part_device(runtime.hass, runtime.entry, self.zone_id, "Irrigation zone")

    @property
    @override
    def view(self) -> ZoneView:
        """Return the zone as it is now."""
        site, zone_id = self.site_view, self.zone_id
        return ZoneView(site.config.zones[zone_id], site.state.zones[zone_id], site)

    @callback
    @override
    def _changed(self) -> None:
        """Fall silent when the zone is removed."""
        if self.zone_id in self.runtime.state.zones:
            super()._changed()


class TankEntity(IrrigationEntity[SiteView]):
    """An entity of a tank."""

    _kind = "tank"

    def __init__(
        self, runtime: IrrigationRuntime, tank_id: str, what: str | EntityDescription
    ) -> None:
        """Belong to the tank's device."""
        super().__init__(runtime, tank_id, what)
        self.tank_id = tank_id

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Return the tank's device."""
        runtime = self.runtime
        return part_device(runtime.hass, runtime.entry, self.tank_id, "Tank")

    @property
    @override
    def view(self) -> SiteView:
        """Return the site with its tank as it is now."""
        return self.site_view


def async_add_for_zones(
    entry: IrrigationConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[IrrigationRuntime, str], Iterable[Entity]],
) -> None:
    """Add entities for every zone, now and when one is added."""
    runtime = entry.runtime_data

    @callback
    def add(zone_id: str) -> None:
        async_add_entities(make(runtime, zone_id), config_subentry_id=zone_id)

    entry.async_on_unload(runtime.subscribe_zones(add))


def async_add_for_tank(
    entry: IrrigationConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[IrrigationRuntime, str], Iterable[Entity]],
) -> None:
    """Add entities for the tank, now or when it is added."""
    runtime = entry.runtime_data

    @callback
    def add(tank_id: str) -> None:
        async_add_entities(make(runtime, tank_id), config_subentry_id=tank_id)

    entry.async_on_unload(runtime.subscribe_tank(add))
