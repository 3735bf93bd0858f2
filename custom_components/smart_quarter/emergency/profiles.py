"""What Home Assistant writes into its history that would show how somebody lives."""

from collections.abc import Iterator

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import DATA_INSTANCE

from ..const import DOMAIN
from .runtime import EmergencyRuntime
from .settings import watch_inputs
from .watch_entities import WATCH_ENTITIES


def recorded_profiles(hass: HomeAssistant, runtime: EmergencyRuntime) -> set[str]:
    """Return what is heard of watched persons, or tells of them, and is recorded."""
    if (recorder := hass.data.get(DATA_INSTANCE)) is None:
        return set()
    keeps = recorder.entity_filter
    return {
        entity_id
        for entity_id in _profiles(er.async_get(hass), runtime)
        if hass.states.get(entity_id) and (keeps is None or keeps(entity_id))
    }


def _profiles(registry: er.EntityRegistry, runtime: EmergencyRuntime) -> Iterator[str]:
    """Yield the entities whose history is a profile of a person."""
    for place_id, place in runtime.settings.places.items():
        yield from watch_inputs(place)
        for platform, key in WATCH_ENTITIES.items():
            unique_id = f"{place_id}_{key}"
            if found := registry.async_get_entity_id(platform, DOMAIN, unique_id):
                yield found
