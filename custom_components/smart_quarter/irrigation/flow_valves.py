"""Valves in the forms: which may be chosen, and when one may be exchanged."""

from collections.abc import Iterator
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant

from ..const import CONF_SYSTEM, DOMAIN
from ..forms import Finding, Form
from .const import CONF_MASTER_VALVE, CONF_PUMP, CONF_VALVE, SUBENTRY_ZONE, SYSTEM
from .model import SiteState
from .site_events import Supply
from .valve_model import ValvePhase
from .valve_rules import MAYBE_OPEN

BUSY: Final = MAYBE_OPEN - {ValvePhase.OPEN_SUSPECT}
"""A valve that does not close is left out: it is the one that has to be exchanged."""


def check_valve(
    hass: HomeAssistant, form: Form, key: str, own_id: str | None
) -> Iterator[Finding]:
    """Refuse a valve that something else uses."""
    if form.get(key) in valves_in_use(hass, own_id):
        yield key, "valve_taken"


def check_exchange(
    entry: ConfigEntry, valve_id: str, form: Form, stored: Form, *keys: str
) -> Iterator[Finding]:
    """Refuse to exchange a valve or its timer while water may flow through it.

    Nobody would close the valve that was there before. Only a running site can tell.
    """
    changed = [key for key in keys if form.get(key) != stored.get(key)]
    if entry.state is not ConfigEntryState.LOADED:
        for key in changed:
            yield key, "site_not_running"
    elif _is_busy(entry, valve_id):
        for key in changed:
            yield key, "valve_open"


def valves_in_use(hass: HomeAssistant, own_id: str | None) -> set[str]:
    """Return the valves of all sites and zones but the one that is being changed."""
    used: set[str] = set()
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.data[CONF_SYSTEM] != SYSTEM:
            continue
        if entry.entry_id != own_id:
            keys = (CONF_MASTER_VALVE, CONF_PUMP)
            used |= {entry.data[key] for key in keys if key in entry.data}
        used |= {
            subentry.data[CONF_VALVE]
            for subentry in entry.get_subentries_of_type(SUBENTRY_ZONE)
            if subentry.subentry_id != own_id
        }
    return used


def _is_busy(entry: ConfigEntry, valve_id: str) -> bool:
    """Tell whether a valve of a running site is open, or on its way."""
    state: SiteState = entry.runtime_data.state
    match valve_id:
        case Supply.MASTER:
            valve = state.master
        case Supply.PUMP:
            valve = state.pump
        case _:
            valve = state.zones[valve_id].valve
    return valve.phase in BUSY
