"""The second way: a robot that MQTT does not reach, calls, and a cloud that refuses."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp.test_utils import TestServer
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.diagnostics import (
    async_get_config_entry_diagnostics,
)
from custom_components.smart_quarter.temi import polling
from custom_components.smart_quarter.temi.happenings import Gone
from custom_components.smart_quarter.temi.model import Hearing
from custom_components.smart_quarter.temi.polling import delay_s
from custom_components.smart_quarter.temi.runtime import TemiRuntime
from simulator.temi.cloud import Cloud, Token
from simulator.temi.on_air import Temi

from .conftest import OTHER_SERIAL, SetUp, report, robot_entry, until
from .test_runtime import DESTINATION, go, issues, state_of, use

KEY = "secret-key"
CALL = "binary_sensor.temi_call"
PRIVACY = "binary_sensor.temi_privacy_mode"
SEQUENCE = "binary_sensor.temi_sequence"

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the cloud often."""
    monkeypatch.setattr(polling, "ACTIVE_S", 0.1)
    monkeypatch.setattr(polling, "IDLE_S", 0.3)


@pytest.fixture
def tokens() -> dict[str, Token]:
    """Return the keys that the cloud knows."""
    return {KEY: Token()}


@pytest.fixture
async def cloud(
    socket_enabled: None, robot: Temi, tokens: dict[str, Token]
) -> AsyncIterator[TestServer]:
    """Return the cloud in front of the robot."""
    cloud = Cloud([robot], tokens, lambda: datetime.now(UTC))
    server = TestServer(cloud.application())
    await server.start_server()

    async def tick() -> None:
        while True:
            cloud.tick()
            await asyncio.sleep(0.02)

    task = asyncio.create_task(tick())
    yield server
    task.cancel()
    await server.close()


def with_cloud(cloud: TestServer, **changes: Any) -> MockConfigEntry:
    """Return the entry of a robot with a key."""
    url = str(cloud.make_url("/openapi/v1"))
    return robot_entry(**{"api_key": KEY, "cloud_url": url, **changes})


@pytest.fixture
async def temi(set_up: SetUp, robot: Temi, cloud: TestServer) -> TemiRuntime:
    """Return a running robot that has reported, here and to its cloud."""
    runtime = await set_up(with_cloud(cloud))
    await report(robot, runtime)
    await until(lambda: runtime.cloud.status is not None)
    return runtime


async def act(
    hass: HomeAssistant, action: str, user: str | None = None, **data: Any
) -> Any:
    """Use an action and return its answer."""
    answer = await hass.services.async_call(
        DOMAIN,
        action,
        {"entity_id": DESTINATION, **data},
        blocking=True,
        return_response=action != "stop_sequence",
        context=Context(user_id=user),
    )
    return answer and answer[DESTINATION]


def reauths(hass: HomeAssistant) -> list[Any]:
    """Return the flows that ask for a new key."""
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    return [each for each in flows if each["context"]["source"] == SOURCE_REAUTH]


@pytest.mark.quality_rule("inject-websession")
async def test_what_only_the_cloud_knows_has_entities(
    hass: HomeAssistant, temi: TemiRuntime
) -> None:
    assert [state_of(hass, each) for each in (CALL, PRIVACY, SEQUENCE)] == ["off"] * 3


async def test_without_a_key_there_are_none_and_they_come_and_go_with_it(
    hass: HomeAssistant,
    set_up: SetUp,
    robot: Temi,
    cloud: TestServer,
    entity_registry: er.EntityRegistry,
) -> None:
    runtime = await set_up(robot_entry())
    assert hass.states.get(CALL) is None
    without, entry = dict(runtime.entry.data), with_cloud(cloud)
    for _ in range(2):
        hass.config_entries.async_update_entry(runtime.entry, data=dict(entry.data))
        await until(lambda: hass.states.get(CALL) is not None)
        await until(lambda: state_of(hass, CALL) == "off")
        hass.config_entries.async_update_entry(runtime.entry, data=without)
        await until(lambda: hass.states.get(CALL) is None)
        assert entity_registry.async_get(CALL) is None


