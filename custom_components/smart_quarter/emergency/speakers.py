"""Speakers: they say alarms aloud, one message after the other."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from homeassistant.const import SERVICE_MEDIA_STOP, STATE_PLAYING, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.language import matches

from .way import Way

SAYING_S: Final = 5.0
"""A speaker is left alone for so long, or the next message would cut this one off."""

type Voice = tuple[str, str]
"""A speaker, and the text-to-speech entity that speaks through it."""
type Say = Callable[[set[str]], Awaitable[str | None]]
"""Returns the words for incidents, None when nothing of them is to be said any more."""


class Speakers:
    """Says everything that came while a speaker was busy in one message."""

    def __init__(self, hass: HomeAssistant, way: Way, say: Say) -> None:
        """Know how an entity is used, and where the words come from."""
        self._hass = hass
        self._way = way
        self._say = say
        self._to_say: dict[Voice, set[str]] = {}
        self._saying: dict[str, set[str]] = {}

    @callback
    def speak(self, voices: Iterable[Voice], incident_id: str) -> None:
        """Say an alarm aloud, as soon as each speaker has said what it is saying."""
        for voice in voices:
            if (waiting := self._to_say.get(voice)) is not None:
                waiting.add(incident_id)
                continue
            self._to_say[voice] = {incident_id}
            self._way.begin(self._async_speak(voice))

    @callback
    def quiet(self, voices: Iterable[Voice], incident_id: str) -> None:
        """Stop saying an alarm aloud."""
        for speaker, _ in voices:
            state = self._hass.states.get(speaker)
            saying = incident_id in self._saying.get(speaker, ())
            if saying and state is not None and state.state == STATE_PLAYING:
                self._way.begin(self._async_stop(speaker))

    async def _async_speak(self, voice: Voice) -> None:
        """Speak until there is nothing left to be said."""
        speaker, _ = voice
        try:
            while incident_ids := self._to_say[voice]:
                self._to_say[voice] = set()
                if (text := await self._say(incident_ids)) is not None:
                    self._saying[speaker] = incident_ids
                    await self._async_call(voice, text)
                    await asyncio.sleep(SAYING_S)
        finally:
            del self._to_say[voice]
            self._saying.pop(speaker, None)

    async def _async_call(self, voice: Voice, text: str) -> None:
        """Say something aloud, in the language of the house."""
        speaker, tts = voice
        data = {
            "media_player_entity_id": speaker,
            "message": text,
            **language_of(self._hass, tts),
        }
        await self._way.async_use(speaker, Platform.TTS, "speak", data, through=tts)

    async def _async_stop(self, speaker: str) -> None:
        """Cut a message off."""
        await self._way.async_use(
            speaker, Platform.MEDIA_PLAYER, SERVICE_MEDIA_STOP, {}
        )


def language_of(hass: HomeAssistant, tts: str) -> dict[str, Any]:
    """Return the language of the house as the voice calls it, if it speaks it."""
    if Platform.TTS not in hass.config.components:
        return {}
    from homeassistant.components.tts.helper import get_engine_instance  # noqa: PLC0415 - needs its component

    if (engine := get_engine_instance(hass, tts)) is None:
        return {}
    language, country = hass.config.language, hass.config.country
    found = matches(language, engine.supported_languages, country)
    return {"language": found[0]} if found else {}
