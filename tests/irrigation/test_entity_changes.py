"""What entities show when something changes while the site runs."""

from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.smart_quarter.const import DOMAIN

from .conftest import SetUp

TEST_BUTTON = "button.zone_a_test_the_valves_timer"


async def change_zone(
    hass: HomeAssistant, entry: MockConfigEntry, **changes: Any
) -> None:
    """Change the settings of zone A, as its flow does."""
    zone = entry.subentries["zone_a"]
    data = MappingProxyType({**zone.data, **changes})
    title = changes.get("name", zone.title)
    hass.config_entries.async_update_subentry(entry, zone, data=data, title=title)
    await hass.async_block_till_done()


async def test_a_renamed_zone_renames_its_device(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    set_up: SetUp,
    entry: MockConfigEntry,
) -> None:
    await set_up(entry)
    await change_zone(hass, entry, name="Wild vine")
    hass.config_entries.async_update_entry(entry, title="North wall")
    await hass.async_block_till_done()
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert {device.name for device in devices} == {
        "North wall",
        "Wild vine",
        "Zone B",
        "Tank",
    }


async def test_a_zone_keeps_the_name_a_user_gave_its_device(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    set_up: SetUp,
    entry: MockConfigEntry,
) -> None:
    await set_up(entry)
    device = next(
        device
        for device in dr.async_entries_for_config_entry(device_registry, entry.entry_id)
        if (DOMAIN, "zone_a") in device.identifiers
    )
    device_registry.async_update_device(device.id, name_by_user="My vine")
    await change_zone(hass, entry, name="Wild vine")
    renamed = device_registry.async_get(device.id)
    assert (renamed.name, renamed.name_by_user) == ("Wild vine", "My vine")


async def test_a_rain_delay_that_is_over_is_not_shown(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    await set_up(entry)
    await hass.services.async_call(
        DOMAIN, "rain_delay", {"config_entry_id": "site", "hours": 1.5}, blocking=True
    )
    until = hass.states.get("sensor.south_facade_rain_delay_until")
    assert until.state != STATE_UNKNOWN
    assert hass.states.get("number.south_facade_rain_delay").state == "2"
    freezer.tick(timedelta(minutes=92))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    until = hass.states.get("sensor.south_facade_rain_delay_until")
    assert until.state == STATE_UNKNOWN
    assert hass.states.get("number.south_facade_rain_delay").state == "0"


async def test_a_valve_that_nobody_can_see_is_not_called_closed(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    assert hass.states.get("valve.zone_a").state == "closed"
    hass.states.async_set("switch.valve_a", STATE_UNAVAILABLE)
    await hass.async_block_till_done()
    assert hass.states.get("valve.zone_a").state == STATE_UNKNOWN
    hass.states.async_set("switch.valve_a", "off")
    await hass.async_block_till_done()
    assert hass.states.get("valve.zone_a").state == "closed"


async def test_a_valve_that_is_lost_while_open_still_counts_as_open(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    data = {"entity_id": "valve.zone_a"}
    await hass.services.async_call("valve", "open_valve", data, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    hass.states.async_set("switch.valve_a", STATE_UNAVAILABLE)
    await hass.async_block_till_done()
    assert hass.states.get("valve.zone_a").state == "open"


@pytest.mark.parametrize(
    "too_little", [{"duration": 0}, {"duration": 4}, {"litres": 0.5}]
)
async def test_less_than_the_valve_can_give_is_refused(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    too_little: dict[str, float],
) -> None:
    await set_up(entry)
    data = {"entity_id": "valve.zone_a", **too_little}
    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call(DOMAIN, "water_zone", data, blocking=True)
    assert refused.value.translation_key == "duration_too_short"
    assert refused.value.translation_placeholders == {"seconds": "5"}
    assert hass.states.get("event.zone_a_watering").state == STATE_UNKNOWN


@pytest.fixture
def lost_memory(hass_config_dir: str) -> None:
    """Leave a file on disk that cannot be read."""
    memory = Path(hass_config_dir, ".storage", "smart_quarter.irrigation.site")
    memory.parent.mkdir(exist_ok=True)
    memory.write_text("{ this is no JSON", encoding="utf-8")


async def test_the_problem_of_a_lost_memory_goes_when_it_is_acknowledged(
    lost_memory: None, hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    assert hass.states.get("binary_sensor.south_facade_problem").state == "on"
    entry.runtime_data.acknowledge_corrupt_storage()
    await hass.async_block_till_done()
    assert hass.states.get("binary_sensor.south_facade_problem").state == "off"


async def test_the_timer_can_be_tested_as_long_as_the_valve_has_one(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    hass.states.async_set("number.countdown", "0", {"unit_of_measurement": "min"})
    await set_up(entry)
    assert hass.states.get(TEST_BUTTON) is None
    await change_zone(hass, entry, timer="number", timer_number="number.countdown")
    assert hass.states.get(TEST_BUTTON).state == STATE_UNKNOWN
    await change_zone(hass, entry, timer="none")
    assert hass.states.get(TEST_BUTTON).state == STATE_UNAVAILABLE
    await change_zone(hass, entry, timer="number")
    assert hass.states.get(TEST_BUTTON).state == STATE_UNKNOWN