async def test_a_deaf_robot_is_sent_through_its_cloud(
    hass: HomeAssistant,
    temi: TemiRuntime,
    robot: Temi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    robot.faults["drop_commands"] = 1.0
    drive = "custom_components.smart_quarter.temi.drive"
    monkeypatch.setattr(f"{drive}.CONFIRM", timedelta(seconds=0.3))
    first = await go(hass, waypoint="entrance", say_there="Da.")
    assert (first["result"], first["route"]) == ("arrived", "cloud")
    assert temi.state.hearing is Hearing.DEAF
    assert issues(hass) == {"temi_deaf"}
    await until(lambda: "Da." in robot.robot.said)
    await until(lambda: state_of(hass, SEQUENCE) == "off")
    second = await go(hass, waypoint="flat 12.1")
    assert (second["result"], second["route"]) == ("arrived", "cloud")


async def test_a_robot_whose_app_is_closed_is_reached_through_its_cloud(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.faults["battery_null"] = 1.0
    temi.feed(Gone())
    answer = await go(hass, waypoint="entrance")
    assert (answer["result"], answer["route"]) == ("arrived", "cloud")


async def test_what_the_cloud_plays_is_seen_and_stopped_although_the_app_is_closed(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.faults["battery_null"] = 1.0
    temi.feed(Gone())
    robot.robot.driver.speed_m_s = 0.1
    drive = hass.async_create_task(go(hass, waypoint="entrance"))
    await until(lambda: state_of(hass, "sensor.temi_movement") == "going")
    assert state_of(hass, "sensor.temi_location") == "under_way"
    assert state_of(hass, DESTINATION) == "entrance"
    await use(hass, "button", "press", entity_id="button.temi_stop")
    assert (await drive)["result"] == "stopped"
    await until(lambda: not robot.robot.driver.is_driving)
    with pytest.raises(HomeAssistantError) as failed:
        await use(hass, "button", "press", entity_id="button.temi_stop")
    assert failed.value.translation_key == "temi_offline"
    tilt = {"entity_id": "number.temi_head_tilt", "value": 20}
    with pytest.raises(HomeAssistantError) as failed:
        await use(hass, "number", "set_value", **tilt)
    assert failed.value.translation_key == "temi_offline"
    assert state_of(hass, "number.temi_head_tilt") == "unknown"


async def test_where_it_can_go_the_cloud_knows_too(
    hass: HomeAssistant, set_up: SetUp, robot: Temi, cloud: TestServer
) -> None:
    robot.faults["wifi_lost"] = 1.0
    runtime = await set_up(with_cloud(cloud))
    await until(lambda: bool(runtime.drives.known))
    assert "entrance" in (await act(hass, "get_waypoints"))["waypoints"]


async def test_the_cloud_tells_whether_it_charges_until_the_robot_does(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    await until(lambda: state_of(hass, "binary_sensor.temi_charging") == "on")
    assert state_of(hass, "sensor.temi_location") == "home base"


async def test_why_the_cloud_refused_is_the_error_of_a_drive(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.faults["privacy"] = 1.0
    temi.state = replace(temi.state, hearing=Hearing.DEAF)
    data = {"entity_id": DESTINATION, "waypoint": "entrance"}
    with pytest.raises(HomeAssistantError) as failed:
        await hass.services.async_call(DOMAIN, "go_to", data, blocking=True)
    assert failed.value.translation_key == "temi_cloud_privacy"
    event = hass.states.get("event.temi_drive")
    assert event is not None
    assert event.attributes["event_type"] == "failed"
    assert event.attributes["reason"] == "no_reaction"


async def test_a_deaf_robot_speaks_through_its_cloud(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    temi.state = replace(temi.state, hearing=Hearing.DEAF)
    message = {"entity_id": "notify.temi_speech", "message": "Guten Tag"}
    await use(hass, "notify", "send_message", **message)
    await until(lambda: "Guten Tag" in robot.robot.said)


async def test_stopping_ends_what_the_cloud_plays(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.robot.driver.speed_m_s = 0.1
    temi.state = replace(temi.state, hearing=Hearing.DEAF)
    drive = hass.async_create_task(go(hass, waypoint="entrance"))
    await until(lambda: robot.robot.driver.is_driving)
    await until(lambda: temi.state.is_moving)
    await use(hass, "button", "press", entity_id="button.temi_stop")
    assert (await drive)["result"] == "stopped"
    await until(lambda: not robot.robot.driver.is_driving)


async def test_a_drive_replaces_the_one_that_the_cloud_plays(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.robot.driver.speed_m_s = 0.2
    temi.state = replace(temi.state, hearing=Hearing.DEAF)
    first = hass.async_create_task(go(hass, waypoint="flat 12.2"))
    await until(lambda: temi.state.is_moving)
    robot.robot.driver.speed_m_s = 10.0
    assert (await go(hass, waypoint="entrance"))["result"] == "arrived"
    assert (await first)["result"] == "replaced"


async def test_privacy_is_respected_and_said(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.faults["privacy"] = 1.0
    await until(lambda: state_of(hass, PRIVACY) == "on")
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "start_call", contacts=["nurse"])
    assert refused.value.translation_key == "temi_cloud_privacy"
    temi.state = replace(temi.state, hearing=Hearing.DEAF)
    answer = await go(hass, waypoint="entrance")
    assert (answer["result"], answer["detail"]) == ("no_reaction", "privacy")


async def test_somebody_is_called_at_a_waypoint_and_hangs_up(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    answer = await act(
        hass,
        "start_call",
        contacts=[" NURSE "],
        waypoint="entrance",
        announce="Ich rufe an.",
    )
    assert answer["sequence_id"] == temi.cloud.sequence_id
    await until(lambda: state_of(hass, CALL) == "on")
    assert "Ich rufe an." in robot.robot.said
    assert robot.robot.driver.place == "entrance"
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "start_call", contacts=["temi-lead"])
    assert refused.value.translation_key == "temi_cloud_busy"
    robot.do("hang up", datetime.now(UTC))
    await until(lambda: state_of(hass, CALL) == "off")
    await until(lambda: state_of(hass, SEQUENCE) == "off")


async def test_a_call_is_ended_from_here(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "stop_sequence")
    assert refused.value.translation_key == "temi_cloud_not_running"
    await act(hass, "start_call", contacts=["Nurse"])
    await until(lambda: state_of(hass, CALL) == "on")
    await act(hass, "stop_sequence")
    await until(lambda: state_of(hass, CALL) == "off")


async def test_an_unknown_contact_is_refused_without_naming_the_others(
    hass: HomeAssistant, temi: TemiRuntime
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "start_call", contacts=["Nobody"])
    assert refused.value.translation_key == "temi_contact_unknown"
    assert "Nurse" not in str(refused.value.translation_placeholders)


async def test_contacts_are_told_to_administrators_only(
    hass: HomeAssistant, temi: TemiRuntime
) -> None:
    answer = await act(hass, "get_contacts")
    assert {each["name"] for each in answer["contacts"]} == {"Nurse", "Lead"}
    MockUser(id="resident", name="Resident").add_to_hass(hass)
    with pytest.raises(Unauthorized):
        await act(hass, "get_contacts", "resident")


async def test_several_steps_are_played_one_after_the_other(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    steps = [{"go_to": "Entrance"}, {"say": "Hallo."}, {"call": ["Nurse"]}]
    await act(hass, "play_sequence", steps=steps)
    await until(lambda: state_of(hass, CALL) == "on")
    assert robot.robot.said == ["Hallo."]
    assert robot.robot.driver.place == "entrance"
    robot.do("hang up", datetime.now(UTC))


async def test_a_sequence_that_makes_no_sense_is_refused(
    hass: HomeAssistant, temi: TemiRuntime
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "play_sequence", steps=[{"go_to": "bath"}])
    assert refused.value.translation_key == "temi_waypoint_unknown"
    refused_steps: list[Any] = [
        [],
        [{}],
        [{"dance": True}],
        [{"go_to": "a", "say": "b"}],
    ]
    for steps in refused_steps:
        with pytest.raises(Exception, match=r"step|required|extra|length|empty"):
            await act(hass, "play_sequence", steps=steps)


@pytest.mark.parametrize("action", ["stop_sequence", "get_contacts"])
async def test_without_a_key_it_is_said_what_is_missing(
    hass: HomeAssistant, set_up: SetUp, robot: Temi, action: str
) -> None:
    await report(robot, await set_up(robot_entry()))
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, action)
    assert refused.value.translation_key == "temi_cloud_not_set"


@pytest.mark.quality_rule("reauthentication-flow")
async def test_a_key_that_is_not_valid_any_more_is_asked_for_and_renewed_everywhere(
    hass: HomeAssistant,
    set_up: SetUp,
    temi: TemiRuntime,
    cloud: TestServer,
    tokens: dict[str, Token],
) -> None:
    url = temi.entry.data["cloud_url"]
    other = robot_entry(OTHER_SERIAL, api_key=KEY, cloud_url=url)
    stranger = robot_entry("00119260050", api_key="another", cloud_url=url)
    for entry in (other, stranger):
        entry.add_to_hass(hass)
    tokens["new"] = tokens.pop(KEY)
    await until(lambda: bool(reauths(hass)))
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "start_call", contacts=["Nurse"])
    assert refused.value.translation_key == "temi_cloud_key"
    other.async_start_reauth(hass)
    await until(lambda: len(reauths(hass)) == 2)
    (flow,) = (
        e for e in reauths(hass) if e["context"]["entry_id"] == temi.entry.entry_id
    )
    assert flow["step_id"] == "temi_key"
    configure = hass.config_entries.flow.async_configure
    result = await configure(flow["flow_id"], {"api_key": "wrong"})
    assert result["errors"] == {"base": "temi_key_unknown"}
    result = await configure(flow["flow_id"], {"api_key": " new "})
    assert result["reason"] == "reauth_successful"
    assert reauths(hass) == []
    keys = [each.data["api_key"] for each in (temi.entry, other, stranger)]
    assert keys == ["new", "new", "another"]
    await until(lambda: state_of(hass, CALL) == "off")
    assert temi.config.has_cloud


async def test_a_robot_without_the_plan_is_a_repair_issue(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.faults["basic"] = 1.0
    await until(lambda: issues(hass) == {"temi_cloud_forbidden"})
    assert state_of(hass, CALL) == "unavailable"
    assert not temi.config.has_cloud
    del robot.faults["basic"]
    await until(lambda: issues(hass) == set())
    assert temi.config.has_cloud


async def test_a_key_that_may_do_less_is_good_for_the_rest(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, tokens: dict[str, Token]
) -> None:
    tokens[KEY] = Token(scopes=("read:robot:status", "action:robot:sequence"))
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "get_contacts")
    assert refused.value.translation_key == "temi_cloud_forbidden"
    assert issues(hass) == set()
    temi.state = replace(temi.state, hearing=Hearing.DEAF)
    assert (await go(hass, waypoint="entrance"))["result"] == "arrived"


async def test_a_key_that_may_not_drive_is_said_so(
    hass: HomeAssistant, temi: TemiRuntime, tokens: dict[str, Token]
) -> None:
    tokens[KEY] = Token(scopes=("read:robot:status",))
    temi.state = replace(temi.state, hearing=Hearing.DEAF)
    answer = await go(hass, waypoint="entrance")
    assert (answer["result"], answer["detail"]) == ("no_reaction", "not_allowed")


async def test_a_cloud_that_is_silent_is_asked_less_often_and_said_so(
    hass: HomeAssistant, temi: TemiRuntime, cloud: TestServer
) -> None:
    await cloud.close()
    await until(lambda: state_of(hass, CALL) == "unavailable")
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "get_contacts")
    assert refused.value.translation_key == "temi_cloud_unreachable"
    temi.state = replace(temi.state, hearing=Hearing.DEAF)
    answer = await go(hass, waypoint="entrance")
    assert (answer["result"], answer["detail"]) == ("no_reaction", "unreachable")


async def test_the_key_is_in_no_log_and_no_diagnostics(
    hass: HomeAssistant, temi: TemiRuntime, caplog: pytest.LogCaptureFixture
) -> None:
    (entry,) = hass.config_entries.async_loaded_entries(DOMAIN)
    told = await async_get_config_entry_diagnostics(hass, entry)
    assert KEY not in str(told)
    assert told["runtime"]["cloud"]["usable"] is True
    assert temi.settings.serial not in str(told)
    assert KEY not in caplog.text


@pytest.mark.quality_rule("appropriate-polling")
def test_the_cloud_is_asked_politely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert [delay_s(n, is_active=False) for n in (0, 1, 2, 4, 100)] == [
        60.0,
        120.0,
        240.0,
        900.0,
        900.0,
    ]
    assert [delay_s(n, is_active=True) for n in (0, 3, 100)] == [2.0, 16.0, 60.0]
