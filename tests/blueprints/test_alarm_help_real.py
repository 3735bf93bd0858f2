"""Help after a call with a simulated robot on a real broker, and its simulated cloud."""

from datetime import timedelta
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.smart_quarter.temi import asking, drive as driving, polling
from custom_components.smart_quarter.temi.runtime import TemiRuntime
from simulator.temi.on_air import Temi

from ..emergency import conftest as houses
from ..emergency.test_runtime import STATE
from ..temi import conftest as robots, test_cloud_link as clouds
from ..temi.conftest import report, robot_entry, until
from . import house_world
from .house_world import Happens, notes, two_places
from .robot_world import state_of

TEMI = "select.temi_destination"
THANKS = "Thank you. Somebody will look after you all the same."

as_anna, house, set_up = houses.as_anna, houses.house, houses.set_up
anna, area, happens = house_world.anna, house_world.area, house_world.happens
faults, robot, mqtt = robots.faults, robots.robot, robots.mqtt
cloud, tokens = clouds.cloud, clouds.tokens


@pytest.fixture
def entry(hass: HomeAssistant, anna: MockUser) -> MockConfigEntry:
    """Return a house with two places and a caretaker."""
    return two_places(hass, anna)


@pytest.fixture(autouse=True)
async def quick(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait longer than a test has to."""
    monkeypatch.setattr(asking, "spoken_s", lambda _: 0.0)
    monkeypatch.setattr(polling, "IDLE_S", 0.3)
    second = timedelta(seconds=1)
    monkeypatch.setattr(driving, "CONFIRM", 0.9 * second)
    monkeypatch.setattr(driving, "RESEND", 0.3 * second)
    monkeypatch.setattr(driving, "PAUSE", 0.2 * second)
    assert await async_setup_component(hass, "homeassistant", {})


def runs(hass: HomeAssistant) -> int:
    """Return how often the automation runs now."""
    current: int = hass.states.get("automation.under_test").attributes["current"]
    return current


async def real_robot(
    hass: HomeAssistant, entry: MockConfigEntry, robot: Temi
) -> TemiRuntime:
    """Set a real robot up that reports."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    runtime: TemiRuntime = entry.runtime_data
    await report(robot, runtime)
    return runtime


@pytest.mark.usefixtures("mqtt")
async def test_a_real_robot_comes_and_hears_a_yes(
    hass: HomeAssistant, happens: Happens, robot: Temi, as_anna: Context
) -> None:
    await real_robot(hass, robot_entry(), robot)
    await happens(robot=TEMI, patience=20)
    question = "binary_sensor.temi_question"
    await until(lambda: state_of(hass, question) == "on")
    target = {"entity_id": "button.temi_answer_yes"}
    await hass.services.async_call("button", "press", target, blocking=True)
    await until(lambda: THANKS in robot.robot.said)
    said = ["I am coming to you.", "Are you all right?", THANKS]
    assert robot.robot.said == said
    assert robot.robot.driver.place == "flat 12.1"
    await until(lambda: not runs(hass))
    (note,) = await notes(hass, as_anna)
    assert note == "The robot is there. Asked whether all is well: yes."
    assert state_of(hass, STATE) == "alarm"


@pytest.mark.usefixtures("mqtt")
async def test_a_real_robot_that_is_deaf_is_noted(
    hass: HomeAssistant, happens: Happens, robot: Temi, as_anna: Context
) -> None:
    await real_robot(hass, robot_entry(), robot)
    robot.faults["drop_commands"] = 1.0
    await happens(robot=TEMI, contacts=["Nurse"])
    await until(lambda: not runs(hass))
    (note,) = await notes(hass, as_anna)
    assert note == "The robot has not arrived (no_reaction). Nobody was asked."


@pytest.mark.usefixtures("mqtt")
async def test_a_real_robot_calls_through_the_cloud_when_nobody_answers(
    hass: HomeAssistant, happens: Happens, robot: Temi, cloud: Any, as_anna: Context
) -> None:
    runtime = await real_robot(hass, clouds.with_cloud(cloud), robot)
    await until(lambda: runtime.cloud.status is not None)
    await happens(robot=TEMI, contacts=["Nurse"], patience=5)
    await until(lambda: robot.robot.in_call)
    assert robot.robot.driver.place == "flat 12.1"
    await until(lambda: not runs(hass))
    (note,) = await notes(hass, as_anna)
    assert note.endswith("nobody answered. A video call was begun.")
