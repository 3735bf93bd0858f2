"""Setting a robot up: found by its heartbeat or named, and changed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
import json
from typing import Any

from aiohttp.test_utils import TestServer
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_MQTT,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers.service_info.mqtt import MqttServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.temi import flow_checks
from custom_components.smart_quarter.temi.cloud import (
    CloudAuthError,
    CloudError,
    CloudForbiddenError,
    CloudUnreachableError,
)
from custom_components.smart_quarter.temi.runtime import TemiRuntime
from simulator.temi.cloud import Cloud, Token
from simulator.temi.on_air import Temi

from ..broker import Mosquitto
from .conftest import (
    OTHER_SERIAL,
    SERIAL,
    SetUp,
    on_air,
    publish,
    robot_entry,
    robot_spec,
    until,
)

HEARTBEAT = json.dumps({"waypoint_list": ["home base"], "battery_percentage": 87})
FORM = {"name": " Temi ", "serial": f" {SERIAL} "}

pytestmark = pytest.mark.usefixtures("socket_enabled")


def info(
    serial: str = SERIAL, payload: str | bytes = HEARTBEAT, topic: str = "status/info"
) -> MqttServiceInfo:
    """Return what MQTT hands over of a message."""
    return MqttServiceInfo(
        topic=f"temi/{serial}/{topic}",
        payload=payload,
        qos=1,
        retain=False,
        subscribed_topic="temi/+/status/info",
        timestamp=0.0,
    )


async def find(hass: HomeAssistant, found: MqttServiceInfo) -> Any:
    """Begin the flow of a robot that was found."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_MQTT}, data=found
    )


async def begin(hass: HomeAssistant) -> str:
    """Open the form of a robot and return its flow."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    form = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "temi"}
    )
    assert form["step_id"] == "temi"
    return str(form["flow_id"])


async def change(hass: HomeAssistant, entry: ConfigEntry) -> Any:
    """Open the form of a change."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )


def progress(hass: HomeAssistant) -> list[Any]:
    """Return the flows that wait for somebody."""
    return list(hass.config_entries.flow.async_progress_by_handler(DOMAIN))


@pytest.mark.quality_rule("discovery")
@pytest.mark.usefixtures("mqtt", "robot")
async def test_a_robot_is_found_by_itself_and_confirmed(hass: HomeAssistant) -> None:
    await until(lambda: len(progress(hass)) == 1)
    (flow,) = progress(hass)
    assert flow["step_id"] == "temi_found"
    assert flow["context"]["title_placeholders"] == {"name": f"Temi {SERIAL}"}
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"name": " Robbi "}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert (result["title"], result["data"]) == (
        "Robbi",
        {"system": "temi", "name": "Robbi", "serial": SERIAL, "areas": []},
    )
    assert result["result"].unique_id == f"temi:{SERIAL}"
    assert "next_flow" not in result
    await hass.async_block_till_done()


