"""How a command and its duration reach a valve."""

import asyncio
import json
from pathlib import Path
import subprocess
import sys
from typing import Any

from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_mqtt_message,
    async_mock_service,
)
from pytest_homeassistant_custom_component.typing import MqttMockHAClientGenerator

from custom_components.smart_quarter.exceptions import SmartQuarterError
from custom_components.smart_quarter.irrigation import adapters
from custom_components.smart_quarter.irrigation.adapters import (
    ValveDriver,
    countdown_value,
    detect_timer,
)
from custom_components.smart_quarter.irrigation.timers import TimerKind
from custom_components.smart_quarter.irrigation.zigbee2mqtt import opening_target

pytestmark = pytest.mark.usefixtures("mock_hass_config")

ROOT = Path(__file__).parents[2]
DEVICE = {"identifiers": ["zigbee2mqtt_0xa1"], "name": "Ventil Süd"}


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Allow the timer that Home Assistant's MQTT client re-arms every second."""
    return True


async def discover(hass: HomeAssistant, object_id: str, **config: Any) -> None:
    """Let Zigbee2MQTT announce a switch."""
    payload = {
        "unique_id": f"0xa1_{object_id}_zigbee2mqtt",
        "object_id": f"ventil_{object_id}",
        "name": None,
        "state_topic": "zigbee2mqtt/Ventil Süd",
        "device": DEVICE,
        **config,
    }
    topic = f"homeassistant/switch/0xa1/{object_id}/config"
    async_fire_mqtt_message(hass, topic, json.dumps(payload))
    await hass.async_block_till_done()


def entity_of(hass: HomeAssistant, object_id: str) -> str:
    """Return the entity that Home Assistant made of it."""
    unique_id = f"0xa1_{object_id}_zigbee2mqtt"
    found = er.async_get(hass).async_get_entity_id("switch", "mqtt", unique_id)
    assert found is not None
    return found


async def test_zigbee2mqtt_gets_state_and_duration_in_one_message_that_is_never_queued(
    hass: HomeAssistant, mqtt_mock_entry: MqttMockHAClientGenerator
) -> None:
    client = await mqtt_mock_entry()
    await discover(hass, "switch", command_topic="zigbee2mqtt/Ventil Süd/set")
    entity_id = entity_of(hass, "switch")
    assert detect_timer(hass, entity_id) is TimerKind.ZIGBEE2MQTT
    await ValveDriver(hass, entity_id, TimerKind.ZIGBEE2MQTT).async_open(300)
    message = '{"state": "ON", "on_time": 300}'
    qos, retain = 0, False
    sent = client.async_publish.call_args_list
    topic = "zigbee2mqtt/Ventil Süd/set"
    assert [call.args for call in sent] == [(topic, message, qos, retain)]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            {"command_topic": "~/l2/set", "~": "zigbee2mqtt/Doppel"},
            ("zigbee2mqtt/Doppel/l2/set", {"state": "ON"}),
        ),
        (
            {
                "command_topic": "zigbee2mqtt/Doppel/set",
                "payload_on": '{"state_l2": "ON"}',
            },
            ("zigbee2mqtt/Doppel/set", {"state_l2": "ON"}),
        ),
        (
            {"command_topic": "zigbee2mqtt/Doppel/set", "payload_on": "1"},
            ("zigbee2mqtt/Doppel/set", {"state": "1"}),
        ),
    ],
    ids=["outlet by topic", "outlet by key", "own word"],
)
async def test_outlets_of_one_device_are_told_apart_by_their_discovery(
    hass: HomeAssistant,
    mqtt_mock_entry: MqttMockHAClientGenerator,
    config: dict[str, Any],
    expected: tuple[str, dict[str, Any]],
) -> None:
    await mqtt_mock_entry()
    await discover(hass, "switch_l1", command_topic="zigbee2mqtt/Doppel/l1/set")
    await discover(hass, "switch_l2", **config)
    assert opening_target(hass, entity_of(hass, "switch_l2")) == expected


async def test_a_switch_that_zigbee2mqtt_did_not_bring_has_no_such_timer(
    hass: HomeAssistant, mqtt_mock_entry: MqttMockHAClientGenerator
) -> None:
    await mqtt_mock_entry()
    other = {"identifiers": ["tasmota_1"], "name": "Plug"}
    await discover(hass, "switch", command_topic="tasmota/set", device=other)
    entity_id = entity_of(hass, "switch")
    assert detect_timer(hass, entity_id) is TimerKind.NONE
    with pytest.raises(SmartQuarterError, match="valve_not_zigbee2mqtt"):
        await ValveDriver(hass, entity_id, TimerKind.ZIGBEE2MQTT).async_open(10)


async def test_a_valve_that_was_announced_without_a_command_is_not_opened(
    hass: HomeAssistant, mqtt_mock_entry: MqttMockHAClientGenerator
) -> None:
    await mqtt_mock_entry()
    await discover(hass, "switch", command_topic="zigbee2mqtt/Ventil Süd/set")
    entity_id = entity_of(hass, "switch")
    hass.data[mqtt.DATA_MQTT].debug_info_entities.clear()
    with pytest.raises(SmartQuarterError, match="valve_not_zigbee2mqtt"):
        await ValveDriver(hass, entity_id, TimerKind.ZIGBEE2MQTT).async_open(10)


async def test_an_entity_without_a_device_has_no_target(
    hass: HomeAssistant, mqtt_mock_entry: MqttMockHAClientGenerator
) -> None:
    await mqtt_mock_entry()
    assert opening_target(hass, "switch.unknown") is None


