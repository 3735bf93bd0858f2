"""A flat that is watched in a real Home Assistant: what is heard, asked and said."""

from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.emergency.faults import Problem

from .conftest import FLAT, SetUp, house_entry, part
from .test_repairs import is_raised
from .test_runtime import STATE, later

MOTION = "binary_sensor.motion"
LIGHT = "light.kitchen"
DOOR = "binary_sensor.front_door"
BED = "binary_sensor.bed"
HOUR = 3600.0
WATCHED: dict[str, Any] = {
    "consent": True,
    "watch": True,
    "activity": [MOTION, LIGHT],
    "inactivity_h": 12,
    "speakers": ["media_player.bedroom"],
    "lights": ["light.bedroom", "light.hall"],
    "door": DOOR,
    "bed": BED,
}


@pytest.fixture(autouse=True)
def sensors(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon, all sensors be quiet and the resident be at home."""
    freezer.move_to("2026-07-01 12:00:00+00:00")
    hass.states.async_set("event.pendant", "unknown")
    for entity_id in (MOTION, LIGHT, DOOR):
        hass.states.async_set(entity_id, "off")
    hass.states.async_set(BED, "on")


def entries(hass: HomeAssistant, house: MockConfigEntry) -> list[er.RegistryEntry]:
    """Return the entities that the house has, also those that are off."""
    return er.async_entries_for_config_entry(er.async_get(hass), house.entry_id)


@pytest.fixture
async def flat(set_up: SetUp, phone: str, anna: User) -> MockConfigEntry:
    """Return a house with a flat that is watched."""
    return await set_up(
        house_entry(
            part("place", "flat", **{**FLAT, **WATCHED}),
            part("person", "anna", role="caretaker", user=anna.id, phones=[phone]),
            part("person", "lea", role="lead", user="user-lea"),
            part("policy", "plan", first=["anna"], repeat_s=30, ways_from="first"),
            tts="tts.house",
        )
    )


def state(hass: HomeAssistant) -> str:
    """Return how far the most pressing call of the flat has come."""
    return str(hass.states.get(STATE).state)


async def act(hass: HomeAssistant, action: str, **data: Any) -> None:
    """Call an action of ours about the flat, as nobody in particular."""
    data = {"entity_id": STATE, **data}
    await hass.services.async_call(DOMAIN, action, data, blocking=True)


@pytest.mark.usefixtures("flat")
async def test_who_is_not_heard_of_is_asked_aloud_and_then_missed(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    spoken = async_mock_service(hass, "tts", "speak")
    lit = async_mock_service(hass, "light", "turn_on")
    await later(hass, freezer, 12 * HOUR + 1)
    assert state(hass) == "pre_alarm"
    (said,) = spoken
    assert said.data["media_player_entity_id"] == "media_player.bedroom"
    assert said.data["message"].startswith("Is everything all right?")
    assert [each.data["entity_id"] for each in lit] == ["light.bedroom", "light.hall"]
    await later(hass, freezer, 601)
    assert state(hass) == "alarm"


@pytest.mark.usefixtures("flat")
async def test_motion_shortly_before_the_time_is_over_counts(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    await later(hass, freezer, 11 * HOUR)
    hass.states.async_set(LIGHT, "on")
    await later(hass, freezer, HOUR / 2)
    hass.states.async_set(MOTION, "on")
    await later(hass, freezer, HOUR / 2 + 1)
    assert state(hass) == "idle"
    await later(hass, freezer, 11.5 * HOUR + 1)
    assert state(hass) == "pre_alarm"
    hass.states.async_set(MOTION, "off")
    await later(hass, freezer, 1)
    assert state(hass) == "idle"


async def test_motion_and_a_door_that_opens_are_not_written_into_the_journal(
    hass: HomeAssistant, flat: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    before = flat.runtime_data.state
    for number in range(20):
        for entity_id in (MOTION, DOOR):
            hass.states.async_set(entity_id, "on" if number % 2 else "off")
        await later(hass, freezer, 61)
    assert flat.runtime_data.state == before
    last = flat.runtime_data.activity.last("flat")
    assert dt_util.utcnow() - last < timedelta(seconds=62)


@pytest.mark.usefixtures("flat")
async def test_sensors_that_cannot_be_heard_are_a_fault_and_miss_nobody(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    for entity_id in (MOTION, LIGHT):
        hass.states.async_set(entity_id, "unavailable")
    for _ in range(3):
        await later(hass, freezer, 31)
    assert is_raised(hass, Problem.SOURCE_LOST, "flat")
    await later(hass, freezer, 20 * HOUR)
    assert state(hass) == "idle"
    hass.states.async_set(LIGHT, "off")
    await later(hass, freezer, 29 * 60)
    assert state(hass) == "idle"
    await later(hass, freezer, 62)
    assert state(hass) == "pre_alarm"


@pytest.mark.usefixtures("flat")
async def test_a_door_that_stays_open_is_asked_about_until_it_is_closed(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    hass.states.async_set(DOOR, "on")
    await later(hass, freezer, 301)
    hass.states.async_set(DOOR, "unavailable")
    await later(hass, freezer, 10)
    hass.states.async_set(DOOR, "on")
    await later(hass, freezer, 300)
    assert state(hass) == "pre_alarm"
    hass.states.async_set(DOOR, "off")
    await later(hass, freezer, 1)
    assert state(hass) == "idle"


@pytest.mark.usefixtures("flat")
async def test_who_is_out_of_bed_at_night_is_asked(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-07-02 08:30:00+00:00")
    hass.states.async_set(MOTION, "on")
    await later(hass, freezer, 1)
    hass.states.async_set(BED, "off")
    await later(hass, freezer, 31 * 60)
    assert state(hass) == "pre_alarm"
    hass.states.async_set(BED, "on")
    await later(hass, freezer, 1)
    assert state(hass) == "idle"


@pytest.mark.usefixtures("flat")
async def test_i_am_all_right_answers_the_question_and_is_welcome_at_any_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    button = {"entity_id": "button.flat_i_am_all_right"}
    await hass.services.async_call("button", "press", button, blocking=True)
    await later(hass, freezer, 12 * HOUR + 1)
    assert state(hass) == "pre_alarm"
    await hass.services.async_call("button", "press", button, blocking=True)
    assert state(hass) == "idle"
    await later(hass, freezer, 11 * HOUR)
    await act(hass, "check_in")
    await later(hass, freezer, 2 * HOUR)
    assert state(hass) == "idle"


@pytest.mark.usefixtures("all_entities_are_on", "flat", "others")
async def test_nobody_is_missed_while_away(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, as_lead: Context
) -> None:
    away = "switch.flat_away"
    assert hass.states.get(away).state == "off"
    data = {"entity_id": away}
    await hass.services.async_call(
        "switch", "turn_on", data, blocking=True, context=as_lead
    )
    assert hass.states.get(away).state == "on"
    await later(hass, freezer, 50 * HOUR)
    assert state(hass) == "idle"
    await hass.services.async_call(
        "switch", "turn_off", data, blocking=True, context=as_lead
    )
    assert hass.states.get(away).state == "off"
    until = dt_util.utcnow() + timedelta(hours=5)
    await hass.services.async_call(
        DOMAIN,
        "set_absence",
        {"entity_id": STATE, "until": until.isoformat()},
        blocking=True,
        context=as_lead,
    )
    await later(hass, freezer, 5 * HOUR + 1)
    assert hass.states.get(away).state == "off"
    await later(hass, freezer, 12 * HOUR + 1)
    assert state(hass) == "pre_alarm"


@pytest.mark.usefixtures("flat", "others")
async def test_visitors_are_said_to_be_there_and_to_have_left(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, as_lead: Context
) -> None:
    async def say(**data: str) -> None:
        await hass.services.async_call(
            DOMAIN,
            "set_visitors",
            {"entity_id": STATE, **data},
            blocking=True,
            context=as_lead,
        )

    until = dt_util.utcnow() + timedelta(hours=5)
    await say(until=until.isoformat())
    hass.states.async_set(DOOR, "on")
    await later(hass, freezer, 4 * HOUR)
    assert state(hass) == "idle"
    await say()
    await later(hass, freezer, 9 * 60)
    assert state(hass) == "idle"
    await later(hass, freezer, 121)
    assert state(hass) == "pre_alarm"


@pytest.mark.usefixtures("flat")
async def test_an_automation_does_not_say_that_somebody_is_away(
    hass: HomeAssistant,
) -> None:
    with pytest.raises(ServiceValidationError):
        await act(hass, "set_absence", until="2026-07-05 12:00:00")
    with pytest.raises(ServiceValidationError):
        await act(hass, "set_visitors", until="2026-07-01 13:00:00")
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(
            DOMAIN,
            "check_in",
            {"entity_id": "sensor.block_3_open_calls"},
            blocking=True,
        )


async def test_the_last_sign_of_life_is_shown_only_to_who_wants_it(
    hass: HomeAssistant, flat: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    last = "sensor.flat_last_sign_of_life"
    registry = er.async_get(hass)
    assert registry.async_get(last).disabled
    registry.async_update_entity(last, disabled_by=None)
    await hass.config_entries.async_reload(flat.entry_id)
    hass.states.async_set(MOTION, "on")
    await later(hass, freezer, 1)
    shown = datetime.fromisoformat(hass.states.get(last).state)
    assert dt_util.utcnow() - shown < timedelta(seconds=5)


@pytest.mark.quality_rule("entity-disabled-by-default")
async def test_what_would_become_a_profile_is_off_by_default(
    hass: HomeAssistant, flat: MockConfigEntry
) -> None:
    off = {e.translation_key for e in entries(hass, flat) if e.disabled_by}
    assert {"place_absence", "place_last_activity"} <= off


async def test_the_entities_of_a_watch_come_and_go_with_it(
    hass: HomeAssistant, flat: MockConfigEntry
) -> None:
    place = flat.subentries["flat"]
    bare = {key: value for key, value in place.data.items() if key not in WATCHED}
    both, seen = {"place_absence", "place_last_activity"}, []
    for data in (bare, bare, {**bare, **WATCHED}, {**bare, **WATCHED}):
        hass.config_entries.async_update_subentry(
            flat, flat.subentries["flat"], data={**data, "consent": True}
        )
        await hass.async_block_till_done()
        keys = {each.translation_key for each in entries(hass, flat)}
        seen.append(keys & both)
    assert seen == [set(), set(), both, both]


async def test_a_watch_that_ended_while_the_house_did_not_run_leaves_no_entities(
    hass: HomeAssistant, flat: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_unload(flat.entry_id)
    place = flat.subentries["flat"]
    bare = {key: value for key, value in place.data.items() if key not in WATCHED}
    hass.config_entries.async_update_subentry(
        flat, place, data={**bare, "consent": False}
    )
    assert await hass.config_entries.async_setup(flat.entry_id)
    keys = {each.translation_key for each in entries(hass, flat)}
    assert keys.isdisjoint({"place_absence", "place_last_activity"})


async def test_a_flat_is_watched_as_soon_as_it_is_set_up_so_and_no_longer(
    hass: HomeAssistant, flat: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    place = flat.subentries["flat"]
    bare = {key: value for key, value in place.data.items() if key not in WATCHED}
    hass.config_entries.async_update_subentry(
        flat, place, data={**bare, "consent": False}
    )
    await later(hass, freezer, 50 * HOUR)
    assert state(hass) == "idle"
    hass.config_entries.async_update_subentry(
        flat, flat.subentries["flat"], data={**bare, **WATCHED}
    )
    await later(hass, freezer, 12 * HOUR + 1)
    assert state(hass) == "pre_alarm"
