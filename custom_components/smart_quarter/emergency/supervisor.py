"""Looks after the sources of a house: at all of them, now and then, never at each change."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.components.binary_sensor import (
    DOMAIN as BINARY_SENSOR,
    BinarySensorDeviceClass,
)
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import CoreState, Event, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .commissioning import is_vacant
from .const import CONF_LIFELINES
from .eye import Eye, known_sources
from .faults import Fault, Problem
from .settings import HouseSettings
from .supervision import Finding, Look, Trouble, findings
from .ways import way_key

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime

LOOK: Final = timedelta(seconds=30)
PROBLEMS: Final = {
    Trouble.LOST: Problem.SOURCE_LOST,
    Trouble.SILENT: Problem.SOURCE_SILENT,
    Trouble.BATTERY: Problem.BATTERY_LOW,
    Trouble.LINK: Problem.LINK_LOST,
    Trouble.MANY_LOST: Problem.MANY_LOST,
    Trouble.MANY_SILENT: Problem.MANY_SILENT,
    Trouble.LIFELINE: Problem.LIFELINE_LOST,
}
FAILED: Final[Mapping[object, str]] = {
    BinarySensorDeviceClass.CONNECTIVITY: STATE_OFF,
    BinarySensorDeviceClass.PLUG: STATE_OFF,
    BinarySensorDeviceClass.POWER: STATE_OFF,
    BinarySensorDeviceClass.PROBLEM: STATE_ON,
}
"""What a lifeline says when it fails; all others fail by being unavailable."""


class Supervisor:
    """Finds sources that cannot be heard, and what the house lives on that fails."""

    def __init__(self, runtime: EmergencyRuntime) -> None:
        """Belong to a house."""
        self._runtime = runtime
        self._eyes: tuple[Eye, ...] | None = None
        self._found: frozenset[Finding] = frozenset()
        self._since = dt_util.utcnow()

    @callback
    def start(self) -> None:
        """Look every half minute; what the registry says is read anew when it changes."""
        hass, entry = self._runtime.hass, self._runtime.entry
        entry.async_on_unload(async_at_started(hass, self._started))
        stop = async_track_time_interval(hass, self._look, LOOK)
        entry.async_on_unload(stop)
        changed = er.EVENT_ENTITY_REGISTRY_UPDATED
        entry.async_on_unload(hass.bus.async_listen(changed, self._registry_changed))

    @callback
    def forget(self) -> None:
        """Read settings and registry anew at the next look."""
        self._eyes = None

    @property
    def faults(self) -> frozenset[Fault]:
        """Return what was found as faults of places, links, lifelines and the house."""
        return frozenset(
            Fault(PROBLEMS[each.trouble], each.subject) for each in self._found
        )

    def places_of(self, fault: Fault) -> frozenset[str]:
        """Return the places that a fault of a link or of the house concerns."""
        found = (
            each.places
            for each in self._found
            if (PROBLEMS[each.trouble], each.subject) == (fault.problem, fault.subject)
        )
        return next(found, frozenset())

    @property
    def unheard(self) -> frozenset[str]:
        """Return the places that cannot be heard together with others."""
        return frozenset().union(*(each.places for each in self._found))

    @callback
    def _started(self, _hass: HomeAssistant) -> None:
        """Blame nothing for what was not there yet while Home Assistant started."""
        self._since = dt_util.utcnow()

    @callback
    def _registry_changed(
        self, _event: Event[er.EventEntityRegistryUpdatedData]
    ) -> None:
        """Read the registry anew."""
        self.forget()

    @callback
    def _look(self, _now: datetime) -> None:
        """Look at every source, once all that there is has been set up."""
        now = dt_util.utcnow()
        if self._runtime.hass.state is not CoreState.running:
            return
        found = findings(self._see(now), self._found, now)
        if found != self._found:
            before, self._found = self.unheard, found
            self._runtime.report_faults()
            self._runtime.notify(before ^ self.unheard)

    def _see(self, now: datetime) -> Look:
        """Return what is seen of the house; what was fine and still is costs next to nothing."""
        if self._eyes is None:
            self._eyes = tuple(Eye(each) for each in known_sources(self._runtime))
        states, state = self._runtime.hass.states, self._runtime.state
        vacant = {key for key in state.places if is_vacant(state, key)}
        eyes = [each for each in self._eyes if each.known.place_id not in vacant]
        looks = (each.look(states, now, self._since) for each in eyes)
        return Look(
            watched=[seen for seen in looks if seen is not None],
            brought=Counter(each.known.link_id for each in eyes),
            lifelines=dict(self._failed_lifelines()),
        )

    def _failed_lifelines(self) -> Iterator[tuple[str, datetime]]:
        """Yield what the house lives on and since when it fails."""
        for key, entity_id in lifelines(self._runtime.settings).items():
            state = self._runtime.hass.states.get(entity_id)
            if state is None or has_failed(state):
                since = self._since if state is None else state.last_changed
                yield key, max(since, self._since)


def lifelines(settings: HouseSettings) -> dict[str, str]:
    """Return the entities of what the house lives on, by opaque names."""
    chosen = settings.house.get(CONF_LIFELINES, ())
    return {way_key(entity_id): entity_id for entity_id in chosen}


def has_failed(state: State) -> bool:
    """Tell whether what an entity stands for does not work, or cannot say that it does."""
    if state.state in {STATE_UNAVAILABLE, STATE_UNKNOWN}:
        return True
    if state.domain != BINARY_SENSOR:
        return False
    return FAILED.get(state.attributes.get(ATTR_DEVICE_CLASS)) == state.state
