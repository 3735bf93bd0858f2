"""Who was not heard in the morning is asked gently; no or silence is told to somebody."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.smart_quarter.const import DOMAIN

from ..emergency import conftest as houses
from ..emergency.conftest import FLAT, PLAN, house_entry, part
from .conftest import Use
from .robot_world import CARE, ROBOT, Calls, answers, calm, later, told

NAME = "morning_question"
PLACE, MOTION, AWAY = "sensor.flat_state", "binary_sensor.hall", "switch.flat_away"
SATELLITE = "assist_satellite.flat"
NO = "The question in the morning was answered with no."
SILENCE = "The question in the morning got no clear answer."


house, set_up = houses.house, houses.set_up


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return a house with a place where a check-in is waited for."""
    watch = {"activity": [MOTION], "check_in_until": "10:00:00", "consent": True}
    place = part("place", "flat", **{**FLAT, **watch})
    return house_entry(place, part("policy", "plan", **PLAN))


@pytest.fixture
def messages(hass: HomeAssistant) -> Calls:
    """Return what somebody is told."""
    return async_mock_service(hass, "notify", "send_message")


@pytest.fixture
def check_ins(hass: HomeAssistant) -> Calls:
    """Return the check-ins of the place."""
    return async_mock_service(hass, DOMAIN, "check_in")


@pytest.fixture(autouse=True)
async def night(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let everybody sleep."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to("2026-07-01 04:59:50+00:00")
    for entity_id in (MOTION, AWAY):
        hass.states.async_set(entity_id, "off")
    hass.states.async_set(PLACE, "idle")


async def begin(hass: HomeAssistant, use: Use, **inputs: Any) -> None:
    """Use the blueprint: from five to nine."""
    wanted = {"place": PLACE, "motions": [MOTION], "away": [AWAY], "notifier": [CARE]}
    await use(NAME, **{**wanted, "language": "en", "robot": ROBOT, **inputs})


async def morning(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let the morning pass until nine."""
    await later(hass, freezer, 15)
    for _ in range(4):
        await later(hass, freezer, 3600)


async def test_who_was_heard_is_not_asked(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    check_ins: Calls,
) -> None:
    drives = answers(hass, "go_to", {"result": "arrived"})
    await begin(hass, use)
    await later(hass, freezer, 15)
    hass.states.async_set(MOTION, "on")
    await calm()
    await morning(hass, freezer)
    assert (drives, messages, check_ins) == ([], [], [])


@pytest.mark.parametrize(
    ("answer", "checks_in", "message"),
    [
        ("yes", 1, []),
        ("tap", 1, []),
        ("no", 0, [NO]),
        ("silence", 0, [SILENCE]),
        ("unclear", 0, [SILENCE]),
        ("replaced", 0, [SILENCE]),
    ],
)
async def test_the_robot_asks_at_its_time(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    check_ins: Calls,
    answer: str,
    checks_in: int,
    message: list[str],
) -> None:
    drives = answers(hass, "go_to", {"result": "arrived"})
    answers(hass, "ask", {"answer": answer, "by": None})
    await begin(hass, use)
    await later(hass, freezer, 15)
    await later(hass, freezer, 14000)
    assert drives == []
    await later(hass, freezer, 400)
    assert drives[0].data["place"] == PLACE
    assert len(check_ins) == checks_in
    assert told(messages) == message


@pytest.mark.parametrize(
    ("said", "checks_in", "message"),
    [("silence", 1, []), ("no", 0, [NO])],
)
async def test_a_move_counts_unless_the_answer_is_no(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    check_ins: Calls,
    said: str,
    checks_in: int,
    message: list[str],
) -> None:
    answers(hass, "go_to", {"result": "arrived"})

    async def moves(call: ServiceCall) -> dict[str, Any]:
        freezer.tick(1)
        hass.states.async_set(MOTION, "on")
        return {ROBOT: {"answer": said}}

    only = SupportsResponse.ONLY
    hass.services.async_register(DOMAIN, "ask", moves, supports_response=only)
    await begin(hass, use)
    await morning(hass, freezer)
    assert len(check_ins) == checks_in
    assert told(messages) == message


@pytest.mark.parametrize("fails", ["go_to", "ask"])
async def test_a_robot_that_fails_is_silence(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    check_ins: Calls,
    fails: str,
) -> None:
    answers(hass, "go_to", {"result": "arrived"})
    asked = answers(hass, "ask", {"answer": "yes", "by": "button"})
    answers(hass, fails, error=HomeAssistantError("offline"))
    await begin(hass, use)
    await morning(hass, freezer)
    assert told(messages) == [SILENCE]
    assert (asked, check_ins) == ([], [])


@pytest.mark.parametrize(
    ("heard", "message"), [({"id": "yes"}, []), ({"id": "no"}, [NO]), (None, [SILENCE])]
)
async def test_a_voice_assistant_asks_alone(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    check_ins: Calls,
    heard: dict[str, Any] | None,
    message: list[str],
) -> None:
    asked = async_mock_service(
        hass,
        "assist_satellite",
        "ask_question",
        response=heard or {"id": None},
        supports_response=SupportsResponse.ONLY,
    )
    await begin(hass, use, robot="", satellite=SATELLITE)
    await morning(hass, freezer)
    assert asked[0].data["question"] == "Good morning. Is all well?"
    assert "yes" in asked[0].data["answers"][0]["sentences"]
    assert told(messages) == message
    assert len(check_ins) == (0 if message else 1)


@pytest.mark.parametrize(("entity_id", "state"), [(AWAY, "on"), (PLACE, "alarm")])
async def test_nobody_is_asked_who_is_away_or_is_helped(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    check_ins: Calls,
    entity_id: str,
    state: str,
) -> None:
    drives = answers(hass, "go_to", {"result": "arrived"})
    hass.states.async_set(entity_id, state)
    await begin(hass, use)
    await morning(hass, freezer)
    assert (drives, messages) == ([], [])


async def test_yes_is_a_check_in_of_a_real_house(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    house: MockConfigEntry,
) -> None:
    answers(hass, "go_to", {"result": "arrived"})
    answers(hass, "ask", {"answer": "yes", "by": "button"})
    messages = async_mock_service(hass, "notify", "send_message")
    freezer.move_to("2026-07-01 04:59:50+00:00")
    await begin(hass, use, place=PLACE)
    await morning(hass, freezer)
    assert messages == []
    watching = house.runtime_data.state.places["flat"].watching
    assert watching.checked_in_at is not None


async def test_sensors_that_are_lost_or_come_back_are_no_sign_of_life(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    check_ins: Calls,
) -> None:
    answers(hass, "go_to", {"result": "stuck"})
    await begin(hass, use)
    await later(hass, freezer, 15)
    for state in ("unavailable", "on", "unavailable"):
        hass.states.async_set(MOTION, state)
        await calm()
    await morning(hass, freezer)
    assert told(messages) == [SILENCE]


@pytest.mark.parametrize(("hour", "asks"), [("03", 0), ("07", 1), ("10", 0)])
async def test_after_a_restart_it_listens_on_until_its_time(
    hass: HomeAssistant,
    use: Use,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    check_ins: Calls,
    hour: str,
    asks: int,
) -> None:
    freezer.move_to(f"2026-07-01 {hour}:30:00+00:00")
    drives = answers(hass, "go_to", {"result": "stuck"})
    await begin(hass, use)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await calm()
    await later(hass, freezer, 3600)
    await later(hass, freezer, 2000)
    assert len(drives) == asks
