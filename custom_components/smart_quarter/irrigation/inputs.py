"""What the site listens to: Home Assistant's states as events of the engine."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
import math

from homeassistant.components.valve import DOMAIN as VALVE_DOMAIN, ValveState
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    UnitOfTemperature,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    State,
    callback,
    split_entity_id,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)
from homeassistant.util.unit_conversion import TemperatureConverter

from .const import (
    CONF_LEVEL,
    CONF_MASTER_VALVE,
    CONF_PROBES,
    CONF_PUMP,
    CONF_RAIN,
    CONF_TEMPERATURE,
    CONF_VALVE,
)
from .settings import SiteSettings
from .site_events import (
    ProbeAlive,
    ProbeRead,
    RainRead,
    SiteEvent,
    Supply,
    TankAlive,
    TankRead,
    TemperatureRead,
    ValveHappened,
)
from .valve_model import Available, Observed

type Reader = Callable[[State | None], Iterator[SiteEvent]]


def readers(settings: SiteSettings) -> dict[str, list[Reader]]:
    """Return, by entity, what its states mean to the site."""
    found: dict[str, list[Reader]] = defaultdict(list)
    for zone_id, zone in settings.zones.items():
        found[zone[CONF_VALVE]].append(_valve_reader(zone_id))
        for probe_id in zone[CONF_PROBES]:
            found[probe_id].append(_probe_reader(zone_id, probe_id))
    site = settings.site
    if entity_id := site.get(CONF_MASTER_VALVE):
        found[entity_id].append(_valve_reader(Supply.MASTER))
    if entity_id := site.get(CONF_PUMP):
        found[entity_id].append(_valve_reader(Supply.PUMP))
    if entity_id := site.get(CONF_TEMPERATURE):
        found[entity_id].append(_read_temperature)
    if entity_id := site.get(CONF_RAIN):
        found[entity_id].append(_read_rain)
    if settings.tank is not None:
        found[settings.tank[CONF_LEVEL]].append(_read_tank)
    return dict(found)


def signs_of_life(
    hass: HomeAssistant, settings: SiteSettings
) -> dict[str, list[SiteEvent]]:
    """Return, by entity, whose sign of life it is: any entity of the same device counts.

    A steady soil reports the same number again and again, and Home Assistant's MQTT
    entities do not pass on what did not change.
    """
    found: dict[str, list[SiteEvent]] = defaultdict(list)
    for zone_id, zone in settings.zones.items():
        for probe_id in zone[CONF_PROBES]:
            for entity_id in _device_entities(hass, probe_id):
                found[entity_id].append(ProbeAlive(zone_id, probe_id))
    if settings.tank is not None:
        for entity_id in _device_entities(hass, settings.tank[CONF_LEVEL]):
            found[entity_id].append(TankAlive())
    return dict(found)


@callback
def async_listen(
    hass: HomeAssistant,
    settings: SiteSettings,
    feed: Callable[[Iterable[SiteEvent]], None],
) -> CALLBACK_TYPE:
    """Feed the present states and then every change and sign of life."""
    known = readers(settings)
    alive = signs_of_life(hass, settings)

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        entity_id, state = event.data["entity_id"], event.data["new_state"]
        feed(
            [
                *(
                    happened
                    for read in known.get(entity_id, ())
                    for happened in read(state)
                ),
                *(alive.get(entity_id, ()) if _is_alive(state) else ()),
            ]
        )

    @callback
    def reported(event: Event[EventStateReportedData]) -> None:
        if _is_alive(event.data["new_state"]):
            feed(alive.get(event.data["entity_id"], ()))

    unsubscribe = [
        async_track_state_change_event(hass, {*known, *alive}, changed),
        async_track_state_report_event(hass, alive, reported),
    ]
    for entity_id, own in known.items():
        state = hass.states.get(entity_id)
        feed([happened for read in own for happened in read(state)])

    @callback
    def stop() -> None:
        for each in unsubscribe:
            each()

    return stop


def _valve_reader(valve_id: str) -> Reader:
    """Return the reader of a valve's, switch's or pump's state."""

    def read(state: State | None) -> Iterator[SiteEvent]:
        if state is None or state.state == STATE_UNAVAILABLE:
            yield ValveHappened(valve_id, Available(False))
            return
        yield ValveHappened(valve_id, Available(True))
        if state.state not in (ValveState.OPENING, ValveState.CLOSING):
            yield ValveHappened(valve_id, Observed(is_open(state)))

    return read


def is_open(state: State) -> bool | None:
    """Return whether a valve or switch says it is open; None: it does not say."""
    is_valve = split_entity_id(state.entity_id)[0] == VALVE_DOMAIN
    open_word = ValveState.OPEN if is_valve else STATE_ON
    closed_word = ValveState.CLOSED if is_valve else STATE_OFF
    return {open_word: True, closed_word: False}.get(state.state)


def _probe_reader(zone_id: str, probe_id: str) -> Reader:
    """Return the reader of a probe's state."""

    def read(state: State | None) -> Iterator[SiteEvent]:
        if _is_alive(state):
            yield ProbeRead(zone_id, probe_id, number(state))

    return read


def _read_tank(state: State | None) -> Iterator[SiteEvent]:
    """Read the level sensor."""
    if _is_alive(state):
        yield TankRead(number(state))


def _read_temperature(state: State | None) -> Iterator[SiteEvent]:
    """Read the air temperature in whatever unit the sensor has."""
    value = number(state)
    if value is not None and state is not None:
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, UnitOfTemperature.CELSIUS)
        value = TemperatureConverter.convert(value, unit, UnitOfTemperature.CELSIUS)
    yield TemperatureRead(value)


def _read_rain(state: State | None) -> Iterator[SiteEvent]:
    """Read a rain sensor: on, or a rate above zero."""
    rate = number(state)
    is_on = state is not None and state.state == STATE_ON
    yield RainRead(is_on or (rate is not None and rate > 0))


def number(state: State | None) -> float | None:
    """Return a state as a number; some integrations deliver numbers as text."""
    try:
        value = float(state.state) if state is not None else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _is_alive(state: State | None) -> bool:
    """Tell whether a state comes from a device that is reachable and has reported."""
    return state is not None and state.state not in (STATE_UNAVAILABLE, "unknown")


def _device_entities(hass: HomeAssistant, entity_id: str) -> set[str]:
    """Return all entities of an entity's device, itself included."""
    registry = er.async_get(hass)
    entry = registry.async_get(entity_id)
    if entry is None or entry.device_id is None:
        return {entity_id}
    siblings = er.async_entries_for_device(registry, entry.device_id)
    return {entity_id, *(sibling.entity_id for sibling in siblings)}
