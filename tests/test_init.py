"""The house: entries are set up, broken systems are named, removed ones leave nothing."""

from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter import async_remove_config_entry_device, registry
from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.irrigation import SPEC


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return the entry of a bare irrigation site."""
    data = {"system": "irrigation", "name": "Yard"}
    entry = MockConfigEntry(domain=DOMAIN, title="Yard", entry_id="yard", data=data)
    entry.add_to_hass(hass)
    return entry


async def test_an_entry_of_a_system_that_is_not_there_says_so(
    hass: HomeAssistant,
) -> None:
    entry = MockConfigEntry(domain=DOMAIN, data={"system": "gone"})
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "system_unavailable"
    assert await hass.config_entries.async_remove(entry.entry_id)


async def test_a_system_that_cannot_be_imported_is_reported_and_the_others_run(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, entry: MockConfigEntry
) -> None:
    monkeypatch.setattr(registry, "SYSTEM_KEYS", ("irrigation", "broken_system"))
    systems, failed = registry._import_systems()
    assert systems == {"irrigation": SPEC}
    assert failed == {"broken_system": "ModuleNotFoundError"}
    monkeypatch.setitem(registry.FAILED_SYSTEMS, "broken_system", "ImportError")
    assert await hass.config_entries.async_setup(entry.entry_id)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "system_failed_broken_system")
    assert issue.translation_placeholders == {
        "system": "broken_system",
        "error": "ImportError",
    }


async def test_a_system_may_do_without_actions_memory_and_health(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, entry: MockConfigEntry
) -> None:
    plain = replace(SPEC, setup_actions=None, remove_entry=None, health=None)
    monkeypatch.setitem(registry.SYSTEMS, "irrigation", plain)
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert not hass.services.has_service(DOMAIN, "water_zone")
    assert await hass.config_entries.async_remove(entry.entry_id)


@pytest.mark.quality_rule("runtime-data")
async def test_a_removed_site_leaves_nothing_on_disk(
    hass: HomeAssistant, hass_storage: dict[str, Any], entry: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.config_entries.async_reload(entry.entry_id)
    assert "smart_quarter.irrigation.yard" in hass_storage
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert "smart_quarter.irrigation.yard" not in hass_storage


async def test_only_a_device_that_stands_for_nothing_may_be_removed(
    hass: HomeAssistant, device_registry: dr.DeviceRegistry, entry: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    site = dr.async_entries_for_config_entry(device_registry, "yard")[0]
    stale = device_registry.async_get_or_create(
        config_entry_id="yard", identifiers={(DOMAIN, "gone")}
    )
    assert not await async_remove_config_entry_device(hass, entry, site)
    assert await async_remove_config_entry_device(hass, entry, stale)
