"""Entities that a site uses and Home Assistant does not know."""

from collections.abc import Iterator

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .const import (
    CONF_LEVEL,
    CONF_MASTER_VALVE,
    CONF_PROBES,
    CONF_PUMP,
    CONF_RAIN,
    CONF_TEMPERATURE,
    CONF_TIMER_NUMBER,
    CONF_VALVE,
)
from .model import Problem
from .problems import Place
from .settings import SiteSettings


def missing_entities(hass: HomeAssistant, settings: SiteSettings) -> frozenset[Place]:
    """Return the places that use an entity which is gone."""
    registry = er.async_get(hass)
    return frozenset(
        (place, Problem.ENTITY_MISSING)
        for place, entity_id in _used(settings)
        if hass.states.get(entity_id) is None and registry.async_get(entity_id) is None
    )


def _used(settings: SiteSettings) -> Iterator[tuple[str | None, str]]:
    """Return every entity with the place that uses it."""
    for key in (CONF_MASTER_VALVE, CONF_PUMP, CONF_TEMPERATURE, CONF_RAIN):
        if entity_id := settings.site.get(key):
            yield None, entity_id
    if settings.tank is not None:
        yield None, settings.tank[CONF_LEVEL]
    for zone_id, zone in settings.zones.items():
        yield zone_id, zone[CONF_VALVE]
        yield from ((zone_id, probe_id) for probe_id in zone[CONF_PROBES])
        if number_id := zone.get(CONF_TIMER_NUMBER):
            yield zone_id, number_id
