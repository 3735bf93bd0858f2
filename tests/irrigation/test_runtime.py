"""The running site in a real Home Assistant."""

import asyncio
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.irrigation.model import Reason, RunOutcome
from custom_components.smart_quarter.irrigation.runtime import IrrigationRuntime
from custom_components.smart_quarter.irrigation.valve_model import ValvePhase

from .conftest import TANK, ZONE, ZONE_B, SetUp, part, site_entry

LEDGER = "smart_quarter.irrigation.site"


async def settle(hass: HomeAssistant) -> None:
    """Wait until commands were carried out and reports taken in."""
    await hass.async_block_till_done(wait_background_tasks=True)


async def pass_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass, a step at a time, as the clock of Home Assistant does."""
    end = dt_util.utcnow() + timedelta(seconds=seconds)
    while dt_util.utcnow() < end:
        freezer.tick(min(30.0, (end - dt_util.utcnow()).total_seconds()))
        async_fire_time_changed(hass)
        await settle(hass)


async def add(hass: HomeAssistant, entry: MockConfigEntry, kind: str, key: str) -> None:
    """Add a zone or a tank as its flow does."""
    data = {"tank": TANK, "zone": ZONE_B}[kind]
    new = ConfigSubentry(
        data=MappingProxyType({"name": key, **data}),
        subentry_id=key,
        subentry_type=kind,
        title=key,
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(entry, new)
    await settle(hass)


def is_open(hass: HomeAssistant, name: str) -> bool:
    """Tell whether a physical valve is open."""
    return hass.states.is_state(f"input_boolean.{name}", "on")


async def test_a_dry_zone_is_watered_and_booked(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    set_up: SetUp,
    entry: MockConfigEntry,
) -> None:
    await set_up(entry)
    assert hass.states.get("valve.zone_a").state == "closed"
    hass.states.async_set("sensor.probe_a", "15")
    await settle(hass)
    assert is_open(hass, "valve_a")
    assert hass.states.get("valve.zone_a").state == "open"
    assert hass.states.get("sensor.zone_a_state").state == "watering"
    await pass_time(hass, freezer, 610)
    assert not is_open(hass, "valve_a")
    assert hass.states.get("sensor.zone_a_state").state == "soaking"
    assert float(hass.states.get("sensor.zone_a_water_today").state) == pytest.approx(
        100, abs=6
    )


@pytest.mark.quality_rule("dynamic-devices")
async def test_a_new_zone_and_tank_appear_and_disturb_nothing(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up(site_entry(part("zone", "zone_a", ZONE)))
    hass.states.async_set("sensor.probe_a", "15")
    await settle(hass)
    running = entry.runtime_data.state.zones["zone_a"].valve
    await add(hass, entry, "zone", "zone_b")
    await add(hass, entry, "tank", "tank")
    assert entry.runtime_data.state.zones["zone_a"].valve == running
    assert hass.states.get("valve.zone_b").state == "closed"
    assert hass.states.get("sensor.tank_state").state == "ok"


@pytest.mark.quality_rule("stale-devices")
async def test_a_zone_that_is_removed_while_it_waters_is_closed_first(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    set_up: SetUp,
    entry: MockConfigEntry,
) -> None:
    await set_up(entry)
    hass.states.async_set("sensor.probe_a", "15")
    await settle(hass)
    runtime: IrrigationRuntime = entry.runtime_data
    hass.config_entries.async_remove_subentry(entry, "zone_a")
    await settle(hass)
    assert not is_open(hass, "valve_a")
    assert hass.states.get("valve.zone_a") is None
    await pass_time(hass, freezer, 120)
    assert list(runtime.config.zones) == ["zone_b"]


async def test_a_changed_setting_takes_effect_without_a_reload(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    runtime = entry.runtime_data
    await runtime.async_set_mad("zone_a", 55)
    await settle(hass)
    assert entry.runtime_data is runtime
    assert runtime.config.zones["zone_a"].mad == 0.55


async def test_an_opening_is_on_disk_before_its_command_is_sent(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    set_up: SetUp,
    entry: MockConfigEntry,
) -> None:
    await set_up(entry)
    seen: list[Any] = []

    async def turn_on(call: ServiceCall) -> None:
        stored = hass_storage[LEDGER]["data"]["zones"]["zone_a"]["valve"]
        seen.append((stored["phase"], stored["opening"]["deadline"] is not None))

    hass.services.async_register("input_boolean", "turn_on", turn_on)
    await entry.runtime_data.async_water("zone_a", seconds=60)
    await settle(hass)
    assert seen == [("opening", True)]
    await entry.runtime_data.async_stop("zone_a")
    await settle(hass)


async def test_with_a_disk_that_cannot_be_written_nothing_opens_until_it_can(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    set_up: SetUp,
    entry: MockConfigEntry,
) -> None:
    await set_up(entry)
    runtime: IrrigationRuntime = entry.runtime_data

    async def fail(*_: Any) -> None:
        raise WriteError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("homeassistant.helpers.storage.Store._async_write_data", fail)
        hass.states.async_set("sensor.probe_a", "15")
        await settle(hass)
        await pass_time(hass, freezer, 120)
        assert not is_open(hass, "valve_a")
        assert runtime.state.zones["zone_b"].decision.reason is Reason.NOT_DRY
        assert not runtime.state.storage_ok
    await pass_time(hass, freezer, 120)
    assert runtime.state.storage_ok


async def test_a_close_overtakes_an_opening_that_hangs(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    order: list[str] = []

    async def turn_on(call: ServiceCall) -> None:
        order.append("opening")
        await asyncio.sleep(30)
        order.append("opened late")

    async def turn_off(call: ServiceCall) -> None:
        order.append("closing")

    hass.services.async_register("switch", "turn_on", turn_on)
    hass.services.async_register("switch", "turn_off", turn_off)
    await entry.runtime_data.async_water("zone_a", seconds=60)
    await asyncio.sleep(0.05)
    await entry.runtime_data.async_stop("zone_a")
    await asyncio.sleep(0.05)
    assert order[:2] == ["opening", "closing"]
    assert "opened late" not in order


async def test_an_action_that_fails_is_tried_again_and_then_given_up(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    set_up: SetUp,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await set_up(entry)

    async def fail(call: ServiceCall) -> None:
        raise TimeoutError("no answer")

    hass.services.async_register("switch", "turn_on", fail)
    hass.services.async_register("switch", "turn_off", fail)
    await entry.runtime_data.async_water("zone_a", seconds=600)
    await pass_time(hass, freezer, 300)
    assert "Opening switch.valve_a failed" in caplog.text
    assert "Closing switch.valve_a failed" in caplog.text
    last = entry.runtime_data.state.zones["zone_a"].last_run
    assert last.outcome is RunOutcome.NOT_OPENED


@pytest.mark.quality_rule("config-entry-unloading")
async def test_unloading_closes_what_is_open_and_a_reload_reopens_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    set_up: SetUp,
    entry: MockConfigEntry,
) -> None:
    await set_up(entry)
    hass.states.async_set("sensor.probe_a", "15")
    await settle(hass)
    await pass_time(hass, freezer, 30)
    assert is_open(hass, "valve_a")
    assert await hass.config_entries.async_unload(entry.entry_id)
    await settle(hass)
    assert not is_open(hass, "valve_a")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    await pass_time(hass, freezer, 60)
    assert not is_open(hass, "valve_a")
    last = entry.runtime_data.state.zones["zone_a"].last_run
    assert last.outcome is RunOutcome.INTERRUPTED
    assert last.litres > 0
    told = hass.states.get("event.zone_a_watering").attributes
    assert told["event_type"] == "interrupted", "told although it happened at the start"


async def test_a_shutdown_closes_what_is_open(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    hass.states.async_set("sensor.probe_a", "15")
    await settle(hass)
    closed = async_mock_service(hass, "switch", "turn_off")
    await entry.runtime_data._async_close_open()
    assert [call.data["entity_id"] for call in closed] == ["switch.valve_a"]


async def test_the_day_begins_anew_at_local_midnight(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    set_up: SetUp,
    entry: MockConfigEntry,
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2026-07-01 21:30:00+00:00")  # half past eleven at night in Berlin
    await set_up(entry)
    await entry.runtime_data.async_water("zone_a", seconds=60)
    await pass_time(hass, freezer, 120)
    assert float(hass.states.get("sensor.zone_a_water_today").state) > 0
    await pass_time(hass, freezer, 1800)
    assert float(hass.states.get("sensor.zone_a_water_today").state) == 0
    assert float(hass.states.get("sensor.zone_a_water_total").state) > 0


async def test_a_probe_lives_as_long_as_anything_of_its_device_reports(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entity_registry: er.EntityRegistry,
    device_registry: Any,
    set_up: SetUp,
) -> None:
    owner = MockConfigEntry(domain="probe_brand")
    owner.add_to_hass(hass)
    device = device_registry.async_get_or_create(
        config_entry_id=owner.entry_id, identifiers={("probe_brand", "1")}
    )
    for name in ("probe_c", "battery_c"):
        entity_registry.async_get_or_create(
            "sensor",
            "probe_brand",
            name,
            device_id=device.id,
            suggested_object_id=name,
        )
    hass.states.async_set("sensor.probe_c", "22")
    zone = {**ZONE, "probes": ["sensor.probe_b", "sensor.probe_c"]}
    entry = await set_up(site_entry(part("zone", "zone_a", zone)))
    for _ in range(20):
        await pass_time(hass, freezer, 1800)
        hass.states.async_set("sensor.battery_c", "90")
    probes = entry.runtime_data.state.zones["zone_a"].probes
    alive, silent = probes["sensor.probe_c"], probes["sensor.probe_b"]
    assert dt_util.utcnow() - alive.alive_at < timedelta(hours=1)
    assert dt_util.utcnow() - silent.alive_at > timedelta(hours=6)


async def test_two_sites_know_nothing_of_each_other(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    other = MockConfigEntry(
        domain=DOMAIN,
        title="Yard",
        entry_id="yard",
        data={"system": "irrigation", "name": "Yard"},
    )
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    await hass.config_entries.async_unload(other.entry_id)
    await settle(hass)
    assert entry.runtime_data.state.zones["zone_a"].valve.phase is ValvePhase.CLOSED
    assert hass.states.get("valve.zone_a").state == "closed"


async def test_supply_valves_are_driven_with_their_zones(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up(
        site_entry(
            part("zone", "zone_a", ZONE),
            master_valve="switch.master",
            pump="switch.pump",
        )
    )
    hass.states.async_set("sensor.probe_a", "15")
    await settle(hass)
    assert is_open(hass, "master")
    assert is_open(hass, "pump")
    await entry.runtime_data.async_stop(None)
    await settle(hass)
    assert not any(is_open(hass, name) for name in ("master", "pump", "valve_a"))


async def test_renamed_entities_are_followed(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    set_up: SetUp,
    world: None,
) -> None:
    for name in ("probe_c", "level_c"):
        entity_registry.async_get_or_create(
            "sensor", "probe_brand", name, suggested_object_id=name
        )
        hass.states.async_set(f"sensor.{name}", "24")
    calibration = {"sensor.probe_c": {"dry": {"reading": 1.0, "vwc": 0.1}}}
    zone = {**ZONE, "probes": ["sensor.probe_c"], "calibration": calibration}
    tank = {**TANK, "level": "sensor.level_c"}
    entry = await set_up(
        site_entry(
            part("zone", "zone_a", zone),
            part("tank", "tank", tank),
            temperature="sensor.probe_c",
        )
    )
    for old, new in (
        ("sensor.probe_c", "sensor.wine"),
        ("sensor.level_c", "sensor.cistern"),
        ("switch.valve_a", "switch.wine_valve"),
    ):
        entity_registry.async_update_entity(old, new_entity_id=new)
    entity_registry.async_update_entity("sensor.wine", name="Wine")
    await settle(hass)
    stored = entry.subentries["zone_a"].data
    assert stored["probes"] == ["sensor.wine"]
    assert list(stored["calibration"]) == ["sensor.wine"]
    assert stored["valve"] == "switch.wine_valve"
    assert entry.subentries["tank"].data["level"] == "sensor.cistern"
    assert entry.data["temperature"] == "sensor.wine"
    hass.states.async_set("sensor.wine", "15")
    await settle(hass)
    assert is_open(hass, "valve_a")
    await entry.runtime_data.async_stop(None)
    await settle(hass)
