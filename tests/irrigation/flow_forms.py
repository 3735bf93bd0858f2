"""Answers for the forms of irrigation, and how a test gives them."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.const import DOMAIN

from .conftest import ZONE, part, site_entry

type Form = dict[str, Any]


SITE_FORM: Form = {
    "name": "North façade",
    "window_start": "20:00:00",
    "window_end": "08:00:00",
    "frost_c": 3,
}


ZONE_FORM: Form = {
    "name": "Wild vine",
    "probes": ["sensor.probe_b"],
    "valve": "switch.valve_b",
}


SAFETY_FORM: Form = {"timer": "none", "consent": True, "hide_valve": False}


WATERING_FORM: Form = {
    "max_run_min": 30,
    "max_daily_min": 60,
    "cycle_min": 10,
    "soak_min": 15,
    "min_gap_min": 360,
    "settle_min": 60,
    "manual_min": 10,
    "manual_max_min": 60,
    "silent_after_h": 6,
}


TANK_FORM: Form = {"name": "Cistern", "level": "sensor.tank", "capacity_l": 5000}


async def begin_site(hass: HomeAssistant) -> str:
    """Open the form of a new site and return its flow."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert menu["type"] is FlowResultType.MENU
    assert "irrigation" in menu["menu_options"]
    form = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "irrigation"}
    )
    assert form["step_id"] == "irrigation"
    return str(form["flow_id"])


async def begin_part(hass: HomeAssistant, entry: MockConfigEntry, kind: str) -> str:
    """Open the first form of a new zone or tank and return its flow."""
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, kind), context={"source": SOURCE_USER}
    )
    return str(form["flow_id"])


async def answer(hass: HomeAssistant, flow_id: str, *forms: Form) -> Any:
    """Fill in the forms of a part one after the other and return the last result."""
    result: Any = None
    for form in forms:
        result = await hass.config_entries.subentries.async_configure(flow_id, form)
    return result


async def change_site(hass: HomeAssistant, entry: MockConfigEntry, form: Form) -> Any:
    """Change a site and return the result."""
    begun = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    result = await hass.config_entries.flow.async_configure(begun["flow_id"], form)
    await hass.async_block_till_done()
    return result


def suggested(form: Any, field: str) -> Any:
    """Return what a form suggests for a field."""
    marker = next(key for key in form["data_schema"].schema if key == field)
    return marker.description["suggested_value"]


def supplied() -> MockConfigEntry:
    """Return a site with one zone, a master valve and a pump."""
    supply = {"master_valve": "switch.master", "pump": "switch.pump"}
    return site_entry(part("zone", "zone_a", ZONE), **supply)


async def change_zone(hass: HomeAssistant, entry: MockConfigEntry, *forms: Form) -> Any:
    """Answer the forms of a change of zone A and return the last result."""
    begun = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "zone"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": "zone_a"},
    )
    result = await answer(hass, begun["flow_id"], *forms)
    await hass.async_block_till_done()
    return result


def all_forms(valve: str, **safety: Any) -> tuple[Form, ...]:
    """Return the forms of zone A with a valve."""
    zone = ZONE_FORM | {"name": "Zone A", "valve": valve}
    return zone, {"soil": "loam"}, WATERING_FORM, SAFETY_FORM | safety


def field(form: Any, name: str) -> Any:
    """Return a field of a form."""
    return next(key for key in form["data_schema"].schema if key == name)
