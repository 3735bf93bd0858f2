"""A visitor is guided to a room; who is not, is told so, and somebody learns of it."""

from collections.abc import Awaitable, Callable
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.temi import drive as driving
from custom_components.smart_quarter.temi.runtime import TemiRuntime
from simulator.temi.on_air import Temi

from ..temi import conftest as robots
from ..temi.conftest import until
from .robot_world import (
    CARE,
    ROBOT,
    VOICE,
    Calls,
    answers,
    calm,
    happened,
    known_robot,
    later,
    state_of,
    told,
)

NAME = "guide_visitor"
TEMI = "select.temi_destination"
SORRY = "I am sorry, I cannot go on. I tell somebody."

faults, robot, mqtt = robots.faults, robots.robot, robots.mqtt
set_up, temi = robots.set_up, robots.temi

type Script = Callable[..., Awaitable[None]]


@pytest.fixture
def script(hass: HomeAssistant, shelf: None) -> Script:
    """Return what makes a script of the blueprint: `script.guide`."""

    async def script(**inputs: Any) -> None:
        wanted = {"robot": ROBOT, "language": "en", "notifier": [CARE], **inputs}
        made = {"path": f"smart_quarter/{NAME}.yaml", "input": wanted}
        config = {"script": {"guide": {"use_blueprint": made}}}
        assert await async_setup_component(hass, "script", config)
        await hass.async_block_till_done()
        assert hass.services.has_service("script", "guide")

    return script


@pytest.fixture
def messages(hass: HomeAssistant) -> Calls:
    """Return what is said and written."""
    known_robot(hass)
    return async_mock_service(hass, "notify", "send_message")


async def guide(hass: HomeAssistant, **fields: Any) -> None:
    """Start the script."""
    target = {"entity_id": "script.guide", "variables": fields}
    await hass.services.async_call("script", "turn_on", target)
    await calm()


def running(hass: HomeAssistant) -> int:
    """Return how many visitors are guided or wait."""
    current: int = hass.states.get("script.guide").attributes["current"]
    return current


async def test_it_speaks_before_on_the_way_and_there_and_goes_home_after_a_while(
    hass: HomeAssistant,
    script: Script,
    messages: Calls,
    freezer: FrozenDateTimeFactory,
) -> None:
    drives = answers(hass, "go_to", {"result": "arrived"})
    hass.states.async_set(ROBOT, "room 12")
    await script(home_after=60)
    await guide(hass, waypoint="room 12", aloud="Room 12")
    (drive,) = drives
    assert drive.data["waypoint"] == "room 12"
    assert drive.data["say_before"] == "Please follow me. We go here: Room 12."
    assert drive.data["say_on_the_way"] == "Please stay with me."
    assert drive.data["say_there"] == "Here we are: Room 12. All the best."
    await later(hass, freezer, 50)
    assert len(drives) == 1
    await later(hass, freezer, 15)
    assert drives[1].data["waypoint"] == "home base"
    assert drives[1].data["wait"] is False
    assert messages == []
    assert running(hass) == 0


async def test_a_place_is_called_like_its_area(
    hass: HomeAssistant, script: Script, messages: Calls
) -> None:
    drives = answers(hass, "go_to", {"result": "arrived"})
    door = er.async_get(hass).async_get_or_create("sensor", "other", "door").entity_id
    area = ar.async_get(hass).async_create("Hairdresser")
    er.async_get(hass).async_update_entity(door, area_id=area.id)
    await script(goes_home=False, language="de")
    await guide(hass, place=door)
    assert drives[0].data["place"] == door
    assert "waypoint" not in drives[0].data
    assert drives[0].data["say_there"] == "Wir sind da: Hairdresser. Alles Gute."
    assert len(drives) == 1


@pytest.mark.parametrize("result", ["aborted", "no_reaction", "stuck", "timed_out"])
async def test_who_is_not_guided_is_told_so_and_somebody_learns_of_it(
    hass: HomeAssistant, script: Script, messages: Calls, result: str
) -> None:
    answers(hass, "go_to", {"result": result})
    await script(goes_home=False)
    await guide(hass, waypoint="room 12")
    assert told(messages, VOICE) == [SORRY]
    (message,) = told(messages)
    assert message == (
        f"Somebody wanted to get here: room 12. The robot has not arrived ({result})."
    )


@pytest.mark.parametrize(
    "error", [HomeAssistantError("offline"), ServiceValidationError("no waypoint")]
)
async def test_a_drive_that_cannot_begin_is_told_too(
    hass: HomeAssistant, script: Script, messages: Calls, error: Exception
) -> None:
    answers(hass, "go_to", error=error)
    await script(goes_home=False)
    await guide(hass, waypoint="room 12")
    assert told(messages, VOICE) == [SORRY]
    assert told(messages)[0].endswith("(error).")


