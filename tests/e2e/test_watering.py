"""From a dry probe over MQTT to a valve, and what happens when something breaks."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from .conftest import SITE, ZONES, proven, scenario, zone_settings
from .stack import ENTRY_ID, Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


async def test_dry_soil_is_watered_and_the_water_stops_at_the_dose(
    socket_enabled: None, tmp_path: Path
) -> None:
    # 0.45 of 81 mm is gone; the dose on 1 m² of root area at 60 L/min takes half a minute
    dry: dict[str, Any] = {"depleted": 0.45, "rooted_area_m2": 1.0, "flow_l_min": 60}
    zones = {key: zone_settings(key) for key in ZONES}
    zones["timed"] |= {"rooted_area_m2": 1.0, "flow_l_min": 60.0, "settle_min": 1}
    stack = Stack(tmp_path, scenario(timed=dry), SITE, zones, proven())
    try:
        await stack.start()
        await stack.until_state("valve.timed", "closed", 40)
        await stack.until_state("sensor.timed_state", "automatic_off", 10)
        await stack.action("switch", "turn_on", entity_id="switch.timed_automatic")
        await stack.until_open("timed_valve", 10)
        await stack.until_open("master", 5)
        await stack.until_closed("timed_valve", 90)
        await stack.until_state("valve.timed", "closed", 10)
        await asyncio.sleep(1)
        really_l = stack.truth["valves"]["timed_valve"]["litres"]
        booked_l = float(await stack.state("sensor.timed_water_total") or 0)
        assert 15 < booked_l < 40
        assert booked_l == pytest.approx(really_l, rel=0.1)
        told = {"not_dry", "resting", "evaluating"}
        assert await stack.state("sensor.timed_state") in told
        await stack.until_closed("master", 5)
    finally:
        await stack.stop()


async def test_the_commissioning_test_trusts_only_a_timer_that_closes(
    socket_enabled: None, tmp_path: Path
) -> None:
    zones = {key: zone_settings(key) for key in ZONES}
    stack = Stack(tmp_path, scenario(), SITE, zones)
    try:
        await stack.start()
        await stack.until_issue("irrigation_timer_untested", 30)
        await stack.fault("free_valve", "ignores_on_time")
        for key in ("timed", "free"):
            await stack.until_state(f"valve.{key}", "closed", 40)
            button = f"button.{key}_test_the_valves_timer"
            await stack.action("button", "press", entity_id=button)
        await stack.until_issue("irrigation_timer_failed", 60)
        await stack.until_state("valve.timed", "closed", 60)
        safe = await stack.explain("timed")
        assert safe["valve"]["closes_without_home_assistant"]
        unsafe = await stack.explain("free")
        assert not unsafe["valve"]["closes_without_home_assistant"]
        await stack.until_closed("free_valve", 10)
        assert (await stack.closings("timed_valve"))[-1]["cause"] == "on_time"
        assert (await stack.closings("free_valve"))[-1]["cause"] == "command"
    finally:
        await stack.stop()


async def test_a_valve_that_ignores_close_is_cut_off_and_the_others_go_on(
    stack: Stack,
) -> None:
    await stack.water("free", 100)
    await stack.fault("plain_valve", "ignores_close")
    await stack.water("plain", 10)
    await stack.until_issue("irrigation_valve_stuck_open", 90)
    assert stack.is_open("plain_valve")
    assert not stack.is_open("master"), "no water reaches the stuck valve"
    assert stack.is_open("free_valve"), "a zone with its own water goes on"
    await stack.fault("plain_valve", "ignores_close", "off")
    await stack.until_closed("plain_valve", 70)
    await stack.until_issue("irrigation_valve_locked", 30)


async def test_a_restarting_broker_ends_nothing_and_leaves_nothing_open(
    stack: Stack,
) -> None:
    await stack.water("timed", 25)
    await stack.water("plain", 25)
    await stack.broker.restart()
    await asyncio.sleep(3)
    for key in ("timed_valve", "plain_valve", "master"):
        await stack.until_closed(key, 60)
    for key in ("timed", "plain"):
        await stack.until_state(f"valve.{key}", "closed", 60)


async def test_a_zone_that_is_added_disturbs_no_run(stack: Stack) -> None:
    await stack.water("timed", 40)
    moves = len(stack.moves)
    zone = zone_settings("free") | {"name": "new", "valve": "switch.new"}
    await stack.action("input_boolean", "reload")
    subentries = await stack.home.command(
        "config_entries/subentries/list", entry_id=ENTRY_ID
    )
    free = next(s for s in subentries if s["title"] == "free")
    await stack.home.command(
        "config_entries/subentries/delete",
        entry_id=ENTRY_ID,
        subentry_id=free["subentry_id"],
    )
    await stack.home.add_subentry(
        ENTRY_ID,
        "zone",
        [
            {key: zone[key] for key in ("name", "probes", "rooted_area_m2")}
            | {"valve": "switch.free_valve"},
            {"soil": "loam"},
            {},
            {"timer": "zigbee2mqtt", "consent": False, "hide_valve": False},
        ],
    )
    await stack.until_state("valve.new", "closed", 30)
    assert stack.is_open("timed_valve")
    assert len(stack.moves) == moves, "nothing moved"
    await stack.until_closed("timed_valve", 50)


async def test_a_dead_probe_is_reported_and_the_start_is_not_held_up(
    stack: Stack,
) -> None:
    timings = await stack.home.command("integration/setup_info")
    own = next(t for t in timings if t["domain"] == "smart_quarter")
    assert own["seconds"] < 0.2
    await stack.fault("timed_valve", "unavailable")
    await stack.until_state("sensor.timed_state", "automatic_off", 10)
    await stack.action("switch", "turn_on", entity_id="switch.timed_automatic")
    await stack.fault("timed_probe", "stuck")
    await asyncio.sleep(2)
    assert not stack.is_open("timed_valve")


async def test_a_corrupt_ledger_is_set_aside_and_the_site_starts_closed(
    socket_enabled: None, tmp_path: Path
) -> None:
    zones = {key: zone_settings(key) for key in ZONES}
    stack = Stack(tmp_path, scenario(), SITE, zones, '{"version": 1, "data": {"zon')
    try:
        await stack.start()
        await stack.until_issue("irrigation_storage_corrupt", 30)
        for key in ZONES:
            await stack.until_state(f"valve.{key}", "closed", 60)
        kept = stack.ledger.parent.glob(f"{stack.ledger.name}.corrupt.*")
        assert list(kept), "the file is kept"
    finally:
        await stack.stop()
