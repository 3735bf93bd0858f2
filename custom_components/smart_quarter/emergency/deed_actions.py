"""Actions of who comes: they name a call, or the place whose most pressing call they are about."""

from functools import partial
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_extract_entity_ids
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import DOMAIN
from ..exceptions import SmartQuarterInputError
from .care import explain
from .happenings import Deed
from .houses import houses
from .model import Outcome
from .rights import Refusal
from .runtime import EmergencyRuntime
from .selected import place_of

ATTR_INCIDENT: Final = "incident_id"
ATTR_PIN: Final = "pin"
ATTR_OUTCOME: Final = "outcome"
ATTR_NOTE: Final = "note"

_PIN: Final[VolDictType] = {vol.Optional(ATTR_PIN): cv.string}
_OPEN_CALL: Final[VolDictType] = {
    **_PIN,
    vol.Optional(ATTR_INCIDENT): cv.string,
    **cv.ENTITY_SERVICE_FIELDS,
}
_CLOSED_CALL: Final[VolDictType] = {**_PIN, vol.Required(ATTR_INCIDENT): cv.string}
_NOTE: Final[VolDictType] = {
    vol.Optional(ATTR_NOTE): vol.All(cv.string, vol.Length(max=1000))
}
_DEEDS: Final[dict[str, tuple[Deed, VolDictType]]] = {
    "acknowledge": (Deed.ACKNOWLEDGE, _OPEN_CALL),
    "arrive": (Deed.ARRIVE, _OPEN_CALL),
    "release": (Deed.RELEASE, _OPEN_CALL),
    "escalate": (Deed.ESCALATE, _OPEN_CALL),
    "resolve": (
        Deed.RESOLVE,
        {**_OPEN_CALL, vol.Required(ATTR_OUTCOME): vol.Coerce(Outcome), **_NOTE},
    ),
    "reopen": (Deed.REOPEN, _CLOSED_CALL),
    "add_note": (
        Deed.NOTE,
        {
            **_OPEN_CALL,
            vol.Required(ATTR_NOTE): vol.All(cv.string, vol.Length(min=1, max=1000)),
        },
    ),
}


def async_setup_deed_actions(hass: HomeAssistant) -> None:
    """Register the actions about calls."""
    for name, (deed, schema) in _DEEDS.items():
        do = partial(_async_do, hass, deed)
        hass.services.async_register(DOMAIN, name, do, vol.Schema(schema))


async def _async_do(hass: HomeAssistant, deed: Deed, call: ServiceCall) -> None:
    """Do something about the calls that are named, in the houses that know them."""
    calls = await _calls(hass, call)
    pin, outcome = call.data.get(ATTR_PIN), call.data.get(ATTR_OUTCOME)
    actors = {
        runtime: await runtime.care.async_actor(call.context, pin)
        for runtime in {runtime for runtime, _ in calls}
    }
    for runtime, incident_id in calls:
        note = call.data.get(ATTR_NOTE)
        actor = actors[runtime]
        await runtime.care.async_do(deed, incident_id, actor, outcome, note)


async def _calls(
    hass: HomeAssistant, call: ServiceCall
) -> list[tuple[EmergencyRuntime, str]]:
    """Return the call that is named, or the most pressing one of each place that is."""
    if incident_id := call.data.get(ATTR_INCIDENT):
        found = [
            (runtime, incident_id)
            for runtime in houses(hass)
            if incident_id in runtime.state.incidents
        ]
        if not found:
            raise SmartQuarterInputError("emergency_incident_unknown")
        return found
    places = {place_of(hass, each) for each in await async_extract_entity_ids(call)}
    if not places - {None}:
        raise SmartQuarterInputError("emergency_call_missing")
    found = [
        (runtime, pressing.incident_id)
        for runtime in houses(hass)
        for place_id in runtime.settings.places
        if place_id in places and (pressing := runtime.care.most_pressing(place_id))
    ]
    if not found:
        explain(Refusal.NOTHING_OPEN)
    return found
