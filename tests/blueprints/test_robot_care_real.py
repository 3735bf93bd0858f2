"""A real robot is looked after: its own entities are what the blueprint waits for."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.temi.runtime import TemiRuntime
from simulator.temi.on_air import Temi

from ..temi import conftest as robots
from ..temi.conftest import until
from ..temi.test_runtime import quick as quick_drives
from .conftest import Use
from .robot_world import CARE, Calls, state_of, told

DESTINATION = "select.temi_destination"
INPUTS = {
    "battery": "sensor.temi_battery",
    "charging": "binary_sensor.temi_charging",
    "connection": "binary_sensor.temi_connection",
    "obeys": "sensor.temi_obeys",
    "location": "sensor.temi_location",
    "in_use": "binary_sensor.temi_in_use",
    "home": "button.temi_go_to_the_charging_station",
    "night_begins": "00:00:00",
    "night_ends": "23:59:59",
    "notifier": [CARE],
    "language": "en",
}

faults, robot, mqtt = robots.faults, robots.robot, robots.mqtt
set_up, temi = robots.set_up, robots.temi
quick = quick_drives


async def drive(hass: HomeAssistant) -> None:
    """Send the robot to the entrance."""
    wanted = {"entity_id": DESTINATION, "waypoint": "entrance"}
    await hass.services.async_call(
        DOMAIN, "go_to", wanted, blocking=True, return_response=True
    )


async def test_its_entities_are_those_that_are_chosen(
    hass: HomeAssistant, temi: TemiRuntime
) -> None:
    chosen = [str(each) for each in INPUTS.values() if ".temi_" in each]
    assert len(chosen) == 7
    assert all(hass.states.get(each) for each in chosen)


async def test_at_night_it_goes_home(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, use: Use
) -> None:
    await use("robot_care", **INPUTS, patience=0.01)
    await drive(hass)
    assert robot.robot.driver.place == "entrance"
    await until(lambda: robot.robot.driver.place == "home base")
    await until(lambda: state_of(hass, "sensor.temi_location") == "home base")


@pytest.mark.usefixtures("quick")
async def test_one_that_is_deaf_is_told_of(
    hass: HomeAssistant,
    temi: TemiRuntime,
    robot: Temi,
    use: Use,
) -> None:
    messages: Calls = async_mock_service(hass, "notify", "send_message")
    await use("robot_care", **INPUTS, patience=0.01, goes_home=False)
    robot.faults["drop_commands"] = 1.0
    await drive(hass)
    await until(lambda: bool(told(messages)))
    assert told(messages)[0].startswith("It may not obey.")
