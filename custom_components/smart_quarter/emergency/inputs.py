"""What a house listens to: the states of its sources as events of the engine."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
    split_entity_id,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now

from .const import CONF_ENTITY, CONF_SOURCE_ID, CONF_SOURCES
from .happenings import HouseEvent, SourceCleared, SourceMatched
from .matching import Match, MatchRule, Seen, meaning_of
from .settings import HouseSettings, rule_of

type Owner = tuple[str, str]
"""A place and one of its sources."""
type Owners = tuple[Owner, ...]


def new_incident_id() -> str:
    """Return an id that fits the 16 characters other alarm systems allow."""
    stamp = ulid_now()
    return stamp[1:10] + stamp[-7:]


def sources_by_entity(settings: HouseSettings) -> dict[str, Owners]:
    """Return which sources an entity is."""
    found: dict[str, Owners] = {}
    for place_id, place in settings.places.items():
        for source in place[CONF_SOURCES]:
            entity_id, owner = source[CONF_ENTITY], (place_id, source[CONF_SOURCE_ID])
            found[entity_id] = (*found.get(entity_id, ()), owner)
    return found


def rules_by_source(settings: HouseSettings) -> dict[str, MatchRule]:
    """Return which states of its entity make a source call."""
    return {
        source[CONF_SOURCE_ID]: rule_of(source)
        for place in settings.places.values()
        for source in place[CONF_SOURCES]
    }


class Sources:
    """The entities that call, heard as long as the house runs."""

    def __init__(
        self,
        hass: HomeAssistant,
        feed: Callable[[Iterable[HouseEvent]], object],
        came_or_went: Callable[[], None],
    ) -> None:
        """Name who hears of calls, and of entities that come or go."""
        self._hass = hass
        self._feed = feed
        self._came_or_went = came_or_went
        self._owners: dict[str, Owners] = {}
        self._rules: dict[str, MatchRule] = {}
        self._presses: dict[str, str] = {}
        self._heard_until = dt_util.utcnow()
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def listen(self, settings: HouseSettings, heard_until: datetime) -> None:
        """Listen to all sources, and look at each as it is now; again after each change."""
        self.stop()
        self._owners = sources_by_entity(settings)
        self._rules = rules_by_source(settings)
        self._heard_until = heard_until
        found: list[HouseEvent] = []
        for entity_id in self._owners:
            found += self._events(entity_id, None, self._hass.states.get(entity_id))
        self._feed(found)
        self._stop = async_track_state_change_event(
            self._hass, self._owners, self._changed
        )

    @callback
    def stop(self) -> None:
        """Fall silent."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        """Hear a change of state."""
        data = event.data
        before, after = data["old_state"], data["new_state"]
        if before is None or after is None:
            self._came_or_went()
        if found := tuple(self._events(data["entity_id"], before, after)):
            self._feed(found)

    def _events(
        self, entity_id: str, before: State | None, after: State | None
    ) -> Iterator[HouseEvent]:
        """Yield what a change of state means to each source that the entity is."""
        seen = Seen(
            split_entity_id(entity_id)[0],
            None if before is None else before.state,
            None if after is None else after.state,
        ).after_drop_out(self._presses.get(entity_id))
        if seen.is_press:
            self._presses[entity_id] = str(seen.after)
        for place_id, source_id in self._owners[entity_id]:
            meaning = meaning_of(seen, self._heard_until, self._rules[source_id])
            match meaning:
                case Match.CLEARED:
                    yield SourceCleared(place_id, source_id)
                case Match.MATCHED | Match.FOUND_ON:
                    late = meaning is Match.FOUND_ON
                    yield SourceMatched(place_id, source_id, new_incident_id(), late)
