"""Setting up a site, its zones and its tank in the UI, and changing them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.irrigation.flow import IrrigationFlow
from custom_components.smart_quarter.irrigation.flow_valves import (
    hide_valve,
    show_valve,
)
from custom_components.smart_quarter.irrigation.runtime import IrrigationRuntime
from custom_components.smart_quarter.irrigation.valve_model import (
    ValvePhase,
    ValveState,
)

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
    assert result["errors"] == {"name": "name_taken"}
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    result = await hass.config_entries.flow.async_configure(flow_id, SITE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


async def change_site(hass: HomeAssistant, entry: MockConfigEntry, form: Form) -> Any:
    """Change a site and return the result."""
    begun = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    result = await hass.config_entries.flow.async_configure(begun["flow_id"], form)
    await hass.async_block_till_done()
    return result


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


def suggested(form: Any, field: str) -> Any:
    """Return what a form suggests for a field."""
    marker = next(key for key in form["data_schema"].schema if key == field)
    return marker.description["suggested_value"]


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


def supplied() -> MockConfigEntry:
    """Return a site with one zone, a master valve and a pump."""
    supply = {"master_valve": "switch.master", "pump": "switch.pump"}
    return site_entry(part("zone", "zone_a", ZONE), **supply)


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


async def test_a_valve_that_was_taken_while_a_zone_was_entered_is_refused(
    hass: HomeAssistant, bare: MockConfigEntry
) -> None:
    first = await begin_part(hass, bare, "zone")
    second = await begin_part(hass, bare, "zone")
    for flow_id in (first, second):
        await answer(hass, flow_id, ZONE_FORM, {"soil": "loam"}, WATERING_FORM)
    await answer(hass, first, SAFETY_FORM)
    await hass.async_block_till_done()
    result = await answer(hass, second, SAFETY_FORM)
    assert result["step_id"] == "user"
    assert result["errors"] == {"name": "name_taken", "valve": "valve_taken"}
    result = await answer(
        hass,
        second,
        ZONE_FORM | {"name": "Hops", "valve": "switch.pump"},
        {"soil": "loam"},
        WATERING_FORM,
        SAFETY_FORM,
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


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
        ({"timer": "auto_off", "auto_off_min": 0}, "auto_off_min", "not_positive"),
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
    show_valve(hass, "switch.valve_b")
    shown = registry.async_get("switch.valve_b")
    assert shown.hidden_by is er.RegistryEntryHider.USER, "the user's wish stays"


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


async def test_a_hidden_valve_is_shown_again_when_that_is_wanted_or_it_is_exchanged(
    hass: HomeAssistant, bare: MockConfigEntry
) -> None:
    assert await async_setup_component(hass, "homeassistant", {})
    registry = er.async_get(hass)

    def hidden() -> list[str]:
        return [
            valve
            for valve in ("switch.valve_a", "switch.valve_b")
            if registry.async_get(valve).hidden_by is not None
        ]

    await change_zone(hass, bare, *all_forms("switch.valve_a", hide_valve=True))
    assert hidden() == ["switch.valve_a"]
    await change_zone(hass, bare, *all_forms("switch.valve_a", hide_valve=False))
    assert hidden() == []
    await change_zone(hass, bare, *all_forms("switch.valve_a", hide_valve=True))
    await change_zone(hass, bare, *all_forms("switch.valve_b", hide_valve=True))
    assert hidden() == ["switch.valve_b"]


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


async def test_a_valve_that_another_integration_hid_stays_hidden(
    hass: HomeAssistant, bare: MockConfigEntry
) -> None:
    assert await async_setup_component(hass, "homeassistant", {})
    registry = er.async_get(hass)
    by_others = er.RegistryEntryHider.INTEGRATION
    registry.async_update_entity("switch.valve_a", hidden_by=by_others)
    for wanted in (True, False):
        await change_zone(hass, bare, *all_forms("switch.valve_a", hide_valve=wanted))
        assert registry.async_get("switch.valve_a").hidden_by is by_others


@pytest.fixture
async def proven(set_up: SetUp) -> MockConfigEntry:
    """Return a running site with one zone whose valve has shown that it closes itself."""
    timer = {"timer": "auto_off", "auto_off_min": 15, "consent": False}
    entry = await set_up(site_entry(part("zone", "zone_a", {**ZONE, **timer})))
    change_valve(entry, lambda valve: replace(valve, timer_proven_at=dt_util.utcnow()))
    return entry


def change_valve(
    entry: MockConfigEntry, change: Callable[[ValveState], ValveState]
) -> None:
    """Put the valve of zone A into a state."""
    runtime: IrrigationRuntime = entry.runtime_data
    memory = runtime.state.zones["zone_a"]
    memory = replace(memory, valve=change(memory.valve))
    runtime.state = replace(
        runtime.state, zones={**runtime.state.zones, "zone_a": memory}
    )


TIMED: Form = {"timer": "auto_off", "auto_off_min": 15, "consent": False}


@pytest.mark.parametrize(
    ("forms", "is_still_proven"),
    [
        (all_forms("switch.valve_a", **TIMED), True),
        (all_forms("switch.valve_b", **TIMED), False),
        (all_forms("switch.valve_a", **TIMED | {"auto_off_min": 20}), False),
    ],
)
async def test_what_a_timer_has_proven_counts_for_that_valve_and_timer_only(
    hass: HomeAssistant,
    proven: MockConfigEntry,
    forms: tuple[Form, ...],
    is_still_proven: bool,
) -> None:
    result = await change_zone(hass, proven, *forms)
    assert result["reason"] == "reconfigure_successful"
    valve = proven.runtime_data.state.zones["zone_a"].valve
    assert (valve.timer_proven_at is not None) is is_still_proven
    assert await hass.config_entries.async_reload(proven.entry_id)
    await hass.async_block_till_done()
    valve = proven.runtime_data.state.zones["zone_a"].valve
    assert (valve.timer_proven_at is not None) is is_still_proven, "after a restart too"


async def test_a_proof_that_counts_no_more_is_not_found_again_after_a_crash(
    hass: HomeAssistant,
    proven: MockConfigEntry,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    def stored_proof() -> Any:
        ledger = hass_storage["smart_quarter.irrigation.site"]["data"]
        return ledger["zones"]["zone_a"]["valve"]["timer_proven_at"]

    assert await hass.config_entries.async_reload(proven.entry_id)
    await hass.async_block_till_done()
    assert stored_proof() is not None
    await change_zone(hass, proven, *all_forms("switch.valve_b", **TIMED))
    freezer.tick(timedelta(seconds=10))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert stored_proof() is None


async def test_the_timer_of_an_exchanged_valve_is_looked_for_anew(
    hass: HomeAssistant, proven: MockConfigEntry
) -> None:
    forms = all_forms("switch.valve_b")[:3]
    safety = await change_zone(hass, proven, *forms)
    assert suggested(safety, "timer") == "none"
    assert "suggested_value" not in (field(safety, "auto_off_min").description or {})
    safety = await change_zone(hass, proven, *all_forms("switch.valve_a")[:3])
    assert suggested(safety, "timer") == "auto_off", "the same valve keeps its own"


def field(form: Any, name: str) -> Any:
    """Return a field of a form."""
    return next(key for key in form["data_schema"].schema if key == name)


async def test_neither_an_open_valve_nor_its_timer_is_exchanged(
    hass: HomeAssistant, proven: MockConfigEntry
) -> None:
    change_valve(proven, lambda valve: replace(valve, phase=ValvePhase.MANUAL))
    result = await change_zone(hass, proven, *all_forms("switch.valve_b")[:1])
    assert result["errors"] == {"valve": "valve_open"}
    result = await change_zone(hass, proven, *all_forms("switch.valve_a"))
    assert result["errors"] == {"timer": "valve_open", "auto_off_min": "valve_open"}
    change_valve(proven, lambda valve: replace(valve, phase=ValvePhase.CLOSED))
    result = await change_zone(hass, proven, *all_forms("switch.valve_b"))
    assert result["reason"] == "reconfigure_successful"


async def test_a_valve_that_does_not_close_can_be_exchanged(
    hass: HomeAssistant, proven: MockConfigEntry
) -> None:
    change_valve(proven, lambda valve: replace(valve, phase=ValvePhase.OPEN_SUSPECT))
    result = await change_zone(hass, proven, *all_forms("switch.valve_b"))
    assert result["reason"] == "reconfigure_successful"


@pytest.mark.parametrize(
    ("key", "place"), [("master_valve", "master"), ("pump", "pump")]
)
async def test_a_supply_that_is_open_is_neither_exchanged_nor_removed(
    hass: HomeAssistant, set_up: SetUp, key: str, place: str
) -> None:
    entry = await set_up(supplied())
    runtime: IrrigationRuntime = entry.runtime_data
    closed = runtime.state
    is_open = replace(getattr(closed, place), phase=ValvePhase.OPEN)
    runtime.state = replace(closed, **{place: is_open})
    kept = SITE_FORM | {"master_valve": "switch.master", "pump": "switch.pump"}
    without = {name: value for name, value in kept.items() if name != key}
    result = await change_site(hass, entry, without)
    assert result["errors"] == {key: "valve_open"}
    runtime.state = closed
    result = await change_site(hass, entry, without)
    assert result["reason"] == "reconfigure_successful"


async def test_while_the_site_does_not_run_only_other_things_are_changed(
    hass: HomeAssistant, proven: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_unload(proven.entry_id)
    result = await change_zone(hass, proven, *all_forms("switch.valve_b")[:1])
    assert result["errors"] == {"valve": "site_not_running"}
    result = await change_zone(hass, proven, *all_forms("switch.valve_a"))
    assert set(result["errors"].values()) == {"site_not_running"}
    result = await change_zone(hass, proven, *all_forms("switch.valve_a", **TIMED))
    assert result["reason"] == "reconfigure_successful"
    pump = SITE_FORM | {"pump": "switch.pump"}
    result = await change_site(hass, proven, pump)
    assert result["errors"] == {"pump": "site_not_running"}
    result = await change_site(hass, proven, SITE_FORM)
    assert result["reason"] == "reconfigure_successful"


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
        ({"silent_after_h": -1}, "silent_after_h", "not_positive"),
        ({"silent_after_h": 200}, "silent_after_h", "silent_too_long"),
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
