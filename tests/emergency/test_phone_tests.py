"""The phones of those who care are tested every week by a button that somebody must press."""

from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import Context, CoreState, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.smart_quarter.emergency.faults import Problem

from .conftest import FLAT, SetUp, house_entry, part
from .test_messenger import add_app
from .test_repairs import change_part, is_raised, issue, words
from .test_runtime import do, later, pull, pushes, settle

BUTTON = "mobile_app_notification_action"
WORKS = "SMART_QUARTER_WORKS_house"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""10 o'clock in Berlin."""
DAY_S = 86400
TABLET_URL = "https://push.example.com/tablet"


@pytest.fixture(autouse=True)
async def berlin(hass: HomeAssistant) -> None:
    """Let it be the time of Berlin, and all sources exist."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    hass.states.async_set("event.pendant", "unknown")


@pytest.fixture
def entry(phone: str, anna: User, others: None, hass: HomeAssistant) -> MockConfigEntry:
    """Return a house with a caretaker who has a phone, and others who have none."""
    MockUser(id="user-tom", name="tom").add_to_hass(hass)
    return house_entry(
        part("place", "flat", **FLAT),
        part("person", "anna", role="caretaker", user=anna.id, phones=[phone]),
        part("person", "lea", role="lead", user="user-lea"),
        part("person", "tom", role="technician", user="user-tom"),
        part("person", "resi", role="resident", user="user-resi", place="flat"),
        weekly_test=True,
    )


def sent_tests(aioclient_mock: AiohttpClientMocker) -> list[dict[str, Any]]:
    """Return the tests that were pushed."""
    return [push for push in pushes(aioclient_mock) if "test" in push["title"].lower()]


async def press(hass: HomeAssistant, context: Context, action: str = WORKS) -> None:
    """Press a button on a phone."""
    hass.bus.async_fire(BUTTON, {"action": action}, context=context)
    await settle(hass)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("user", ["user-anna", "user-lea", "user-tom"])
async def test_the_team_may_test_all_phones_which_ring_like_an_alarm(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker, user: str
) -> None:
    await do(hass, "send_test", Context(user_id=user))
    (push,) = sent_tests(aioclient_mock)
    assert push["data"]["push"]["sound"]["critical"] == 1
    (button,) = push["data"]["actions"]
    assert (button["action"], button["title"]) == (WORKS, "It works")


@pytest.mark.usefixtures("house")
async def test_who_does_not_answer_for_a_day_is_a_fault_until_the_button_is_pressed(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    as_lead: Context,
    as_anna: Context,
) -> None:
    freezer.move_to(MONDAY.replace(day=25))
    await do(hass, "send_test", as_lead, person=" ANNA ")
    await later(hass, freezer, DAY_S - 120)
    assert not is_raised(hass, Problem.TEST_UNANSWERED, "anna")
    await later(hass, freezer, 121)
    found = issue(hass, Problem.TEST_UNANSWERED, "anna")
    assert words(found)["name"] == "Anna"
    assert hass.states.get("binary_sensor.block_3_fault").state == "on"
    await press(hass, as_lead)
    assert is_raised(hass, Problem.TEST_UNANSWERED, "anna"), "that was another phone"
    await press(hass, Context())
    assert is_raised(hass, Problem.TEST_UNANSWERED, "anna"), "that was nobody"
    await press(hass, as_anna, "SMART_QUARTER_WORKS_another")
    assert is_raised(hass, Problem.TEST_UNANSWERED, "anna"), "that was another house"
    await press(hass, as_anna)
    assert not is_raised(hass, Problem.TEST_UNANSWERED, "anna")


@pytest.mark.usefixtures("house")
async def test_who_took_an_alarm_on_the_phone_this_week_needs_no_other_proof(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    as_lead: Context,
    as_anna: Context,
) -> None:
    freezer.move_to(MONDAY.replace(day=25))
    incident_id = await pull(hass)
    await press(hass, as_anna, f"SMART_QUARTER_ACKNOWLEDGE_{incident_id}")
    await do(hass, "send_test", as_lead)
    await later(hass, freezer, 2 * DAY_S)
    assert not is_raised(hass, Problem.TEST_UNANSWERED, "anna")
    await later(hass, freezer, 2 * DAY_S)
    await press(hass, as_anna, "SMART_QUARTER_ACKNOWLEDGE_long_gone")
    await later(hass, freezer, 3 * DAY_S + 60)
    assert is_raised(hass, Problem.TEST_UNANSWERED, "anna")


@pytest.mark.usefixtures("house")
async def test_on_monday_at_ten_everybody_who_cares_is_asked_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    freezer.move_to(MONDAY)
    freezer.tick(-120)
    await later(hass, freezer, 61)
    assert sent_tests(aioclient_mock) == []
    await later(hass, freezer, 61)
    assert len(sent_tests(aioclient_mock)) == 1
    for _ in range(5):
        await later(hass, freezer, 3600)
    assert len(sent_tests(aioclient_mock)) == 1
    freezer.move_to(MONDAY.replace(day=30))
    await later(hass, freezer, 61)
    assert len(sent_tests(aioclient_mock)) == 2


async def test_what_a_restart_missed_is_asked_later_that_day_and_not_twice(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    freezer.move_to(MONDAY.replace(hour=11))
    hass.set_state(CoreState.starting)
    await set_up(entry)
    await later(hass, freezer, 61)
    assert sent_tests(aioclient_mock) == []
    hass.set_state(CoreState.running)
    await later(hass, freezer, 61)
    assert len(sent_tests(aioclient_mock)) == 1
    assert await hass.config_entries.async_reload(entry.entry_id)
    await later(hass, freezer, 61)
    assert len(sent_tests(aioclient_mock)) == 1


@pytest.mark.parametrize(
    ("stored", "asked"), [({}, 1), ({"weekly_test": False}, 0)], ids=["default", "off"]
)
async def test_the_weekly_test_is_on_unless_a_house_says_no(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
    stored: dict[str, bool],
    asked: int,
) -> None:
    freezer.move_to(MONDAY)
    entry.add_to_hass(hass)
    data = {key: each for key, each in entry.data.items() if key != "weekly_test"}
    hass.config_entries.async_update_entry(entry, data=data | stored)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await later(hass, freezer, 61)
    assert len(sent_tests(aioclient_mock)) == asked


async def test_every_phone_of_a_person_is_tested_even_if_one_is_gone(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    aioclient_mock: AiohttpClientMocker,
    as_lead: Context,
) -> None:
    aioclient_mock.post(TABLET_URL, json={}, status=201)  # type: ignore[no-untyped-call]
    app = {"push_token": "token", "push_url": TABLET_URL}
    tablet = await add_app(hass, "tablet", app)
    await set_up(entry)
    phones = [*entry.subentries["anna"].data["phones"], "gone", tablet]
    change_part(hass, entry, "anna", phones=phones, notifiers=["notify.siren"])
    await settle(hass)
    await do(hass, "send_test", as_lead)
    assert len(sent_tests(aioclient_mock)) == 2


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("person", ["lea", "resi", "Nobody"])
async def test_who_has_no_phone_cannot_be_tested(
    hass: HomeAssistant,
    as_lead: Context,
    aioclient_mock: AiohttpClientMocker,
    person: str,
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "send_test", as_lead, person=person)
    assert refused.value.translation_key == "emergency_no_phone_to_test"
    assert sent_tests(aioclient_mock) == []


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("person", ["anna", "Nobody"])
@pytest.mark.parametrize("user", [None, "somebody", "user-resi"])
async def test_who_may_not_test_does_not_learn_either_who_there_is(
    hass: HomeAssistant,
    aioclient_mock: AiohttpClientMocker,
    user: str | None,
    person: str,
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "send_test", Context(user_id=user), person=person)
    assert refused.value.translation_key == "emergency_not_allowed"
    assert sent_tests(aioclient_mock) == []


async def test_a_fault_goes_with_the_phone(
    hass: HomeAssistant,
    house: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    as_lead: Context,
) -> None:
    freezer.move_to(MONDAY.replace(day=25))
    await do(hass, "send_test", as_lead)
    await later(hass, freezer, DAY_S + 1)
    assert is_raised(hass, Problem.TEST_UNANSWERED, "anna")
    change_part(hass, house, "anna", phones=[], notifiers=["notify.pager"])
    await settle(hass)
    assert not is_raised(hass, Problem.TEST_UNANSWERED, "anna")


async def test_who_was_asked_is_known_after_a_restart(
    hass: HomeAssistant,
    house: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    as_lead: Context,
) -> None:
    freezer.move_to(MONDAY.replace(day=25))
    await do(hass, "send_test", as_lead)
    assert await hass.config_entries.async_unload(house.entry_id)
    freezer.tick(DAY_S + 1)
    assert await hass.config_entries.async_setup(house.entry_id)
    await settle(hass)
    assert is_raised(hass, Problem.TEST_UNANSWERED, "anna")
