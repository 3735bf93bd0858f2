"""Sirens, switches and lights: on exactly as long as an alarm wants them to be heard."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from homeassistant.const import SERVICE_TURN_OFF, SERVICE_TURN_ON
from homeassistant.core import callback, split_entity_id

from .way import Way

AGAIN_S: Final = 10.0
"""A siren that could not be turned off is tried again after so long."""


class Sirens:
    """Turns each siren one call after the other, so that the last wish is what remains."""

    def __init__(self, way: Way, is_rung: Callable[[str], bool]) -> None:
        """Know how an entity is used, and whether an alarm wants it to be on."""
        self._way = way
        self._is_rung = is_rung
        self._asked: set[str] = set()
        self._turning: set[str] = set()
        self._waiting: set[str] = set()
        self._may_sound: set[str] = set()

    @callback
    def ring(self, entity_ids: Iterable[str]) -> None:
        """Turn sirens on, as long as an alarm still wants it."""
        for entity_id in entity_ids:
            self._ask(entity_id)

    @callback
    def quiet(self, entity_ids: Iterable[str]) -> None:
        """Turn sirens off that no alarm wants any more, whoever turned them on."""
        for entity_id in entity_ids:
            self._may_sound.add(entity_id)
            self._ask(entity_id)

    @callback
    def fit(self) -> None:
        """Turn off what was turned on and has left its policy."""
        self.ring(tuple(self._may_sound))

    def _ask(self, entity_id: str) -> None:
        """Look at a siren, after the call that is under way."""
        self._asked.add(entity_id)
        if entity_id not in self._turning:
            self._turning.add(entity_id)
            self._way.begin(self._async_turn(entity_id))

    async def _async_turn(self, entity_id: str) -> None:
        """Turn a siren until nobody asks for anything else."""
        while entity_id in self._asked:
            self._asked.discard(entity_id)
            if self._is_rung(entity_id):
                self._may_sound.add(entity_id)
                await self._async_call(entity_id, SERVICE_TURN_ON)
            elif entity_id in self._may_sound:
                await self._async_silence(entity_id)
        self._turning.discard(entity_id)

    async def _async_silence(self, entity_id: str) -> None:
        """Turn a siren off; one that does not answer is tried again."""
        if await self._async_call(entity_id, SERVICE_TURN_OFF):
            self._may_sound.discard(entity_id)
        elif entity_id not in self._waiting and self._way.exists(entity_id):
            self._waiting.add(entity_id)
            self._way.begin(self._async_again(entity_id))

    async def _async_again(self, entity_id: str) -> None:
        """Ask again a little later."""
        await asyncio.sleep(AGAIN_S)
        self._waiting.discard(entity_id)
        self._ask(entity_id)

    async def _async_call(self, entity_id: str, service: str) -> bool:
        """Turn a siren on or off, and return whether it could be."""
        domain, _ = split_entity_id(entity_id)
        return await self._way.async_use(entity_id, domain, service, {})
