"""A house that runs: from a source to a phone, and back."""

from datetime import timedelta
import threading
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.emergency.messenger import Messenger
from custom_components.smart_quarter.emergency.runtime import journal_folder

from .conftest import SetUp

STATE = "sensor.flat_state"
ALARM = "binary_sensor.flat_alarm"


async def settle(hass: HomeAssistant) -> None:
    """Let everything happen that has begun."""
    await hass.async_block_till_done(wait_background_tasks=True)


async def pull(hass: HomeAssistant, source: str = "cord") -> str:
    """Pull the cord and return the incident."""
    hass.states.async_set(f"binary_sensor.{source}", "on")
    await settle(hass)
    return str(hass.states.get("event.flat_emergency").attributes["incident_id"])


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass."""
    freezer.tick(timedelta(seconds=seconds))
    async_fire_time_changed(hass)
    await settle(hass)


async def do(hass: HomeAssistant, action: str, context: Context, **data: Any) -> Any:
    """Call an action of ours."""
    wants_answer = action in ("list_incidents", "export_journal", "who_is_on_duty")
    return await hass.services.async_call(
        DOMAIN,
        action,
        data,
        blocking=True,
        context=context,
        return_response=wants_answer,
    )


def pushes(aioclient_mock: AiohttpClientMocker) -> list[dict[str, Any]]:
    """Return what the push server was sent."""
    return [call[2] for call in aioclient_mock.mock_calls]


@pytest.mark.usefixtures("house")
async def test_a_pulled_cord_is_an_alarm_on_the_phone_at_once(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker
) -> None:
    incident_id = await pull(hass)
    assert hass.states.get(STATE).state == "alarm"
    assert hass.states.get(ALARM).state == "on"
    assert hass.states.get("sensor.block_3_calls_nobody_has_taken").state == "1"
    (push,) = pushes(aioclient_mock)
    assert push["title"] == "Alarm"
    assert push["message"] == "Flat · Call for help"
    assert push["data"]["push"]["sound"]["critical"] == 1
    assert push["data"]["tag"] == incident_id
    assert [each["title"] for each in push["data"]["actions"]] == [
        "Take it",
        "I am there",
        "False alarm",
    ]


@pytest.mark.usefixtures("house")
async def test_a_button_on_the_phone_takes_the_alarm_as_its_user(
    hass: HomeAssistant,
    as_anna: Context,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    incident_id = await pull(hass)
    action = {"action": f"SMART_QUARTER_ACKNOWLEDGE_{incident_id}"}
    hass.bus.async_fire("mobile_app_notification_action", action, context=as_anna)
    await settle(hass)
    assert hass.states.get(STATE).state == "acknowledged"
    told = len(pushes(aioclient_mock))
    await later(hass, freezer, 120)
    assert len(pushes(aioclient_mock)) == told, "nobody else is told"
    answer = await do(hass, "list_incidents", as_anna)
    assert answer["incidents"][0]["assignee"] == "Anna"


@pytest.mark.usefixtures("house")
async def test_a_stranger_takes_nothing(hass: HomeAssistant) -> None:
    incident_id = await pull(hass)
    stranger = Context(user_id="somebody")
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "acknowledge", stranger, incident_id=incident_id)
    assert refused.value.translation_key == "emergency_not_allowed"
    with pytest.raises(ServiceValidationError):
        await do(hass, "resolve", Context(), incident_id=incident_id, outcome="test")
    assert hass.states.get(STATE).state == "alarm"


@pytest.mark.fault("notifier takes it and nobody answers")
@pytest.mark.usefixtures("house")
async def test_the_alarm_goes_on_until_somebody_takes_it_and_ends_with_all_clear(
    hass: HomeAssistant,
    as_anna: Context,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    incident_id = await pull(hass)
    for count in range(2, 6):
        await later(hass, freezer, 30)
        assert len(pushes(aioclient_mock)) == count
    hass.states.async_set("binary_sensor.cord", "off")
    await settle(hass)
    assert hass.states.get(STATE).state == "alarm", "a source closes nothing"
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    await do(hass, "arrive", as_anna, incident_id=incident_id)
    assert hass.states.get(STATE).state == "on_scene"
    closing = {"incident_id": incident_id, "outcome": "helped", "note": "Tea."}
    await do(hass, "resolve", as_anna, **closing)
    await settle(hass)
    assert hass.states.get(STATE).state == "idle"
    last = pushes(aioclient_mock)[-1]
    assert (last["title"], last["message"]) == ("All clear", "Flat · Helped")
    answer = await do(hass, "list_incidents", as_anna)
    assert answer["incidents"][0]["notes"] == [{"by": "Anna", "text": "Tea."}]


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(
            "2026-10-25T00:59:50Z", marks=pytest.mark.fault("daylight saving ends")
        ),
        pytest.param(
            "2027-03-28T00:59:50Z", marks=pytest.mark.fault("daylight saving begins")
        ),
    ],
)
async def test_an_alarm_goes_on_while_the_clocks_are_changed(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
    moment: str,
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(moment)
    await set_up(entry)
    await pull(hass)
    for count in range(2, 6):
        await later(hass, freezer, 30)
        assert len(pushes(aioclient_mock)) == count


@pytest.mark.usefixtures("house", "others")
async def test_a_fall_can_be_cancelled_before_anybody_is_told(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker
) -> None:
    await pull(hass, "radar")
    assert hass.states.get(STATE).state == "pre_alarm"
    assert hass.states.get(ALARM).state == "off"
    await hass.services.async_call(
        "button",
        "press",
        {"entity_id": "button.flat_i_am_all_right"},
        blocking=True,
        context=Context(user_id="user-resi"),
    )
    await settle(hass)
    assert hass.states.get(STATE).state == "idle"
    assert pushes(aioclient_mock) == []


@pytest.mark.usefixtures("house")
async def test_a_fall_that_nobody_cancels_is_an_alarm(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    await pull(hass, "radar")
    await later(hass, freezer, 31)
    assert hass.states.get(STATE).state == "alarm"


@pytest.mark.fault("reload from disk")
async def test_a_reload_forgets_nothing_and_tells_nobody_twice(
    hass: HomeAssistant,
    house: MockConfigEntry,
    as_anna: Context,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    incident_id = await pull(hass)
    assert await hass.config_entries.async_reload(house.entry_id)
    await settle(hass)
    assert hass.states.get(STATE).state == "alarm"
    assert len(pushes(aioclient_mock)) == 1
    await later(hass, freezer, 30)
    assert len(pushes(aioclient_mock)) == 2, "the deadline was kept"
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    assert await hass.config_entries.async_reload(house.entry_id)
    await settle(hass)
    assert hass.states.get(STATE).state == "acknowledged"


@pytest.mark.fault("restored on at the start")
async def test_a_cord_that_is_still_pulled_at_the_start_is_an_alarm(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry, as_anna: Context
) -> None:
    hass.states.async_set("binary_sensor.cord", "on")
    await set_up(entry)
    assert hass.states.get(STATE).state == "alarm"
    answer = await do(hass, "list_incidents", as_anna)
    assert answer["incidents"][0]["late"] is True


@pytest.mark.fault("entity unavailable")
async def test_a_radio_that_drops_out_raises_nothing_and_swallows_nothing(
    hass: HomeAssistant, house: MockConfigEntry, as_anna: Context
) -> None:
    for state in ("unavailable", "off", "unavailable", "off"):
        hass.states.async_set("binary_sensor.cord", state)
        await settle(hass)
    assert hass.states.get(STATE).state == "idle"
    incident_id = await pull(hass)
    closing = {"incident_id": incident_id, "outcome": "helped"}
    await do(hass, "resolve", as_anna, **closing)
    for state in ("unavailable", "on"):
        hass.states.async_set("binary_sensor.cord", state)
        await settle(hass)
    assert hass.states.get(STATE).state == "idle", "it is the call that was closed"
    for state in ("off", "unavailable", "on"):
        hass.states.async_set("binary_sensor.cord", state)
        await settle(hass)
    assert hass.states.get(STATE).state == "alarm"


@pytest.mark.usefixtures("house")
async def test_a_pendant_is_heard_but_not_its_last_press_of_yesterday(
    hass: HomeAssistant,
) -> None:
    yesterday = dt_util.utcnow() - timedelta(days=1)
    hass.states.async_set("event.pendant", yesterday.isoformat())
    await settle(hass)
    assert hass.states.get(STATE).state == "idle"
    hass.states.async_set("event.pendant", dt_util.utcnow().isoformat())
    await settle(hass)
    assert hass.states.get(STATE).state == "alarm"


@pytest.mark.fault("entity unknown")
@pytest.mark.usefixtures("house")
async def test_a_press_that_comes_back_after_a_drop_out_is_the_same_press(
    hass: HomeAssistant, as_anna: Context
) -> None:
    pressed = dt_util.utcnow().isoformat()
    for state in ("unknown", pressed):
        hass.states.async_set("event.pendant", state)
        await settle(hass)
    answer = await do(hass, "list_incidents", as_anna)
    incident_id = answer["incidents"][0]["incident_id"]
    await do(hass, "resolve", as_anna, incident_id=incident_id, outcome="helped")
    for state in ("unavailable", "unknown", pressed):
        hass.states.async_set("event.pendant", state)
        await settle(hass)
    assert hass.states.get(STATE).state == "idle"


async def pressed(hass: HomeAssistant, as_anna: Context) -> str:
    """Press the pendant, let it be taken, and return the incident."""
    hass.states.async_set("event.pendant", "unknown")
    await settle(hass)
    hass.states.async_set("event.pendant", dt_util.utcnow().isoformat())
    await settle(hass)
    answer = await do(hass, "list_incidents", as_anna)
    incident_id = str(answer["incidents"][0]["incident_id"])
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    return incident_id


async def test_a_changed_setting_makes_no_second_call_of_a_press(
    hass: HomeAssistant,
    house: MockConfigEntry,
    as_anna: Context,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await pressed(hass, as_anna)
    await later(hass, freezer, 40)
    told = len(pushes(aioclient_mock))
    hass.config_entries.async_update_entry(house, title="Block 5")
    await settle(hass)
    assert len(pushes(aioclient_mock)) == told
    (incident,) = house.runtime_data.state.incidents.values()
    assert incident.causes[0].count == 1


async def test_a_reload_makes_no_second_call_of_a_press(
    hass: HomeAssistant, house: MockConfigEntry, as_anna: Context
) -> None:
    incident_id = await pressed(hass, as_anna)
    await do(hass, "resolve", as_anna, incident_id=incident_id, outcome="helped")
    assert await hass.config_entries.async_reload(house.entry_id)
    await settle(hass)
    assert hass.states.get(STATE).state == "idle"


async def test_an_old_press_of_what_becomes_a_source_is_no_call(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    hass.states.async_set("event.other", dt_util.utcnow().isoformat())
    flat = house.subentries["flat"]
    new = {"source_id": "s-other", "kind": "manual", "entity_id": "event.other"}
    data = {**flat.data, "sources": [*flat.data["sources"], new]}
    hass.config_entries.async_update_subentry(house, flat, data=data)
    await settle(hass)
    assert hass.states.get(STATE).state == "idle"
    hass.states.async_set("event.other", dt_util.utcnow().isoformat())
    await settle(hass)
    assert hass.states.get(STATE).state == "alarm"


async def test_a_set_up_that_fails_leaves_no_journal_open(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    assert await hass.config_entries.async_unload(entry.entry_id)
    with patch.object(Messenger, "async_start", side_effect=RuntimeError("broken")):
        await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    names = [thread.name for thread in threading.enumerate()]
    assert "smart_quarter journal" not in names


@pytest.mark.fault("entity renamed")
async def test_a_source_that_is_renamed_still_calls(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    registry = er.async_get(hass)
    registry.async_get_or_create(
        "binary_sensor", "test", "cord", suggested_object_id="cord"
    )
    await set_up(entry)
    registry.async_update_entity(
        "binary_sensor.cord", new_entity_id="binary_sensor.bathroom"
    )
    hass.states.async_set("binary_sensor.bathroom", "off")
    await settle(hass)
    hass.states.async_set("binary_sensor.bathroom", "on")
    await settle(hass)
    assert hass.states.get(STATE).state == "alarm"


async def test_a_disk_that_takes_nothing_delays_nobody(
    hass: HomeAssistant,
    house: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    files = house.runtime_data.journal._files
    monkeypatch.setattr(files, "_write", full)
    await pull(hass)
    assert len(pushes(aioclient_mock)) == 1
    assert hass.states.get("binary_sensor.block_3_fault").state == "on"
    issue = "emergency_house_house_journal_failed"
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue) is not None


@pytest.mark.usefixtures("house")
async def test_only_those_who_care_see_names_and_only_leads_the_journal(
    hass: HomeAssistant, as_anna: Context, as_lead: Context
) -> None:
    await pull(hass)
    full = await do(hass, "list_incidents", as_anna)
    assert full["incidents"][0]["place"] == "Flat"
    for context in (Context(), Context(user_id="somebody")):
        bare = await do(hass, "list_incidents", context)
        assert "place" not in bare["incidents"][0]
    with pytest.raises(ServiceValidationError):
        await do(hass, "export_journal", as_anna)
    journal = await do(hass, "export_journal", as_lead)
    words = [
        entry["word"]
        for line in journal["journals"]["house"]
        for entry in line["entries"]
    ]
    assert words == ["alarm", "told"]


async def test_with_the_house_its_notes_are_erased_and_its_journal_stays(
    hass: HomeAssistant,
    house: MockConfigEntry,
    as_anna: Context,
    hass_storage: dict[str, Any],
) -> None:
    incident_id = await pull(hass)
    await do(hass, "add_note", as_anna, incident_id=incident_id, note="Tea.")
    notes = "smart_quarter.emergency.house.notes"
    assert "Tea." in str(hass_storage[notes])
    folder = journal_folder(hass, house)
    assert await hass.config_entries.async_remove(house.entry_id)
    await settle(hass)
    assert notes not in hass_storage
    assert any(folder.glob("*.jsonl"))
    assert not any(b"Tea." in path.read_bytes() for path in folder.iterdir())
