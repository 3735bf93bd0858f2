"""An alarm that nobody takes gets loud, until somebody does, and not longer."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_mock_service,
)

from ..emergency import conftest as houses
from ..emergency.test_runtime import STATE, do
from . import house_world
from .conftest import Use, template_entities
from .house_world import two_places
from .robot_world import CARE, Calls, calm, happened, later, state_of, told

NAME = "alarm_louder"
SIREN, LIGHT = "switch.siren", "switch.corridor"
OTHER = "sensor.studio_state"
as_anna, house, set_up = houses.as_anna, houses.house, houses.set_up
anna, messages = house_world.anna, house_world.messages


@pytest.fixture
def entry(hass: HomeAssistant, anna: MockUser) -> MockConfigEntry:
    """Return a house with two places and a caretaker."""
    return two_places(hass, anna, "fall")


@pytest.fixture(autouse=True)
async def things(hass: HomeAssistant, house: MockConfigEntry) -> None:
    """Let there be a siren and a light, both off."""
    assert await async_setup_component(hass, "homeassistant", {})
    await template_entities(hass, "switch", "siren", "corridor")


async def begin(hass: HomeAssistant, use: Use, **inputs: Any) -> None:
    """Use the blueprint: loud after a minute, and again every two."""
    wanted = {"places": [STATE, OTHER], "patience": 60, "again": 2, "language": "en"}
    wanted |= {"sirens": [SIREN], "lights": [LIGHT], "notifier": [CARE], **inputs}
    await use(NAME, **wanted)


async def begin_at_start(hass: HomeAssistant, use: Use) -> None:
    """Let the blueprint be in use when Home Assistant starts."""
    await begin(hass, use)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)


async def pull(hass: HomeAssistant, source: str = "cord", place: str = STATE) -> None:
    """Let somebody call for help."""
    hass.states.async_set(f"binary_sensor.{source}", "on")
    await happened(lambda: state_of(hass, place) != "idle")
    await calm()


async def act(
    hass: HomeAssistant, action: str, context: Context, place: str = STATE, **data: Any
) -> None:
    """Do something about the call in a place."""
    await do(hass, action, context, entity_id=place, **data)
    await calm()


def loud(hass: HomeAssistant) -> bool:
    """Tell whether the siren is on."""
    return state_of(hass, SIREN) == "on"


@pytest.mark.parametrize("end", ["acknowledge", "resolve"])
async def test_it_gets_loud_again_and_again_until_somebody_takes_or_closes_it(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    as_anna: Context,
    end: str,
) -> None:
    await begin(hass, use)
    await pull(hass)
    await later(hass, freezer, 50)
    assert not loud(hass)
    await later(hass, freezer, 15)
    assert loud(hass)
    assert state_of(hass, LIGHT) == "on"
    assert told(messages) == ["Flat: please look at once, and take the call."]
    await later(hass, freezer, 121)
    await later(hass, freezer, 121)
    assert len(messages) == 3
    await act(hass, end, as_anna, **({"outcome": "helped"} if end == "resolve" else {}))
    assert not loud(hass)
    assert state_of(hass, LIGHT) == "on"
    await later(hass, freezer, 300)
    assert len(messages) == 3
    assert hass.states.get("automation.under_test").attributes["current"] == 0


async def test_who_takes_it_in_time_hears_nothing(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    as_anna: Context,
) -> None:
    await begin(hass, use)
    await pull(hass)
    await later(hass, freezer, 50)
    await act(hass, "acknowledge", as_anna)
    await later(hass, freezer, 120)
    assert not loud(hass)
    assert messages == []


async def test_a_siren_that_somebody_silenced_goes_on_again_at_the_next_time(
    hass: HomeAssistant, use: Use, freezer: FrozenDateTimeFactory, messages: Calls
) -> None:
    await begin(hass, use)
    await pull(hass)
    await later(hass, freezer, 65)
    target = {"entity_id": SIREN}
    await hass.services.async_call("switch", "turn_off", target, blocking=True)
    await later(hass, freezer, 60)
    assert not loud(hass)
    await later(hass, freezer, 65)
    assert loud(hass)


@pytest.mark.parametrize("error", [HomeAssistantError("away"), ValueError("broken")])
async def test_a_message_that_fails_silences_no_siren_and_leaves_none_on(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    as_anna: Context,
    error: Exception,
) -> None:
    failed = async_mock_service(hass, "notify", "send_message", raise_exception=error)
    await begin(hass, use)
    await pull(hass)
    await later(hass, freezer, 65)
    assert loud(hass)
    await later(hass, freezer, 121)
    assert loud(hass)
    assert failed
    await act(hass, "acknowledge", as_anna)
    assert not loud(hass)


async def test_a_siren_that_fails_keeps_nobody_from_being_told(
    hass: HomeAssistant, use: Use, freezer: FrozenDateTimeFactory, messages: Calls
) -> None:
    error = ValueError("broken")
    async_mock_service(hass, "homeassistant", "turn_on", raise_exception=error)
    await begin(hass, use)
    await pull(hass)
    await later(hass, freezer, 65)
    await later(hass, freezer, 121)
    assert len(messages) == 2


async def test_a_siren_that_does_not_stop_is_stopped_again(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    as_anna: Context,
) -> None:
    tries: Calls = []

    async def stubborn(call: ServiceCall) -> None:
        tries.append(call)
        if len(tries) == 3:
            hass.states.async_set("switch.stubborn", "off")
            return
        raise HomeAssistantError("jammed")

    hass.services.async_register("homeassistant", "turn_off", stubborn)
    hass.states.async_set("switch.stubborn", "on")
    await begin(hass, use, sirens=["switch.stubborn"])
    await pull(hass)
    await later(hass, freezer, 65)
    await act(hass, "acknowledge", as_anna)
    for _ in range(5):
        await later(hass, freezer, 11)
    assert len(tries) == 3


async def test_two_places_share_a_siren_until_both_are_taken(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    as_anna: Context,
) -> None:
    await begin(hass, use)
    await pull(hass)
    await pull(hass, "bell", OTHER)
    await later(hass, freezer, 35)
    await later(hass, freezer, 65)
    assert set(told(messages)) == {
        f"{name}: please look at once, and take the call."
        for name in ("Flat", "Studio")
    }
    await act(hass, "acknowledge", as_anna)
    assert loud(hass)
    await act(hass, "acknowledge", as_anna, OTHER)
    assert not loud(hass)
    assert hass.states.get("automation.under_test").attributes["current"] == 0


async def test_two_calls_of_one_place_end_together(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    as_anna: Context,
) -> None:
    await begin(hass, use)
    hass.states.async_set("binary_sensor.radar", "on")
    await happened(lambda: state_of(hass, STATE) == "pre_alarm")
    await pull(hass)
    await later(hass, freezer, 65)
    await later(hass, freezer, 65)
    assert loud(hass)
    await act(hass, "acknowledge", as_anna)
    await act(hass, "acknowledge", as_anna)
    assert not loud(hass)


async def test_a_call_given_back_gets_loud_no_second_time_but_is_told_by_its_plan(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    as_anna: Context,
) -> None:
    await begin(hass, use)
    await pull(hass)
    await later(hass, freezer, 65)
    await act(hass, "acknowledge", as_anna)
    await act(hass, "release", as_anna)
    assert state_of(hass, STATE) == "alarm"
    assert not loud(hass)


async def test_a_house_that_is_reloaded_meanwhile_stays_loud(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    as_anna: Context,
    house: MockConfigEntry,
) -> None:
    await begin(hass, use)
    await pull(hass)
    await later(hass, freezer, 65)
    assert await hass.config_entries.async_unload(house.entry_id)
    await later(hass, freezer, 121)
    assert loud(hass)
    assert await hass.config_entries.async_setup(house.entry_id)
    await later(hass, freezer, 5)
    assert loud(hass)
    await act(hass, "acknowledge", as_anna)
    assert not loud(hass)


async def test_what_a_restart_interrupted_goes_on_after_the_same_wait(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    as_anna: Context,
) -> None:
    await pull(hass)
    await later(hass, freezer, 300)
    await begin_at_start(hass, use)
    await later(hass, freezer, 50)
    assert not loud(hass)
    await later(hass, freezer, 15)
    assert loud(hass)
    await act(hass, "acknowledge", as_anna)
    assert not loud(hass)


async def test_what_was_left_on_at_a_restart_is_silent_when_somebody_takes_the_call(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    as_anna: Context,
) -> None:
    await pull(hass)
    target = {"entity_id": SIREN}
    await hass.services.async_call("switch", "turn_on", target, blocking=True)
    await later(hass, freezer, 300)
    await begin_at_start(hass, use)
    await later(hass, freezer, 10)
    await act(hass, "acknowledge", as_anna)
    assert not loud(hass)
    assert messages == []


async def test_a_start_without_an_alarm_does_nothing(
    hass: HomeAssistant, use: Use, freezer: FrozenDateTimeFactory, messages: Calls
) -> None:
    await begin_at_start(hass, use)
    await later(hass, freezer, 400)
    assert not loud(hass)
    assert messages == []


@pytest.mark.parametrize(("in_tests", "is_loud"), [(False, False), (True, True)])
async def test_a_walk_test_is_silent_unless_it_is_wanted(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    as_anna: Context,
    in_tests: bool,
    is_loud: bool,
) -> None:
    await begin(hass, use, in_tests=in_tests)
    target = {"entity_id": "switch.flat_walk_test"}
    await hass.services.async_call(
        "switch", "turn_on", target, blocking=True, context=as_anna
    )
    await pull(hass)
    for _ in range(4):
        await later(hass, freezer, 60)
    assert state_of(hass, STATE) == "alarm"
    assert loud(hass) is is_loud


async def test_other_kinds_are_left_alone(
    hass: HomeAssistant, use: Use, freezer: FrozenDateTimeFactory, messages: Calls
) -> None:
    await begin(hass, use, kinds=["smoke"])
    await pull(hass)
    await later(hass, freezer, 200)
    assert not loud(hass)
    assert messages == []
