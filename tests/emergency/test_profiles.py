"""What the recorder keeps of watched persons is counted, with a real recorder."""

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)
from pytest_homeassistant_custom_component.typing import RecorderInstanceContextManager

from custom_components.smart_quarter.const import DOMAIN

from .conftest import FLAT, SetUp, house_entry, part

MOTION, BED, DOOR = "binary_sensor.motion", "binary_sensor.bed", "binary_sensor.door"
WATCHED = {"consent": True, "watch": True, "activity": [MOTION], "bed": BED}


@pytest.fixture
def mock_recorder_before_hass(
    async_test_recorder: RecorderInstanceContextManager,
) -> None:
    """Let a database be there before Home Assistant."""


@pytest.fixture
async def flat(
    hass: HomeAssistant, recorder_mock: Recorder, set_up: SetUp
) -> MockConfigEntry:
    """Return a house with a watched flat and with one that is not watched."""
    for entity_id in (MOTION, DOOR):
        hass.states.async_set(entity_id, "off")
    return await set_up(
        house_entry(
            part("place", "flat", **{**FLAT, **WATCHED, "door": DOOR}),
            part("place", "studio", sources=[], consent=False),
        )
    )


async def recorded(hass: HomeAssistant) -> int:
    """Return what system health counts."""
    counted: int = (await get_system_health_info(hass, DOMAIN))["emergency_recorded"]
    return counted


@pytest.mark.usefixtures("flat")
@pytest.mark.parametrize(
    ("recorder_config", "counted"),
    [
        ({}, 2),
        ({"exclude": {"entity_globs": ["*.motion"]}}, 1),
        ({"exclude": {"domains": ["binary_sensor"]}}, 0),
    ],
)
async def test_what_is_heard_of_watched_persons_counts_as_far_as_it_is_recorded(
    hass: HomeAssistant, counted: int
) -> None:
    assert await recorded(hass) == counted, "the bed is not there"


@pytest.mark.parametrize(
    ("recorder_config", "counted"),
    [({}, 4), ({"exclude": {"domains": ["binary_sensor"]}}, 2)],
)
@pytest.mark.usefixtures("all_entities_are_on")
async def test_what_tells_of_watched_persons_counts_too(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    flat: MockConfigEntry,
    counted: int,
) -> None:
    assert entity_registry.async_get("switch.flat_away") is not None
    assert await recorded(hass) == counted


async def test_without_a_recorder_nothing_is_recorded(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    hass.states.async_set(MOTION, "off")
    await set_up(house_entry(part("place", "flat", **{**FLAT, **WATCHED})))
    assert await recorded(hass) == 0