async def test_nobody_is_promised_help_when_nobody_is_told(
    hass: HomeAssistant, script: Script, messages: Calls
) -> None:
    answers(hass, "go_to", {"result": "aborted"})
    await script(goes_home=False, notifier=[])
    await guide(hass, waypoint="room 12")
    assert told(messages, VOICE) == ["I am sorry, I cannot go on. Please ask somebody."]
    assert told(messages) == []


@pytest.mark.parametrize("error", [HomeAssistantError("away"), ValueError("broken")])
async def test_a_message_that_fails_does_not_keep_the_robot_away_from_home(
    hass: HomeAssistant,
    script: Script,
    error: Exception,
    freezer: FrozenDateTimeFactory,
) -> None:
    known_robot(hass)
    drives = answers(hass, "go_to", {"result": "aborted"})
    async_mock_service(hass, "notify", "send_message", raise_exception=error)
    await script(home_after=10)
    await guide(hass, waypoint="room 12")
    await later(hass, freezer, 15)
    assert [each.data["waypoint"] for each in drives] == ["room 12", "home base"]


async def test_a_robot_that_was_sent_elsewhere_is_left_alone(
    hass: HomeAssistant,
    script: Script,
    messages: Calls,
    freezer: FrozenDateTimeFactory,
) -> None:
    drives = answers(hass, "go_to", {"result": "replaced"})
    await script(home_after=10)
    await guide(hass, waypoint="room 12")
    await later(hass, freezer, 15)
    assert len(drives) == 1
    assert told(messages, VOICE) == []
    assert len(told(messages)) == 1


async def test_a_robot_that_was_sent_elsewhere_later_is_not_sent_home(
    hass: HomeAssistant,
    script: Script,
    messages: Calls,
    freezer: FrozenDateTimeFactory,
) -> None:
    drives = answers(hass, "go_to", {"result": "arrived"})
    hass.states.async_set(ROBOT, "room 12")
    await script(home_after=10)
    await guide(hass, waypoint="room 12")
    hass.states.async_set(ROBOT, "kitchen")
    await later(hass, freezer, 15)
    assert len(drives) == 1


async def test_the_next_visitor_is_guided_after_this_one_without_a_way_home(
    hass: HomeAssistant, script: Script, messages: Calls
) -> None:
    drives: Calls = []
    is_free = False

    async def drive(call: ServiceCall) -> dict[str, Any]:
        drives.append(call)
        await happened(lambda: is_free)
        return {ROBOT: {"result": "arrived"}}

    optional = SupportsResponse.OPTIONAL
    hass.services.async_register(DOMAIN, "go_to", drive, supports_response=optional)
    await script(home_after=600)
    await guide(hass, waypoint="room 12")
    await guide(hass, waypoint="room 13")
    assert len(drives) == 1
    is_free = True
    await happened(lambda: len(drives) == 2)
    assert drives[1].data["waypoint"] == "room 13"
    target = {"entity_id": "script.guide"}
    await hass.services.async_call("script", "turn_off", target, blocking=True)


async def test_it_answers_how_it_went(
    hass: HomeAssistant, script: Script, messages: Calls
) -> None:
    answers(hass, "go_to", {"result": "stuck"})
    await script(goes_home=False)
    answer = await hass.services.async_call(
        "script", "guide", {"waypoint": "x"}, blocking=True, return_response=True
    )
    assert answer == {"result": "stuck"}


async def test_a_real_robot_guides_and_goes_home(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, script: Script
) -> None:
    await script(robot=TEMI, home_after=0, notifier=[])
    await guide(hass, waypoint="flat 12.1", aloud="Flat 12.1")
    await until(lambda: "Here we are: Flat 12.1. All the best." in robot.robot.said)
    await until(lambda: robot.robot.driver.place == "home base")
    assert robot.robot.said[0].startswith("Please follow me.")
    await until(lambda: state_of(hass, "script.guide") == "off")


async def test_a_real_robot_that_does_not_know_the_waypoint_says_that_it_cannot(
    hass: HomeAssistant,
    temi: TemiRuntime,
    robot: Temi,
    script: Script,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(driving, "PAUSE", driving.PAUSE / 20)
    await script(robot=TEMI, goes_home=False, notifier=[])
    await guide(hass, waypoint="nowhere")
    sorry = "I am sorry, I cannot go on. Please ask somebody."
    await until(lambda: sorry in robot.robot.said)
    assert state_of(hass, "script.guide") == "off"
