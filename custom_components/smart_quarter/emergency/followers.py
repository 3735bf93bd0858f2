"""Who follows a house: its entities, and what adds entities for its places."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from homeassistant.core import CALLBACK_TYPE

from ..listeners import add_listener
from .happenings import Entry
from .model import HouseConfig, PlaceConfig

type EntryListener = Callable[[Entry], None]
type PlaceListener = Callable[[str], None]
type Wanted = Callable[[PlaceConfig], bool]
"""Whether entities of a kind belong to a place."""


def everywhere(_place: PlaceConfig) -> bool:
    """Belong to every place."""
    return True


class FollowedHouse:
    """A house that tells who follows it, or one of its places, what has changed."""

    config: HouseConfig

    def __init__(self) -> None:
        """Be followed by nobody."""
        self._listeners = defaultdict[str | None, list[Callable[[], None]]](list)
        self._entry_listeners = defaultdict[str, list[EntryListener]](list)
        self._untold = defaultdict[str, list[Entry]](list)
        self._place_listeners: list[tuple[PlaceListener, Wanted]] = []

    def subscribe(
        self, place_id: str | None, listener: Callable[[], None]
    ) -> CALLBACK_TYPE:
        """Call the listener when a place, or (None) the house, changed."""
        return add_listener(self._listeners[place_id], listener)

    def subscribe_entries(
        self, place_id: str, listener: EntryListener
    ) -> CALLBACK_TYPE:
        """Tell of what the journal says about a place, also during the start."""
        for entry in self._untold.pop(place_id, ()):
            listener(entry)
        return add_listener(self._entry_listeners[place_id], listener)

    def subscribe_places(
        self, listener: PlaceListener, wanted: Wanted
    ) -> CALLBACK_TYPE:
        """Call the listener for every place that wants it, now and when one comes to."""
        self._tell_places([(listener, wanted)], {})
        return add_listener(self._place_listeners, (listener, wanted))

    def notify(self, place_ids: Iterable[str | None]) -> None:
        """Tell who listens to the places, and to the house."""
        for place_id in {*place_ids, None}:
            for listener in tuple(self._listeners[place_id]):
                listener()

    def notify_places(self, before: Mapping[str, PlaceConfig]) -> None:
        """Tell who adds entities that there are other places than before."""
        self._tell_places(tuple(self._place_listeners), before)

    def notify_entry(self, entry: Entry) -> None:
        """Tell who listens what happened in a place; what comes too early waits."""
        if entry.place_id is None:
            return
        if not (listeners := tuple(self._entry_listeners[entry.place_id])):
            self._untold[entry.place_id].append(entry)
        for listener in listeners:
            listener(entry)

    def _tell_places(
        self,
        listeners: Iterable[tuple[PlaceListener, Wanted]],
        before: Mapping[str, PlaceConfig],
    ) -> None:
        """Call listeners for the places that want them and did not before."""
        for listener, wanted in listeners:
            for place_id, place in self.config.places.items():
                known = before.get(place_id)
                if wanted(place) and not (known and wanted(known)):
                    listener(place_id)
