"""Many alarms at once: nobody drowns in messages, and no alarm is left out."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.smart_quarter.emergency import messenger
from custom_components.smart_quarter.emergency.pace import MOST_A_MINUTE

from .conftest import SetUp, house_entry, part
from .test_runtime import do, later, pushes, settle

FLATS = 20


@pytest.fixture(autouse=True)
def collected_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Collect only for a moment."""
    monkeypatch.setattr(messenger, "TOGETHER_S", 1.0)


@pytest.fixture
def detail() -> str:
    """Return how much a message tells."""
    return "place"


@pytest.fixture
async def house(
    hass: HomeAssistant, set_up: SetUp, anna: User, phone: str, detail: str
) -> MockConfigEntry:
    """Return a house with many flats and one caretaker."""
    flats = [
        part(
            "place",
            f"flat_{number:02}",
            consent=False,
            sources=[
                {
                    "source_id": f"s-{number}",
                    "kind": "smoke",
                    "entity_id": f"binary_sensor.smoke_{number}",
                }
            ],
        )
        for number in range(FLATS)
    ]
    for number in range(FLATS):
        hass.states.async_set(f"binary_sensor.smoke_{number}", "off")
    caretaker = part("person", "anna", role="caretaker", user=anna.id, phones=[phone])
    return await set_up(house_entry(*flats, caretaker, push_detail=detail))


async def smoke(hass: HomeAssistant, *numbers: int) -> None:
    """Let there be smoke in flats."""
    for number in numbers:
        hass.states.async_set(f"binary_sensor.smoke_{number}", "on")
    await settle(hass)


def texts(aioclient_mock: AiohttpClientMocker) -> list[str]:
    """Return the texts the phone was sent."""
    return [push["message"] for push in pushes(aioclient_mock)]


@pytest.mark.usefixtures("house")
async def test_a_few_alarms_come_one_by_one_and_the_rest_together(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker
) -> None:
    await smoke(hass, *range(FLATS))
    *single, many = pushes(aioclient_mock)
    assert len(single) == MOST_A_MINUTE
    assert all(push["data"]["actions"] for push in single)
    assert many["title"] == "Alarm"
    assert many["message"] == "Flat 05, Flat 06, Flat 07, Flat 08, Flat 09 and 10 more"
    assert many["data"]["push"]["sound"]["critical"] == 1
    assert "actions" not in many["data"]
    assert hass.states.get("sensor.block_3_open_calls").state == str(FLATS)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("detail", ["anonymous"])
async def test_many_alarms_name_no_place_where_none_may_be_named(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker
) -> None:
    await smoke(hass, *range(FLATS))
    assert texts(aioclient_mock)[-1] == "15 places need help. Open Home Assistant."


@pytest.mark.usefixtures("house")
async def test_one_alarm_more_than_a_few_comes_by_itself_with_its_buttons(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker
) -> None:
    await smoke(hass, *range(MOST_A_MINUTE + 1))
    last: dict[str, Any] = pushes(aioclient_mock)[-1]
    assert last["message"] == "Flat 05 · Smoke"
    assert last["data"]["actions"]


@pytest.mark.usefixtures("house")
async def test_told_again_all_that_nobody_has_taken_is_one_message(
    hass: HomeAssistant,
    as_anna: Context,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    monkeypatch.setattr(messenger, "TOGETHER_S", 0.0)  # the time is frozen here
    await smoke(hass, *range(FLATS))
    answer = await do(hass, "list_incidents", as_anna)
    for incident in answer["incidents"][: FLATS - 2]:
        given = {"incident_id": incident["incident_id"]}
        await do(hass, "acknowledge", as_anna, **given)
    sent = len(texts(aioclient_mock))
    await later(hass, freezer, 31)
    (again,) = texts(aioclient_mock)[sent:]
    assert again == "Flat 18, Flat 19"


@pytest.mark.usefixtures("house")
async def test_what_was_taken_while_it_was_collected_is_not_told(
    hass: HomeAssistant,
    as_anna: Context,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    for number in range(FLATS):
        hass.states.async_set(f"binary_sensor.smoke_{number}", "on")
    await hass.async_block_till_done()
    answer = await do(hass, "list_incidents", as_anna)
    for incident in answer["incidents"]:
        closing = {"incident_id": incident["incident_id"], "outcome": "false_alarm"}
        await do(hass, "resolve", as_anna, **closing)
    await settle(hass)
    assert not [text for text in texts(aioclient_mock) if "more" in text]
