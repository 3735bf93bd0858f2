"""Looks after the sources of a house: at all of them, now and then, never at each change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .commissioning import is_vacant
from .const import CONF_ACTIVITY, CONF_ENTITY, CONF_SILENT_H, CONF_SOURCES
from .faults import Fault, Problem
from .matching import is_momentary
from .settings import STAY_KEYS
from .supervision import SILENT_AFTER, Finding, Trouble, Watched, findings

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime

LOOK: Final = timedelta(seconds=30)
PROBLEMS: Final = {
    Trouble.LOST: Problem.SOURCE_LOST,
    Trouble.SILENT: Problem.SOURCE_SILENT,
    Trouble.BATTERY: Problem.BATTERY_LOW,
    Trouble.LINK: Problem.LINK_LOST,
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry says about a source; it seldom changes."""

    entity_id: str
    place_id: str
    link_id: str | None
    siblings: tuple[str, ...]
    """The other entities of its device: what they say is a sign of life, too."""
    battery: str | None
    silent_after: timedelta | None


class Supervisor:
    """Finds sources that cannot be heard."""

    def __init__(self, runtime: EmergencyRuntime) -> None:
        """Belong to a house."""
        self._runtime = runtime
        self._known: tuple[Known, ...] | None = None
        self._found: frozenset[Finding] = frozenset()

    @callback
    def start(self) -> None:
        """Look every half minute; what the registry says is read anew when it changes."""
        hass, entry = self._runtime.hass, self._runtime.entry
        stop = async_track_time_interval(hass, self._look, LOOK)
        entry.async_on_unload(stop)
        changed = er.EVENT_ENTITY_REGISTRY_UPDATED
        entry.async_on_unload(hass.bus.async_listen(changed, self._registry_changed))

    @callback
    def forget(self) -> None:
        """Read settings and registry anew at the next look."""
        self._known = None

    @property
    def faults(self) -> frozenset[Fault]:
        """Return what was found as faults of places and links."""
        return frozenset(
            Fault(PROBLEMS[each.trouble], each.subject) for each in self._found
        )

    @callback
    def _registry_changed(
        self, _event: Event[er.EventEntityRegistryUpdatedData]
    ) -> None:
        """Read the registry anew."""
        self.forget()

    @callback
    def _look(self, _now: datetime) -> None:
        """Look at every source."""
        hass, now = self._runtime.hass, dt_util.utcnow()
        if self._known is None:
            self._known = tuple(_known(self._runtime))
        lived_in = [
            each
            for each in self._known
            if not is_vacant(self._runtime.state, each.place_id)
        ]
        found = findings((_seen(hass, each) for each in lived_in), self._found, now)
        if found != self._found:
            self._found = found
            self._runtime.report_faults()


def _known(runtime: EmergencyRuntime) -> Iterator[Known]:
    """Yield what the registry says about each source."""
    registry = er.async_get(runtime.hass)
    for place_id, place in runtime.settings.places.items():
        hours = place.get(CONF_SILENT_H)
        for entity_id in _entities(place):
            entry = registry.async_get(entity_id)
            siblings = _siblings(registry, entry)
            battery = next((s for s in siblings if _is_battery(s)), None)
            silent_after = None if battery is None else SILENT_AFTER
            if hours is not None:
                silent_after = timedelta(hours=hours)
            yield Known(
                entity_id,
                place_id,
                None if entry is None else entry.config_entry_id,
                tuple(s.entity_id for s in siblings),
                None if battery is None else battery.entity_id,
                silent_after,
            )


def _entities(place: Mapping[str, Any]) -> Iterator[str]:
    """Yield what calls from a place, and what is heard of it."""
    yield from (source[CONF_ENTITY] for source in place[CONF_SOURCES])
    yield from place.get(CONF_ACTIVITY, ())
    yield from (place[key] for key in STAY_KEYS.values() if place.get(key))


def _siblings(
    registry: er.EntityRegistry, entry: er.RegistryEntry | None
) -> list[er.RegistryEntry]:
    """Return the other entities of a source's device."""
    if entry is None or entry.device_id is None:
        return []
    found = er.async_entries_for_device(registry, entry.device_id)
    return [each for each in found if each.entity_id != entry.entity_id]


def _is_battery(entry: er.RegistryEntry) -> bool:
    """Tell whether an entity reports a battery."""
    battery = SensorDeviceClass.BATTERY
    return battery in (entry.device_class, entry.original_device_class)


def _seen(hass: HomeAssistant, known: Known) -> Watched:
    """Return what is seen of a source now."""
    state = hass.states.get(known.entity_id)
    silent_after, last_sign = _silent_after(known, state), None
    if silent_after is not None and state is not None:
        states = (hass.states.get(each) for each in known.siblings)
        signs = [each.last_reported for each in states if _speaks(each)]
        last_sign = max([state.last_reported, *signs])
    return Watched(
        place_id=known.place_id,
        link_id=known.link_id,
        lost_since=_lost_since(state),
        last_sign=last_sign,
        silent_after=silent_after,
        battery_percent=_percent(known.battery and hass.states.get(known.battery)),
    )


def _lost_since(state: State | None) -> datetime | None:
    """Return since when a source cannot be heard."""
    if state is None or state.state != STATE_UNAVAILABLE:
        return None
    return state.last_changed


def _silent_after(known: Known, state: State | None) -> timedelta | None:
    """Return how long a device may say nothing.

    After a restart a source that reports once a day is unknown until then, but not for ever;
    a button that was never pressed stays so.
    """
    if known.silent_after is None and state is not None:
        is_mute = state.state == STATE_UNKNOWN and not is_momentary(state.domain)
        return SILENT_AFTER if is_mute else None
    return known.silent_after


def _speaks(state: State | None) -> TypeGuard[State]:
    """Tell whether a state came from the device."""
    return state is not None and state.state != STATE_UNAVAILABLE


def _percent(state: State | str | None) -> float | None:
    """Return how full a battery is; one that only says that it is low has nothing."""
    if not isinstance(state, State):
        return None
    if state.domain == "binary_sensor":
        return 0.0 if state.state == STATE_ON else None
    try:
        return float(state.state)
    except ValueError:
        return None
