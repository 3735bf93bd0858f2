"""A robot that needs somebody is told of once; one that stands around at night goes home."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from .conftest import Use
from .robot_world import CARE, Calls, calm, later, told

NAME = "robot_care"
NOON, EVENING = "2026-07-01 12:00:00+00:00", "2026-07-01 21:30:00+00:00"
WELL = {
    "sensor.temi_battery": "80",
    "binary_sensor.temi_charging": "on",
    "binary_sensor.temi_connection": "on",
    "sensor.temi_obeys": "hears",
    "sensor.temi_location": "home base",
    "binary_sensor.temi_in_use": "off",
}
INPUTS = {
    "battery": "sensor.temi_battery",
    "charging": "binary_sensor.temi_charging",
    "connection": "binary_sensor.temi_connection",
    "obeys": "sensor.temi_obeys",
    "location": "sensor.temi_location",
    "in_use": "binary_sensor.temi_in_use",
    "home": "button.temi_home",
}
LOW = "Its battery is at 15 %, and it does not charge."
DEAF = "It may not obey. Close its MQTT app, open it again and tap *Connect*."
OFFLINE = "It does not report. Is it on, charged and in the Wi-Fi?"
AWAY = "It is not home at night."


@pytest.fixture
def messages(hass: HomeAssistant) -> Calls:
    """Return what somebody is told."""
    return async_mock_service(hass, "notify", "send_message")


@pytest.fixture
def ways_home(hass: HomeAssistant) -> Calls:
    """Return how often the robot is sent home."""
    return async_mock_service(hass, "button", "press")


@pytest.fixture(autouse=True)
async def robot(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let a robot be well, at noon."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(NOON)
    for entity_id, state in WELL.items():
        hass.states.async_set(entity_id, state, {"friendly_name": "Temi"})


async def begin(hass: HomeAssistant, use: Use, **inputs: Any) -> None:
    """Use the blueprint."""
    await use(NAME, **{"notifier": [CARE], "language": "en", **INPUTS, **inputs})


async def becomes(hass: HomeAssistant, **changes: str) -> None:
    """Let something about the robot change."""
    for key, state in changes.items():
        attributes = {"friendly_name": "Temi"}
        hass.states.async_set(INPUTS[key], state, attributes)
    await calm()


async def minutes(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, number: int
) -> None:
    """Let minutes pass."""
    for _ in range(number):
        await later(hass, freezer, 60)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"battery": "15", "charging": "off"}, LOW),
        ({"battery": "15", "charging": "unknown"}, LOW),
        ({"obeys": "doubtful"}, DEAF),
        ({"obeys": "deaf"}, DEAF),
        ({"connection": "off"}, OFFLINE),
        ({"connection": "unavailable"}, OFFLINE),
    ],
)
async def test_each_cause_is_told_once_after_a_while_and_again_when_it_comes_back(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    changes: dict[str, str],
    message: str,
) -> None:
    await begin(hass, use, patience=3)
    await becomes(hass, **changes)
    await minutes(hass, freezer, 2)
    assert messages == []
    await minutes(hass, freezer, 2)
    assert told(messages) == [message]
    assert messages[0].data["title"] == "Temi"
    await minutes(hass, freezer, 10)
    assert len(messages) == 1
    await becomes(hass, **{key: WELL[INPUTS[key]] for key in changes})
    await becomes(hass, **changes)
    await minutes(hass, freezer, 4)
    assert len(messages) == 2


async def test_from_doubtful_to_deaf_is_the_same_cause(
    hass: HomeAssistant, use: Use, freezer: FrozenDateTimeFactory, messages: Calls
) -> None:
    await begin(hass, use, patience=2)
    await becomes(hass, obeys="doubtful")
    await minutes(hass, freezer, 3)
    await becomes(hass, obeys="deaf")
    await minutes(hass, freezer, 3)
    assert told(messages) == [DEAF]


@pytest.mark.parametrize(
    "changes",
    [
        {"battery": "15"},
        {"battery": "unavailable", "charging": "unavailable"},
        {"location": "kitchen", "charging": "off"},
    ],
    ids=["it charges", "nothing is known", "it is out by day"],
)
async def test_nobody_is_disturbed_without_need(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    changes: dict[str, str],
) -> None:
    await begin(hass, use, patience=2)
    await becomes(hass, **changes)
    await minutes(hass, freezer, 5)
    assert messages == []


async def test_a_short_drop_out_is_none(
    hass: HomeAssistant, use: Use, freezer: FrozenDateTimeFactory, messages: Calls
) -> None:
    await begin(hass, use, patience=3)
    await becomes(hass, connection="off")
    await minutes(hass, freezer, 2)
    await becomes(hass, connection="on")
    await minutes(hass, freezer, 5)
    assert messages == []


async def test_at_night_it_is_sent_home_and_nobody_hears_of_it(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    ways_home: Calls,
) -> None:
    freezer.move_to(EVENING)
    await becomes(hass, location="kitchen", charging="off")
    await begin(hass, use, patience=5)
    await minutes(hass, freezer, 30)
    assert ways_home == []
    await minutes(hass, freezer, 7)
    assert [call.data["entity_id"] for call in ways_home] == [["button.temi_home"]]
    await becomes(hass, location="under_way")
    await minutes(hass, freezer, 1)
    await becomes(hass, location="home base")
    await minutes(hass, freezer, 10)
    assert messages == []
    assert len(ways_home) == 1


@pytest.mark.parametrize("breaks", [HomeAssistantError("offline"), None])
async def test_who_does_not_get_home_is_told_once(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    breaks: Exception | None,
) -> None:
    ways_home = async_mock_service(hass, "button", "press", raise_exception=breaks)
    freezer.move_to(EVENING)
    await becomes(hass, location="unknown", charging="off")
    await begin(hass, use, patience=5)
    await minutes(hass, freezer, 60)
    assert told(messages) == [AWAY]
    assert len(ways_home) == 1


async def test_it_is_not_sent_home_unless_it_is_wanted(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    ways_home: Calls,
) -> None:
    freezer.move_to(EVENING)
    await becomes(hass, location="kitchen", charging="off")
    await begin(hass, use, patience=5, goes_home=False)
    await minutes(hass, freezer, 40)
    assert told(messages) == [AWAY]
    assert ways_home == []


@pytest.mark.parametrize("reason", ["in use", "an alarm"])
async def test_who_uses_it_at_night_keeps_it(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    ways_home: Calls,
    reason: str,
) -> None:
    alarm = "binary_sensor.flat_alarm"
    hass.states.async_set(alarm, "on" if reason == "an alarm" else "off")
    freezer.move_to(EVENING)
    in_use = "on" if reason == "in use" else "off"
    await becomes(hass, location="kitchen", charging="off", in_use=in_use)
    await begin(hass, use, patience=5, stays_while=[alarm])
    await minutes(hass, freezer, 60)
    assert (messages, ways_home) == ([], [])
    await becomes(hass, in_use="off")
    hass.states.async_set(alarm, "off")
    await minutes(hass, freezer, 7)
    assert len(ways_home) == 1


async def test_a_night_within_one_day_counts_too(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    ways_home: Calls,
) -> None:
    freezer.move_to("2026-07-01 00:30:00+00:00")
    await becomes(hass, location="kitchen", charging="off")
    night = {"night_begins": "01:00:00", "night_ends": "05:00:00"}
    await begin(hass, use, patience=5, **night)
    await minutes(hass, freezer, 29)
    assert ways_home == []
    await minutes(hass, freezer, 8)
    assert len(ways_home) == 1


async def test_a_message_that_fails_leaves_the_rest_to_be_told(
    hass: HomeAssistant, use: Use, freezer: FrozenDateTimeFactory
) -> None:
    error = ValueError("broken")
    failed = async_mock_service(hass, "notify", "send_message", raise_exception=error)
    await begin(hass, use, patience=2)
    await becomes(hass, obeys="deaf")
    await minutes(hass, freezer, 3)
    await becomes(hass, connection="off")
    await minutes(hass, freezer, 3)
    assert told(failed) == [DEAF, OFFLINE]


async def test_in_german(
    hass: HomeAssistant, use: Use, freezer: FrozenDateTimeFactory, messages: Calls
) -> None:
    await begin(hass, use, patience=1, language="de")
    await becomes(hass, battery="15", charging="off")
    await minutes(hass, freezer, 2)
    assert told(messages) == ["Der Akku ist bei 15 %, und er lädt nicht."]
