"""What the entities of a house and its places share."""

from collections.abc import Callable, Iterable
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..devices import entry_device, part_device
from ..entity import SystemEntity
from .const import HOUSE_MODEL, PLACE_MODEL
from .followers import Wanted, everywhere
from .model import OPEN, Incident
from .runtime import EmergencyConfigEntry, EmergencyRuntime

type Calls = list[Incident]
"""Open incidents, the most urgent first."""


class EmergencyEntity(SystemEntity[EmergencyRuntime, Calls]):
    """An entity of a house or a place."""

    @property
    @override
    def view(self) -> Calls:
        """Return the open incidents of the place, or of the house."""
        found = [
            incident
            for incident in self.runtime.state.incidents.values()
            if incident.stage in OPEN and self.part_id in {None, incident.place_id}
        ]
        return sorted(found, key=lambda each: (each.priority, each.opened_at))


class HouseEntity(EmergencyEntity):
    """An entity of a whole house."""

    _kind = "house"

    def __init__(
        self, runtime: EmergencyRuntime, what: str | EntityDescription
    ) -> None:
        """Belong to the house's device."""
        super().__init__(runtime, runtime.entry.entry_id, what)

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Return the house's device."""
        return entry_device(self.runtime.entry, HOUSE_MODEL)


class PlaceEntity(EmergencyEntity):
    """An entity of a place."""

    _kind = "place"

    def __init__(
        self, runtime: EmergencyRuntime, place_id: str, what: str | EntityDescription
    ) -> None:
        """Belong to the place's device."""
        super().__init__(runtime, place_id, what)
        self.place_id = self.part_id = place_id

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Return the place's device."""
        runtime = self.runtime
        return part_device(runtime.hass, runtime.entry, self.place_id, PLACE_MODEL)


def async_add_for_places(
    entry: EmergencyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[EmergencyRuntime, str], Iterable[Entity]],
    wanted: Wanted = everywhere,
) -> None:
    """Add entities for every place that wants them, now and when one comes to do so."""
    runtime = entry.runtime_data

    @callback
    def add(place_id: str) -> None:
        async_add_entities(make(runtime, place_id), config_subentry_id=place_id)

    entry.async_on_unload(runtime.subscribe_places(add, wanted))
