"""Asks the resident aloud, before anybody else is told."""

from functools import partial
from typing import TYPE_CHECKING

from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_ON, Platform
from homeassistant.core import callback

from .const import CONF_LIGHTS, CONF_SPEAKERS, CONF_TTS
from .messenger import is_taken
from .speakers import language_of

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime


class Asking:
    """Speaks in the places of a house."""

    def __init__(self, runtime: EmergencyRuntime) -> None:
        """Belong to a house."""
        self._runtime = runtime

    @callback
    def ask(self, place_id: str) -> None:
        """Ask whether all is well: aloud, and with light for who does not hear it."""
        self.say(place_id, "ask_well")
        places = self._runtime.settings.places
        if lights := places.get(place_id, {}).get(CONF_LIGHTS):
            entry = self._runtime.entry
            entry.async_create_background_task(
                self._runtime.hass, self._async_light(lights), "ask with light"
            )

    @callback
    def say(self, place_id: str, key: str) -> None:
        """Say something through all speakers of a place, without anybody waiting for it."""
        settings = self._runtime.settings
        tts = settings.house.get(CONF_TTS)
        speakers = settings.places.get(place_id, {}).get(CONF_SPEAKERS, ())
        if tts and speakers:
            work = self._async_say(tts, speakers, key)
            entry = self._runtime.entry
            entry.async_create_background_task(self._runtime.hass, work, "ask")

    async def _async_light(self, lights: list[str]) -> None:
        """Turn lights on, and leave them on for who gets up, or comes."""
        for light in lights:
            call = self._runtime.hass.services.async_call
            data = {ATTR_ENTITY_ID: light}
            work = partial(call, Platform.LIGHT, SERVICE_TURN_ON, data, blocking=True)
            await is_taken(work)

    async def _async_say(self, tts: str, speakers: list[str], key: str) -> None:
        """Say it; a speaker that does not work keeps nobody from being told."""
        hass = self._runtime.hass
        words = await self._runtime.messenger.async_words()
        for speaker in speakers:
            data = {
                ATTR_ENTITY_ID: tts,
                "media_player_entity_id": speaker,
                "message": words[key],
                **language_of(hass, tts),
            }
            call = hass.services.async_call
            await is_taken(partial(call, Platform.TTS, "speak", data, blocking=True))
