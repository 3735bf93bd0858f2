"""Looks at one source of a house, and closer only when something about it may be wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeGuard

from homeassistant.components.binary_sensor import DOMAIN as BINARY_SENSOR
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import State, StateMachine
from homeassistant.helpers import entity_registry as er

from .const import CONF_ENTITY, CONF_SILENT_H, CONF_SOURCES
from .matching import is_momentary
from .settings import watch_inputs
from .supervision import NEVER, SILENT_AFTER, Watched, fine_until

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime

type Device = tuple[tuple[str, ...], str | None]
"""The entities of a device, and the one among them that reports its battery."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry says about a source; it seldom changes."""

    entity_id: str
    place_id: str
    link_id: str | None
    device: tuple[str, ...]
    """All entities of its device: what they say is a sign of life, too."""
    battery: str | None
    silent_after: timedelta | None


class Eye:
    """Looks at a source, and remembers until when it need not look closer."""

    __slots__ = ("_battery", "_fine_until", "_state", "known")

    def __init__(self, known: Known) -> None:
        """Begin with nothing seen."""
        self.known = known
        self._state: State | None = None
        self._battery: State | None = None
        self._fine_until = NEVER

    def look(
        self, states: StateMachine, now: datetime, begun: datetime
    ) -> Watched | None:
        """Return what is seen; None: all that was heard of it was fine, and still is.

        A state that is only reported again stays the same object, and so does this answer.
        """
        known = self.known
        state = states.get(known.entity_id)
        battery = None if known.battery is None else states.get(known.battery)
        is_same = state is self._state and battery is self._battery
        if is_same and now <= self._fine_until:
            return None
        seen = _seen(known, state, battery, states, begun)
        self._state, self._battery = state, battery
        self._fine_until = fine_until(seen)
        return seen


def known_sources(runtime: EmergencyRuntime) -> Iterator[Known]:
    """Yield what the registry says about each source of a house."""
    registry = er.async_get(runtime.hass)
    devices: dict[str, Device] = {}
    for place_id, place in runtime.settings.places.items():
        hours = place.get(CONF_SILENT_H)
        for entity_id in _entities(place):
            entry = registry.async_get(entity_id)
            device, battery = _device(registry, entry, devices)
            if battery == entity_id:
                battery = None
            silent_after = None if battery is None else SILENT_AFTER
            if hours is not None:
                silent_after = timedelta(hours=hours)
            yield Known(
                entity_id,
                place_id,
                None if entry is None else entry.config_entry_id,
                device,
                battery,
                silent_after,
            )


def _entities(place: Mapping[str, Any]) -> Iterator[str]:
    """Yield what calls from a place, and what is heard of it."""
    yield from (source[CONF_ENTITY] for source in place[CONF_SOURCES])
    yield from watch_inputs(place)


def _device(
    registry: er.EntityRegistry,
    entry: er.RegistryEntry | None,
    known: dict[str, Device],
) -> Device:
    """Return the entities of a source's device; all its sources share them."""
    if entry is None or entry.device_id is None:
        return (), None
    if (found := known.get(entry.device_id)) is None:
        entries = er.async_entries_for_device(registry, entry.device_id)
        battery = next((e.entity_id for e in entries if _is_battery(e)), None)
        found = known[entry.device_id] = tuple(e.entity_id for e in entries), battery
    return found


def _is_battery(entry: er.RegistryEntry) -> bool:
    """Tell whether an entity reports a battery."""
    battery = SensorDeviceClass.BATTERY
    return battery in (entry.device_class, entry.original_device_class)


def _seen(
    known: Known,
    state: State | None,
    battery: State | None,
    states: StateMachine,
    begun: datetime,
) -> Watched:
    """Return what is seen of a source now."""
    silent_after, last_sign = _silent_after(known, state), None
    if silent_after is not None and state is not None:
        others = (states.get(each) for each in known.device)
        signs = [each.last_reported for each in others if _speaks(each)]
        last_sign = max([state.last_reported, *signs])
    return Watched(
        place_id=known.place_id,
        link_id=known.link_id,
        lost_since=_lost_since(state, begun),
        last_sign=last_sign,
        silent_after=silent_after,
        battery_percent=_percent(battery),
    )


def _lost_since(state: State | None, begun: datetime) -> datetime | None:
    """Return since when a source cannot be heard, as far as somebody listened."""
    if state is None or state.state != STATE_UNAVAILABLE:
        return None
    return max(state.last_changed, begun)


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


def _percent(state: State | None) -> float | None:
    """Return how full a battery is; one that only says that it is low has nothing."""
    if state is None:
        return None
    if state.domain == BINARY_SENSOR:
        return 0.0 if state.state == STATE_ON else None
    try:
        return float(state.state)
    except ValueError:
        return None
