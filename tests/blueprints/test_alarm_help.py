"""After a call the way is lit, doors are open, a robot asks, and only a person closes the call."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_mock_service,
)

from custom_components.smart_quarter.const import DOMAIN

from ..emergency import conftest as houses
from ..emergency.test_runtime import STATE, do, settle
from . import house_world
from .conftest import Use
from .house_world import Happens, notes, two_places
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

NAME = "alarm_help"
THERE = {"result": "arrived"}
THANKS = "Thank you. Somebody will look after you all the same."
HELP = "I have called for help. Please stay where you are."
as_anna, house, set_up = houses.as_anna, houses.house, houses.set_up
anna, area, messages = house_world.anna, house_world.area, house_world.messages
happens = house_world.happens


@pytest.fixture
def entry(hass: HomeAssistant, anna: MockUser) -> MockConfigEntry:
    """Return a house with two places and a caretaker."""
    return two_places(hass, anna)


@pytest.fixture(autouse=True)
async def turns_on(hass: HomeAssistant) -> None:
    """Let there be actions for all kinds of entities."""
    assert await async_setup_component(hass, "homeassistant", {})


async def act(hass: HomeAssistant, action: str, context: Context, **data: Any) -> None:
    """Do something about the call in the flat."""
    await do(hass, action, context, entity_id=STATE, **data)


async def real_entities(
    hass: HomeAssistant, area_id: str, **wanted: tuple[str, ...]
) -> None:
    """Make lights and locks that keep what they are told; those called *flat* are in the area."""
    parts = [(domain, name) for domain, names in wanted.items() for name in names]
    helpers = {f"{domain}_{name}": {"name": name} for domain, name in parts}
    booleans = {"input_boolean": helpers}
    assert await async_setup_component(hass, "input_boolean", booleans)
    config = [{domain: [template(domain, name)]} for domain, name in parts]
    assert await async_setup_component(hass, "template", {"template": config})
    await hass.async_block_till_done()
    for domain in wanted:
        er.async_get(hass).async_update_entity(f"{domain}.flat", area_id=area_id)


def template(domain: str, name: str) -> dict[str, Any]:
    """Return the configuration of a light or lock; a lock is locked while its helper is off."""
    helper = f"input_boolean.{domain}_{name}"
    on, off, yes, no = {
        "light": ("turn_on", "turn_off", "on", "off"),
        "lock": ("unlock", "lock", "unlocked", "locked"),
    }[domain]
    target = {"target": {"entity_id": helper}}
    return {
        "name": name,
        "unique_id": f"{domain}_{name}",
        "state": f"{{{{ '{yes}' if is_state('{helper}', 'on') else '{no}' }}}}",
        on: {"action": "input_boolean.turn_on", **target},
        off: {"action": "input_boolean.turn_off", **target},
    }


async def test_the_way_is_lit_and_only_the_doors_to_the_place_are_open(
    hass: HomeAssistant, happens: Happens, area: str, messages: Calls
) -> None:
    names = ("way", "flat", "other")
    await real_entities(hass, area, lock=names, light=names)
    await happens(
        lights=["light.way"],
        house_doors=["lock.way"],
        flat_doors=["lock.flat", "lock.other"],
        notifier=[CARE],
    )
    await settle(hass)
    lit = [state_of(hass, f"light.{each}") for each in names]
    assert lit == ["on", "on", "off"]
    opened = [state_of(hass, f"lock.{each}") for each in names]
    assert opened == ["unlocked", "unlocked", "locked"]
    assert told(messages) == ["The doors are unlocked."]
    assert messages[0].data["title"] == "Call: Flat"


async def test_without_doors_who_comes_is_reminded_of_the_key(
    hass: HomeAssistant, happens: Happens, messages: Calls
) -> None:
    await happens(notifier=[CARE], language="de")
    await settle(hass)
    assert told(messages) == ["Nehmen Sie den Schlüssel mit."]


@pytest.mark.parametrize("breaks", [HomeAssistantError("jammed"), None])
async def test_a_door_that_stays_locked_is_told_after_a_while(
    hass: HomeAssistant,
    happens: Happens,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
    breaks: Exception | None,
) -> None:
    hass.states.async_set("lock.house", "locked")
    async_mock_service(hass, "lock", "unlock", raise_exception=breaks)
    await happens(house_doors=["lock.house"], notifier=[CARE])
    assert told(messages) == []
    await later(hass, freezer, 16)
    (message,) = told(messages)
    assert message.startswith("Not all doors are unlocked.")


@pytest.mark.parametrize("domain", ["lock", "homeassistant", "media_player"])
async def test_what_breaks_on_the_way_keeps_nobody_from_asking(
    hass: HomeAssistant,
    happens: Happens,
    messages: Calls,
    as_anna: Context,
    domain: str,
) -> None:
    hass.states.async_set("lock.house", "locked")
    hass.states.async_set("media_player.radio", "playing")
    for each, action in (
        ("lock", "unlock"),
        ("homeassistant", "turn_on"),
        ("media_player", "media_pause"),
    ):
        breaks = ValueError("broken") if each == domain else None
        async_mock_service(hass, each, action, raise_exception=breaks)
    known_robot(hass)
    answers(hass, "go_to", THERE)
    answers(hass, "ask", {"answer": "yes", "by": "button"})
    await happens(
        lights=["light.way"],
        players=["media_player.radio"],
        house_doors=["lock.house"],
        robot=ROBOT,
    )
    assert told(messages, VOICE) == [THANKS]
    assert len(await notes(hass, as_anna)) == 1


@pytest.mark.parametrize(
    "can", ["media_pause", "media_stop", "turn_off"], ids=lambda can: f"by {can}"
)
async def test_what_plays_is_ended_in_the_way_that_it_can(
    hass: HomeAssistant, happens: Happens, freezer: FrozenDateTimeFactory, can: str
) -> None:
    hass.states.async_set("media_player.radio", "playing")
    hass.states.async_set("media_player.tv", "off")
    quiet: Calls = []

    async def do_it(call: ServiceCall) -> None:
        quiet.append(call)
        if call.service != can:
            raise HomeAssistantError("cannot")
        hass.states.async_set("media_player.radio", "paused")

    for action in ("media_pause", "media_stop", "turn_off"):
        hass.services.async_register("media_player", action, do_it)
    await happens(players=["media_player.radio", "media_player.tv"])
    for _ in range(3):
        await later(hass, freezer, 2.5)
    assert quiet[-1].service == can
    assert all(call.data["entity_id"] == ["media_player.radio"] for call in quiet)
    assert state_of(hass, "media_player.radio") == "paused"


async def test_yes_is_thanked_for_and_noted_and_the_call_stays_open(
    hass: HomeAssistant, happens: Happens, messages: Calls, as_anna: Context
) -> None:
    known_robot(hass)
    drives = answers(hass, "go_to", THERE)
    asked = answers(hass, "ask", {"answer": "yes", "by": "button"})
    calls = answers(hass, "start_call", {"sequence_id": "x"})
    await happens(robot=ROBOT, contacts=["Nurse"], patience=20)
    await settle(hass)
    assert drives[0].data["place"] == STATE
    assert drives[0].data["say_on_the_way"] == "I am coming to you."
    assert asked[0].data["question"] == "Are you all right?"
    assert asked[0].data["timeout"] == {"seconds": 20}
    assert "satellite" not in asked[0].data
    assert told(messages, VOICE) == [THANKS]
    assert calls == []
    (note,) = await notes(hass, as_anna)
    assert note == "The robot is there. Asked whether all is well: yes."
    assert state_of(hass, STATE) == "alarm"


@pytest.mark.parametrize("answer", ["no", "silence", "unclear", "tap"])
async def test_without_a_yes_somebody_is_called_by_video(
    hass: HomeAssistant,
    happens: Happens,
    messages: Calls,
    as_anna: Context,
    answer: str,
) -> None:
    known_robot(hass)
    answers(hass, "go_to", THERE)
    answers(hass, "ask", {"answer": answer, "by": None})
    calls = answers(hass, "start_call", {"sequence_id": "x"})
    await happens(robot=ROBOT, contacts=["Nurse", "Lead"])
    await settle(hass)
    (call,) = calls
    assert call.data["contacts"] == ["Nurse", "Lead"]
    assert "place" not in call.data
    assert told(messages, VOICE) == [HELP]
    (note,) = await notes(hass, as_anna)
    assert note.endswith("A video call was begun.")
    assert state_of(hass, STATE) == "alarm"


async def test_without_contacts_nobody_is_called(
    hass: HomeAssistant, happens: Happens, messages: Calls, as_anna: Context
) -> None:
    known_robot(hass)
    answers(hass, "go_to", THERE)
    answers(hass, "ask", {"answer": "no", "by": "button"})
    calls = answers(hass, "start_call")
    await happens(robot=ROBOT)
    await settle(hass)
    assert calls == []
    (note,) = await notes(hass, as_anna)
    assert note == "The robot is there. Asked whether all is well: no."


async def test_a_call_that_fails_is_noted(
    hass: HomeAssistant, happens: Happens, messages: Calls, as_anna: Context
) -> None:
    known_robot(hass)
    answers(hass, "go_to", THERE)
    answers(hass, "ask", {"answer": "silence", "by": None})
    answers(hass, "start_call", error=HomeAssistantError("privacy"))
    await happens(robot=ROBOT, contacts=["Nurse"])
    await settle(hass)
    (note,) = await notes(hass, as_anna)
    assert note.endswith("nobody answered. The video call failed.")


@pytest.mark.parametrize("result", ["no_reaction", "aborted", "stuck", "replaced"])
async def test_a_robot_that_does_not_come_asks_and_calls_nobody(
    hass: HomeAssistant,
    happens: Happens,
    messages: Calls,
    as_anna: Context,
    result: str,
) -> None:
    known_robot(hass)
    answers(hass, "go_to", {"result": result})
    asked, calls = answers(hass, "ask"), answers(hass, "start_call")
    await happens(robot=ROBOT, contacts=["Nurse"])
    await settle(hass)
    assert (asked, calls, messages) == ([], [], [])
    (note,) = await notes(hass, as_anna)
    assert note == f"The robot has not arrived ({result}). Nobody was asked."


@pytest.mark.parametrize(
    "error", [HomeAssistantError("offline"), ServiceValidationError("no waypoint")]
)
async def test_a_voice_assistant_in_the_place_asks_also_without_the_robot(
    hass: HomeAssistant,
    happens: Happens,
    area: str,
    messages: Calls,
    as_anna: Context,
    error: Exception,
) -> None:
    known_robot(hass)
    for name in ("flat", "other"):
        er.async_get(hass).async_get_or_create(
            "assist_satellite", "other", name, suggested_object_id=name
        )
    flat = "assist_satellite.flat"
    er.async_get(hass).async_update_entity(flat, area_id=area)
    answers(hass, "go_to", error=error)
    asked = answers(hass, "ask", {"answer": "yes", "by": "satellite"})
    await happens(robot=ROBOT, satellites=["assist_satellite.other", flat])
    await settle(hass)
    assert asked[0].data["satellite"] == flat
    (note,) = await notes(hass, as_anna)
    assert note == "The robot has not arrived (error). Asked whether all is well: yes."


async def test_a_question_that_fails_ends_in_help_and_a_note(
    hass: HomeAssistant, happens: Happens, messages: Calls, as_anna: Context
) -> None:
    known_robot(hass)
    answers(hass, "go_to", THERE)
    answers(hass, "ask", error=HomeAssistantError("broker is away"))
    calls = answers(hass, "start_call", {"sequence_id": "x"})
    await happens(robot=ROBOT, contacts=["Nurse"])
    await settle(hass)
    assert len(calls) == 1
    (note,) = await notes(hass, as_anna)
    assert note.endswith("Nobody was asked. A video call was begun.")


async def test_a_robot_that_was_called_away_calls_nobody_from_there(
    hass: HomeAssistant, happens: Happens, messages: Calls, as_anna: Context
) -> None:
    known_robot(hass)
    answers(hass, "go_to", THERE)
    answers(hass, "ask", {"answer": "replaced", "by": None})
    calls = answers(hass, "start_call")
    await happens(robot=ROBOT, contacts=["Nurse"])
    await settle(hass)
    assert (calls, messages) == ([], [])
    (note,) = await notes(hass, as_anna)
    assert note.endswith("The robot was needed elsewhere.")


@pytest.mark.parametrize("deed", ["arrive", "resolve"])
@pytest.mark.parametrize("during", ["go_to", "ask"])
async def test_who_is_helped_meanwhile_is_not_disturbed(
    hass: HomeAssistant,
    happens: Happens,
    messages: Calls,
    as_anna: Context,
    deed: str,
    during: str,
) -> None:
    known_robot(hass)
    answers(hass, "go_to", THERE)
    asked = answers(hass, "ask", {"answer": "silence", "by": None})
    calls = answers(hass, "start_call")
    how = {"outcome": "helped"} if deed == "resolve" else {}

    async def helped(call: ServiceCall) -> dict[str, Any]:
        await act(hass, deed, as_anna, **how)
        return {ROBOT: {"result": "arrived", "answer": "silence"}}

    only = SupportsResponse.OPTIONAL
    hass.services.async_register(DOMAIN, during, helped, supports_response=only)
    await happens_briefly(hass, happens)
    assert (asked, calls, messages) == ([], [], [])
    (note,) = await notes(hass, as_anna)
    assert note.startswith("The robot is there.")


async def happens_briefly(hass: HomeAssistant, happens: Happens) -> None:
    """Let a call be closed or taken as soon as it has been raised."""
    hass.states.async_set("binary_sensor.cord", "off")
    await happens(robot=ROBOT, contacts=["Nurse"])
    await settle(hass)


async def test_a_house_that_is_reloaded_meanwhile_still_gets_its_note(
    hass: HomeAssistant,
    happens: Happens,
    messages: Calls,
    as_anna: Context,
    house: MockConfigEntry,
) -> None:
    known_robot(hass)
    answers(hass, "go_to", THERE)

    async def reloaded(call: ServiceCall) -> dict[str, Any]:
        assert await hass.config_entries.async_reload(house.entry_id)
        return {ROBOT: {"answer": "no"}}

    only = SupportsResponse.OPTIONAL
    hass.services.async_register(DOMAIN, "ask", reloaded, supports_response=only)
    await happens(robot=ROBOT)
    await settle(hass)
    assert told(messages, VOICE) == [HELP]
    assert len(await notes(hass, as_anna)) == 1
    assert state_of(hass, STATE) == "alarm"


async def test_an_automation_that_ends_in_the_middle_leaves_the_call_open(
    hass: HomeAssistant,
    happens: Happens,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
) -> None:
    hass.states.async_set("lock.house", "locked")
    async_mock_service(hass, "lock", "unlock")
    await happens(house_doors=["lock.house"], notifier=[CARE])
    target: dict[str, Any] = {"entity_id": "automation.under_test"}
    target["stop_actions"] = True
    await hass.services.async_call("automation", "turn_off", target, blocking=True)
    del target["stop_actions"]
    await hass.services.async_call("automation", "turn_on", target, blocking=True)
    await later(hass, freezer, 30)
    assert messages == []
    assert state_of(hass, STATE) == "alarm"


@pytest.mark.parametrize(("in_tests", "comes"), [(False, 0), (True, 1)])
async def test_in_a_walk_test_nothing_opens_unless_it_is_wanted(
    hass: HomeAssistant,
    use: Use,
    area: str,
    as_anna: Context,
    freezer: FrozenDateTimeFactory,
    in_tests: bool,
    comes: int,
) -> None:
    known_robot(hass)
    drives = answers(hass, "go_to", {"result": "aborted"})
    await use(NAME, robot=ROBOT, in_tests=in_tests)
    target = {"entity_id": "switch.flat_walk_test"}
    await hass.services.async_call(
        "switch", "turn_on", target, blocking=True, context=as_anna
    )
    hass.states.async_set("binary_sensor.cord", "on")
    await settle(hass)
    assert drives == []
    for _ in range(3):
        await later(hass, freezer, 60)
    assert state_of(hass, STATE) == "alarm"
    assert len(drives) == comes


async def test_only_chosen_places_and_kinds_are_helped(
    hass: HomeAssistant, happens: Happens
) -> None:
    known_robot(hass)
    drives = answers(hass, "go_to", {"result": "aborted"})
    await happens(robot=ROBOT, places=["sensor.studio_state"], kinds=["manual"])
    await settle(hass)
    assert drives == []
    hass.states.async_set("binary_sensor.bell", "on")
    await settle(hass)
    assert drives[0].data["place"] == "sensor.studio_state"


async def test_several_places_are_helped_at_once(
    hass: HomeAssistant,
    happens: Happens,
    freezer: FrozenDateTimeFactory,
    messages: Calls,
) -> None:
    hass.states.async_set("lock.house", "locked")
    async_mock_service(hass, "lock", "unlock")
    await happens(house_doors=["lock.house"], notifier=[CARE])
    hass.states.async_set("binary_sensor.bell", "on")
    await happened(lambda: state_of(hass, "sensor.studio_state") == "alarm")
    await calm()
    assert runs(hass) == 2
    await later(hass, freezer, 16)
    titles = {call.data["title"] for call in messages}
    assert titles == {"Call: Flat", "Call: Studio"}


async def test_a_plain_sensor_helps_too_and_somebody_is_told_how_it_went(
    hass: HomeAssistant, use: Use, messages: Calls, house: MockConfigEntry
) -> None:
    mat = "binary_sensor.mat"
    hass.states.async_set(mat, "unavailable", {"friendly_name": "Mat"})
    known_robot(hass)
    drives = answers(hass, "go_to", THERE)
    answers(hass, "ask", {"answer": "silence", "by": None})
    await use(NAME, sensors=[mat], robot=ROBOT, notifier=[CARE], language="en")
    hass.states.async_set(mat, "on", {"friendly_name": "Mat"})
    await settle(hass)
    assert drives == [], "what comes back is no new call"
    hass.states.async_set(mat, "off", {"friendly_name": "Mat"})
    hass.states.async_set(mat, "on", {"friendly_name": "Mat"})
    await happened(lambda: len(told(messages)) == 2)
    assert drives[0].data["place"] == mat
    assert messages[0].data["title"] == "Call: Mat"
    key, outcome = told(messages)
    assert key == "Take the key with you."
    assert outcome == "The robot is there. Asked whether all is well, nobody answered."


async def test_started_by_hand_it_does_nothing(
    hass: HomeAssistant, use: Use, house: MockConfigEntry, messages: Calls
) -> None:
    await use(NAME, notifier=[CARE])
    target = {"entity_id": "automation.under_test", "skip_condition": False}
    await hass.services.async_call("automation", "trigger", target, blocking=True)
    await settle(hass)
    assert messages == []


def runs(hass: HomeAssistant) -> int:
    """Return how often the automation runs now."""
    current: int = hass.states.get("automation.under_test").attributes["current"]
    return current
