"""Setting up a site, its zones and its tank in the UI, and changing them."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.irrigation.flow import IrrigationFlow, hide_valve

from .conftest import TANK, ZONE, SetUp, part, site_entry

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
    assert menu["menu_options"] == ["irrigation"]
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
        ({"master_valve": "valve.zone_a"}, "master_valve", "own_valve"),
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
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


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


@pytest.fixture
async def bare(set_up: SetUp) -> MockConfigEntry:
    """Return a running site with one zone and no tank."""
    return await set_up(site_entry(part("zone", "zone_a", ZONE)))


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


ZONE_ERRORS: list[tuple[Form, str, str]] = [
    ({"name": ""}, "name", "name_missing"),
    ({"name": "zone a"}, "name", "name_taken"),
    ({"probes": []}, "probes", "probes_missing"),
    ({"probes": ["sensor.nowhere"]}, "probes", "entity_unknown"),
    ({"probe_unit": "raw", "raw_wet": 5}, "raw_dry", "raw_point_missing"),
    ({"probe_unit": "raw", "raw_dry": 5}, "raw_wet", "raw_point_missing"),
    ({"probe_unit": "raw", "raw_dry": 5, "raw_wet": 5}, "raw_wet", "raw_points_equal"),
    ({"valve": "switch.nowhere"}, "valve", "entity_unknown"),
    ({"valve": "switch.valve_a"}, "valve", "valve_taken"),
    ({"valve": "valve.zone_a"}, "valve", "own_valve"),
    ({"rooted_area_m2": -1}, "rooted_area_m2", "not_positive"),
    ({"green_wall_area_m2": 0}, "green_wall_area_m2", "not_positive"),
    ({"flow_l_min": 0}, "flow_l_min", "not_positive"),
]


@pytest.mark.parametrize(("changes", "field", "error"), ZONE_ERRORS)
async def test_a_zone_that_cannot_work_is_refused_and_can_be_mended(
    hass: HomeAssistant, bare: MockConfigEntry, changes: Form, field: str, error: str
) -> None:
    flow_id = await begin_part(hass, bare, "zone")
    result = await answer(hass, flow_id, ZONE_FORM | changes)
    assert result["errors"] == {field: error}
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
        ({"soak_min": -1}, "soak_min", "not_positive"),
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


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"timer": "number"}, "timer_number", "timer_number_missing"),
        (
            {"timer": "number", "timer_number": "number.nowhere"},
            "timer_number",
            "timer_number_missing",
        ),
        ({"timer": "auto_off"}, "auto_off_min", "auto_off_missing"),
        ({"timer": "zigbee2mqtt"}, "timer", "not_zigbee2mqtt"),
        ({"timer": "action"}, "timer", "no_timed_action"),
    ],
)
async def test_a_timer_that_the_valve_does_not_have_is_refused_and_can_be_mended(
    hass: HomeAssistant, bare: MockConfigEntry, changes: Form, field: str, error: str
) -> None:
    flow_id = await begin_part(hass, bare, "zone")
    form = SAFETY_FORM | changes
    result = await answer(
        hass, flow_id, ZONE_FORM, {"soil": "loam"}, WATERING_FORM, form
    )
    assert result["errors"] == {field: error}
    mended = SAFETY_FORM | {"timer": "auto_off", "auto_off_min": 15}
    result = await answer(hass, flow_id, mended)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


async def test_the_valve_of_the_device_is_hidden_when_that_is_wanted(
    hass: HomeAssistant, bare: MockConfigEntry
) -> None:
    assert await async_setup_component(hass, "homeassistant", {})
    flow_id = await begin_part(hass, bare, "zone")
    safety = SAFETY_FORM | {"hide_valve": True}
    await answer(hass, flow_id, ZONE_FORM, {"soil": "loam"}, WATERING_FORM, safety)
    await hass.async_block_till_done()
    registry = er.async_get(hass)
    hidden = registry.async_get("switch.valve_b")
    assert hidden.hidden_by is er.RegistryEntryHider.INTEGRATION
    assert hidden.options["conversation"]["should_expose"] is False
    registry.async_update_entity("switch.valve_b", hidden_by=er.RegistryEntryHider.USER)
    hide_valve(hass, "switch.valve_b")
    shown = registry.async_get("switch.valve_b")
    assert shown.hidden_by is er.RegistryEntryHider.USER, "the user's wish stays"


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


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"name": ""}, "name", "name_missing"),
        ({"level": "sensor.nowhere"}, "level", "entity_unknown"),
        ({"capacity_l": 0}, "capacity_l", "not_positive"),
        ({"reading_empty": 100}, "reading_full", "readings_equal"),
        ({"empty": 20}, "empty", "empty_above_low"),
        ({"restart": 10}, "restart", "restart_below_low"),
    ],
)
async def test_a_tank_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, bare: MockConfigEntry, changes: Form, field: str, error: str
) -> None:
    flow_id = await begin_part(hass, bare, "tank")
    result = await answer(hass, flow_id, TANK_FORM | changes)
    assert result["errors"] == {field: error}
    result = await answer(hass, flow_id, TANK_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert hass.states.get("sensor.cistern_level").state == "60.0"


async def test_a_site_has_one_tank_which_can_be_changed(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up(site_entry(part("tank", "tank", TANK)))
    result = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "tank"), context={"source": SOURCE_USER}
    )
    assert result["reason"] == "tank_exists"
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "tank"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": "tank"},
    )
    result = await answer(hass, form["flow_id"], TANK_FORM | {"capacity_l": 9000})
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.runtime_data.config.tank.capacity_l == 9000


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
