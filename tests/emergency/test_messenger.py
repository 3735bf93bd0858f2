"""Every way in which telling somebody can fail, and the buttons that come back."""

import asyncio
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.components.persistent_notification.helpers import (
    _async_get_or_create_notifications,
)
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.test_util.aiohttp import (
    AiohttpClientMocker,
    AiohttpClientMockResponse,
)

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.emergency import messenger
from custom_components.smart_quarter.emergency.happenings import Deed
from custom_components.smart_quarter.emergency.messages import read_action

from .conftest import FLAT, PLAN, PUSH_URL, SetUp, house_entry, part
from .test_runtime import STATE, do, later, pull, pushes, settle

TABLET_URL = "https://push.example.com/tablet"
BUTTON = "mobile_app_notification_action"
NOT_TOLD = "emergency_house_anna_not_told"
FAULT = "binary_sensor.block_3_fault"
NAMES = ("Anna", "Lea", "Resi")


async def add_app(hass: HomeAssistant, key: str, app_data: dict[str, Any]) -> str:
    """Register an app, and return its device."""
    app = MockConfigEntry(
        domain="mobile_app",
        title=key,
        entry_id=key,
        data={
            "app_data": app_data,
            "app_id": "io.example",
            "app_name": "App",
            "app_version": "1.0",
            "device_id": key,
            "device_name": key,
            "manufacturer": "Maker",
            "model": "Model",
            "os_name": "OS",
            "os_version": "1",
            "supports_encryption": False,
            "user_id": "user-lea",
            "webhook_id": f"hook-{key}",
        },
    )
    app.add_to_hass(hass)
    MockUser(id="user-lea", name="Lea").add_to_hass(hass)
    assert await async_setup_component(hass, "mobile_app", {})
    await hass.config_entries.async_setup(app.entry_id)
    await hass.async_block_till_done()
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), app.entry_id)
    return device.id


@pytest.fixture
def phone(phone: str, aioclient_mock: AiohttpClientMocker) -> str:
    """Return the phone of the house, with push servers that take everything."""
    answer(aioclient_mock, PUSH_URL, json={}, status=201)
    return phone


@pytest.fixture
async def tablet(hass: HomeAssistant, phone: str) -> str:
    """Return the device of a second app, with a push server of its own."""
    return await add_app(
        hass, "tablet", {"push_token": "token", "push_url": TABLET_URL}
    )


@pytest.fixture
def speaker(hass: HomeAssistant, tablet: str) -> str:
    """Return an entity that takes messages: it knows no buttons and rings no phone."""
    entities = er.async_entries_for_device(er.async_get(hass), tablet)
    return next(each.entity_id for each in entities if each.domain == "notify")


@pytest.fixture
async def deaf(hass: HomeAssistant, phone: str) -> str:
    """Return the device of an app that is only reached at home, and is away: it raises."""
    return await add_app(hass, "deaf", {"push_websocket_channel": True})


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a channel up soon."""
    monkeypatch.setattr(messenger, "CHANNEL_S", 0.2)


@pytest.fixture(autouse=True)
def pendant(hass: HomeAssistant) -> None:
    """Let all sources exist."""
    hass.states.async_set("event.pendant", "unknown")


def house_of(anna: User, **changes: Any) -> MockConfigEntry:
    """Return a house in which Anna is told first, then everybody."""
    lea: dict[str, Any] = changes.pop("lea", {})
    house: dict[str, Any] = changes.pop("house", {})
    return house_entry(
        part("place", "flat", **FLAT),
        part("person", "anna", role="caretaker", user=anna.id, **changes),
        part("person", "lea", role="lead", user="user-lea", **lea),
        part("person", "resi", role="resident", user="user-resi", place="flat"),
        part("policy", "plan", **PLAN),
        **house,
    )


def sent_to(aioclient_mock: AiohttpClientMocker, url: str) -> list[dict[str, Any]]:
    """Return what a push server was sent."""
    return [call[2] for call in aioclient_mock.mock_calls if str(call[1]) == url]


def answer(aioclient_mock: AiohttpClientMocker, url: str, **how: Any) -> None:
    """Let a push server answer in a way, and all others take everything."""
    servers: Any = aioclient_mock
    servers.clear_requests()
    servers.post(url, **how)
    for other in {PUSH_URL, TABLET_URL} - {url}:
        servers.post(other, json={}, status=201)


def make_hang(aioclient_mock: AiohttpClientMocker) -> None:
    """Let the phone's push server never answer."""

    async def hang(*_: Any) -> AiohttpClientMockResponse:
        await asyncio.Event().wait()
        raise AssertionError

    answer(aioclient_mock, PUSH_URL, side_effect=hang)


