"""What the entities of a house and its places share."""

from collections.abc import Callable, Iterable
from typing import ClassVar, override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..devices import entry_device, part_device
from .const import HOUSE_MODEL, PLACE_MODEL
from .model import OPEN, Incident
from .runtime import EmergencyConfigEntry, EmergencyRuntime


class EmergencyEntity(Entity):
    """An entity that shows a part of the runtime's state and decides nothing."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _kind: ClassVar[str]
    place_id: str | None = None

    def __init__(
        self, runtime: EmergencyRuntime, owner_id: str, what: str | EntityDescription
    ) -> None:
        """Belong to the house or a place, by a description or only its key."""
        self.runtime = runtime
        if isinstance(what, EntityDescription):
            self.entity_description = what
        key = what if isinstance(what, str) else what.key
        self._attr_unique_id = f"{owner_id}_{key}"
        self._attr_translation_key = f"{self._kind}_{key}"

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the part of the house that this entity shows."""
        self._take_over()
        self.async_on_remove(self.runtime.subscribe(self.place_id, self._changed))

    @callback
    def _changed(self) -> None:
        """Write the state, but only when this entity's own part changed."""
        if self._take_over():
            self.async_write_ha_state()

    def _take_over(self) -> bool:
        """Take the own part over and tell whether it changed."""
        return False

    @callback
    @override
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Need nothing to be done anew."""

    def open_incidents(self) -> list[Incident]:
        """Return the open incidents of the place, or of the house, the most urgent first."""
        found = [
            incident
            for incident in self.runtime.state.incidents.values()
            if incident.stage in OPEN and self.place_id in {None, incident.place_id}
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
        self.place_id: str = place_id

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
) -> None:
    """Add entities for every place, now and when one is added."""
    runtime = entry.runtime_data

    @callback
    def add(place_id: str) -> None:
        async_add_entities(make(runtime, place_id), config_subentry_id=place_id)

    entry.async_on_unload(runtime.subscribe_places(add))
