"""Questions: asked by a voice assistant or the robot, answered by voice, button or touch."""

import asyncio
from datetime import UTC, datetime
from typing import Any, override

from hassil.intents import Intents
from hassil.recognize import recognize
from homeassistant.components.assist_satellite import (
    AssistSatelliteAnnouncement,
    AssistSatelliteConfiguration,
    AssistSatelliteEntity,
    AssistSatelliteEntityFeature,
)
from homeassistant.components.assist_satellite.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest

from custom_components.smart_quarter.temi import asking
from custom_components.smart_quarter.temi.answers import Answer, sentences
from custom_components.smart_quarter.temi.runtime import TemiRuntime
from custom_components.smart_quarter.temi.speech import LONGEST_S, spoken_s
from simulator.temi.on_air import Temi

from .test_cloud_link import act
from .test_runtime import state_of, use

QUESTION = "Sind Sie in Ordnung?"
OPEN = "binary_sensor.temi_question"
SATELLITE = "assist_satellite.room"

pytestmark = pytest.mark.usefixtures("socket_enabled")


class Satellite(AssistSatelliteEntity):
    """A voice assistant in a room that hears what a test lets somebody say."""

    _attr_name = "Room"
    _attr_supported_features = AssistSatelliteEntityFeature.START_CONVERSATION

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.hears: str | None = None
        self.breaks = False

    @override
    def async_get_configuration(self) -> AssistSatelliteConfiguration:
        return AssistSatelliteConfiguration([], [], 1)

    @override
    async def async_set_configuration(
        self, config: AssistSatelliteConfiguration
    ) -> None:
        """Keep no configuration."""

    @override
    def on_pipeline_event(self, event: Any) -> None:
        """Run no pipeline."""

    @override
    async def async_start_conversation(
        self, start_announcement: AssistSatelliteAnnouncement
    ) -> None:
        if self.breaks:
            raise HomeAssistantError("no loudspeaker")
        self.asked.append(start_announcement.message)
        assert self._ask_question_future is not None
        if self.hears is not None:
            self._ask_question_future.set_result(self.hears)

    @override
    async def _resolve_announcement_media_id(
        self, message: str, *args: Any, **kwargs: Any
    ) -> AssistSatelliteAnnouncement:
        return AssistSatelliteAnnouncement(message, "", "", None, "tts", None)


@pytest.fixture
async def satellite(hass: HomeAssistant) -> Satellite:
    """Return a voice assistant in a room."""
    entity = Satellite()
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "assist_satellite", {})
    await hass.data[DATA_COMPONENT].async_add_entities([entity])
    return entity


async def ask(hass: HomeAssistant, seconds: int = 20, **data: Any) -> Any:
    """Ask, and return the answer."""
    data = {"question": QUESTION, "timeout": {"seconds": seconds}, **data}
    return await act(hass, "ask", **data)


async def until_asked(hass: HomeAssistant, robot: Temi) -> None:
    """Wait until the robot has asked."""
    async with asyncio.timeout(10):
        while QUESTION not in robot.robot.said or state_of(hass, OPEN) != "on":
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("answer", ["yes", "no"])
async def test_a_question_is_answered_with_a_button(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, answer: str
) -> None:
    assert state_of(hass, OPEN) == "off"
    asked = hass.async_create_task(ask(hass))
    await until_asked(hass, robot)
    button = f"button.temi_answer_{answer}"
    await use(hass, "button", "press", entity_id=button)
    assert await asked == {"answer": answer, "by": "button"}
    assert state_of(hass, OPEN) == "off"
    assert state_of(hass, button) == "unavailable"
    with pytest.raises(ServiceValidationError) as refused:
        temi.asking.answer(Answer.YES)
    assert refused.value.translation_key == "temi_nothing_asked"


