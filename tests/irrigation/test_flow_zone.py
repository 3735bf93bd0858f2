"""The forms of a zone: what is asked, refused and can be mended."""

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .conftest import SetUp, site_entry
from .flow_forms import (
    SAFETY_FORM,
    SITE_FORM,
    WATERING_FORM,
    ZONE_FORM,
    Form,
    answer,
    begin_part,
    change_site,
    suggested,
    supplied,
)


async def test_a_zone_is_added_in_four_steps_and_runs_at_once(
    hass: HomeAssistant, bare: MockConfigEntry
) -> None:
    flow_id = await begin_part(hass, bare, "zone")
    result = await answer(
        hass, flow_id, ZONE_FORM, {"soil": "loam"}, WATERING_FORM, SAFETY_FORM
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert hass.states.get("valve.wild_vine").state == "closed"


async def test_only_where_there_is_a_supply_a_zone_is_asked_whether_it_is_behind_it(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up(site_entry())
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "zone"), context={"source": SOURCE_USER}
    )
    assert "behind_master" not in form["data_schema"].schema
    await change_site(
        hass, entry, SITE_FORM | {"name": "South façade", "pump": "switch.pump"}
    )
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "zone"), context={"source": SOURCE_USER}
    )
    assert "behind_master" in form["data_schema"].schema


ZONE_ERRORS: list[tuple[Form, str, str]] = [
    ({"name": ""}, "name", "name_missing"),
    ({"name": "zone a"}, "name", "name_taken"),
    ({"probes": []}, "probes", "probes_missing"),
    ({"probes": ["sensor.nowhere"]}, "probes", "entity_unknown"),
    ({"probes": ["sensor.zone_a_soil_moisture"]}, "probes", "own_entity"),
    ({"probe_unit": "raw", "raw_wet": 5}, "raw_dry", "raw_point_missing"),
    ({"probe_unit": "raw", "raw_dry": 5}, "raw_wet", "raw_point_missing"),
    ({"probe_unit": "raw", "raw_dry": 5, "raw_wet": 5}, "raw_wet", "raw_points_equal"),
    ({"valve": "switch.nowhere"}, "valve", "entity_unknown"),
    ({"valve": "switch.valve_a"}, "valve", "valve_taken"),
    ({"valve": "valve.zone_a"}, "valve", "own_entity"),
    ({"valve": "switch.master"}, "valve", "valve_taken"),
    ({"valve": "switch.pump"}, "valve", "valve_taken"),
    ({"rooted_area_m2": -1}, "rooted_area_m2", "not_positive"),
    ({"green_wall_area_m2": 0}, "green_wall_area_m2", "not_positive"),
    ({"flow_l_min": 0}, "flow_l_min", "not_positive"),
]


@pytest.mark.parametrize(("changes", "field", "error"), ZONE_ERRORS)
async def test_a_zone_that_cannot_work_is_refused_and_can_be_mended(
    hass: HomeAssistant, set_up: SetUp, changes: Form, field: str, error: str
) -> None:
    entry = await set_up(supplied())
    flow_id = await begin_part(hass, entry, "zone")
    result = await answer(hass, flow_id, ZONE_FORM | changes)
    assert result["errors"] == {field: error}
    for key, value in (ZONE_FORM | changes).items():
        assert suggested(result, key) == value, "what was entered is kept"
    result = await answer(hass, flow_id, ZONE_FORM)
    assert result["step_id"] == "soil"


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"soil": "custom"}, "field_capacity", "field_capacity_range"),
        ({"field_capacity": 61}, "field_capacity", "field_capacity_range"),
        ({"wilting_point": -1}, "wilting_point", "wilting_point_range"),
        ({"wilting_point": 30}, "wilting_point", "wilting_point_above_field_capacity"),
        ({"root_depth_cm": 0}, "root_depth_cm", "not_positive"),
        ({"mad": 90}, "mad", "mad_range"),
        ({"refill": 5}, "refill", "refill_range"),
    ],
)
async def test_a_soil_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, bare: MockConfigEntry, changes: Form, field: str, error: str
) -> None:
    flow_id = await begin_part(hass, bare, "zone")
    sound = {"soil": "custom", "field_capacity": 30, "wilting_point": 15}
    form = changes if changes == {"soil": "custom"} else sound | changes
    result = await answer(hass, flow_id, ZONE_FORM, form)
    assert result["errors"][field] == error
    result = await answer(hass, flow_id, sound)
    assert result["step_id"] == "watering"


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"max_run_min": 61}, "max_run_min", "run_above_daily"),
        ({"cycle_min": 31}, "cycle_min", "cycle_above_run"),
        ({"manual_min": 0}, "manual_min", "not_positive"),
        ({"manual_min": 0.05}, "manual_min", "too_short"),
        ({"manual_max_min": 1441}, "manual_max_min", "more_than_a_day"),
        ({"soak_min": -1}, "soak_min", "negative"),
        ({"min_gap_min": 10081}, "min_gap_min", "more_than_a_week"),
        ({"silent_after_h": 0}, "silent_after_h", "not_positive"),
        ({"silent_after_h": 169}, "silent_after_h", "silent_too_long"),
    ],
)
async def test_times_that_cannot_be_are_refused_and_can_be_mended(
    hass: HomeAssistant, bare: MockConfigEntry, changes: Form, field: str, error: str
) -> None:
    flow_id = await begin_part(hass, bare, "zone")
    form = WATERING_FORM | changes
    result = await answer(hass, flow_id, ZONE_FORM, {"soil": "loam"}, form)
    assert result["errors"] == {field: error}
    result = await answer(hass, flow_id, WATERING_FORM | {"soak_min": 0})
    assert result["step_id"] == "safety"


async def test_a_zone_that_was_renamed_in_the_list_is_changed_under_that_name(
    hass: HomeAssistant, bare: MockConfigEntry
) -> None:
    zone = bare.subentries["zone_a"]
    hass.config_entries.async_update_subentry(bare, zone, title="Hops")
    form = await hass.config_entries.subentries.async_init(
        (bare.entry_id, "zone"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": "zone_a"},
    )
    assert suggested(form, "name") == "Hops"


async def test_a_zone_is_changed_through_the_same_steps_and_a_field_can_be_emptied(
    hass: HomeAssistant, bare: MockConfigEntry
) -> None:
    form = await hass.config_entries.subentries.async_init(
        (bare.entry_id, "zone"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": "zone_a"},
    )
    raw = ZONE_FORM | {
        "name": "Ivy",
        "valve": "switch.valve_a",
        "probe_unit": "raw",
        "raw_dry": 1000,
        "raw_wet": 300,
    }
    result = await answer(
        hass, form["flow_id"], raw, {"soil": "clay"}, WATERING_FORM, SAFETY_FORM
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    stored = bare.subentries["zone_a"]
    assert stored.title == "Ivy"
    assert stored.data["raw_dry"] == 1000

    form = await hass.config_entries.subentries.async_init(
        (bare.entry_id, "zone"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": "zone_a"},
    )
    plain = ZONE_FORM | {"name": "Ivy", "valve": "switch.valve_a"}
    await answer(
        hass, form["flow_id"], plain, {"soil": "clay"}, WATERING_FORM, SAFETY_FORM
    )
    await hass.async_block_till_done()
    assert "raw_dry" not in bare.subentries["zone_a"].data
