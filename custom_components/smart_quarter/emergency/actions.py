"""Actions of the emergency system: registered once, so that automations validate always."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.service import async_register_platform_entity_service
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..exceptions import SmartQuarterInputError
from .button import TAKEN_FOR
from .deed_actions import ATTR_PIN, async_setup_deed_actions
from .happenings import Deed
from .houses import houses
from .model import Kind, Role
from .place_actions import async_setup_place_actions, place_of
from .rights import may
from .upkeep_actions import async_setup_upkeep_actions

ACTION_CALL: Final = "call_for_help"
ACTION_CANCEL: Final = "cancel"
ACTION_CHECK_IN: Final = "check_in"
ACTION_ABSENCE: Final = "set_absence"
ACTION_VISITORS: Final = "set_visitors"
ACTION_LIST: Final = "list_incidents"
ACTION_EXPORT: Final = "export_journal"
ACTION_TAKE_OVER: Final = "take_over"
ACTION_WHO: Final = "who_is_on_duty"
ATTR_KIND: Final = "kind"
ATTR_ENTRY: Final = "config_entry_id"
ATTR_UNTIL: Final = "until"
ATTR_HOURS: Final = "hours"
LONGEST_TAKEOVER: Final = timedelta(days=7)

_DUTY: Final[VolDictType] = {
    vol.Optional(ATTR_ENTRY): cv.string,
    vol.Exclusive(ATTR_UNTIL, "end"): cv.datetime,
    vol.Exclusive(ATTR_HOURS, "end"): vol.All(
        vol.Coerce(float), vol.Range(min=0, max=LONGEST_TAKEOVER / timedelta(hours=1))
    ),
    vol.Optional(ATTR_PIN): cv.string,
}


def async_setup_actions(hass: HomeAssistant) -> None:
    """Register all actions."""
    async_setup_place_actions(hass)
    async_setup_upkeep_actions(hass)
    async_setup_deed_actions(hass)
    hass.services.async_register(
        DOMAIN,
        ACTION_LIST,
        partial(_async_list, hass),
        vol.Schema({}),
        SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        ACTION_EXPORT,
        partial(_async_export, hass),
        vol.Schema({}),
        SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN, ACTION_TAKE_OVER, partial(_async_take_over, hass), vol.Schema(_DUTY)
    )
    hass.services.async_register(
        DOMAIN,
        ACTION_WHO,
        partial(_async_who, hass),
        vol.Schema({vol.Optional(ATTR_PIN): cv.string}),
        SupportsResponse.ONLY,
    )
    until: VolDictType = {vol.Optional(ATTR_UNTIL): cv.datetime}
    kind: VolDictType = {vol.Optional(ATTR_KIND, default=Kind.MANUAL): vol.Coerce(Kind)}
    _register_in_place(hass, ACTION_CHECK_IN, None, _async_check_in)
    _register_in_place(hass, ACTION_CANCEL, None, _async_cancel)
    _register_in_place(hass, ACTION_ABSENCE, until, _async_set_absence)
    _register_in_place(hass, ACTION_VISITORS, until, _async_set_visitors)
    optional = SupportsResponse.OPTIONAL
    _register_in_place(hass, ACTION_CALL, kind, _async_call, optional)


def _register_in_place(
    hass: HomeAssistant,
    name: str,
    schema: VolDictType | None,
    func: Callable[[Entity, ServiceCall], Awaitable[Any]],
    supports_response: SupportsResponse = SupportsResponse.NONE,
) -> None:
    """Register an action about places; each is named by its State."""
    async_register_platform_entity_service(
        hass,
        DOMAIN,
        name,
        entity_domain=SENSOR_DOMAIN,
        schema=schema,
        func=func,
        supports_response=supports_response,
    )


async def _async_list(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Answer with the incidents of all houses, as far as the user may see them."""
    found: list[Any] = []
    for runtime in houses(hass):
        found += runtime.care.incidents(runtime.actor(call.context))
    return {"incidents": found}


async def _async_take_over(hass: HomeAssistant, call: ServiceCall) -> None:
    """Take the duty over in a house, or in all where the user may."""
    until = _end_of(call)
    entry_id, pin = call.data.get(ATTR_ENTRY), call.data.get(ATTR_PIN)
    found = [
        (runtime, await runtime.care.async_actor(call.context, pin))
        for runtime in houses(hass)
        if entry_id in {None, runtime.entry.entry_id}
    ]
    if not found:
        raise SmartQuarterInputError("emergency_house_unknown")
    allowed = [each for each in found if may(each[1], Deed.TAKE_OVER, None) is None]
    for runtime, actor in allowed or found:
        await runtime.care.async_take_over(until, actor)


def _end_of(call: ServiceCall) -> datetime | None:
    """Return until when somebody takes the duty over; None: it is given back."""
    now = dt_util.utcnow()
    if (until := call.data.get(ATTR_UNTIL)) is None:
        hours = timedelta(
            hours=call.data.get(ATTR_HOURS, TAKEN_FOR / timedelta(hours=1))
        )
        return now + hours if hours else None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt_util.get_default_time_zone())
    if not now < until <= now + LONGEST_TAKEOVER:
        raise SmartQuarterInputError("emergency_takeover_range")
    return dt_util.as_utc(until)


async def _async_who(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Answer who is on duty in all houses, as far as the user may know."""
    found: list[Any] = []
    for runtime in houses(hass):
        pin = call.data.get(ATTR_PIN)
        found.append(
            runtime.care.duty(await runtime.care.async_actor(call.context, pin))
        )
    return {"houses": found}


async def _async_export(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Answer with the journals of the houses that the user leads."""
    led = [
        runtime
        for runtime in houses(hass)
        if runtime.actor(call.context).role is Role.LEAD
    ]
    if not led:
        raise SmartQuarterInputError("emergency_not_allowed")
    journals: dict[str, Any] = {}
    for runtime in led:
        journals[runtime.entry.entry_id] = await runtime.care.async_export()
    return {"journals": journals}


async def _async_check_in(entity: Entity, call: ServiceCall) -> None:
    """Say that all is well in a place."""
    place = place_of(entity)
    actor = place.runtime.actor(call.context)
    await place.runtime.care.async_check_in(place.place_id, actor)


async def _async_cancel(entity: Entity, call: ServiceCall) -> None:
    """Say that nobody needs to come to a place after all."""
    place = place_of(entity)
    actor = place.runtime.actor(call.context)
    await place.runtime.care.async_cancel(place.place_id, actor)


async def _async_set_absence(entity: Entity, call: ServiceCall) -> None:
    """Say that nobody is in a place until a time, or without one that somebody is."""
    place = place_of(entity)
    actor = place.runtime.actor(call.context)
    await place.runtime.care.async_set_absence(place.place_id, _until(call), actor)


async def _async_set_visitors(entity: Entity, call: ServiceCall) -> None:
    """Say that visitors are in a place until a time, or without one that they have left."""
    place = place_of(entity)
    actor = place.runtime.actor(call.context)
    await place.runtime.care.async_set_visitors(place.place_id, _until(call), actor)


def _until(call: ServiceCall) -> datetime | None:
    """Return the end that an action names, if it names one."""
    until: datetime | None = call.data.get(ATTR_UNTIL)
    return None if until is None else dt_util.as_utc(until)


async def _async_call(entity: Entity, call: ServiceCall) -> ServiceResponse:
    """Call for help in a place."""
    place = place_of(entity)
    actor = place.runtime.actor(call.context)
    kind: Kind = call.data[ATTR_KIND]
    incident_id = await place.runtime.care.async_call(place.place_id, actor, kind)
    return {"incident_id": incident_id}