@pytest.mark.usefixtures("mqtt")
async def test_a_robot_that_is_found_needs_a_name(hass: HomeAssistant) -> None:
    form = await find(hass, info())
    configure = hass.config_entries.flow.async_configure
    result = await configure(form["flow_id"], {"name": " "})
    assert result["errors"] == {"name": "name_missing"}
    result = await configure(form["flow_id"], {"name": "Robbi"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


async def test_a_robot_that_is_set_up_is_recognised_whatever_it_says(
    hass: HomeAssistant,
) -> None:
    robot_entry().add_to_hass(hass)
    result = await find(hass, info(payload="no heartbeat at all"))
    assert result["reason"] == "already_configured"


async def test_a_robot_whose_battery_changes_is_asked_about_once(
    hass: HomeAssistant, mqtt: MockConfigEntry, mosquitto: Mosquitto
) -> None:
    percentages = iter(range(90, 0, -1))

    async def beat() -> None:
        body = {
            "waypoint_list": ["home base"],
            "battery_percentage": next(percentages),
        }
        await publish(mosquitto, f"temi/{SERIAL}/status/info", json.dumps(body))
        await asyncio.sleep(0.1)

    while not progress(hass):
        await beat()
    for _ in range(5):
        await beat()
    await hass.async_block_till_done()
    assert len(progress(hass)) == 1


async def test_a_robot_that_somebody_ignores_is_not_found_again(
    hass: HomeAssistant,
) -> None:
    ignored = MockConfigEntry(
        domain=DOMAIN, unique_id=f"temi:{SERIAL}", source=SOURCE_IGNORE
    )
    ignored.add_to_hass(hass)
    assert (await find(hass, info()))["reason"] == "already_configured"


@pytest.mark.parametrize(
    "found",
    [
        info("null"),
        info("119260058"),
        info(payload="no json"),
        info(payload="{}"),
        info(payload='{"waypoint_list": 3}'),
    ],
)
async def test_what_is_no_robot_is_not_found(
    hass: HomeAssistant, found: MqttServiceInfo
) -> None:
    result = await find(hass, found)
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "temi_no_robot",
    )


@pytest.mark.quality_rule("config-flow")
@pytest.mark.quality_rule("test-before-configure")
@pytest.mark.usefixtures("mqtt", "robot")
async def test_a_robot_that_is_named_is_set_up_when_it_is_heard(
    hass: HomeAssistant,
) -> None:
    result = await hass.config_entries.flow.async_configure(await begin(hass), FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert (result["title"], result["data"]["serial"]) == ("Temi", SERIAL)
    await hass.async_block_till_done()


@pytest.mark.usefixtures("mqtt")
async def test_a_robot_that_is_not_heard_is_said_so_and_can_be_tried_again(
    hass: HomeAssistant,
    mosquitto: Mosquitto,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flow_checks, "PROBE_S", 0.2)
    flow_id = await begin(hass)
    result = await hass.config_entries.flow.async_configure(flow_id, FORM)
    assert result["errors"] == {"base": "temi_not_heard"}
    monkeypatch.setattr(flow_checks, "PROBE_S", 10.0)
    async with on_air(robot_spec(), mosquitto, {}):
        result = await hass.config_entries.flow.async_configure(flow_id, FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


@pytest.mark.quality_rule("config-flow-test-coverage")
@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": " "}, {"name": "name_missing"}),
        ({"serial": "119260058"}, {"serial": "temi_serial_invalid"}),
        ({"serial": "0011926005x"}, {"serial": "temi_serial_invalid"}),
    ],
)
async def test_a_form_that_cannot_be_right_is_refused(
    hass: HomeAssistant, changes: dict[str, str], errors: dict[str, str]
) -> None:
    result = await hass.config_entries.flow.async_configure(
        await begin(hass), FORM | changes
    )
    assert result["errors"] == errors


@pytest.mark.quality_rule("unique-config-entry")
async def test_a_robot_is_set_up_once(hass: HomeAssistant) -> None:
    robot_entry().add_to_hass(hass)
    result = await hass.config_entries.flow.async_configure(await begin(hass), FORM)
    assert result["reason"] == "already_configured"


async def test_without_a_broker_no_robot_can_be_set_up(hass: HomeAssistant) -> None:
    result = await hass.config_entries.flow.async_configure(await begin(hass), FORM)
    assert result["reason"] == "temi_no_broker"


@pytest.mark.quality_rule("reconfiguration-flow")
async def test_a_robot_is_renamed_and_its_areas_are_mapped_without_a_reload(
    hass: HomeAssistant, temi: TemiRuntime, area_registry: ar.AreaRegistry
) -> None:
    bath = area_registry.async_create("Bath")
    form = await change(hass, temi.entry)
    assert form["step_id"] == "temi_reconfigure"
    areas = [{"area": bath.id, "waypoint": "flat 12.1"}]
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], {"name": " Robbi ", "areas": areas}
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert temi.entry.runtime_data is temi
    assert temi.entry.title == "Robbi"
    assert temi.drives.waypoint_in(bath.id) == "flat 12.1"
    form = await change(hass, temi.entry)
    (field,) = (each for each in form["data_schema"].schema if each == "areas")
    assert field.description["suggested_value"] == areas
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], {"name": "Robbi"}
    )
    assert temi.entry.data["areas"] == []
    await hass.async_block_till_done()


async def test_areas_that_cannot_be_meant_are_refused(
    hass: HomeAssistant, temi: TemiRuntime, area_registry: ar.AreaRegistry
) -> None:
    bath = area_registry.async_create("Bath")
    form = await change(hass, temi.entry)
    configure = hass.config_entries.flow.async_configure
    twice = [{"area": bath.id, "waypoint": each} for each in ("entrance", "flat 12.1")]
    result = await configure(form["flow_id"], {"name": "Temi", "areas": twice})
    assert result["errors"] == {"areas": "temi_area_twice"}
    gone = [{"area": "nowhere", "waypoint": "entrance"}]
    result = await configure(form["flow_id"], {"name": "Temi", "areas": gone})
    assert result["errors"] == {"areas": "temi_area_gone"}
    result = await configure(form["flow_id"], {"name": " "})
    assert result["errors"] == {"name": "name_missing"}


