"""What is heard of the places that are watched.

Motion, and who is in the bathroom, is remembered here; the engine, and with it the journal,
hears only of what decides something.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    State,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_time_interval,
)
from homeassistant.util import dt as dt_util

from .const import CONF_ACTIVITY
from .happenings import Heard, HeardNothing, HouseEvent, Stayed
from .matching import is_momentary
from .model import PlaceState, rule_source
from .settings import STAY_KEYS
from .watch import OF_ACTIVITY, Rule, Watch

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime

CHECK_IN_EVERY: Final = timedelta(hours=1)
LOOK: Final = timedelta(minutes=1)
"""What lasts is looked at this often; what has lasted for half of its limit is told."""
_MUTE: Final = {STATE_UNAVAILABLE, STATE_UNKNOWN}


class Activity:
    """Hears the entities of all watches, and tells the engine what decides something."""

    def __init__(self, runtime: EmergencyRuntime) -> None:
        """Belong to a house."""
        self._runtime = runtime
        self._active: dict[str, set[str]] = {}
        self._stays: dict[str, list[tuple[str, Rule]]] = {}
        self._heard: dict[str, datetime] = {}
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Listen, and look every minute at what lasts."""
        hass, entry = self._runtime.hass, self._runtime.entry
        entry.async_on_unload(async_track_time_interval(hass, self._look, LOOK))
        self.listen()

    @callback
    def listen(self) -> None:
        """Listen, and look at everything as it is now; again after each change of settings."""
        self.stop()
        places = self._watched()
        self._active, self._stays = defaultdict(set), defaultdict(list)
        for place_id, place in places.items():
            for entity_id in place.get(CONF_ACTIVITY, ()):
                self._active[entity_id].add(place_id)
            for rule, key in STAY_KEYS.items():
                if place.get(key):
                    self._stays[place[key]].append((place_id, rule))
        self._heard = {key: at for key, at in self._heard.items() if key in places}
        entities = {*self._active, *self._stays}
        self._stop = async_track_state_change_event(
            self._runtime.hass, entities, self._changed
        )
        self._runtime.feed([*self._deafness(places), *self._lasting(self._stays)])

    @callback
    def stop(self) -> None:
        """Fall silent."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    def last(self, place_id: str) -> datetime | None:
        """Return when somebody was active last, as exactly as it is known."""
        known = self._state(place_id).watching.last_activity
        heard = self._heard.get(place_id)
        return max((each for each in (known, heard) if each is not None), default=None)

    def remembered(self) -> Iterator[HouseEvent]:
        """Yield what was heard and not told, for the engine to know before it decides."""
        told = {
            place_id: at
            for place_id, at in self._heard.items()
            if _is_news(at, self._state(place_id))
        }
        if told:
            yield Heard(told)

    @callback
    def _look(self, _now: datetime) -> None:
        """Tell of what has lasted for long enough to be asked about soon."""
        if found := tuple(self._lasting(self._stays)):
            self._runtime.feed(found)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        """Hear a change of state."""
        data = event.data
        entity_id, before, after = (
            data["entity_id"],
            data["old_state"],
            data["new_state"],
        )
        active = self._active.get(entity_id, set())
        found: list[HouseEvent] = []
        if _is_mute(before) is not _is_mute(after):
            found += self._deafness(active)
        elif _is_activity(before, after):
            now = dt_util.utcnow()
            self._heard |= dict.fromkeys(active, now)
            self._runtime.notify(active)
            if decides := {p: now for p in active if self._decides(p, now)}:
                found.append(Heard(decides))
        found += self._lasting({entity_id} & self._stays.keys())
        if found:
            self._runtime.feed(found)

    def _decides(self, place_id: str, now: datetime) -> bool:
        """Tell whether activity changes anything by now; what does not is only remembered."""
        place, state = self._runtime.config.places[place_id], self._runtime.state
        if place.watch is None:
            return False
        known = self._state(place_id).watching
        rules = {rule_source(place_id, each) for each in (*OF_ACTIVITY, Rule.CHECK_IN)}
        if known.last_activity is None or rules & state.raised:
            return True
        return now - known.last_activity >= _often(place.watch)

    def _deafness(self, place_ids: Iterable[str]) -> Iterator[HouseEvent]:
        """Yield which places cannot be heard at all, or can again."""
        watched = self._watched()
        for place_id in place_ids:
            entities = watched[place_id].get(CONF_ACTIVITY, ())
            states = [self._runtime.hass.states.get(each) for each in entities]
            blind = bool(states) and all(_is_mute(each) for each in states)
            if blind is not self._state(place_id).watching.blind:
                yield HeardNothing(place_id, blind)

    def _lasting(self, entity_ids: Iterable[str]) -> Iterator[HouseEvent]:
        """Yield what lasts long, or is over; what cannot be heard stays as it was."""
        for entity_id in entity_ids:
            state = self._runtime.hass.states.get(entity_id)
            if state is None or _is_mute(state):
                continue
            for place_id, rule in self._stays[entity_id]:
                lasts = (state.state == STATE_ON) is not (rule is Rule.BED)
                is_known = rule in self._state(place_id).watching.since
                if is_known and not lasts:
                    yield Stayed(place_id, rule, None)
                elif lasts and not is_known and self._is_long(place_id, rule, state):
                    yield Stayed(place_id, rule, state.last_changed)

    def _is_long(self, place_id: str, rule: Rule, state: State) -> bool:
        """Tell whether something has lasted for half of what it may: most never does."""
        watch = self._runtime.config.places[place_id].watch
        limit = None if watch is None else watch.stays.get(rule)
        return limit is not None and dt_util.utcnow() - state.last_changed >= limit / 2

    def _watched(self) -> dict[str, Any]:
        """Return the settings of the places that are watched."""
        places = self._runtime.config.places
        return {
            place_id: settings
            for place_id, settings in self._runtime.settings.places.items()
            if places[place_id].watch is not None
        }

    def _state(self, place_id: str) -> PlaceState:
        """Return what the engine remembers of a place."""
        return self._runtime.state.places.get(place_id, PlaceState())


def _often(watch: Watch) -> timedelta:
    """Return how long activity may go untold: a quarter of what it puts off."""
    limits = [each for each in (watch.inactivity, watch.day_inactivity) if each]
    if watch.activity_is_check_in:
        limits.append(4 * CHECK_IN_EVERY)
    return min(limits, default=timedelta(days=1)) / 4


def _is_news(at: datetime, place: PlaceState) -> bool:
    """Tell whether the engine must know what was heard, because something is due."""
    known = place.watching
    if known.due is None or known.last_activity is None:
        return False
    return known.due <= dt_util.utcnow() and at > known.last_activity


def _is_activity(before: State | None, after: State | None) -> bool:
    """Tell whether a change comes from a person: between two states that are known."""
    if after is None or _is_mute(after):
        return False
    if before is None or _is_mute(before):
        return False
    return before.state != after.state


def _is_mute(state: State | None) -> bool:
    """Tell whether an entity cannot be heard; a button that was never pressed can."""
    if state is None:
        return True
    if is_momentary(state.domain):
        return state.state == STATE_UNAVAILABLE
    return state.state in _MUTE