async def test_a_touch_is_a_sign_of_life_but_no_answer(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    asked = hass.async_create_task(ask(hass))
    await until_asked(hass, robot)
    robot.do("touch", datetime.now(UTC))
    assert await asked == {"answer": "tap", "by": "touch"}


async def test_who_used_the_robot_before_has_not_answered(
    hass: HomeAssistant,
    temi: TemiRuntime,
    robot: Temi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "spoken_s", lambda _: 0.0)
    robot.do("touch", datetime.now(UTC))
    async with asyncio.timeout(10):
        while not temi.state.in_use:
            await asyncio.sleep(0.02)
    assert (await ask(hass, 5))["answer"] == "silence"


async def test_nobody_who_answers_is_silence(
    hass: HomeAssistant, temi: TemiRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "spoken_s", lambda _: 0.0)
    assert await ask(hass, 5) == {"answer": "silence", "by": None}
    assert state_of(hass, OPEN) == "off"


async def test_a_second_question_ends_the_first(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    first = hass.async_create_task(ask(hass))
    await until_asked(hass, robot)
    second = hass.async_create_task(ask(hass, question="Hilfe?"))
    assert await first == {"answer": "replaced", "by": None}
    assert state_of(hass, OPEN) == "on"
    temi.asking.answer(Answer.YES)
    assert (await second)["answer"] == "yes"


async def test_a_deaf_robot_cannot_ask_and_says_so(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    robot.faults["drop_commands"] = 1.0
    await temi.drives.async_go_to("entrance", {"retries": 0})
    with pytest.raises(HomeAssistantError) as failed:
        await ask(hass)
    assert failed.value.translation_key == "temi_deaf"
    assert state_of(hass, OPEN) == "off"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Ja", "yes"),
        ("Ja, danke", "yes"),
        ("Mir geht es gut", "yes"),
        ("Nein", "no"),
        ("Nein danke", "no"),
        ("Ich bin gefallen", "no"),
        ("Was wollen Sie?", "unclear"),
    ],
)
async def test_a_voice_assistant_asks_and_listens(
    hass: HomeAssistant,
    temi: TemiRuntime,
    robot: Temi,
    satellite: Satellite,
    said: str,
    answer: str,
) -> None:
    hass.config.language = "de"
    satellite.hears = said
    own: dict[str, Any] = {
        "yes": ["mir geht es gut"],
        "no": "ich bin (gefallen|gestürzt)",
    }
    found = await ask(hass, satellite=SATELLITE, **own)
    assert found == {"answer": answer, "by": "satellite"}
    assert satellite.asked == [QUESTION]
    assert robot.robot.said == [], "two voices at once are not understood"


async def test_a_button_answers_also_what_a_voice_assistant_asked(
    hass: HomeAssistant, temi: TemiRuntime, satellite: Satellite
) -> None:
    asked = hass.async_create_task(ask(hass, satellite=SATELLITE))
    async with asyncio.timeout(10):
        while not satellite.asked:
            await asyncio.sleep(0.02)
    temi.asking.answer(Answer.NO)
    assert await asked == {"answer": "no", "by": "button"}


async def test_when_a_voice_assistant_fails_the_robot_asks(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi, satellite: Satellite
) -> None:
    satellite.breaks = True
    asked = hass.async_create_task(ask(hass, satellite=SATELLITE))
    await until_asked(hass, robot)
    temi.asking.answer(Answer.YES)
    assert (await asked)["answer"] == "yes"


async def test_a_voice_assistant_that_does_not_exist_leaves_it_to_the_robot(
    hass: HomeAssistant, temi: TemiRuntime, robot: Temi
) -> None:
    asked = hass.async_create_task(ask(hass, satellite="assist_satellite.gone"))
    await until_asked(hass, robot)
    temi.asking.answer(Answer.YES)
    assert (await asked)["answer"] == "yes"


@pytest.mark.parametrize(
    ("language", "said", "answer"),
    [
        ("de", "ja", Answer.YES),
        ("de", "ja ja", Answer.YES),
        ("de", "natürlich", Answer.YES),
        ("de", "nein", Answer.NO),
        ("de", "nee", Answer.NO),
        ("de", "überhaupt nicht", Answer.NO),
        ("de", "ja nein", None),
        ("de", "hilfe", None),
        ("de", "mir geht es nicht gut", None),
        ("de-CH", "ja gerne", Answer.YES),
        ("en", "yes please", Answer.YES),
        ("en", "no thank you", Answer.NO),
        ("en", "not really", None),
        ("fr", "oui", None),
    ],
)
def test_yes_and_no_are_understood_and_nothing_near_them(
    language: str, said: str, answer: Answer | None
) -> None:
    data = [
        {"sentences": each["sentences"], "metadata": {"id": each["id"]}}
        for each in sentences(language, {})
    ]
    intents = {"language": language, "intents": {"Answer": {"data": data}}}
    found = recognize(said, Intents.from_dict(intents)) if data else None
    metadata = None if found is None else found.intent_metadata
    assert (metadata and metadata["id"]) == answer


def test_longer_words_take_longer_up_to_a_limit() -> None:
    assert spoken_s("") == 0
    assert 1 < spoken_s("Guten Tag") < spoken_s("Guten Tag, wie geht es Ihnen?")
    assert spoken_s("x" * 1000) == LONGEST_S
