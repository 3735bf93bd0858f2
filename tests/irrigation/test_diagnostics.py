"""Diagnostics and system health help, and name nobody."""

import json

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.diagnostics import (
    async_get_config_entry_diagnostics,
)

from .conftest import SetUp


@pytest.mark.quality_rule("diagnostics")
async def test_diagnostics_show_numbers_and_no_names(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    found = await async_get_config_entry_diagnostics(hass, entry)
    text = json.dumps(found, default=str)
    assert found["runtime"]["config"]["zones"]["zone_a"]["mad"] == 0.4
    assert found["runtime"]["state"]["zones"]["zone_a"]["valve"]["phase"] == "closed"
    assert "South façade" not in text
    assert "Zone A" not in text


async def test_system_health_counts_sites_zones_and_problems(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    info = await get_system_health_info(hass, DOMAIN)
    assert info == {
        "entries_loaded": 1,
        "systems_failed": "-",
        "irrigation_sites": 1,
        "irrigation_zones": 2,
        "irrigation_problems": 0,
        "emergency_houses": 0,
        "emergency_places": 0,
        "emergency_open": 0,
        "emergency_faults": 0,
        "emergency_recorded": 0,
        "temi_robots": 0,
        "temi_online": 0,
        "temi_faults": 0,
    }