def notes_shown(hass: HomeAssistant) -> dict[str, Any]:
    """Return what Home Assistant itself shows to everybody."""
    return {
        key: dict(each)
        for key, each in _async_get_or_create_notifications(hass).items()
    }


def is_not_told(hass: HomeAssistant) -> bool:
    """Tell whether it is reported that Anna was not reached."""
    return ir.async_get(hass).async_get_issue(DOMAIN, NOT_TOLD) is not None


async def press(
    hass: HomeAssistant, deed: str, incident_id: str, context: Context
) -> None:
    """Press a button of a notification."""
    action = {"action": f"SMART_QUARTER_{deed}_{incident_id}"}
    hass.bus.async_fire(BUTTON, action, context=context)
    await settle(hass)


async def words(hass: HomeAssistant, by: str) -> list[str]:
    """Return what the journal says that somebody did."""
    lead = Context(user_id="user-lea")
    journal = await do(hass, "export_journal", lead)
    return [
        entry["word"]
        for line in journal["journals"]["house"]
        for entry in line["entries"]
        if entry["by"] == by
    ]


@pytest.mark.fault("notifier raises")
async def test_after_a_phone_that_raises_the_next_one_is_tried(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    deaf: str,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await set_up(house_of(anna, phones=[deaf, phone]))
    await pull(hass)
    assert len(pushes(aioclient_mock)) == 1
    assert not is_not_told(hass)
    assert notes_shown(hass) == {}


@pytest.mark.fault("notifier hangs for ever")
async def test_after_a_phone_that_hangs_for_ever_the_next_one_is_tried(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    tablet: str,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await set_up(house_of(anna, phones=[phone, tablet]))
    make_hang(aioclient_mock)
    await pull(hass)
    assert len(sent_to(aioclient_mock, TABLET_URL)) == 1
    assert not is_not_told(hass)


async def test_a_phone_that_hangs_holds_up_nobody_else(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    tablet: str,
    monkeypatch: pytest.MonkeyPatch,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    monkeypatch.setattr(messenger, "CHANNEL_S", 60)
    plan = part("policy", "plan", **{**PLAN, "first": ["everybody"]})
    entry = house_entry(
        part("place", "flat", **FLAT),
        part("person", "anna", role="caretaker", user=anna.id, phones=[phone]),
        part("person", "lea", role="lead", phones=[tablet]),
        plan,
    )
    await set_up(entry)
    make_hang(aioclient_mock)
    hass.states.async_set("binary_sensor.cord", "on")
    async with asyncio.timeout(5):
        while not sent_to(aioclient_mock, TABLET_URL):
            await asyncio.sleep(0.01)
    assert hass.states.get(STATE).state == "alarm"


async def test_a_phone_that_was_removed_is_passed_over(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    tablet: str,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await set_up(house_of(anna, phones=[tablet, phone]))
    assert await hass.config_entries.async_remove("tablet")
    await settle(hass)
    aioclient_mock.mock_calls.clear()
    await pull(hass)
    assert len(sent_to(aioclient_mock, PUSH_URL)) == 1


@pytest.mark.fault("notifier not loaded at the start")
async def test_an_app_that_is_not_loaded_leaves_what_home_assistant_itself_shows(
    hass: HomeAssistant, set_up: SetUp, anna: User
) -> None:
    await set_up(house_of(anna, phones=["a-device-of-an-app-that-never-loaded"]))
    incident_id = await pull(hass)
    assert hass.states.get(STATE).state == "alarm"
    assert incident_id in notes_shown(hass)
    assert is_not_told(hass)


async def test_an_entity_is_the_second_way_of_a_person(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    deaf: str,
    speaker: str,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await set_up(house_of(anna, phones=[deaf], notifiers=[speaker]))
    await pull(hass)
    (told,) = sent_to(aioclient_mock, TABLET_URL)
    assert (told["title"], told["message"]) == ("Alarm", "Flat · Call for help")
    assert not is_not_told(hass)


async def test_a_phone_that_takes_it_leaves_the_second_way_alone(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    speaker: str,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await set_up(house_of(anna, phones=[phone], notifiers=[speaker]))
    await pull(hass)
    assert len(sent_to(aioclient_mock, PUSH_URL)) == 1
    assert sent_to(aioclient_mock, TABLET_URL) == []


@pytest.mark.parametrize("how", ["unavailable", "removed"])
async def test_an_entity_that_takes_nothing_is_not_taken_for_told(
    hass: HomeAssistant, set_up: SetUp, anna: User, deaf: str, speaker: str, how: str
) -> None:
    await set_up(house_of(anna, phones=[deaf], notifiers=[speaker]))
    if how == "unavailable":
        assert await hass.config_entries.async_unload("tablet")
        assert hass.states.get(speaker).state == "unavailable"
    else:
        await hass.config_entries.async_remove("tablet")
        assert hass.states.get(speaker) is None
    incident_id = await pull(hass)
    assert is_not_told(hass)
    assert incident_id in notes_shown(hass)


@pytest.mark.fault("notifier swallows errors")
async def test_a_push_server_that_refuses_keeps_the_second_way_silent_for_one_attempt_at_most(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    speaker: str,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await set_up(house_of(anna, phones=[phone], notifiers=[speaker]))
    answer(aioclient_mock, PUSH_URL, json={"message": "No."}, status=500)
    await pull(hass)
    await later(hass, freezer, 30)
    assert sent_to(aioclient_mock, TABLET_URL) != []


async def test_nobody_reachable_is_shown_to_all_and_reported_until_it_works_again(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    deaf: str,
    as_anna: Context,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await set_up(house_of(anna, phones=[deaf]))
    assert hass.states.get(FAULT).state == "off"
    incident_id = await pull(hass)
    shown = notes_shown(hass)[incident_id]
    assert shown["title"] == "Alarm"
    assert shown["message"] == "Somebody needs help. Open Home Assistant."
    issue = ir.async_get(hass).async_get_issue(DOMAIN, NOT_TOLD)
    assert issue.translation_placeholders == {
        "house": "Block 3",
        "name": "Anna",
        "count": "0",
        "places": "Flat",
        "since": "",
        "until": "",
    }
    assert hass.states.get(FAULT).state == "on"

    online = {"push_token": "token", "push_url": PUSH_URL}
    app = hass.config_entries.async_get_known_entry("deaf")
    data = {**app.data, "app_data": online}
    hass.config_entries.async_update_entry(app, data=data)
    for deed in ("acknowledge", "release"):
        await do(hass, deed, as_anna, incident_id=incident_id)
        await settle(hass)
    assert len(pushes(aioclient_mock)) == 1
    assert not is_not_told(hass)
    assert hass.states.get(FAULT).state == "off"
    assert incident_id in notes_shown(hass), "nobody has taken it"
    await do(hass, "resolve", as_anna, incident_id=incident_id, outcome="helped")
    await settle(hass)
    assert notes_shown(hass) == {}


async def test_an_alarm_that_is_over_is_not_shown_when_its_last_channel_gives_up(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    monkeypatch: pytest.MonkeyPatch,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    monkeypatch.setattr(messenger, "CHANNEL_S", 1.0)
    await set_up(house_of(anna, phones=[phone]))
    make_hang(aioclient_mock)
    hass.states.async_set("binary_sensor.cord", "on")
    async with asyncio.timeout(5):
        while not pushes(aioclient_mock):
            await asyncio.sleep(0.01)
    event = hass.states.get("event.flat_emergency")
    closing = {"incident_id": event.attributes["incident_id"], "outcome": "helped"}
    await do(hass, "resolve", Context(user_id=anna.id), **closing)
    await settle(hass)
    assert hass.states.get(STATE).state == "idle"
    assert notes_shown(hass) == {}


async def test_an_alarm_that_is_over_is_not_sent_on_by_the_next_way(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    speaker: str,
    monkeypatch: pytest.MonkeyPatch,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    monkeypatch.setattr(messenger, "CHANNEL_S", 1.0)
    await set_up(house_of(anna, phones=[phone], notifiers=[speaker]))
    make_hang(aioclient_mock)
    hass.states.async_set("binary_sensor.cord", "on")
    async with asyncio.timeout(5):
        while not pushes(aioclient_mock):
            await asyncio.sleep(0.01)
    answer(aioclient_mock, PUSH_URL, json={}, status=201)
    event = hass.states.get("event.flat_emergency")
    closing = {"incident_id": event.attributes["incident_id"], "outcome": "helped"}
    await do(hass, "resolve", Context(user_id=anna.id), **closing)
    await settle(hass)
    assert [each["title"] for each in pushes(aioclient_mock)] == ["All clear"]


async def test_a_step_in_which_nobody_can_be_told_tells_all_others_at_once(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    tablet: str,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await set_up(house_of(anna, lea={"phones": [tablet]}))
    await pull(hass)
    assert sent_to(aioclient_mock, TABLET_URL) != []
    assert not is_not_told(hass), "she never had a way"


async def test_in_a_house_without_anybody_an_alarm_is_shown_to_all(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up(house_entry(part("place", "flat", **FLAT)))
    incident_id = await pull(hass)
    assert incident_id in notes_shown(hass)


async def test_who_was_not_reached_and_left_the_house_is_not_reported_any_more(
    hass: HomeAssistant, set_up: SetUp, anna: User, deaf: str, tablet: str
) -> None:
    house = await set_up(house_of(anna, phones=[deaf], lea={"phones": [tablet]}))
    await pull(hass)
    assert is_not_told(hass)
    hass.config_entries.async_remove_subentry(house, "anna")
    await settle(hass)
    assert not is_not_told(hass)


async def test_the_all_clear_goes_to_all_who_were_told(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    tablet: str,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await set_up(house_of(anna, phones=[phone], lea={"phones": [tablet]}))
    incident_id = await pull(hass)
    await later(hass, freezer, 61)
    assert sent_to(aioclient_mock, TABLET_URL) != [], "the second step"
    closing = {"incident_id": incident_id, "outcome": "helped"}
    await do(hass, "resolve", Context(user_id=anna.id), **closing)
    await settle(hass)
    for url in (PUSH_URL, TABLET_URL):
        last = sent_to(aioclient_mock, url)[-1]
        assert (last["title"], last["message"]) == ("All clear", "Flat · Helped")
        assert last["data"] == {"tag": incident_id}, "it replaces the alarm"


async def test_who_was_not_told_hears_no_all_clear(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    tablet: str,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await set_up(house_of(anna, phones=[phone], lea={"phones": [tablet]}))
    incident_id = await pull(hass)
    closing = {"incident_id": incident_id, "outcome": "helped"}
    await do(hass, "resolve", Context(user_id=anna.id), **closing)
    await settle(hass)
    assert len(sent_to(aioclient_mock, PUSH_URL)) == 2
    assert sent_to(aioclient_mock, TABLET_URL) == []


@pytest.mark.fault("acknowledged twice")
@pytest.mark.usefixtures("house")
async def test_taking_it_twice_is_taking_it_once(
    hass: HomeAssistant, as_anna: Context
) -> None:
    incident_id = await pull(hass)
    for _ in range(2):
        await press(hass, "ACKNOWLEDGE", incident_id, as_anna)
    assert hass.states.get(STATE).state == "acknowledged"
    assert await words(hass, "anna") == ["acknowledged"]


@pytest.mark.fault("acknowledged after it was resolved")
@pytest.mark.usefixtures("house")
async def test_a_button_after_the_end_changes_nothing(
    hass: HomeAssistant, as_anna: Context, as_lead: Context
) -> None:
    incident_id = await pull(hass)
    await do(hass, "resolve", as_lead, incident_id=incident_id, outcome="helped")
    for deed in ("ACKNOWLEDGE", "ARRIVE", "RESOLVE"):
        await press(hass, deed, incident_id, as_anna)
    assert hass.states.get(STATE).state == "idle"
    assert await words(hass, "anna") == ["refused"] * 3
    answer = await do(hass, "list_incidents", as_anna)
    assert answer["incidents"][0]["outcome"] == "helped"


@pytest.mark.fault("acknowledged by an unknown user")
@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("user_id", "name"),
    [("somebody", "unknown"), ("user-resi", "resi"), (None, "system")],
)
async def test_a_button_of_nobody_who_cares_is_refused_and_written_down(
    hass: HomeAssistant, user_id: str | None, name: str
) -> None:
    incident_id = await pull(hass)
    for deed in ("ACKNOWLEDGE", "ARRIVE", "RESOLVE"):
        await press(hass, deed, incident_id, Context(user_id=user_id))
    assert hass.states.get(STATE).state == "alarm"
    refused = [word for word in await words(hass, name) if word == "refused"]
    assert len(refused) == 3


@pytest.mark.fault("acknowledged by two in one tick")
@pytest.mark.usefixtures("house")
async def test_of_two_who_take_it_in_the_same_moment_the_first_has_it(
    hass: HomeAssistant, as_anna: Context, as_lead: Context
) -> None:
    incident_id = await pull(hass)
    action = {"action": f"SMART_QUARTER_ACKNOWLEDGE_{incident_id}"}
    for context in (as_anna, as_lead):
        hass.bus.async_fire(BUTTON, action, context=context)
    await settle(hass)
    answer = await do(hass, "list_incidents", as_anna)
    assert answer["incidents"][0]["assignee"] == "Anna"
    assert await words(hass, "anna") == ["acknowledged"]
    assert await words(hass, "lea") == ["refused"]


@pytest.mark.usefixtures("house")
async def test_buttons_arrive_and_close_as_false_alarm(
    hass: HomeAssistant, as_anna: Context
) -> None:
    incident_id = await pull(hass)
    await press(hass, "ARRIVE", incident_id, as_anna)
    assert hass.states.get(STATE).state == "on_scene"
    await press(hass, "RESOLVE", incident_id, as_anna)
    assert hass.states.get(STATE).state == "idle"
    answer = await do(hass, "list_incidents", as_anna)
    assert answer["incidents"][0]["outcome"] == "false_alarm"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    "data",
    [
        {"action": "SMART_QUARTER_ACKNOWLEDGE_0000000000000000"},
        {"action": "SMART_QUARTER_ACKNOWLEDGE_"},
        {"action": "SMART_QUARTER_"},
        {"action": "URI"},
        {"action": None},
        {},
    ],
)
async def test_a_button_of_something_else_is_left_alone(
    hass: HomeAssistant, as_anna: Context, data: dict[str, Any]
) -> None:
    await pull(hass)
    hass.bus.async_fire(BUTTON, data, context=as_anna)
    await settle(hass)
    assert hass.states.get(STATE).state == "alarm"
    assert await words(hass, "anna") == []


@pytest.mark.parametrize(
    ("action", "found"),
    [
        ("SMART_QUARTER_ACKNOWLEDGE_0ABC", (Deed.ACKNOWLEDGE, "0ABC")),
        ("SMART_QUARTER_ARRIVE_0ABC", (Deed.ARRIVE, "0ABC")),
        ("SMART_QUARTER_RESOLVE_0ABC", (Deed.RESOLVE, "0ABC")),
        ("SMART_QUARTER_CALL_0ABC", None),
        ("SMART_QUARTER_TEST_0ABC", None),
        ("SMART_QUARTER_REOPEN_0ABC", None),
        ("SMART_QUARTER_0ABC", None),
        ("ACKNOWLEDGE_0ABC", None),
        ("OTHER_SMART_QUARTER_ACKNOWLEDGE_0ABC", None),
        ("", None),
    ],
)
def test_only_what_a_phone_offers_is_read_from_a_button(
    action: str, found: tuple[Deed, str] | None
) -> None:
    assert read_action(action) == found


@pytest.mark.fault("no name in an anonymous push")
@pytest.mark.parametrize(
    ("detail", "message", "clear"),
    [
        ("anonymous", "Somebody needs help. Open Home Assistant.", "Helped"),
        ("place", "Flat · Fall", "Flat · Helped"),
        ("full", "Flat · Fall · attempt 1", "Flat · Helped"),
    ],
)
async def test_a_push_tells_as_much_as_is_allowed_and_names_no_person(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
    detail: str,
    message: str,
    clear: str,
) -> None:
    await set_up(house_of(anna, phones=[phone], house={"push_detail": detail}))
    incident_id = await pull(hass, "radar")
    await later(hass, freezer, 31)
    closing = {"incident_id": incident_id, "outcome": "helped", "note": "Resi fell."}
    await do(hass, "resolve", Context(user_id=anna.id), **closing)
    await settle(hass)
    alarm, over = (
        {key: push[key] for key in ("title", "message", "data")}
        for push in pushes(aioclient_mock)
    )
    assert (alarm["title"], alarm["message"]) == ("Alarm", message)
    assert (over["title"], over["message"]) == ("All clear", clear)
    assert not [name for name in NAMES if name in f"{alarm}{over}"]
    if detail == "anonymous":
        assert not [word for word in ("Flat", "Fall") if word in f"{alarm}{over}"]


async def test_what_came_late_says_so_where_all_may_be_told(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    hass.states.async_set("binary_sensor.cord", "on")
    await set_up(house_of(anna, phones=[phone], house={"push_detail": "full"}))
    (push,) = pushes(aioclient_mock)
    assert push["message"] == "Flat · Call for help · attempt 1 · late"


async def test_a_call_that_is_cancelled_before_the_alarm_tells_nobody(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await set_up(house_of(anna, phones=[phone]))
    await pull(hass, "radar")
    hass.states.async_set("binary_sensor.radar", "off")
    await settle(hass)
    assert pushes(aioclient_mock) == []
    assert notes_shown(hass) == {}


@pytest.mark.fault("no name in a log")
async def test_no_log_names_a_person_or_a_place_whatever_goes_wrong(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    deaf: str,
    as_anna: Context,
    aioclient_mock: AiohttpClientMocker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    house = {"push_detail": "full"}
    await set_up(house_of(anna, phones=[deaf, phone], house=house))
    make_hang(aioclient_mock)
    incident_id = await pull(hass)
    await press(hass, "RESOLVE", incident_id, Context(user_id="somebody"))
    await press(hass, "ACKNOWLEDGE", incident_id, as_anna)
    await do(hass, "release", as_anna, incident_id=incident_id)
    closing = {"incident_id": incident_id, "outcome": "helped", "note": "Resi fell."}
    await do(hass, "resolve", as_anna, **closing)
    await settle(hass)
    ours = [each for each in caplog.records if DOMAIN in each.name]
    text = "\n".join(each.getMessage() for each in ours)
    assert "A notification channel failed: HomeAssistantError" in text
    assert "A notification channel failed: TimeoutError" in text
    assert not [name for name in (*NAMES, "Flat", "Block 3", "fell") if name in text]


async def test_a_test_says_so_in_its_title(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    MockUser(id="user-lea", name="Lea", is_owner=True).add_to_hass(hass)
    await set_up(house_of(anna, phones=[phone]))
    await hass.services.async_call(
        "switch",
        "turn_on",
        {"entity_id": "switch.flat_walk_test"},
        blocking=True,
        context=Context(user_id="user-lea"),
    )
    await pull(hass)
    await later(hass, freezer, 121)
    (push,) = pushes(aioclient_mock)
    assert push["title"] == "Test alarm"


async def test_a_german_house_is_told_in_german(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    as_anna: Context,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    hass.config.language = "de"
    await set_up(house_of(anna, phones=[phone], house={"push_detail": "full"}))
    hass.states.async_set("binary_sensor.cord", "on")
    await settle(hass)
    (push,) = pushes(aioclient_mock)
    assert push["title"] == "Alarm"
    assert push["message"] == "Flat · Hilferuf · 1. Versuch"
    titles = [each["title"] for each in push["data"]["actions"]]
    assert titles == ["Übernehmen", "Bin vor Ort", "Fehlalarm"]
    answer = await do(hass, "list_incidents", as_anna)
    incident_id = answer["incidents"][0]["incident_id"]
    await do(hass, "resolve", as_anna, incident_id=incident_id, outcome="helped")
    await settle(hass)
    last = pushes(aioclient_mock)[-1]
    assert (last["title"], last["message"]) == ("Entwarnung", "Flat · Geholfen")
