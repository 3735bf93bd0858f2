"""Sirens, speakers and scripts: heard with an alarm, silent when somebody takes it."""

import asyncio
from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.components.tts import TextToSpeechEntity
from homeassistant.components.tts.const import DATA_COMPONENT
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.emergency import messenger, sirens, speakers
from custom_components.smart_quarter.emergency.ways import way_key

from .conftest import FLAT, SetUp, house_entry, part
from .test_runtime import STATE, do, later, pull, pushes, settle

SIREN = "siren.hall"
LIGHT = "light.stairs"
SPEAKER = "media_player.hall"
VOICE = "tts.voice"
SCRIPT = "script.tell"
WAYS = {
    "sirens": [SIREN, LIGHT],
    "speakers": [SPEAKER],
    "tts": VOICE,
    "scripts": [SCRIPT],
}
HALL = {"sirens": [SIREN]}

type Calls = list[tuple[str, str, Any]]
type Answer = Callable[[ServiceCall], Awaitable[None]]


class World:
    """The actions of the outside world: what was called, and how each answers."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Take every call, until a test says otherwise."""
        self._hass = hass
        self.calls: Calls = []
        self.answers: dict[str, Answer] = {}
        for name in (
            *("siren.turn_on", "siren.turn_off", "light.turn_on", "light.turn_off"),
            *("tts.speak", "media_player.media_stop"),
        ):
            domain, _, service = name.partition(".")
            hass.services.async_register(domain, service, self.called)
        for entity_id in (SIREN, LIGHT, SPEAKER):
            hass.states.async_set(entity_id, "off")
        hass.states.async_set(VOICE, "unknown")

    async def called(self, call: ServiceCall) -> None:
        """Note a call, and do as the entity would."""
        name = f"{call.domain}.{call.service}"
        entity_id = call.data["entity_id"]
        self.calls.append((name, entity_id, dict(call.data)))
        if (answer := self.answers.get(name)) is not None:
            await answer(call)
        if call.service in ("turn_on", "turn_off"):
            state = call.service.removeprefix("turn_")
            self._hass.states.async_set(entity_id, state)

    def named(self, name: str) -> list[Any]:
        """Return the data of the calls of an action."""
        return [data for called, _, data in self.calls if called == name]


@pytest.fixture(autouse=True)
def pendant(hass: HomeAssistant) -> None:
    """Let all sources exist."""
    hass.states.async_set("event.pendant", "unknown")


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait only for moments."""
    monkeypatch.setattr(messenger, "CHANNEL_S", 0.2)
    monkeypatch.setattr(sirens, "AGAIN_S", 0)
    monkeypatch.setattr(speakers, "SAYING_S", 0)


@pytest.fixture
async def world(hass: HomeAssistant) -> World:
    """Return a hall with a siren, a light, a speaker, and a script that tells what it was told."""
    script = {
        "sequence": [
            {
                "event": "told",
                "event_data": {
                    key: f"{{{{ {key} }}}}"
                    for key in ("incident_id", "stage", "place", "kind", "outcome")
                },
            }
        ]
    }
    assert await async_setup_component(hass, "script", {"script": {"tell": script}})
    return World(hass)


@pytest.fixture
def told(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return what scripts were told."""
    found: list[dict[str, Any]] = []
    hass.bus.async_listen("told", lambda event: found.append(dict(event.data)))
    return found


def house_with(
    anna: User, phone: str, ways: dict[str, Any], **changes: Any
) -> MockConfigEntry:
    """Return a house whose plan has ways."""
    plan = {"first": ["anna"], "repeat_s": 30, "ways_from": "first", **ways}
    return house_entry(
        part("place", "flat", **FLAT),
        part("place", "studio", **STUDIO),
        part("person", "anna", role="caretaker", user=anna.id, phones=[phone]),
        part("person", "lea", role="lead", user="user-lea"),
        part("policy", "plan", **plan),
        **changes,
    )


STUDIO = {
    "sources": [
        {"source_id": "s-smoke", "kind": "smoke", "entity_id": "binary_sensor.smoke"}
    ],
    "consent": False,
    "policy": "plan",
}


@pytest.fixture
async def loud(
    hass: HomeAssistant, world: World, set_up: SetUp, anna: User, phone: str
) -> MockConfigEntry:
    """Return a running house with all ways from the first step on."""
    hass.states.async_set("binary_sensor.smoke", "off")
    return await set_up(house_with(anna, phone, WAYS))


