"""What a house listens to: the states of its sources as events of the engine."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
    split_entity_id,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now

from .const import CONF_ENTITY, CONF_SOURCE_ID, CONF_SOURCES
from .happenings import HouseEvent, SourceCleared, SourceMatched
from .matching import Match, Seen, meaning_of
from .settings import HouseSettings

type Owner = tuple[str, str]
"""A place and one of its sources."""


def new_incident_id() -> str:
    """Return an id that fits the 16 characters other alarm systems allow."""
    stamp = ulid_now()
    return stamp[1:10] + stamp[-7:]


def sources_by_entity(settings: HouseSettings) -> dict[str, list[Owner]]:
    """Return which sources an entity is."""
    found: dict[str, list[Owner]] = defaultdict(list)
    for place_id, place in settings.places.items():
        for source in place[CONF_SOURCES]:
            found[source[CONF_ENTITY]].append((place_id, source[CONF_SOURCE_ID]))
    return found


@callback
def async_listen(
    hass: HomeAssistant,
    settings: HouseSettings,
    feed: Callable[[Iterable[HouseEvent]], object],
    came_or_went: Callable[[], None],
) -> CALLBACK_TYPE:
    """Listen to all sources, and look at each as it is now."""
    owners = sources_by_entity(settings)
    presses: dict[str, str] = {}

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        data = event.data
        entity_id = data["entity_id"]
        before, after = data["old_state"], data["new_state"]
        seen = Seen(
            split_entity_id(entity_id)[0],
            None if before is None else before.state,
            None if after is None else after.state,
        ).after_drop_out(presses.get(entity_id))
        if seen.is_press:
            presses[entity_id] = str(seen.after)
        if before is None or after is None:
            came_or_went()
        if found := tuple(_events(seen, owners[entity_id])):
            feed(found)

    feed(_present(hass, owners))
    return async_track_state_change_event(hass, owners, changed)


def _present(hass: HomeAssistant, owners: dict[str, list[Owner]]) -> list[HouseEvent]:
    """Return what the sources say at the start: nobody saw how it came to that."""
    found: list[HouseEvent] = []
    for entity_id, places in owners.items():
        if (state := hass.states.get(entity_id)) is not None:
            seen = Seen(split_entity_id(entity_id)[0], None, state.state)
            found += _events(seen, places)
    return found


def _events(seen: Seen, owners: Iterable[Owner]) -> Iterator[HouseEvent]:
    """Yield what a change of state means to each source."""
    meaning = meaning_of(seen, dt_util.utcnow())
    for place_id, source_id in owners:
        match meaning:
            case Match.CLEARED:
                yield SourceCleared(place_id, source_id)
            case Match.MATCHED | Match.FOUND_ON:
                late = meaning is Match.FOUND_ON
                yield SourceMatched(place_id, source_id, new_incident_id(), late)
