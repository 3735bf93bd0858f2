"""Actions of places: setting many up at once, and their life from the first walk to the move."""

from functools import partial
from typing import Final

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.service import (
    async_get_config_entry,
    async_register_admin_service,
    async_register_platform_entity_service,
)
import voluptuous as vol

from ..const import CONF_SYSTEM, DOMAIN
from ..exceptions import SmartQuarterInputError
from .const import SYSTEM
from .importing import async_apply_import, async_findings, export_table, plan_import
from .model import Phase
from .moving import async_move_out, async_set_phase, walk_test_report
from .runtime import EmergencyConfigEntry
from .sensor import PlaceState

ATTR_ENTRY: Final = "config_entry_id"
ATTR_TABLE: Final = "table"
ATTR_DRY_RUN: Final = "dry_run"
ATTR_PHASE: Final = "phase"
PHASES: Final = (Phase.NOT_COMMISSIONED, Phase.SUPERVISED)
"""What somebody says of a place; that it is vacant is said by moving out."""


def async_setup_place_actions(hass: HomeAssistant) -> None:
    """Register the actions of places."""
    async_register_admin_service(
        hass,
        DOMAIN,
        "import_places",
        _async_import,
        vol.Schema(
            {
                vol.Required(ATTR_ENTRY): cv.string,
                vol.Required(ATTR_TABLE): cv.string,
                vol.Optional(ATTR_DRY_RUN, default=True): cv.boolean,
            }
        ),
        SupportsResponse.ONLY,
    )
    async_register_admin_service(
        hass,
        DOMAIN,
        "export_places",
        _async_export,
        vol.Schema({vol.Required(ATTR_ENTRY): cv.string}),
        SupportsResponse.ONLY,
    )
    of_place = partial(
        async_register_platform_entity_service,
        hass,
        DOMAIN,
        entity_domain=SENSOR_DOMAIN,
    )
    of_place(
        "set_phase",
        schema={vol.Required(ATTR_PHASE): vol.All(vol.Coerce(Phase), vol.In(PHASES))},
        func=_async_set_phase,
    )
    of_place(
        "move_out",
        schema=None,
        func=_async_move_out,
        supports_response=SupportsResponse.OPTIONAL,
    )
    of_place(
        "walk_test_report",
        schema=None,
        func=_async_report,
        supports_response=SupportsResponse.ONLY,
    )


def _house(call: ServiceCall) -> EmergencyConfigEntry:
    """Return the running house that an action is about."""
    entry: EmergencyConfigEntry = async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_ENTRY]
    )
    if entry.data[CONF_SYSTEM] != SYSTEM:
        raise SmartQuarterInputError("emergency_not_a_house", name=entry.title)
    return entry


def place_of(entity: Entity) -> PlaceState:
    """Return the place that an entity shows; other sensors are no places."""
    if not isinstance(entity, PlaceState):
        raise SmartQuarterInputError("emergency_place_unknown")
    return entity


async def _async_import(call: ServiceCall) -> ServiceResponse:
    """Answer with what a table would do, or did, and what is wrong in it."""
    entry = _house(call)
    plan = plan_import(call.hass, entry, call.data[ATTR_TABLE])
    applied = not plan.findings and not call.data[ATTR_DRY_RUN]
    answer: ServiceResponse = {
        "applied": applied,
        "added": [place.title for place in plan.added],
        "changed": [place.title for place in plan.changed],
        "unchanged": [place.title for place in plan.unchanged],
        "errors": [*await async_findings(call.hass, plan.findings)],
    }
    if applied:
        await async_apply_import(entry.runtime_data, plan)
    return answer


async def _async_export(call: ServiceCall) -> ServiceResponse:
    """Answer with the table of the places that there are."""
    return {"table": export_table(call.hass, _house(call))}


async def _async_set_phase(entity: Entity, call: ServiceCall) -> None:
    """Commission a place, or begin with it anew."""
    place = place_of(entity)
    actor = place.runtime.actor(call.context)
    await async_set_phase(place.runtime, place.place_id, call.data[ATTR_PHASE], actor)


async def _async_move_out(entity: Entity, call: ServiceCall) -> ServiceResponse:
    """Take a place out of use and erase who lived there."""
    place = place_of(entity)
    actor = place.runtime.actor(call.context)
    return {**await async_move_out(place.runtime, place.place_id, actor)}


async def _async_report(entity: Entity, call: ServiceCall) -> ServiceResponse:
    """Answer which sources of a place have reported in its walk test."""
    place = place_of(entity)
    actor = place.runtime.actor(call.context)
    return walk_test_report(place.runtime, place.place_id, actor)