def failed(hass: HomeAssistant, entity_id: str) -> ir.IssueEntry | None:
    """Return the issue of a way that does not work."""
    issue_id = f"emergency_house_{way_key(entity_id)}_way_failed"
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


@pytest.mark.usefixtures("loud")
async def test_an_alarm_is_heard_in_the_house_until_somebody_takes_it(
    hass: HomeAssistant,
    world: World,
    told: list[dict[str, Any]],
    as_anna: Context,
    freezer: FrozenDateTimeFactory,
) -> None:
    incident_id = await pull(hass)
    assert hass.states.get(SIREN).state == "on"
    assert hass.states.get(LIGHT).state == "on"
    (said,) = world.named("tts.speak")
    assert said["entity_id"] == VOICE
    assert said["media_player_entity_id"] == SPEAKER
    assert said["message"] == "Alarm. Flat, Call for help"
    assert told == [
        {
            "incident_id": incident_id,
            "stage": "alarm",
            "place": "Flat",
            "kind": "manual",
            "outcome": None,
        }
    ]
    await later(hass, freezer, 30)
    assert len(world.named("tts.speak")) == 2, "it is said again"
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    await settle(hass)
    assert hass.states.get(SIREN).state == "off"
    assert hass.states.get(LIGHT).state == "off"
    assert [each["stage"] for each in told] == ["alarm", "alarm", "acknowledged"]
    await later(hass, freezer, 90)
    assert len(world.named("tts.speak")) == 2, "nobody is looked for any more"
    closing = {"incident_id": incident_id, "outcome": "helped"}
    await do(hass, "resolve", as_anna, **closing)
    await settle(hass)
    assert told[-1]["stage"] == "resolved"
    assert told[-1]["outcome"] == "helped"


@pytest.mark.usefixtures("loud", "others")
async def test_a_reopened_alarm_is_heard_again(
    hass: HomeAssistant, as_anna: Context, as_lead: Context
) -> None:
    incident_id = await pull(hass)
    closing = {"incident_id": incident_id, "outcome": "false_alarm"}
    await do(hass, "resolve", as_anna, **closing)
    await settle(hass)
    assert hass.states.get(SIREN).state == "off"
    await do(hass, "reopen", as_lead, incident_id=incident_id)
    await settle(hass)
    assert hass.states.get(SIREN).state == "on"


@pytest.mark.usefixtures("loud")
async def test_a_siren_goes_on_while_another_alarm_wants_it(
    hass: HomeAssistant, as_anna: Context
) -> None:
    incident_id = await pull(hass)
    hass.states.async_set("binary_sensor.smoke", "on")
    await settle(hass)
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    await settle(hass)
    assert hass.states.get(SIREN).state == "on"
    event = hass.states.get("event.studio_emergency")
    other_id = event.attributes["incident_id"]
    await do(hass, "acknowledge", as_anna, incident_id=other_id)
    await settle(hass)
    assert hass.states.get(SIREN).state == "off"


@pytest.mark.usefixtures("loud")
async def test_alarms_that_come_while_a_speaker_speaks_are_said_together(
    hass: HomeAssistant, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speakers, "SAYING_S", 0.3)
    for source in ("cord", "smoke"):
        hass.states.async_set(f"binary_sensor.{source}", "on")
    async with asyncio.timeout(5):
        while not world.named("tts.speak"):
            await asyncio.sleep(0.01)
    gas = {"entity_id": STATE, "kind": "gas"}
    await hass.services.async_call(DOMAIN, "call_for_help", gas, blocking=True)
    await settle(hass)
    assert [each["message"] for each in world.named("tts.speak")] == [
        "Alarm. Flat, Call for help",
        "Alarm. Flat, Studio",
    ]


@pytest.mark.fault("no name in an anonymous push")
async def test_ways_name_nothing_where_nothing_may_be_named(
    hass: HomeAssistant,
    world: World,
    told: list[dict[str, Any]],
    set_up: SetUp,
    anna: User,
    phone: str,
) -> None:
    await set_up(house_with(anna, phone, WAYS, push_detail="anonymous"))
    await pull(hass)
    assert told[0]["place"] is None
    assert told[0]["kind"] is None
    (said,) = world.named("tts.speak")
    assert said["message"] == "Alarm. Somebody needs help. Open Home Assistant."


