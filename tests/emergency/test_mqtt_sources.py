"""Pull cords and buttons on a real broker that dies, repeats itself and remembers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
import json
from pathlib import Path
from types import MappingProxyType

from aiomqtt import Client
from homeassistant.config import YAML_CONFIG_FILE as YAML
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Context, HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.emergency import supervision
from custom_components.smart_quarter.emergency.faults import Fault, Problem

from ..broker import Mosquitto
from .conftest import house_entry, part
from .test_runtime import do, settle

STATE = "sensor.flat_state"
CORD = "binary_sensor.cord"
BUTTON = "event.button"
DISCOVERY = {
    "homeassistant/binary_sensor/cord/config": {
        "name": "Cord",
        "unique_id": "cord",
        "default_entity_id": CORD,
        "state_topic": "cord",
    },
    "homeassistant/event/button/config": {
        "name": "Button",
        "unique_id": "button",
        "default_entity_id": BUTTON,
        "state_topic": "button",
        "event_types": ["press"],
    },
}
PRESS = json.dumps({"event_type": "press"})

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def say(
    broker: Mosquitto, topic: str, payload: str, *, retain: bool = False, times: int = 1
) -> None:
    """Publish with an acknowledgement, like a gateway, as often as it is repeated."""
    async with Client("127.0.0.1", broker.port) as client:
        for _ in range(times):
            await client.publish(topic, payload, qos=1, retain=retain)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.02)


def says(hass: HomeAssistant, entity_id: str, *states: str) -> Callable[[], bool]:
    """Return a question: whether an entity has one of the states."""

    def ask() -> bool:
        state = hass.states.get(entity_id)
        return state is not None and state.state in states

    return ask


@pytest.fixture
async def house(
    hass: HomeAssistant, mosquitto: Mosquitto
) -> AsyncIterator[MockConfigEntry]:
    """Return a house whose sources were discovered on a broker."""
    for topic, config in DISCOVERY.items():
        await say(mosquitto, topic, json.dumps(config), retain=True)
    await say(mosquitto, "cord", "OFF", retain=True)
    await hass.async_add_executor_job(Path(hass.config.path(YAML)).touch)
    mqtt = MockConfigEntry(
        domain="mqtt",
        data={"broker": "127.0.0.1", "port": mosquitto.port, "protocol": "5"},
        version=2,
    )
    mqtt.add_to_hass(hass)
    assert await hass.config_entries.async_setup(mqtt.entry_id)
    await until(says(hass, CORD, "off"))
    await until(says(hass, BUTTON, "unknown"))
    sources = [
        {"source_id": "s-cord", "kind": "manual", "entity_id": CORD},
        {"source_id": "s-button", "kind": "smoke", "entity_id": BUTTON},
    ]
    entry = house_entry(
        part("place", "flat", sources=sources, consent=False),
        part("person", "lea", role="lead", user="user-lea"),
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    yield entry
    assert await hass.config_entries.async_unload(mqtt.entry_id)


async def close_all(hass: HomeAssistant, as_lead: Context) -> None:
    """Close all calls."""
    answer = await do(hass, "list_incidents", as_lead)
    for incident in answer["incidents"]:
        if incident["stage"] != "resolved":
            closing = {"incident_id": incident["incident_id"], "outcome": "helped"}
            await do(hass, "resolve", as_lead, **closing)


def causes(house: MockConfigEntry) -> list[int]:
    """Return how often each call was reported."""
    incidents = house.runtime_data.state.incidents.values()
    return [cause.count for each in incidents for cause in each.causes]


@pytest.mark.fault("broker down")
@pytest.mark.usefixtures("others", "house")
async def test_a_broker_that_dies_raises_nothing_and_swallows_nothing(
    hass: HomeAssistant, mosquitto: Mosquitto, as_lead: Context
) -> None:
    await say(mosquitto, "cord", "ON")
    await until(says(hass, STATE, "alarm"))
    await close_all(hass, as_lead)
    await mosquitto.stop()
    await until(says(hass, CORD, "unavailable"))
    await mosquitto.start()
    await until(says(hass, CORD, "on"))
    await hass.async_block_till_done()
    assert hass.states.get(STATE).state == "idle"
    await say(mosquitto, "cord", "OFF", retain=True)
    await until(says(hass, CORD, "off"))
    await say(mosquitto, "cord", "ON")
    await until(says(hass, STATE, "alarm"))


@pytest.mark.fault("broker down")
async def test_a_broker_that_is_gone_for_a_minute_is_one_fault_of_many_places(
    hass: HomeAssistant,
    house: MockConfigEntry,
    mosquitto: Mosquitto,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervision, "LOST_AFTER", timedelta(seconds=0.2))
    monkeypatch.setattr(supervision, "AWAY_AFTER", timedelta(seconds=0.1))
    sources = [{"source_id": "s", "kind": "manual", "entity_id": CORD}]
    for number in range(8):
        flat = ConfigSubentry(
            data=MappingProxyType({"sources": sources, "consent": False}),
            subentry_id=f"flat_{number}",
            subentry_type="place",
            title=f"Flat {number}",
            unique_id=None,
        )
        hass.config_entries.async_add_subentry(house, flat)
    await settle(hass)
    (mqtt,) = hass.config_entries.async_entries("mqtt")
    before = house.runtime_data.faults
    look = house.runtime_data.supervisor._look  # the client's timers must not fire
    await mosquitto.stop()
    await until(says(hass, CORD, "unavailable"))
    await asyncio.sleep(0.3)
    look(dt_util.utcnow())
    assert house.runtime_data.faults - before == {
        Fault(Problem.LINK_LOST, mqtt.entry_id)
    }
    await mosquitto.start()
    await until(says(hass, CORD, "off", "unknown"))
    look(dt_util.utcnow())
    assert house.runtime_data.faults == before
    assert house.runtime_data.state.incidents == {}


@pytest.mark.fault("retained replay")
@pytest.mark.usefixtures("others")
async def test_what_the_broker_remembers_is_no_second_call(
    hass: HomeAssistant,
    house: MockConfigEntry,
    mosquitto: Mosquitto,
    as_lead: Context,
) -> None:
    await say(mosquitto, "cord", "ON", retain=True)
    await say(mosquitto, "button", PRESS, retain=True)
    await until(lambda: len(causes(house)) == 2)
    await settle(hass)
    await close_all(hass, as_lead)
    (mqtt,) = hass.config_entries.async_entries("mqtt")
    assert await hass.config_entries.async_reload(mqtt.entry_id)
    await until(says(hass, CORD, "on"))
    await settle(hass)
    assert hass.states.get(STATE).state == "idle"
    assert causes(house) == [1, 1]


@pytest.mark.fault("duplicate QoS 1")
@pytest.mark.usefixtures("others")
async def test_a_message_that_is_delivered_twice_is_one_call(
    hass: HomeAssistant, house: MockConfigEntry, mosquitto: Mosquitto
) -> None:
    await say(mosquitto, "cord", "ON", times=3)
    await say(mosquitto, "button", PRESS, times=3)
    await until(lambda: len(causes(house)) == 2)
    await asyncio.sleep(0.3)
    await settle(hass)
    assert len(house.runtime_data.state.incidents) == 2
    assert causes(house)[0] == 1
    answer = await do(hass, "list_incidents", Context(user_id="user-lea"))
    assert {each["stage"] for each in answer["incidents"]} == {"alarm"}
