"""A table of places in a house of Home Assistant: what it would do, and doing it at once."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import area_registry as ar
from homeassistant.util.ulid import ulid_now

from ..forms import check_entities
from .const import SUBENTRY_PLACE, SUBENTRY_POLICY
from .flow_schema import KINDS, SOURCE_DOMAINS
from .house_entities import is_number, sources_of_area
from .messages import Words
from .runtime import EmergencyRuntime
from .table import Finding, Known, Plan, StoredPlace, read, write
from .table_cells import Trouble

_ENTITY: Final = "entity"


def plan_import(hass: HomeAssistant, entry: ConfigEntry, text: str) -> Plan:
    """Return what a table would do to a house."""
    return read(text, _known(hass, entry))


def export_table(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return the table of the places of a house."""
    return write(_known(hass, entry))


async def async_apply_import(runtime: EmergencyRuntime, plan: Plan) -> None:
    """Add and change all places as one change of the settings."""

    @callback
    def change() -> None:
        manager, entry = runtime.hass.config_entries, runtime.entry
        for place in plan.added:
            manager.async_add_subentry(
                entry,
                ConfigSubentry(
                    data=MappingProxyType(dict(place.data)),
                    subentry_type=SUBENTRY_PLACE,
                    title=place.title,
                    unique_id=None,
                ),
            )
        for place in plan.changed:
            subentry = entry.subentries[str(place.place_id)]
            manager.async_update_subentry(entry, subentry, data=place.data)

    await runtime.async_change_settings(change)


async def async_findings(
    hass: HomeAssistant, findings: Iterable[Finding]
) -> list[dict[str, Any]]:
    """Return what is wrong in a table, in the language of the house."""
    words = await Words.async_load(hass)
    return [
        {
            "line": found.line,
            "column": found.column,
            "message": words[f"table_{found.trouble}"].format(value=found.value),
        }
        for found in findings
    ]


def _known(hass: HomeAssistant, entry: ConfigEntry) -> Known:
    """Return what a table can refer to."""
    places = {
        part.subentry_id: StoredPlace(part.title, part.data)
        for part in entry.get_subentries_of_type(SUBENTRY_PLACE)
    }
    others = (
        part for part in entry.subentries.values() if part.subentry_id not in places
    )
    policies = entry.get_subentries_of_type(SUBENTRY_POLICY)
    areas = ar.async_get(hass).async_list_areas()
    return Known(
        kinds=KINDS,
        places=places,
        taken=frozenset(part.title.casefold() for part in others),
        policies={part.subentry_id: part.title for part in policies},
        areas={area.id: area.name for area in areas},
        trouble_with=lambda entity_id: _trouble_with(hass, entity_id),
        is_number=lambda entity_id: is_number(hass, entity_id),
        sources_of_area=lambda area_id: sources_of_area(hass, area_id),
        new_id=ulid_now,
    )


def _trouble_with(hass: HomeAssistant, entity_id: str) -> Trouble | None:
    """Return why an entity cannot be a source, as the form of a place says it."""
    if entity_id.partition(".")[0] not in SOURCE_DOMAINS:
        return Trouble.DOMAIN_UNFIT
    for _, error in check_entities(hass, {_ENTITY: entity_id}, (_ENTITY,)):
        return Trouble(error)
    return None
