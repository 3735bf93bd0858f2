"""The running site in a real Home Assistant."""

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .conftest import SetUp


async def test_a_dry_zone_is_watered(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    for state in sorted(hass.states.async_all(), key=lambda s: s.entity_id):
        print(state.entity_id, state.state)
    assert hass.states.get("valve.zone_a").state == "closed"
    hass.states.async_set("sensor.probe_a", "15")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get("switch.valve_a").state == "on"
    assert hass.states.get("valve.zone_a").state == "open"
