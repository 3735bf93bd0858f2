"""A site in a real Home Assistant: template switches as valves, plain states as probes."""

from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.const import DOMAIN

SITE = {
    "system": "irrigation",
    "name": "South façade",
    "window_start": "00:00:00",
    "window_end": "00:00:00",
}
ZONE = {
    "probes": ["sensor.probe_a"],
    "probe_unit": "vol_percent",
    "valve": "switch.valve_a",
    "soil": "loam",
    "flow_l_min": 10.0,
    "rooted_area_m2": 4.0,
    "green_wall_area_m2": 20.0,
    "timer": "none",
    "consent": True,
}
ZONE_B = {**ZONE, "probes": ["sensor.probe_b"], "valve": "switch.valve_b"}
TANK = {"level": "sensor.tank", "capacity_l": 5000.0}

type SetUp = Callable[[MockConfigEntry], Awaitable[MockConfigEntry]]


def part(kind: str, key: str, data: dict[str, Any]) -> ConfigSubentryDataWithId:
    """Return a subentry as it is stored."""
    return ConfigSubentryDataWithId(
        data=MappingProxyType({"name": key, **data}),
        subentry_id=key,
        subentry_type=kind,
        title=key.replace("_", " ").title(),
        unique_id=None,
    )


def site_entry(*parts: ConfigSubentryDataWithId, **changes: Any) -> MockConfigEntry:
    """Return the entry of a site."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="South façade",
        unique_id="irrigation:south_facade",
        entry_id="site",
        data={**SITE, **changes},
        subentries_data=list(parts),
    )


@pytest.fixture
def entry() -> MockConfigEntry:
    """Return a site with two zones and a tank."""
    return site_entry(
        part("zone", "zone_a", ZONE),
        part("zone", "zone_b", ZONE_B),
        part("tank", "tank", TANK),
    )


@pytest.fixture
async def world(hass: HomeAssistant) -> None:
    """Let valves, probes and a level sensor exist."""
    names = ("valve_a", "valve_b", "master", "pump")
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": {name: {} for name in names}}
    )
    switches = [
        {
            "name": name,
            "unique_id": name,
            "state": f"{{{{ is_state('input_boolean.{name}', 'on') }}}}",
            "turn_on": {
                "action": "input_boolean.turn_on",
                "target": {"entity_id": f"input_boolean.{name}"},
            },
            "turn_off": {
                "action": "input_boolean.turn_off",
                "target": {"entity_id": f"input_boolean.{name}"},
            },
        }
        for name in names
    ]
    assert await async_setup_component(
        hass, "template", {"template": [{"switch": switches}]}
    )
    for probe in ("probe_a", "probe_b"):
        hass.states.async_set(f"sensor.{probe}", "22")
    hass.states.async_set("sensor.tank", "60")
    await hass.async_block_till_done()


@pytest.fixture
def set_up(hass: HomeAssistant, world: None) -> SetUp:
    """Return what sets an entry up in that world."""

    async def set_up(entry: MockConfigEntry) -> MockConfigEntry:
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return entry

    return set_up


@pytest.fixture
async def bare(set_up: SetUp) -> MockConfigEntry:
    """Return a running site with one zone and no tank."""
    return await set_up(site_entry(part("zone", "zone_a", ZONE)))
