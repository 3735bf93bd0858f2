"""The forms of a site."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.irrigation.flow import IrrigationFlow

from .conftest import SetUp
from .flow_forms import SITE_FORM, Form, begin_site, change_site, suggested


@pytest.mark.quality_rule("config-flow")
async def test_a_site_is_set_up_and_leads_on_to_its_first_zone(
    hass: HomeAssistant, world: None
) -> None:
    flow_id = await begin_site(hass)
    form = SITE_FORM | {
        "name": " North façade ",
        "master_valve": "switch.master",
        "pump": "switch.pump",
        "max_flow_l_min": 40,
        "rain": "sensor.tank",
        "temperature": "sensor.tank",
    }
    result = await hass.config_entries.flow.async_configure(flow_id, form)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "North façade"
    assert result["data"]["system"] == "irrigation"
    assert result["result"].unique_id == "irrigation:north_facade"
    flow_type, next_id = result["next_flow"]
    assert flow_type == "config_subentries_flow"
    assert hass.config_entries.subentries.async_get(next_id)["step_id"] == "user"
    await hass.async_block_till_done()


@pytest.mark.quality_rule("config-flow-test-coverage")
@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"name": " "}, "name", "name_missing"),
        ({"name": "South FAÇADE"}, "name", "name_taken"),
        ({"pump": "switch.nowhere"}, "pump", "entity_unknown"),
        ({"pump": "switch.valve_a"}, "pump", "valve_taken"),
        ({"master_valve": "valve.zone_a"}, "master_valve", "own_entity"),
        (
            {"pump": "switch.pump", "master_valve": "switch.pump"},
            "pump",
            "pump_is_master",
        ),
        ({"max_flow_l_min": 0}, "max_flow_l_min", "not_positive"),
        ({"frost_c": 40}, "frost_c", "frost_range"),
        (
            {"window_start": "20:00:00", "window_end": "20:05:00"},
            "window_end",
            "window_too_short",
        ),
    ],
)
async def test_a_site_that_cannot_work_is_refused_and_can_be_mended(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    changes: Form,
    field: str,
    error: str,
) -> None:
    await set_up(entry)
    flow_id = await begin_site(hass)
    result = await hass.config_entries.flow.async_configure(
        flow_id, SITE_FORM | changes
    )
    assert result["errors"] == {field: error}
    result = await hass.config_entries.flow.async_configure(flow_id, SITE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


@pytest.mark.quality_rule("unique-config-entry")
async def test_a_site_whose_name_only_looks_different_is_the_same(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    flow_id = await begin_site(hass)
    result = await hass.config_entries.flow.async_configure(
        flow_id, SITE_FORM | {"name": "South_Facade"}
    )
    assert result["errors"] == {"name": "name_taken"}
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    result = await hass.config_entries.flow.async_configure(flow_id, SITE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


async def test_a_name_that_a_site_gave_up_is_free_again(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    await change_site(hass, entry, SITE_FORM | {"name": "East façade"})
    assert entry.unique_id == "irrigation:east_facade"
    flow_id = await begin_site(hass)
    form = SITE_FORM | {"name": "South façade"}
    result = await hass.config_entries.flow.async_configure(flow_id, form)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


async def test_a_site_that_was_renamed_in_the_list_is_changed_under_that_name(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    hass.config_entries.async_update_entry(entry, title="Courtyard")
    form = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    assert suggested(form, "name") == "Courtyard"


@pytest.mark.quality_rule("reconfiguration-flow")
async def test_a_site_is_changed_without_a_reload(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    runtime = entry.runtime_data
    form = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    assert form["step_id"] == "irrigation_reconfigure"
    wrong = SITE_FORM | {"pump": "switch.valve_b"}
    result = await hass.config_entries.flow.async_configure(form["flow_id"], wrong)
    assert result["errors"] == {"pump": "valve_taken"}
    right = SITE_FORM | {"name": "South façade", "pump": "switch.pump"}
    result = await hass.config_entries.flow.async_configure(form["flow_id"], right)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.runtime_data is runtime
    assert runtime.config.pump is not None


async def test_an_entry_of_an_unknown_system_offers_no_parts(
    hass: HomeAssistant,
) -> None:
    entry = MockConfigEntry(domain=DOMAIN, data={"system": "gone"})
    entry.add_to_hass(hass)
    assert entry.supported_subentry_types == {}


async def test_entries_of_other_systems_are_left_alone(
    hass: HomeAssistant, world: None
) -> None:
    other = MockConfigEntry(domain=DOMAIN, data={"system": "gone"}, title="X")
    other.add_to_hass(hass)
    flow_id = await begin_site(hass)
    form = SITE_FORM | {"name": "X", "pump": "switch.pump"}
    result = await hass.config_entries.flow.async_configure(flow_id, form)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    made: Any = {"result": other}
    assert await IrrigationFlow().async_on_create_entry(made) == made
