"""The entities of a site, as they are registered and as they look."""

from dataclasses import replace

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.smart_quarter.irrigation import SPEC
from custom_components.smart_quarter.registry import SYSTEMS

from .conftest import SetUp


@pytest.mark.quality_rule("entity-unique-id")
@pytest.mark.quality_rule("has-entity-name")
@pytest.mark.quality_rule("entity-translations")
@pytest.mark.quality_rule("entity-category")
@pytest.mark.quality_rule("entity-device-class")
@pytest.mark.parametrize("platform", list(SPEC.platforms))
@pytest.mark.freeze_time("2026-07-01 06:00:00+00:00")
@pytest.mark.usefixtures("all_entities_are_on")
async def test_the_entities_of_a_platform(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    monkeypatch: pytest.MonkeyPatch,
    set_up: SetUp,
    entry: MockConfigEntry,
    platform: Platform,
) -> None:
    only = replace(SPEC, platforms={platform: SPEC.platforms[platform]})
    monkeypatch.setitem(SYSTEMS, SPEC.key, only)
    await set_up(entry)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


@pytest.mark.quality_rule("entity-disabled-by-default")
async def test_a_zone_has_about_a_dozen_entities_and_diagnostic_ones_are_off(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    set_up: SetUp,
    entry: MockConfigEntry,
) -> None:
    await set_up(entry)
    of_zone = [
        each
        for each in er.async_entries_for_config_entry(entity_registry, "site")
        if each.config_subentry_id == "zone_a"
    ]
    assert len(of_zone) <= 15
    off = {each.unique_id for each in of_zone if each.disabled_by}
    assert off == {"zone_a_depletion", "zone_a_unsafe"}


@pytest.mark.quality_rule("devices")
async def test_zones_and_tank_hang_below_their_site(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    set_up: SetUp,
    entry: MockConfigEntry,
) -> None:
    await set_up(entry)
    devices = dr.async_entries_for_config_entry(device_registry, "site")
    site = next(each for each in devices if each.name == "South façade")
    parts = {each.name: each.via_device_id for each in devices if each is not site}
    assert parts == {"Zone A": site.id, "Zone B": site.id, "Tank": site.id}
