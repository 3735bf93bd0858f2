"""The entities of a robot, as they are registered and as they look."""

from dataclasses import replace

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.smart_quarter.registry import SYSTEMS
from custom_components.smart_quarter.temi import SPEC
from custom_components.smart_quarter.temi.happenings import (
    BatteryTold,
    Heartbeat,
    NavigationTold,
    PersonTold,
    UseTold,
)
from custom_components.smart_quarter.temi.model import Phase

from .conftest import SetUp, robot_entry

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.parametrize("platform", list(SPEC.platforms))
async def test_the_entities_of_a_platform(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    monkeypatch: pytest.MonkeyPatch,
    set_up: SetUp,
    platform: Platform,
    freezer: FrozenDateTimeFactory,
) -> None:
    only = replace(SPEC, platforms={platform: SPEC.platforms[platform]})
    monkeypatch.setitem(SYSTEMS, SPEC.key, only)
    entry = robot_entry()
    runtime = await set_up(entry)
    for event in (
        Heartbeat(("home base", "entrance"), 87),
        BatteryTold(86, False),
        UseTold(True),
        PersonTold(True),
        NavigationTold("entrance", Phase.START),
    ):
        runtime.feed(event)
    freezer.move_to("2099-07-01 06:00:00+00:00")
    runtime.feed(NavigationTold("entrance", Phase.COMPLETE))
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


async def test_before_it_reports_nothing_is_made_up(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up(robot_entry())
    states = {state.entity_id: state.state for state in hass.states.async_all()}
    known = {
        "binary_sensor.temi_connection": "unknown",
        "binary_sensor.temi_question": "off",
        "event.temi_drive": "unknown",
        "select.temi_destination": "unknown",
    }
    others = states.keys() - known.keys()
    assert {each: states[each] for each in known} == known
    assert {states[each] for each in others} == {"unavailable"}
