"""Somebody is told about too little rain water once a day at most, and once when it is enough again."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall, State
from homeassistant.helpers import restore_state
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from .conftest import Use, Wait

NAME = "tank_low"
LEVEL, MAINS = "sensor.tank", "sensor.mains"
MEMORY = "input_boolean.told"
TOLD = {"notifier": ["notify.care"], "memory": MEMORY, "language": "en"}
LOW, MUCH = "Little water in the tank", "Much water from the mains"
FINE = "Enough rain water again"

type Calls = list[ServiceCall]


def show(hass: HomeAssistant, entity_id: str, percent: float | str) -> None:
    """Let a sensor measure."""
    hass.states.async_set(entity_id, str(percent), {"unit_of_measurement": "%"})


@pytest.fixture(autouse=True)
async def morning(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Begin in the morning with a full tank and a memory of nothing."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to("2026-07-01 09:05:00+00:00")
    show(hass, LEVEL, 80)
    show(hass, MAINS, 10)
    helper: dict[str, Any] = {"input_boolean": {"told": {}}}
    assert await async_setup_component(hass, "input_boolean", helper)


@pytest.fixture
def told(hass: HomeAssistant) -> Calls:
    """Return what somebody is told."""
    return async_mock_service(hass, "notify", "send_message")


def titles(told: Calls) -> list[str]:
    """Return the headings of the messages."""
    return [call.data["title"] for call in told]


async def test_while_it_is_low_it_is_told_once_a_day(
    hass: HomeAssistant, use: Use, wait: Wait, told: Calls
) -> None:
    await use(NAME, level=LEVEL, **TOLD)
    await wait(hours=1, step_s=300)
    assert told == []
    show(hass, LEVEL, 15)
    await wait(hours=23, step_s=600)
    assert titles(told) == [LOW]
    assert told[0].data["message"].startswith("15 % left")
    await wait(hours=24, step_s=600)
    assert titles(told) == [LOW, LOW]


async def test_it_is_told_once_when_it_is_well_again(
    hass: HomeAssistant, use: Use, wait: Wait, told: Calls
) -> None:
    await use(NAME, level=LEVEL, **TOLD)
    show(hass, LEVEL, 15)
    await wait(minutes=10)
    show(hass, LEVEL, 30)
    await wait(hours=1, step_s=300)
    assert titles(told) == [LOW], "a little more is not yet well"
    show(hass, LEVEL, 45)
    await wait(hours=1, step_s=300)
    assert titles(told) == [LOW, FINE]


async def test_a_level_that_comes_and_goes_is_not_told_twice_a_day(
    hass: HomeAssistant, use: Use, wait: Wait, told: Calls
) -> None:
    await use(NAME, level=LEVEL, **TOLD)
    for _ in range(3):
        show(hass, LEVEL, 15)
        await wait(minutes=20, step_s=300)
        show(hass, LEVEL, 45)
        await wait(minutes=20, step_s=300)
    assert titles(told) == [LOW, FINE]


async def test_too_much_from_the_mains_is_told(
    hass: HomeAssistant, use: Use, wait: Wait, told: Calls
) -> None:
    await use(NAME, mains=MAINS, **TOLD)
    show(hass, MAINS, 60)
    await wait(minutes=20, step_s=300)
    show(hass, MAINS, 40)
    await wait(minutes=20, step_s=300)
    assert titles(told) == [MUCH, FINE]
    assert told[0].data["message"].startswith("60 % of the water")


async def test_all_is_well_only_when_both_are(
    hass: HomeAssistant, use: Use, wait: Wait, told: Calls
) -> None:
    await use(NAME, level=LEVEL, mains=MAINS, **TOLD)
    show(hass, LEVEL, 15)
    await wait(minutes=20, step_s=300)
    show(hass, LEVEL, 45)
    show(hass, MAINS, 60)
    await wait(minutes=20, step_s=300)
    assert titles(told) == [LOW]
    show(hass, MAINS, 20)
    await wait(minutes=20, step_s=300)
    assert titles(told) == [LOW, FINE]


@pytest.mark.parametrize("lost", ["unavailable", "unknown"])
async def test_a_sensor_that_is_lost_is_neither_low_nor_well(
    hass: HomeAssistant, use: Use, wait: Wait, told: Calls, lost: str
) -> None:
    await use(NAME, level=LEVEL, **TOLD)
    show(hass, LEVEL, 15)
    await wait(minutes=20, step_s=300)
    show(hass, LEVEL, lost)
    await wait(hours=26, step_s=600)
    assert titles(told) == [LOW]


async def test_at_night_nobody_is_told(
    hass: HomeAssistant,
    use: Use,
    wait: Wait,
    told: Calls,
    freezer: FrozenDateTimeFactory,
) -> None:
    freezer.move_to("2026-07-01 22:05:00+00:00")
    await use(NAME, level=LEVEL, **TOLD)
    show(hass, LEVEL, 15)
    await wait(hours=9, step_s=300)
    assert told == []
    await wait(hours=1, step_s=300)
    assert titles(told) == [LOW]


async def test_a_restart_forgets_neither_that_nor_when_it_was_told(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    use: Use,
    wait: Wait,
    told: Calls,
) -> None:
    now = dt_util.utcnow().isoformat()
    last = State("automation.under_test", "on", {"last_triggered": now}).as_dict()
    stored = {"version": 1, "data": [{"state": last, "last_seen": now}]}
    hass_storage[restore_state.STORAGE_KEY] = stored
    await restore_state.async_load(hass)
    await hass.services.async_call(
        "input_boolean", "turn_on", {"entity_id": MEMORY}, blocking=True
    )
    show(hass, LEVEL, 15)
    await use(NAME, level=LEVEL, **TOLD)
    await wait(hours=1, step_s=300)
    assert told == []
    show(hass, LEVEL, 45)
    await wait(minutes=20, step_s=300)
    assert titles(told) == [FINE]


async def test_it_is_told_in_german_too(
    hass: HomeAssistant, use: Use, wait: Wait, told: Calls
) -> None:
    await use(NAME, level=LEVEL, **{**TOLD, "language": "de"})
    show(hass, LEVEL, 15)
    await wait(minutes=10)
    assert titles(told) == ["Wenig Wasser im Tank"]
    assert told[0].data["message"].startswith("Noch 15 %.")
