"""A simulated robot, a real broker and a real Home Assistant: drives, silence, and doubt."""

import asyncio
from datetime import UTC, datetime, timedelta
import json
from typing import Any

from homeassistant.components import mqtt
from homeassistant.components.repairs.const import DOMAIN as REPAIRS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.temi import (
    drive as driving,
    faults as fault_finder,
    robot as engine,
)
from custom_components.smart_quarter.temi.model import Hearing, Outcome
from custom_components.smart_quarter.temi.runtime import TemiRuntime
from simulator.faults import Faults
from simulator.temi.on_air import Temi
from simulator.temi.spec import Profile

from ..broker import Mosquitto
from .conftest import (
    SERIAL,
    SetUp,
    on_air,
    publish,
    report,
    robot_entry,
    robot_spec,
    until,
)

ROOT = f"temi/{SERIAL}"
DESTINATION = "select.temi_destination"

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def go(hass: HomeAssistant, **data: Any) -> Any:
    """Send the robot somewhere and return the answer."""
    answer = await hass.services.async_call(
        DOMAIN,
        "go_to",
        {"entity_id": DESTINATION, **data},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    return answer[DESTINATION]


async def use(hass: HomeAssistant, domain: str, action: str, **data: Any) -> None:
    """Use an entity."""
    await hass.services.async_call(domain, action, data, blocking=True)


def state_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity."""
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return state.state


def issues(hass: HomeAssistant) -> set[str]:
    """Return the repair issues of robots."""
    found = ir.async_get(hass).issues
    return {
        str(issue.translation_key)
        for (domain, _), issue in found.items()
        if domain == DOMAIN
    }


async def mend(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, key: str
) -> None:
    """Walk through the flow of a repair issue."""
    found = ir.async_get(hass).issues.items()
    (issue_id,) = (i for (_, i), issue in found if issue.translation_key == key)
    assert await async_setup_component(hass, REPAIRS, {})
    client = await hass_client()
    begun = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue_id}
    )
    flow = await begun.json()
    assert flow["step_id"] == "confirm"
    done = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})
    assert (await done.json())["type"] == "create_entry"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait longer than a test has to."""
    second = timedelta(seconds=1)
    monkeypatch.setattr(driving, "CONFIRM", 0.9 * second)
    monkeypatch.setattr(driving, "RESEND", 0.3 * second)
    monkeypatch.setattr(driving, "PAUSE", 0.2 * second)
    monkeypatch.setattr(driving, "LOST", 0.5 * second)


async def test_a_drive_is_confirmed_and_answered(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    answer = await go(hass, waypoint=" ENTRANCE ", say_before="Los.", say_there="Da.")
    assert answer["result"] == "arrived"
    assert answer["waypoint"] == "entrance"
    assert (answer["attempts"], answer["route"], answer["reason"]) == (
        1,
        "mqtt",
        "none",
    )
    assert 0 < answer["confirmed_s"] < answer["seconds"] < 10
    await until(lambda: robot.robot.said == ["Los.", "Da."])
    assert state_of(hass, "sensor.temi_location") == "entrance"
    assert state_of(hass, "sensor.temi_obeys") == "hears"
    assert state_of(hass, DESTINATION) == "entrance"
    event = hass.states.get("event.temi_drive")
    assert event.attributes["event_type"] == "arrived"
    assert event.attributes["waypoint"] == "entrance"


async def test_who_does_not_wait_is_answered_at_once(
    hass: HomeAssistant, temi: TemiRuntime
) -> None:
    answer = await go(hass, waypoint="entrance", wait=False)
    assert answer == {"waypoint": "entrance", "result": "begun"}
    await until(lambda: state_of(hass, "sensor.temi_location") == "entrance")


async def test_a_drive_right_after_a_start_waits_for_the_first_heartbeat(
    hass: HomeAssistant, set_up: SetUp, robot: Temi
) -> None:
    runtime = await set_up(robot_entry())
    assert runtime.state.online is None
    assert (await go(hass, waypoint="entrance"))["result"] == "arrived"


async def test_a_drive_of_a_robot_that_never_reports_is_an_error_soon(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up(robot_entry())
    with pytest.raises(HomeAssistantError) as failed:
        await go(hass, waypoint="entrance")
    assert failed.value.translation_key == "temi_offline"


async def test_the_destination_sends_and_shows_where_it_goes(
    hass: HomeAssistant, temi: TemiRuntime
) -> None:
    options = hass.states.get(DESTINATION).attributes["options"]
    assert options == ["home base", "entrance", "flat 12.1", "flat 12.2"]
    await use(
        hass, "select", "select_option", entity_id=DESTINATION, option="flat 12.2"
    )
    assert state_of(hass, DESTINATION) == "flat 12.2"
    await until(lambda: state_of(hass, "sensor.temi_location") == "under_way")
    assert state_of(hass, DESTINATION) == "flat 12.2"
    await until(lambda: state_of(hass, "sensor.temi_location") == "flat 12.2")
    await use(
        hass, "button", "press", entity_id="button.temi_go_to_the_charging_station"
    )
    await until(lambda: state_of(hass, "binary_sensor.temi_charging") == "on")
    assert state_of(hass, DESTINATION) == "home base"


async def test_an_unknown_waypoint_is_refused_with_what_there_is(
    hass: HomeAssistant, temi: TemiRuntime
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await go(hass, waypoint="bath")
    assert refused.value.translation_key == "temi_waypoint_unknown"
    assert "flat 12.1" in str(refused.value.translation_placeholders)


async def test_a_robot_finds_the_area_of_a_place(
    hass: HomeAssistant,
    temi: TemiRuntime,
    area_registry: ar.AreaRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    bath = area_registry.async_create("Bath")
    flat = area_registry.async_create("Flat 12.2")
    with pytest.raises(ServiceValidationError) as refused:
        await go(hass, area=bath.id)
    assert refused.value.translation_key == "temi_area_unknown"
    data = {**temi.entry.data, "areas": [{"area": bath.id, "waypoint": "Entrance"}]}
    hass.config_entries.async_update_entry(temi.entry, data=data)
    await hass.async_block_till_done()
    assert (await go(hass, area=bath.id))["waypoint"] == "entrance"
    assert (await go(hass, area=flat.id))["waypoint"] == "flat 12.2"

    cord = entity_registry.async_get_or_create("binary_sensor", "test", "cord")
    with pytest.raises(ServiceValidationError) as refused:
        await go(hass, place=cord.entity_id)
    assert refused.value.translation_key == "temi_place_without_area"
    entity_registry.async_update_entity(cord.entity_id, area_id=bath.id)
    assert (await go(hass, place=cord.entity_id))["waypoint"] == "entrance"
    with pytest.raises(ServiceValidationError) as refused:
        await go(hass)
    assert refused.value.translation_key == "temi_where"


async def test_the_area_of_a_place_is_that_of_its_device(
    hass: HomeAssistant,
    temi: TemiRuntime,
    area_registry: ar.AreaRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    (device,) = dr.async_entries_for_config_entry(device_registry, temi.entry.entry_id)
    device_registry.async_update_device(
        device.id, area_id=area_registry.async_create("Entrance").id
    )
    answer = await go(hass, place="sensor.temi_battery")
    assert answer["waypoint"] == "entrance"


async def test_a_mapped_waypoint_that_is_gone_is_a_repair_issue(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, area_registry: ar.AreaRegistry
) -> None:
    bath = area_registry.async_create("Bath")
    data = {**temi.entry.data, "areas": [{"area": bath.id, "waypoint": "entrance"}]}
    hass.config_entries.async_update_entry(temi.entry, data=data)
    await hass.async_block_till_done()
    assert issues(hass) == set()
    point = robot.robot.driver.waypoints.pop("entrance")
    await until(lambda: issues(hass) == {"temi_waypoint_missing"})
    with pytest.raises(ServiceValidationError):
        await go(hass, area=bath.id)
    robot.robot.driver.waypoints["entrance"] = point
    await until(lambda: issues(hass) == set())


async def test_stopping_ends_a_drive_and_who_waits_hears_of_it(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.robot.driver.speed_m_s = 0.1
    waiting = hass.async_create_task(go(hass, waypoint="flat 12.1"))
    await until(lambda: temi.state.is_moving)
    await use(hass, "button", "press", entity_id="button.temi_stop")
    assert (await waiting)["result"] == "stopped"
    await until(lambda: not robot.robot.driver.is_driving)


async def test_a_second_drive_replaces_the_first(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.robot.driver.speed_m_s = 0.5
    first = hass.async_create_task(go(hass, waypoint="flat 12.2"))
    await until(lambda: temi.state.is_moving)
    robot.robot.driver.speed_m_s = 10.0
    assert (await go(hass, waypoint="entrance"))["result"] == "arrived"
    assert (await first)["result"] == "replaced"


async def test_a_drive_that_fails_is_an_error_unless_its_answer_is_wanted(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, quick: None
) -> None:
    robot.faults["drop_commands"] = 1.0
    data = {"entity_id": DESTINATION, "waypoint": "entrance"}
    with pytest.raises(HomeAssistantError) as failed:
        await hass.services.async_call(DOMAIN, "go_to", data, blocking=True)
    assert failed.value.translation_key == "temi_drive_no_reaction"
    answer = await go(hass, waypoint="entrance")
    assert answer["result"] == "no_reaction"


async def test_a_robot_that_lost_its_connection_is_deaf_and_said_so(
    hass: HomeAssistant,
    temi: TemiRuntime,
    robot: Temi,
    mosquitto: Mosquitto,
    hass_client: ClientSessionGenerator,
    quick: None,
) -> None:
    assert (await go(hass, waypoint="entrance"))["result"] == "arrived"
    await mosquitto.restart()
    await until(lambda: temi.state.hearing is Hearing.DOUBTFUL)
    assert issues(hass) == {"temi_doubtful"}
    await until(lambda: robot.radio.is_connected)
    heard_at = temi.state.heard_at
    await until(lambda: temi.state.heard_at != heard_at)
    answer = await go(hass, waypoint="flat 12.1")
    assert answer["result"] == "no_reaction"
    assert state_of(hass, "sensor.temi_obeys") == "deaf"
    assert state_of(hass, "binary_sensor.temi_connection") == "on"
    assert issues(hass) == {"temi_deaf"}
    with pytest.raises(HomeAssistantError) as failed:
        await use(hass, "button", "press", entity_id="button.temi_stop")
    assert failed.value.translation_key == "temi_deaf"

    robot.do("restart app", datetime.now(UTC))
    await mend(hass, hass_client, "temi_deaf")
    assert issues(hass) == set()
    assert (await go(hass, waypoint="flat 12.1"))["result"] == "arrived"
    assert state_of(hass, "sensor.temi_obeys") == "hears"


async def test_what_is_known_of_its_hearing_survives_a_reload(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, quick: None
) -> None:
    robot.faults["drop_commands"] = 1.0
    await go(hass, waypoint="entrance")
    assert issues(hass) == {"temi_deaf"}
    assert await hass.config_entries.async_reload(temi.entry.entry_id)
    assert issues(hass) == {"temi_deaf"}
    again: TemiRuntime = temi.entry.runtime_data
    await report(robot, again)
    assert again.state.hearing is Hearing.DEAF


async def test_a_button_shows_whether_it_obeys_without_a_drive(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, quick: None
) -> None:
    check = "button.temi_check_whether_it_obeys"
    with pytest.raises(HomeAssistantError) as failed:
        await use(hass, "button", "press", entity_id=check)
    assert failed.value.translation_key == "temi_nowhere"
    await go(hass, waypoint="entrance")
    point = robot.robot.driver.point
    robot.faults["drop_commands"] = 1.0
    await use(hass, "button", "press", entity_id=check)
    assert state_of(hass, "sensor.temi_obeys") == "deaf"
    del robot.faults["drop_commands"]
    await use(hass, "button", "press", entity_id=check)
    assert state_of(hass, "sensor.temi_obeys") == "hears"
    assert robot.robot.driver.point == point


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a silence be noticed soon."""
    monkeypatch.setattr(engine, "SILENT", timedelta(seconds=3.5))
    monkeypatch.setattr(fault_finder, "SILENT_FAULT", timedelta(seconds=4.5))


async def test_a_robot_that_is_taken_away_is_offline_and_later_a_fault(
    hass: HomeAssistant, impatient: None, temi: TemiRuntime, robot: Temi
) -> None:
    robot.faults["graceful_close"] = 1.0
    await until(lambda: state_of(hass, "binary_sensor.temi_connection") == "off")
    assert state_of(hass, "sensor.temi_movement") == "unavailable"
    with pytest.raises(HomeAssistantError) as failed:
        await go(hass, waypoint="entrance")
    assert failed.value.translation_key == "temi_offline"
    await until(lambda: issues(hass) == {"temi_silent"})
    del robot.faults["graceful_close"]
    await until(lambda: state_of(hass, "binary_sensor.temi_connection") == "on")
    await until(lambda: issues(hass) == {"temi_doubtful"})


@pytest.mark.parametrize("keepalive_s", [2])
async def test_the_will_says_that_the_wifi_is_lost_and_a_drive_ends(
    hass: HomeAssistant,
    set_up: SetUp,
    mosquitto: Mosquitto,
    faults: Faults,
    quick: None,
    keepalive_s: int,
) -> None:
    spec = robot_spec(speed_m_s=0.05)
    async with on_air(spec, mosquitto, faults, keepalive_s) as robot:
        runtime = await set_up(robot_entry())
        await report(robot, runtime)
        drive = hass.async_create_task(go(hass, waypoint="entrance"))
        await until(lambda: runtime.state.is_moving)
        robot.faults["wifi_lost"] = 1.0
        await until(lambda: runtime.state.online is False)
        assert (await drive)["result"] == "offline"
        del robot.faults["wifi_lost"]
        await until(lambda: runtime.state.online is True)
        assert state_of(hass, "sensor.temi_movement") == "unknown"
        assert runtime.state.hearing is Hearing.DOUBTFUL


async def test_a_broker_that_restarts_on_the_way_does_not_end_a_drive(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, mosquitto: Mosquitto
) -> None:
    robot.robot.driver.speed_m_s = 0.2
    drive = hass.async_create_task(go(hass, waypoint="entrance"))
    await until(lambda: temi.state.is_moving)
    await mosquitto.restart()
    assert (await drive)["result"] == "arrived"


async def test_without_a_broker_a_drive_is_offline_and_does_not_begin_later(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, mosquitto: Mosquitto
) -> None:
    await mosquitto.stop()
    await until(lambda: not mqtt.is_connected(hass))
    assert (await go(hass, waypoint="entrance"))["result"] == "offline"
    await mosquitto.start()
    robot.do("restart app", datetime.now(UTC))
    await until(lambda: mqtt.is_connected(hass) and robot.radio.is_connected)
    await asyncio.sleep(1)
    assert robot.robot.driver.place == "home base"


async def test_an_abort_is_tried_again_and_its_reason_is_said(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, quick: None
) -> None:
    robot.robot.driver.speed_m_s = 0.2
    drive = hass.async_create_task(go(hass, waypoint="entrance"))
    await until(lambda: state_of(hass, "sensor.temi_movement") == "going")
    robot.do("touch", datetime.now(UTC))
    await until(lambda: state_of(hass, "sensor.temi_movement") == "abort")
    assert state_of(hass, "sensor.temi_reason") == "stopped"
    assert state_of(hass, "binary_sensor.temi_in_use") == "on"
    await until(lambda: temi.state.is_moving)
    robot.robot.driver.speed_m_s = 10.0
    answer = await drive
    assert (answer["result"], answer["attempts"]) == ("arrived", 2)


async def test_a_way_that_is_blocked_for_good_ends_with_a_reason_in_words(
    hass: HomeAssistant,
    temi: TemiRuntime,
    robot: Temi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("simulator.temi.driving.BLOCKED_S", 0.2)
    robot.do("wall in", datetime.now(UTC))
    answer = await go(hass, waypoint="entrance", retries=0)
    assert (answer["result"], answer["reason"]) == ("aborted", "obstacle")
    assert (answer["reason_id"], answer["attempts"]) == (2000, 1)


async def test_an_obstacle_that_goes_away_only_delays(
    hass: HomeAssistant,
    temi: TemiRuntime,
    robot: Temi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("simulator.temi.driving.BLOCKED_S", 0.2)
    seen: list[str] = []
    temi.subscribe_news(lambda news: seen.append(news.news.value))
    robot.do("block", datetime.now(UTC))
    answer = await go(hass, waypoint="entrance")
    assert (answer["result"], answer["attempts"]) == ("arrived", 1)
    assert seen == ["started", "obstacle", "arrived"]


async def test_a_robot_that_has_lost_its_position_looks_where_it_is_and_drives(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.faults["lost_position"] = 1.0
    drive = hass.async_create_task(go(hass, waypoint="entrance"))
    await until(lambda: state_of(hass, "sensor.temi_movement") == "reposing")
    assert (await drive)["result"] == "arrived"


async def test_a_robot_that_finds_no_way_is_stuck_and_stopped(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.faults["stuck_calculating"] = 1.0
    ended = temi.drives.begin("entrance", {"timeout_s": 4.0})[1]
    assert (await ended).outcome is Outcome.STUCK
    await until(lambda: not robot.robot.driver.is_driving)


async def test_the_hospital_app_drives_too_and_its_positions_are_kept_nowhere(
    hass: HomeAssistant, set_up: SetUp, mosquitto: Mosquitto, faults: Faults
) -> None:
    spec = robot_spec(profile=Profile.OPEN_RMF)
    async with on_air(spec, mosquitto, faults) as robot:
        runtime = await set_up(robot_entry())
        await report(robot, runtime)
        assert (await go(hass, waypoint="entrance"))["result"] == "arrived"
        assert robot.robot.driver.point == (1.0, 0.0)
    assert runtime.refused.total() == 0
    assert "position" not in str(runtime.state)


async def test_what_is_saved_and_deleted_on_the_robot_is_offered_or_not(
    hass: HomeAssistant, temi: TemiRuntime, mosquitto: Mosquitto
) -> None:
    where = json.dumps({"location": "terrace"})

    def offered() -> bool:
        return "terrace" in hass.states.get(DESTINATION).attributes["options"]

    await publish(mosquitto, f"{ROOT}/command/waypoint/save", where)
    await until(offered)
    await publish(mosquitto, f"{ROOT}/command/waypoint/delete", where)
    await until(lambda: not offered())


async def test_a_page_on_the_screen_hides_the_app_and_nothing_is_confirmed(
    hass: HomeAssistant,
    temi: TemiRuntime,
    robot: Temi,
    mosquitto: Mosquitto,
    quick: None,
) -> None:
    page = json.dumps({"url": "https://example.org"})
    await publish(mosquitto, f"{ROOT}/command/media/webview", page)
    await until(lambda: not robot.robot.app.in_front)
    assert (await go(hass, waypoint="entrance"))["result"] == "no_reaction"
    robot.do("open app", datetime.now(UTC))
    assert (await go(hass, waypoint="flat 12.1"))["result"] == "arrived"


async def test_an_app_that_is_not_in_front_confirms_nothing(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, quick: None
) -> None:
    robot.faults["background"] = 1.0
    answer = await go(hass, waypoint="entrance")
    assert answer["result"] == "no_reaction"
    assert answer["confirmed_s"] is None


@pytest.mark.parametrize("fault", ["duplicate_events", "second_connect"])
async def test_what_is_said_twice_happens_once(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, fault: str
) -> None:
    robot.faults[fault] = 1.0
    seen: list[str] = []
    temi.subscribe_news(lambda news: seen.append(news.news.value))
    assert (await go(hass, waypoint="entrance"))["result"] == "arrived"
    await asyncio.sleep(0.2)
    assert seen == ["started", "arrived"]


async def test_lost_commands_are_sent_again(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, quick: None
) -> None:
    robot.faults["drop_commands"] = 1.0
    drive = hass.async_create_task(go(hass, waypoint="entrance"))
    await asyncio.sleep(0.2)
    del robot.faults["drop_commands"]
    answer = await drive
    assert (answer["result"], answer["attempts"]) == ("arrived", 1)


async def test_it_speaks_and_tilts_its_head(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    message = {"entity_id": "notify.temi_speech", "message": "Guten Tag"}
    await use(hass, "notify", "send_message", **message)
    await use(hass, "number", "set_value", entity_id="number.temi_head_tilt", value=21)
    await until(lambda: robot.robot.said == ["Guten Tag"] and robot.robot.tilt == 21)
    assert state_of(hass, "number.temi_head_tilt") == "21"


async def test_people_are_seen_but_not_on_the_way(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    person = "binary_sensor.temi_person"
    assert state_of(hass, person) == "unknown"
    robot.do("come", datetime.now(UTC))
    await until(lambda: state_of(hass, person) == "on")
    robot.robot.driver.speed_m_s = 0.2
    temi.drives.begin("entrance")
    await until(lambda: temi.state.is_moving)
    assert state_of(hass, person) == "off"
    await temi.async_stop()
    await until(lambda: state_of(hass, person) == "on")
    robot.do("leave", datetime.now(UTC))
    await until(lambda: state_of(hass, person) == "off")


async def test_a_stored_command_is_found_and_taken_from_the_broker(
    hass: HomeAssistant,
    set_up: SetUp,
    robot: Temi,
    mosquitto: Mosquitto,
    hass_client: ClientSessionGenerator,
) -> None:
    topic = f"{ROOT}/command/waypoint/goto"
    await publish(mosquitto, topic, '{"location": "entrance"}', retain=True)
    await set_up(robot_entry())
    await until(lambda: issues(hass) == {"temi_command_retained"})
    await mend(hass, hass_client, "temi_command_retained")
    assert issues(hass) == set()
    (entry,) = hass.config_entries.async_loaded_entries(DOMAIN)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await asyncio.sleep(0.5)
    assert issues(hass) == set()


async def test_what_is_not_believed_is_counted_and_told_without_names(
    hass: HomeAssistant,
    temi: TemiRuntime,
    mosquitto: Mosquitto,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG", logger="custom_components.smart_quarter")
    before = temi.state
    bad = {"location": "secret room", "status": 3}
    await publish(mosquitto, f"{ROOT}/event/waypoint/goto", json.dumps(bad))
    await publish(mosquitto, f"{ROOT}/event/waypoint/goto", b"secret \xff")
    await publish(mosquitto, f"{ROOT}/status/secret", "{}")
    await publish(mosquitto, f"{ROOT}/lwt", "{}", retain=True)
    await until(lambda: temi.refused.total() >= 3)
    told = temi.diagnostics()
    assert told["messages_refused"]["not_json"] == 1
    assert told["messages_refused"]["unexpected_shape"] == 1
    assert told["messages_refused"]["unknown_topic"] == 1
    assert temi.state.target == before.target
    ours = (each for each in caplog.records if DOMAIN in each.name)
    text = "".join(each.getMessage() for each in ours) + json.dumps(told)
    assert "unexpected_shape" in text
    for name in ("secret", SERIAL, "entrance"):
        assert name not in text


async def test_a_will_that_is_stored_on_the_broker_is_old_and_not_believed(
    hass: HomeAssistant, set_up: SetUp, robot: Temi, mosquitto: Mosquitto
) -> None:
    await publish(mosquitto, f"{ROOT}/lwt", "{}", retain=True)
    runtime = await set_up(robot_entry())
    await until(lambda: runtime.state.online is True)
    assert runtime.diagnostics()["messages_refused"]["retained"] == 1


@pytest.mark.quality_rule("config-entry-unloading")
async def test_who_waits_hears_that_the_robot_was_unloaded(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.robot.driver.speed_m_s = 0.1
    drive = hass.async_create_task(go(hass, waypoint="entrance"))
    await until(lambda: temi.state.is_moving)
    assert await hass.config_entries.async_unload(temi.entry.entry_id)
    assert (await drive)["result"] == "interrupted"
    assert state_of(hass, "sensor.temi_movement") == "unavailable"
    assert robot.robot.driver.is_driving, "the robot itself is not stopped"


async def test_a_robot_that_is_removed_leaves_nothing_behind(
    hass: HomeAssistant, temi: TemiRuntime, hass_storage: dict[str, Any]
) -> None:
    assert await hass.config_entries.async_unload(temi.entry.entry_id)
    key = f"{DOMAIN}.temi.{temi.entry.entry_id}"
    assert key in hass_storage
    await hass.config_entries.async_remove(temi.entry.entry_id)
    assert key not in hass_storage


@pytest.mark.quality_rule("test-before-setup")
async def test_without_the_mqtt_integration_a_robot_waits_for_it(
    hass: HomeAssistant,
) -> None:
    entry = robot_entry()
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "temi_no_broker"


async def test_where_a_robot_can_go_is_answered(
    hass: HomeAssistant, temi: TemiRuntime
) -> None:
    answer = await hass.services.async_call(
        DOMAIN,
        "get_waypoints",
        {"entity_id": DESTINATION},
        blocking=True,
        return_response=True,
    )
    expected = ["home base", "entrance", "flat 12.1", "flat 12.2"]
    assert answer == {DESTINATION: {"waypoints": expected}}


async def test_the_device_stays_as_long_as_the_robot(
    hass: HomeAssistant, temi: TemiRuntime, device_registry: dr.DeviceRegistry
) -> None:
    (device,) = dr.async_entries_for_config_entry(device_registry, temi.entry.entry_id)
    assert temi.is_device_in_use(device)
    assert (device.serial_number, device.manufacturer) == (SERIAL, "temi")
