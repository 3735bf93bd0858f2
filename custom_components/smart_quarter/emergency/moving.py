"""Who moves in and out: the phase of a place, and erasing who lived there."""

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from homeassistant.core import callback

from .care import explain
from .commissioning import is_vacant
from .const import (
    CONF_CONSENT,
    CONF_ENTITY,
    CONF_KIND,
    CONF_PLACE,
    CONF_ROLE,
    CONF_SOURCE_ID,
    CONF_SOURCES,
    CONF_WATCH,
)
from .flow_schema import WATCH_SCHEMA
from .happenings import Deed, PhaseSet
from .model import Actor, Phase, PlaceState
from .rights import may
from .settings import BOUND

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime


async def async_set_phase(
    runtime: EmergencyRuntime, place_id: str, phase: Phase, actor: Actor
) -> None:
    """Commission a place, or begin with it anew; what is on where nobody lived is heard now."""
    refused = may(actor, Deed.COMMISSION, place_id)
    was_vacant = is_vacant(runtime.state, place_id)
    await runtime.async_feed(PhaseSet(place_id, phase, actor))
    explain(refused)
    if was_vacant:
        runtime.look_at_sources()


async def async_move_out(
    runtime: EmergencyRuntime, place_id: str, actor: Actor
) -> dict[str, int]:
    """Take a place out of use and erase who lived there; return how much that was."""
    refused = may(actor, Deed.MOVE_OUT, place_id)
    await runtime.async_feed(PhaseSet(place_id, Phase.VACANT, actor))
    explain(refused)
    persons = [
        person_id
        for person_id, person in runtime.settings.persons.items()
        if person[CONF_ROLE] in BOUND and person.get(CONF_PLACE) == place_id
    ]
    await runtime.async_change_settings(lambda: _erase(runtime, place_id, persons))
    notes = await runtime.notes.async_erase(place_id)
    return {"persons": len(persons), "notes": notes}


def walk_test_report(
    runtime: EmergencyRuntime, place_id: str, actor: Actor
) -> dict[str, Any]:
    """Return which sources of a place reported in its present, or last, walk test."""
    explain(may(actor, Deed.TEST, place_id))
    place = runtime.state.places.get(place_id, PlaceState())
    return {
        "phase": place.phase.value,
        "testing": place.test_until is not None,
        "sources": [
            {
                "kind": source[CONF_KIND],
                "entity_id": source[CONF_ENTITY],
                "reported": source[CONF_SOURCE_ID] in place.reported,
                "proven": source[CONF_SOURCE_ID] in place.proven,
            }
            for source in runtime.settings.places[place_id][CONF_SOURCES]
        ],
    }


@callback
def _erase(runtime: EmergencyRuntime, place_id: str, persons: list[str]) -> None:
    """Remove persons, the consent that was theirs, and how they were watched."""
    manager, entry = runtime.hass.config_entries, runtime.entry
    for person_id in persons:
        manager.async_remove_subentry(entry, person_id)
    place = entry.subentries[place_id]
    of_person = {str(marker) for marker in WATCH_SCHEMA.schema}
    kept = {key: each for key, each in place.data.items() if key not in of_person}
    data = MappingProxyType({**kept, CONF_CONSENT: False, CONF_WATCH: False})
    manager.async_update_subentry(entry, place, data=data)
