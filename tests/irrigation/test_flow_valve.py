"""Valves in the forms: hiding, exchanging, and what a timer has proven."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.irrigation.runtime import IrrigationRuntime
from custom_components.smart_quarter.irrigation.valve_model import (
    ValvePhase,
    ValveState,
)
from custom_components.smart_quarter.irrigation.visibility import hide_valve, show_valve

from .conftest import ZONE, SetUp, part, site_entry
from .flow_forms import (
    SAFETY_FORM,
    SITE_FORM,
    WATERING_FORM,
    ZONE_FORM,
    Form,
    all_forms,
    answer,
    begin_part,
    change_site,
    change_zone,
    field,
    suggested,
    supplied,
)


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
    hass: HomeAssistant, proven: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    assert await hass.config_entries.async_unload(proven.entry_id)
    ledger = deepcopy(hass_storage["smart_quarter.irrigation.site"])
    assert ledger["data"]["zones"]["zone_a"]["valve"]["timer_proven_at"] is not None
    assert await hass.config_entries.async_setup(proven.entry_id)
    await hass.async_block_till_done()
    await change_zone(hass, proven, *all_forms("switch.valve_b", **TIMED))
    assert await hass.config_entries.async_unload(proven.entry_id)
    hass_storage["smart_quarter.irrigation.site"] = ledger
    assert await hass.config_entries.async_setup(proven.entry_id)
    await hass.async_block_till_done()
    assert proven.runtime_data.state.zones["zone_a"].valve.timer_proven_at is None


@pytest.mark.parametrize("gone", ["zone", "site"])
async def test_what_is_removed_gives_its_valve_back(
    hass: HomeAssistant, bare: MockConfigEntry, gone: str
) -> None:
    assert await async_setup_component(hass, "homeassistant", {})
    await change_zone(hass, bare, *all_forms("switch.valve_a", hide_valve=True))
    valve = er.async_get(hass).async_get("switch.valve_a")
    assert valve.hidden_by is er.RegistryEntryHider.INTEGRATION
    if gone == "zone":
        hass.config_entries.async_remove_subentry(bare, "zone_a")
    else:
        await hass.config_entries.async_remove(bare.entry_id)
    await hass.async_block_till_done()
    assert er.async_get(hass).async_get("switch.valve_a").hidden_by is None


async def test_the_timer_of_an_exchanged_valve_is_looked_for_anew(
    hass: HomeAssistant, proven: MockConfigEntry
) -> None:
    forms = all_forms("switch.valve_b")[:3]
    safety = await change_zone(hass, proven, *forms)
    assert suggested(safety, "timer") == "none"
    assert "suggested_value" not in (field(safety, "auto_off_min").description or {})
    safety = await change_zone(hass, proven, *all_forms("switch.valve_a")[:3])
    assert suggested(safety, "timer") == "auto_off", "the same valve keeps its own"


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
