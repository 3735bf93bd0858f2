"""Actions of those who keep a house running: test the phones, announce a restart."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import DOMAIN
from ..exceptions import SmartQuarterInputError
from .happenings import Deed
from .houses import houses
from .model import Actor
from .rights import may
from .runtime import EmergencyRuntime
from .settings import persons_told

ACTION_SEND_TEST: Final = "send_test"
ACTION_RESTART: Final = "planned_restart"
ATTR_ENTRY: Final = "config_entry_id"
ATTR_PERSON: Final = "person"

_HOUSE: Final[VolDictType] = {vol.Optional(ATTR_ENTRY): cv.string}

type Acting = tuple[EmergencyRuntime, Actor]


def async_setup_upkeep_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN,
        ACTION_SEND_TEST,
        partial(_async_send_test, hass),
        vol.Schema({**_HOUSE, vol.Optional(ATTR_PERSON): cv.string}),
    )
    hass.services.async_register(
        DOMAIN, ACTION_RESTART, partial(_async_plan_restart, hass), vol.Schema(_HOUSE)
    )


async def _async_plan_restart(hass: HomeAssistant, call: ServiceCall) -> None:
    """Announce a restart to who cares, in all houses where the user may."""
    for runtime, actor in _where_allowed(hass, call, Deed.RESTART):
        await runtime.care.async_plan_restart(actor)


async def _async_send_test(hass: HomeAssistant, call: ServiceCall) -> None:
    """Test the phone of one person, or of all who care."""
    name: str | None = call.data.get(ATTR_PERSON)
    found: list[str] = []
    for runtime, actor in _where_allowed(hass, call, Deed.TEST):
        persons = tuple(_with_phones(runtime, name))
        if persons or may(actor, Deed.TEST, None) is not None:
            # Whoever may not do it must not learn either whether there is such a person
            await runtime.care.async_send_test(persons, actor)
        found += persons
    if not found:
        raise SmartQuarterInputError("emergency_no_phone_to_test")


def _where_allowed(hass: HomeAssistant, call: ServiceCall, deed: Deed) -> list[Acting]:
    """Return the houses where the user may do it; if there is none, all that are meant."""
    entry_id = call.data.get(ATTR_ENTRY)
    found = [
        (runtime, runtime.actor(call.context))
        for runtime in houses(hass)
        if entry_id in {None, runtime.entry.entry_id}
    ]
    if not found:
        raise SmartQuarterInputError("emergency_house_unknown")
    return [each for each in found if may(each[1], deed, None) is None] or found


def _with_phones(runtime: EmergencyRuntime, name: str | None) -> Iterator[str]:
    """Yield the persons with a phone: those with the name, or all who care."""
    persons = persons_told(runtime.settings, ())
    if name is not None:
        persons = [
            person_id
            for person_id in runtime.settings.persons
            if runtime.name_of(person_id).casefold() == name.strip().casefold()
        ]
    yield from (each for each in persons if runtime.phone_tests.has_phone(each))