async def test_a_robot_that_does_not_run_can_be_changed(hass: HomeAssistant) -> None:
    entry = robot_entry()
    entry.add_to_hass(hass)
    form = await change(hass, entry)
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], {"name": "Robbi"}
    )
    assert result["reason"] == "reconfigure_successful"
    assert entry.title == "Robbi"


@pytest.fixture
def tokens() -> dict[str, Token]:
    """Return the keys that the cloud knows."""
    return {
        "right": Token(),
        "poor": Token(scopes=("read:robot:status",)),
        "another": Token(serials=frozenset({OTHER_SERIAL})),
    }


@pytest.fixture
async def cloud(
    socket_enabled: None, robot: Temi, tokens: dict[str, Token]
) -> AsyncIterator[str]:
    """Return the address of the cloud in front of the robot."""
    application = Cloud([robot], tokens, lambda: datetime.now(UTC)).application()
    async with TestServer(application) as server:
        yield str(server.make_url("/openapi/v1"))


@pytest.mark.usefixtures("mqtt")
async def test_a_key_is_checked_before_it_is_stored(
    hass: HomeAssistant, cloud: str
) -> None:
    configure, flow_id = hass.config_entries.flow.async_configure, await begin(hass)

    async def enter(key: str, url: str = cloud) -> Any:
        section = {"api_key": key, "cloud_url": url}
        return await configure(flow_id, {**FORM, "cloud": section})

    for key, error in (
        ("wrong", "temi_key_unknown"),
        ("poor", "temi_key_scopes"),
        ("another", "temi_key_other_robot"),
    ):
        assert (await enter(key))["errors"] == {"base": error}
    wrong = await enter("right", "ftp://127.0.0.1")
    assert wrong["errors"] == {"base": "temi_cloud_url_invalid"}
    silent = await enter("right", "http://127.0.0.1:9")
    assert silent["errors"] == {"base": "temi_cloud_silent"}
    result = await enter(" right ")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert (result["data"]["api_key"], result["data"]["cloud_url"]) == ("right", cloud)
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("found", "error"),
    [
        (CloudAuthError(), "temi_key_unknown"),
        (CloudForbiddenError(), "temi_key_scopes"),
        (CloudUnreachableError(), "temi_cloud_silent"),
    ],
)
def test_what_the_cloud_says_against_a_key_has_its_sentence(
    found: CloudError, error: str
) -> None:
    assert list(flow_checks.check_token(found, SERIAL)) == [("base", error)]


async def test_a_key_is_taken_out_again_and_nothing_of_it_stays(
    hass: HomeAssistant, set_up: SetUp, cloud: str
) -> None:
    entry = robot_entry(api_key="right", cloud_url=cloud)
    runtime = await set_up(entry)
    form = await change(hass, entry)
    fields = form["data_schema"].schema["cloud"].schema.schema
    known = [each.description["suggested_value"] for each in fields]
    assert known == ["right", cloud]
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], {"name": "Temi", "cloud": {"cloud_url": cloud}}
    )
    assert result["reason"] == "reconfigure_successful"
    assert entry.data.keys() == {"system", "name", "serial", "areas"}
    await hass.async_block_till_done()
    assert not runtime.config.has_cloud


async def test_a_robot_that_is_found_can_have_a_key_at_once(
    hass: HomeAssistant, mqtt: MockConfigEntry, cloud: str
) -> None:
    form = await find(hass, info())
    section = {"api_key": "right", "cloud_url": cloud}
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], {"name": "Robbi", "cloud": section}
    )
    assert result["data"]["api_key"] == "right"
    await hass.async_block_till_done()


async def test_the_heartbeat_of_a_robot_that_was_removed_finds_it_anew(
    hass: HomeAssistant, temi: TemiRuntime
) -> None:
    assert progress(hass) == []
    await hass.config_entries.async_remove(temi.entry.entry_id)
    await until(lambda: len(progress(hass)) == 1)
    assert progress(hass)[0]["step_id"] == "temi_found"


async def test_two_robots_are_told_apart(
    hass: HomeAssistant, set_up: SetUp, mosquitto: Mosquitto, robot: Temi
) -> None:
    one = await set_up(robot_entry())
    two = await set_up(robot_entry(OTHER_SERIAL))
    other = robot_spec(OTHER_SERIAL, waypoints={"lobby": (1.0, 0.0)}, battery=50)
    async with on_air(other, mosquitto, {}):
        await until(lambda: one.state.battery == 87 and two.state.battery == 50)
        assert one.state.waypoints[-1] == "flat 12.2"
        assert two.state.waypoints[-1] == "lobby"
