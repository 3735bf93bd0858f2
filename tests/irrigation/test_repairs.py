"""What goes wrong becomes a repair issue that says what to do, and is gone when mended."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.irrigation.model import Problem, ZoneState
from custom_components.smart_quarter.irrigation.problems import Place
from custom_components.smart_quarter.irrigation.repairs import async_report
from custom_components.smart_quarter.irrigation.runtime import IrrigationRuntime
from custom_components.smart_quarter.irrigation.site_events import (
    SeasonSet,
    StorageChecked,
    TimePassed,
)
from custom_components.smart_quarter.irrigation.valve_model import (
    ValveFault,
    ValvePhase,
    ValveState,
)

from .conftest import TANK, ZONE, ZONE_B, SetUp, part, site_entry

UNTRUSTED = {**ZONE, "consent": False}
UNTRUSTED_B = {**ZONE_B, "consent": False}
NONE: frozenset[Place] = frozenset()


def issue_of(problem: Problem, place: str = "zone_a") -> str:
    """Return the id of an issue."""
    return f"irrigation_site_{place}_{problem}"


def is_raised(hass: HomeAssistant, problem: Problem, place: str = "zone_a") -> bool:
    """Tell whether an issue is there."""
    registry = ir.async_get(hass)
    return registry.async_get_issue(DOMAIN, issue_of(problem, place)) is not None


def set_zone(runtime: IrrigationRuntime, **changes: Any) -> None:
    """Put zone A into a state and let the site look."""
    memory: ZoneState = replace(runtime.state.zones["zone_a"], **changes)
    zones = {**runtime.state.zones, "zone_a": memory}
    runtime.state = replace(runtime.state, zones=zones)
    runtime.feed([TimePassed()])


def set_valve(runtime: IrrigationRuntime, **changes: Any) -> None:
    """Put the valve of zone A into a state and let the site look."""
    valve: ValveState = replace(runtime.state.zones["zone_a"].valve, **changes)
    set_zone(runtime, valve=valve)


async def begin(hass: HomeAssistant, problem: Problem, place: str = "zone_a") -> Any:
    """Open the fix flow of an issue as the repairs page does."""
    assert await async_setup_component(hass, REPAIRS, {})
    manager = hass.data[REPAIRS]["flow_manager"]
    return await manager.async_init(DOMAIN, data={"issue_id": issue_of(problem, place)})


async def answer(hass: HomeAssistant, flow: Any, data: dict[str, Any]) -> Any:
    """Answer a step of a fix flow."""
    manager = hass.data[REPAIRS]["flow_manager"]
    result = await manager.async_configure(flow["flow_id"], data)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


@pytest.fixture
async def runtime(set_up: SetUp) -> IrrigationRuntime:
    """Return a running site with one zone that nobody trusts yet."""
    entry = await set_up(site_entry(part("zone", "zone_a", UNTRUSTED)))
    found: IrrigationRuntime = entry.runtime_data
    return found


@pytest.fixture
async def timed(set_up: SetUp) -> IrrigationRuntime:
    """Return a running site with one zone whose valve closes by itself."""
    zone = {**UNTRUSTED, "timer": "auto_off", "auto_off_min": 1}
    entry = await set_up(site_entry(part("zone", "zone_a", zone)))
    found: IrrigationRuntime = entry.runtime_data
    return found


@pytest.mark.quality_rule("repair-issues")
async def test_without_a_timer_the_risk_must_be_accepted_in_so_many_words(
    hass: HomeAssistant, runtime: IrrigationRuntime
) -> None:
    assert is_raised(hass, Problem.TIMER_MISSING)
    flow = await begin(hass, Problem.TIMER_MISSING)
    assert flow["step_id"] == "consent"
    assert flow["description_placeholders"] == {"where": "South façade: Zone A"}
    flow = await answer(hass, flow, {"consent": False})
    assert flow["errors"] == {"consent": "consent_missing"}
    done = await answer(hass, flow, {"consent": True})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert runtime.zones["zone_a"].data["consent"] is True
    assert not is_raised(hass, Problem.TIMER_MISSING)


async def test_an_untested_timer_is_tested_from_its_issue(
    hass: HomeAssistant, timed: IrrigationRuntime
) -> None:
    flow = await begin(hass, Problem.TIMER_UNTESTED)
    assert flow["step_id"] == "confirm"
    done = await answer(hass, flow, {})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert hass.states.get("switch.valve_a").state == "on"
    valve = timed.state.zones["zone_a"].valve
    assert valve.opening.purpose == "test"
    await timed.async_stop("zone_a")
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_timer_cannot_be_tested_while_the_valve_is_out_of_reach(
    hass: HomeAssistant, timed: IrrigationRuntime
) -> None:
    hass.states.async_set("switch.valve_a", "unavailable")
    await hass.async_block_till_done()
    flow = await begin(hass, Problem.TIMER_UNTESTED)
    flow = await answer(hass, flow, {})
    assert flow["errors"] == {"base": "not_now"}


async def test_a_failed_timer_is_tested_again_or_accepted(
    hass: HomeAssistant, timed: IrrigationRuntime
) -> None:
    set_valve(timed, timer_failed=True)
    assert is_raised(hass, Problem.TIMER_FAILED)
    flow = await begin(hass, Problem.TIMER_FAILED)
    assert flow["menu_options"] == ["test", "consent"]
    flow = await answer(hass, flow, {"next_step_id": "test"})
    hass.states.async_set("switch.valve_a", "unavailable")
    await hass.async_block_till_done()
    flow = await answer(hass, flow, {})
    assert flow["errors"] == {"base": "not_now"}
    hass.states.async_set("switch.valve_a", "off")
    await hass.async_block_till_done()
    done = await answer(hass, flow, {})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert not is_raised(hass, Problem.TIMER_FAILED), "the test decides"
    await timed.async_stop("zone_a")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert is_raised(hass, Problem.TIMER_FAILED), "it did not close by itself"

    flow = await begin(hass, Problem.TIMER_FAILED)
    flow = await answer(hass, flow, {"next_step_id": "consent"})
    await answer(hass, flow, {"consent": True})
    assert not is_raised(hass, Problem.TIMER_FAILED)


@pytest.mark.parametrize(
    ("problem", "state"),
    [
        (
            Problem.VALVE_LOCKED,
            {"phase": ValvePhase.LOCKED, "fault": ValveFault.NOT_CLOSED},
        ),
    ],
)
async def test_a_locked_valve_is_unlocked_by_a_person(
    hass: HomeAssistant,
    runtime: IrrigationRuntime,
    problem: Problem,
    state: dict[str, Any],
) -> None:
    set_valve(runtime, **state)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_of(problem))
    assert issue.severity is ir.IssueSeverity.ERROR
    flow = await begin(hass, problem)
    await answer(hass, flow, {})
    assert runtime.state.zones["zone_a"].valve.phase is ValvePhase.CLOSED
    assert not is_raised(hass, problem)


async def test_a_valve_that_does_not_open_is_forgiven_after_a_look(
    hass: HomeAssistant, runtime: IrrigationRuntime
) -> None:
    set_zone(runtime, failed_runs=3, retry_after=dt_util.utcnow())
    flow = await begin(hass, Problem.VALVE_NOT_OPENING)
    await answer(hass, flow, {})
    assert runtime.state.zones["zone_a"].retry_after is None
    assert not is_raised(hass, Problem.VALVE_NOT_OPENING)


async def test_a_probe_is_believed_again_after_a_look(
    hass: HomeAssistant, runtime: IrrigationRuntime
) -> None:
    set_zone(runtime, no_response=2)
    flow = await begin(hass, Problem.PROBE_IMPLAUSIBLE)
    await answer(hass, flow, {})
    assert not is_raised(hass, Problem.PROBE_IMPLAUSIBLE)


async def test_a_stuck_valve_is_critical_and_tells_what_to_do_by_hand(
    hass: HomeAssistant, runtime: IrrigationRuntime
) -> None:
    set_valve(
        runtime,
        phase=ValvePhase.OPEN_SUSPECT,
        fault=ValveFault.NOT_CLOSED,
        available=False,
    )
    registry = ir.async_get(hass)
    issue = registry.async_get_issue(DOMAIN, issue_of(Problem.VALVE_STUCK_OPEN))
    assert issue.severity is ir.IssueSeverity.ERROR
    assert not issue.is_fixable


async def test_the_supply_is_named_in_its_issues(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    zone = part("zone", "zone_a", ZONE)
    entry = await set_up(site_entry(zone, master_valve="switch.master"))
    runtime = entry.runtime_data
    locked = replace(runtime.state.master, phase=ValvePhase.LOCKED)
    runtime.state = replace(runtime.state, master=locked)
    runtime.feed([TimePassed()])
    flow = await begin(hass, Problem.VALVE_LOCKED, "master")
    placeholders = flow["description_placeholders"]
    assert placeholders == {"where": "South façade: master"}, "the entity's own name"
    await answer(hass, flow, {})
    assert runtime.state.master.phase is ValvePhase.CLOSED


async def test_a_supply_without_a_state_is_named_by_its_entity(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up(site_entry(pump="switch.gone"))
    runtime = entry.runtime_data
    locked = replace(runtime.state.pump, phase=ValvePhase.LOCKED)
    runtime.state = replace(runtime.state, pump=locked)
    runtime.feed([TimePassed()])
    flow = await begin(hass, Problem.VALVE_LOCKED, "pump")
    placeholders = flow["description_placeholders"]
    assert placeholders == {"where": "South façade: switch.gone"}


async def test_a_place_that_nobody_has_a_name_for_is_called_after_its_site(
    hass: HomeAssistant, runtime: IrrigationRuntime
) -> None:
    found = frozenset({("zone_z", Problem.PROBE_SILENT)})
    async_report(hass, runtime.entry, found, frozenset(), {})
    issue_id = issue_of(Problem.PROBE_SILENT, "zone_z")
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue.translation_placeholders == {"where": "South façade"}


@pytest.fixture
def long_running(freezer: FrozenDateTimeFactory, timed: IrrigationRuntime) -> Any:
    """Return a running site whose inputs have had time to report, and its clock."""
    freezer.tick(timedelta(minutes=30))
    timed.feed([TimePassed()])
    return freezer


async def report(
    hass: HomeAssistant, runtime: IrrigationRuntime, entity_id: str, state: str
) -> None:
    """Let an input report, and the site look."""
    hass.states.async_set(entity_id, state, force_update=True)
    await hass.async_block_till_done()
    runtime.feed([TimePassed()])


async def test_a_silent_probe_is_reported_until_it_speaks_again(
    hass: HomeAssistant, timed: IrrigationRuntime, long_running: FrozenDateTimeFactory
) -> None:
    assert not is_raised(hass, Problem.PROBE_SILENT)
    long_running.tick(timedelta(hours=7))
    timed.feed([TimePassed()])
    assert is_raised(hass, Problem.PROBE_SILENT)
    await report(hass, timed, "sensor.probe_a", "21")
    assert not is_raised(hass, Problem.PROBE_SILENT)


async def test_a_valve_out_of_reach_is_reported_until_it_is_back(
    hass: HomeAssistant, timed: IrrigationRuntime, long_running: FrozenDateTimeFactory
) -> None:
    await report(hass, timed, "switch.valve_a", "unavailable")
    assert not is_raised(hass, Problem.VALVE_UNREACHABLE), "a drop-out is no fault"
    long_running.tick(timedelta(minutes=31))
    timed.feed([TimePassed()])
    assert is_raised(hass, Problem.VALVE_UNREACHABLE)
    await report(hass, timed, "switch.valve_a", "off")
    assert not is_raised(hass, Problem.VALVE_UNREACHABLE)


async def test_a_silent_tank_is_reported_until_it_speaks_again(
    hass: HomeAssistant, set_up: SetUp, freezer: FrozenDateTimeFactory
) -> None:
    entry = await set_up(site_entry(part("tank", "tank", TANK)))
    runtime = entry.runtime_data
    freezer.tick(timedelta(hours=7))
    runtime.feed([TimePassed()])
    assert is_raised(hass, Problem.TANK_SILENT, "site")
    await report(hass, runtime, "sensor.tank", "55")
    assert not is_raised(hass, Problem.TANK_SILENT, "site")


async def test_a_disk_that_cannot_be_written_is_reported_until_it_can(
    hass: HomeAssistant, runtime: IrrigationRuntime
) -> None:
    for works in (False, True):
        runtime.feed([StorageChecked(works), TimePassed()])
        assert is_raised(hass, Problem.STORAGE_FAILED, "site") is not works


async def test_a_missing_entity_that_is_back_is_not_reported_any_more(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up(site_entry(rain="sensor.rain"))
    assert is_raised(hass, Problem.ENTITY_MISSING, "site")
    hass.states.async_set("sensor.rain", "0")
    await hass.async_block_till_done()
    entry.runtime_data.feed([SeasonSet(False), TimePassed()])
    assert not is_raised(hass, Problem.ENTITY_MISSING, "site")


async def test_issues_go_with_the_site_and_with_the_zone_they_are_about(
    hass: HomeAssistant, set_up: SetUp, freezer: FrozenDateTimeFactory
) -> None:
    zones = part("zone", "zone_a", UNTRUSTED), part("zone", "zone_b", UNTRUSTED_B)
    entry = await set_up(site_entry(*zones))
    assert is_raised(hass, Problem.TIMER_MISSING)
    hass.config_entries.async_remove_subentry(entry, "zone_a")
    await hass.async_block_till_done()
    for _ in range(3):
        freezer.tick(timedelta(minutes=2))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert not is_raised(hass, Problem.TIMER_MISSING), "once its valve is closed"
    assert is_raised(hass, Problem.TIMER_MISSING, "zone_b")
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert not is_raised(hass, Problem.TIMER_MISSING, "zone_b")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert is_raised(hass, Problem.TIMER_MISSING, "zone_b")
    await hass.config_entries.async_remove(entry.entry_id)
    assert not is_raised(hass, Problem.TIMER_MISSING, "zone_b")


@pytest.mark.parametrize(
    ("problem", "steps"),
    [
        (Problem.TIMER_MISSING, [{"consent": True}]),
        (Problem.TIMER_FAILED, [{"next_step_id": "test"}]),
        (Problem.PROBE_IMPLAUSIBLE, [{}]),
    ],
)
@pytest.mark.parametrize("gone", ["zone", "site", "running"])
async def test_a_fix_flow_ends_when_what_it_is_about_has_gone(
    hass: HomeAssistant,
    runtime: IrrigationRuntime,
    problem: Problem,
    steps: list[dict[str, Any]],
    gone: str,
) -> None:
    if problem is not Problem.TIMER_MISSING:
        async_report(hass, runtime.entry, frozenset({("zone_a", problem)}), NONE, {})
    flow = await begin(hass, problem)
    if gone == "zone":
        hass.config_entries.async_remove_subentry(runtime.entry, "zone_a")
        await hass.async_block_till_done()
    elif gone == "site":
        await hass.config_entries.async_remove(runtime.entry.entry_id)
    else:
        assert await hass.config_entries.async_unload(runtime.entry.entry_id)
    for data in steps:
        flow = await answer(hass, flow, data)
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "gone"


LEDGER = "smart_quarter.irrigation.site"


@pytest.fixture
def broken_file(hass_config_dir: str) -> Path:
    """Return the file of a ledger, which the test harness itself keeps in memory."""
    file = Path(hass_config_dir, ".storage", LEDGER)
    file.parent.mkdir(exist_ok=True)
    file.touch()
    return file


async def test_lost_memory_is_reported_until_somebody_has_read_it(
    broken_file: Path,
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    set_up: SetUp,
    entry: MockConfigEntry,
) -> None:
    sound_json_without_sense = {"zones": "x"}
    hass_storage[LEDGER] = {
        "version": 1,
        "minor_version": 1,
        "key": LEDGER,
        "data": sound_json_without_sense,
    }
    await set_up(entry)
    kept = f"{broken_file.name}.corrupt.*"
    assert list(broken_file.parent.glob(kept)), "the file is kept"
    flow = await begin(hass, Problem.STORAGE_CORRUPT, "site")
    await answer(hass, flow, {})
    assert not is_raised(hass, Problem.STORAGE_CORRUPT, "site")


async def test_a_missing_entity_is_named_once_home_assistant_runs(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    zone = {**ZONE, "probes": ["sensor.gone"]}
    await set_up(site_entry(part("zone", "zone_a", zone), pump="switch.gone"))
    assert is_raised(hass, Problem.ENTITY_MISSING)
    assert is_raised(hass, Problem.ENTITY_MISSING, "site")


async def test_an_issue_of_no_system_is_simply_confirmed(hass: HomeAssistant) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        "strange",
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="irrigation_storage_corrupt",
        translation_placeholders={"where": "here"},
    )
    assert await async_setup_component(hass, REPAIRS, {})
    assert await async_setup_component(hass, DOMAIN, {})
    manager = hass.data[REPAIRS]["flow_manager"]
    flow = await manager.async_init(DOMAIN, data={"issue_id": "strange"})
    assert flow["step_id"] == "confirm"