async def test_what_is_being_said_is_cut_off_when_somebody_takes_the_alarm(
    hass: HomeAssistant,
    world: World,
    loud: MockConfigEntry,
    as_anna: Context,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(speakers, "SAYING_S", 0.5)
    hass.states.async_set(SPEAKER, "playing")
    hass.states.async_set("binary_sensor.cord", "on")
    async with asyncio.timeout(5):
        while not world.named("tts.speak"):
            await asyncio.sleep(0.01)
    (incident_id,) = loud.runtime_data.state.incidents
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    await settle(hass)
    assert [each["entity_id"] for each in world.named("media_player.media_stop")] == [
        SPEAKER
    ]


async def test_music_goes_on_when_nothing_was_said_of_late(
    hass: HomeAssistant, world: World, loud: MockConfigEntry, as_anna: Context
) -> None:
    incident_id = await pull(hass)
    hass.states.async_set(SPEAKER, "playing")
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    await settle(hass)
    assert world.named("media_player.media_stop") == []


async def raises(call: ServiceCall) -> None:
    """Fail as an entity does."""
    raise HomeAssistantError("broken")


async def hangs(call: ServiceCall) -> None:
    """Never answer."""
    await asyncio.Event().wait()


@pytest.mark.fault("siren raises")
@pytest.mark.fault("siren hangs for ever")
@pytest.mark.parametrize("answer", [raises, hangs])
@pytest.mark.usefixtures("loud")
async def test_a_siren_that_fails_holds_up_nothing_and_is_named_until_it_works(
    hass: HomeAssistant,
    world: World,
    answer: Answer,
    told: list[dict[str, Any]],
    aioclient_mock: AiohttpClientMocker,
    as_anna: Context,
) -> None:
    world.answers["siren.turn_on"] = answer
    incident_id = await pull(hass)
    assert hass.states.get(LIGHT).state == "on"
    assert len(pushes(aioclient_mock)) == len(told) == 1
    assert len(world.named("tts.speak")) == 1
    issue = failed(hass, SIREN)
    assert issue is not None
    assert (issue.translation_placeholders or {})["name"] == SIREN
    assert failed(hass, LIGHT) is None
    del world.answers["siren.turn_on"]
    await do(hass, "escalate", as_anna, incident_id=incident_id)
    await settle(hass)
    assert failed(hass, SIREN) is None
    assert hass.states.get(SIREN).state == "on"


@pytest.mark.fault("speaker hangs for ever")
@pytest.mark.usefixtures("loud")
async def test_a_speaker_that_hangs_is_given_up_and_tried_again(
    hass: HomeAssistant, world: World, as_anna: Context
) -> None:
    world.answers["tts.speak"] = hangs
    incident_id = await pull(hass)
    assert failed(hass, SPEAKER) is not None
    assert hass.states.get(SIREN).state == "on"
    del world.answers["tts.speak"]
    await do(hass, "escalate", as_anna, incident_id=incident_id)
    await settle(hass)
    assert failed(hass, SPEAKER) is None


@pytest.mark.parametrize("entity_id", [SPEAKER, VOICE])
@pytest.mark.usefixtures("loud")
async def test_a_speaker_or_voice_that_is_unavailable_is_a_fault(
    hass: HomeAssistant, world: World, entity_id: str
) -> None:
    hass.states.async_set(entity_id, "unavailable")
    await pull(hass)
    assert world.named("tts.speak") == []
    assert failed(hass, SPEAKER) is not None


@pytest.mark.fault("script takes longer than a channel may")
async def test_a_script_that_takes_long_is_neither_a_fault_nor_cut_off(
    hass: HomeAssistant, world: World, set_up: SetUp, anna: User, phone: str
) -> None:
    sequence = [{"event": "begun"}, {"delay": 0.5}, {"event": "ended"}]
    scripts = {"script": {"wait": {"sequence": sequence}}}
    with patch("homeassistant.config.load_yaml_config_file", return_value=scripts):
        await hass.services.async_call("script", "reload", blocking=True)
    steps: list[str] = []
    for step in ("begun", "ended"):
        hass.bus.async_listen(step, lambda event: steps.append(str(event.event_type)))
    await set_up(house_with(anna, phone, {**HALL, "scripts": ["script.wait"]}))
    await pull(hass)
    assert steps == ["begun", "ended"]
    assert hass.states.get(SIREN).state == "on"
    assert failed(hass, "script.wait") is None


async def test_a_way_that_is_gone_is_named_before_it_is_needed(
    hass: HomeAssistant, world: World, loud: MockConfigEntry
) -> None:
    hass.states.async_remove(SIREN)
    loud.runtime_data.report_faults()
    assert failed(hass, SIREN) is not None
    assert failed(hass, LIGHT) is None
    change(hass, loud, sirens=[LIGHT])
    await settle(hass)
    assert failed(hass, SIREN) is None


async def test_a_siren_that_could_not_be_silenced_is_tried_until_it_is_off(
    hass: HomeAssistant, world: World, loud: MockConfigEntry, as_anna: Context
) -> None:
    incident_id = await pull(hass)
    attempts = 0

    async def fails_twice(call: ServiceCall) -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise HomeAssistantError("broken")

    world.answers["siren.turn_off"] = fails_twice
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    await settle(hass)
    assert hass.states.get(SIREN).state == "off"
    assert attempts == 3
    assert failed(hass, SIREN) is None


async def test_an_alarm_that_is_taken_while_the_siren_is_turned_on_leaves_it_off(
    hass: HomeAssistant, world: World, loud: MockConfigEntry, as_anna: Context
) -> None:
    async def slow(call: ServiceCall) -> None:
        await asyncio.sleep(0.1)

    world.answers["siren.turn_on"] = slow
    hass.states.async_set("binary_sensor.cord", "on")
    async with asyncio.timeout(5):
        while not world.named("siren.turn_on"):
            await asyncio.sleep(0.01)
    (incident_id,) = loud.runtime_data.state.incidents
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    await settle(hass)
    assert hass.states.get(SIREN).state == "off"


def change(hass: HomeAssistant, entry: MockConfigEntry, **data: Any) -> None:
    """Change the plan, as its flow does."""
    plan = entry.subentries["plan"]
    changed = MappingProxyType({**plan.data, **data})
    hass.config_entries.async_update_subentry(entry, plan, data=changed)


async def test_a_siren_that_leaves_the_plan_while_it_sounds_is_silenced(
    hass: HomeAssistant, loud: MockConfigEntry
) -> None:
    await pull(hass)
    change(hass, loud, sirens=[LIGHT])
    await settle(hass)
    assert hass.states.get(SIREN).state == "off"
    assert hass.states.get(LIGHT).state == "on"
    assert hass.states.get(STATE).state == "alarm"


async def test_a_siren_that_joins_the_plan_is_heard_at_the_next_attempt(
    hass: HomeAssistant, loud: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    change(hass, loud, sirens=[LIGHT])
    await pull(hass)
    change(hass, loud, sirens=[LIGHT, SIREN])
    await settle(hass)
    await later(hass, freezer, 30)
    assert hass.states.get(SIREN).state == "on"


async def test_a_reload_keeps_the_siren_on_and_who_takes_the_alarm_silences_it(
    hass: HomeAssistant, loud: MockConfigEntry, as_anna: Context
) -> None:
    incident_id = await pull(hass)
    assert await hass.config_entries.async_reload(loud.entry_id)
    await settle(hass)
    assert hass.states.get(SIREN).state == "on"
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    await settle(hass)
    assert hass.states.get(SIREN).state == "off"


async def test_what_a_crash_kept_from_being_silenced_is_silenced_at_the_start(
    hass: HomeAssistant, loud: MockConfigEntry, as_anna: Context
) -> None:
    incident_id = await pull(hass)
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    await settle(hass)
    await hass.config_entries.async_unload(loud.entry_id)
    hass.states.async_set(SIREN, "on")
    await hass.config_entries.async_setup(loud.entry_id)
    await settle(hass)
    assert hass.states.get(SIREN).state == "off"


class Voice(TextToSpeechEntity):
    """A voice that speaks two languages."""

    _attr_name = "Real"
    _attr_default_language = "en-GB"

    def __init__(self) -> None:
        """Speak English and German."""
        self._attr_supported_languages = ["en-GB", "de-DE"]


@pytest.mark.parametrize(("language", "spoken"), [("de", "de-DE"), ("it", None)])
async def test_the_voice_speaks_the_language_of_the_house_if_it_can(
    hass: HomeAssistant,
    world: World,
    set_up: SetUp,
    anna: User,
    phone: str,
    language: str,
    spoken: str | None,
) -> None:
    assert await async_setup_component(hass, "tts", {})
    await hass.data[DATA_COMPONENT].async_add_entities([Voice()])
    hass.services.async_register("tts", "speak", world.called)
    await set_up(house_with(anna, phone, WAYS | {"tts": "tts.real"}))
    hass.config.language = language
    await pull(hass)
    (said,) = world.named("tts.speak")
    assert said.get("language") == spoken
    assert said["entity_id"] == "tts.real"