async def test_without_mqtt_running_a_valve_of_its_has_no_timer(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    entry = MockConfigEntry(domain="mqtt")
    entry.add_to_hass(hass)
    device = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("mqtt", "zigbee2mqtt_0xa1")}
    )
    valve = entity_registry.async_get_or_create(
        "switch", "mqtt", "0xa1", device_id=device.id
    )
    assert detect_timer(hass, valve.entity_id) is TimerKind.NONE
    with pytest.raises(SmartQuarterError, match="valve_not_zigbee2mqtt"):
        await ValveDriver(hass, valve.entity_id, TimerKind.ZIGBEE2MQTT).async_open(10)


def test_a_site_without_mqtt_does_not_load_it() -> None:
    code = "import custom_components.smart_quarter, sys; print('paho' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True
    )
    assert ran.stdout.strip() == b"False"


@pytest.mark.parametrize(
    ("unit", "value"), [("s", 90), ("min", 2), ("h", 1), (None, 2)]
)
async def test_a_countdown_is_set_and_read_back_before_the_valve_opens(
    hass: HomeAssistant, unit: str | None, value: float
) -> None:
    attributes = {"unit_of_measurement": unit} if unit else {}
    hass.states.async_set("number.countdown", "0", attributes)
    hass.states.async_set("switch.valve", "off")
    order: list[str] = []

    async def set_value(call: ServiceCall) -> None:
        order.append(f"set {call.data['value']:g}")
        hass.loop.call_later(
            0.01, hass.states.async_set, "number.countdown", "not yet", attributes
        )
        hass.loop.call_later(
            0.02,
            hass.states.async_set,
            "number.countdown",
            str(call.data["value"]),
            attributes,
        )

    async def turn_on(call: ServiceCall) -> None:
        shown = hass.states.get("number.countdown").state
        order.append(f"open at {float(shown):g}")

    hass.services.async_register("number", "set_value", set_value)
    hass.services.async_register("switch", "turn_on", turn_on)
    driver = ValveDriver(hass, "switch.valve", TimerKind.NUMBER, "number.countdown")
    await driver.async_open(90)
    assert order == [f"set {value:g}", f"open at {value:g}"]


async def test_a_countdown_that_does_not_take_the_value_opens_nothing(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapters, "READ_BACK_S", 0.05)
    hass.states.async_set("number.countdown", "0")
    async_mock_service(hass, "number", "set_value")
    opened = async_mock_service(hass, "switch", "turn_on")
    driver = ValveDriver(hass, "switch.valve", TimerKind.NUMBER, "number.countdown")
    with pytest.raises(TimeoutError):
        await driver.async_open(90)
    assert opened == []


@pytest.mark.parametrize("number", [None, "number.gone"])
async def test_a_missing_countdown_opens_nothing(
    hass: HomeAssistant, number: str | None
) -> None:
    opened = async_mock_service(hass, "switch", "turn_on")
    driver = ValveDriver(hass, "switch.valve", TimerKind.NUMBER, number)
    with pytest.raises(SmartQuarterError, match="timer_number_missing"):
        await driver.async_open(90)
    assert opened == []


@pytest.mark.parametrize(
    ("platform", "action", "data"),
    [
        ("rainbird", "start_irrigation", {"duration": 2}),
        ("opensprinkler", "run_station", {"run_seconds": 90}),
        ("bhyve", "start_watering", {"minutes": 2}),
    ],
)
async def test_a_timed_action_of_a_brand_gets_the_duration_in_its_own_unit(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    platform: str,
    action: str,
    data: dict[str, Any],
) -> None:
    entry = entity_registry.async_get_or_create("switch", platform, "1")
    calls = async_mock_service(hass, platform, action)
    assert detect_timer(hass, entry.entity_id) is TimerKind.ACTION
    await ValveDriver(hass, entry.entity_id, TimerKind.ACTION).async_open(90)
    assert calls[0].data == {"entity_id": entry.entity_id, **data}


async def test_a_valve_whose_brand_is_unknown_has_no_timed_action(
    hass: HomeAssistant,
) -> None:
    with pytest.raises(SmartQuarterError, match="valve_without_timed_action"):
        await ValveDriver(hass, "switch.valve", TimerKind.ACTION).async_open(90)


@pytest.mark.parametrize(
    ("entity_id", "opens", "closes"),
    [
        ("valve.a", ("valve", "open_valve"), ("valve", "close_valve")),
        ("switch.a", ("switch", "turn_on"), ("switch", "turn_off")),
    ],
)
async def test_valves_and_switches_are_used_by_their_own_actions(
    hass: HomeAssistant,
    entity_id: str,
    opens: tuple[str, str],
    closes: tuple[str, str],
) -> None:
    hass.states.async_set(entity_id, "off")
    opened = async_mock_service(hass, *opens)
    closed = async_mock_service(hass, *closes)
    driver = ValveDriver(hass, entity_id)
    await driver.async_open(5)
    await driver.async_close()
    assert len(opened) == len(closed) == 1


async def test_a_valve_out_of_reach_is_not_shouted_at(hass: HomeAssistant) -> None:
    closed = async_mock_service(hass, "switch", "turn_off")
    await ValveDriver(hass, "switch.gone").async_close()
    hass.states.async_set("switch.a", "unavailable")
    await ValveDriver(hass, "switch.a").async_close()
    assert closed == []


async def test_a_command_that_hangs_is_given_up(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(call: ServiceCall) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(adapters, "COMMAND_TIMEOUT_S", 0.05)
    hass.services.async_register("switch", "turn_on", hang)
    with pytest.raises(TimeoutError):
        await ValveDriver(hass, "switch.a").async_open(5)


def test_a_countdown_is_never_too_short() -> None:
    assert countdown_value(61, "min") == 2
    assert countdown_value(60, "min") == 1
    assert countdown_value(1, "h") == 1
