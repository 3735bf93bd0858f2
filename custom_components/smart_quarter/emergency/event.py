"""Events of a place: what happened, for automations; who and why stays in the journal."""

from typing import Final, override

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import PlaceEntity, async_add_for_places
from .happenings import Entry, Word
from .runtime import EmergencyConfigEntry, EmergencyRuntime

TYPES: Final = (
    Word.PRE_ALARM,
    Word.ALARM,
    Word.ESCALATED,
    Word.CALLED_AGAIN,
    Word.ACKNOWLEDGED,
    Word.RETURNED,
    Word.ON_SCENE,
    Word.RESOLVED,
    Word.CANCELLED,
    Word.REOPENED,
    Word.TEST_STARTED,
    Word.TEST_ENDED,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EmergencyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the events."""
    async_add_for_places(entry, async_add_entities, _place_events)


def _place_events(runtime: EmergencyRuntime, place_id: str) -> list[PlaceEvent]:
    """Return the events of a place."""
    return [PlaceEvent(runtime, place_id, "emergency")]


class PlaceEvent(PlaceEntity, EventEntity):
    """Tells what happens in a place."""

    _attr_event_types = [word.value for word in TYPES]

    @override
    async def async_added_to_hass(self) -> None:
        """Follow what the journal says about the place."""
        await super().async_added_to_hass()
        stop = self.runtime.subscribe_entries(self.place_id, self._happened)
        self.async_on_remove(stop)

    @callback
    def _happened(self, entry: Entry) -> None:
        """Fire the event; the incident's id is all that it tells."""
        if entry.word in TYPES:
            self._trigger_event(entry.word, {"incident_id": entry.incident_id})
            self.async_write_ha_state()
