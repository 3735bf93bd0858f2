"""Questions: the robot or a voice assistant asks, and whoever answers first is heard."""

import asyncio
from collections.abc import Callable, Mapping
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import Context, callback
from homeassistant.exceptions import HomeAssistantError

from ..exceptions import SmartQuarterInputError
from .answers import Answer, Answered, By
from .speech import spoken_s

if TYPE_CHECKING:
    from .runtime import TemiRuntime

_LOGGER = logging.getLogger(__name__)

SATELLITE: Final = "assist_satellite"

type Open = asyncio.Future[Answered]


class Asking:
    """Asks one question at a time; a new one ends the one before."""

    def __init__(self, runtime: TemiRuntime) -> None:
        """Belong to a robot."""
        self._runtime = runtime
        self._open: Open | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether an answer is waited for."""
        return self._open is not None

    async def async_ask(
        self,
        question: str,
        timeout_s: float,
        satellite: Mapping[str, Any] | None,
        context: Context,
    ) -> Answered:
        """Ask, and return the first answer; silence when the time is over."""
        self.stop()
        waiting: Open = self._runtime.hass.loop.create_future()
        self._open = waiting
        stop = self._runtime.subscribe(None, self._touch_listener(waiting))
        self._runtime.notify()
        asking = self._runtime.entry.async_create_background_task(
            self._runtime.hass,
            self._async_speak(question, satellite, context, waiting),
            "temi question",
        )
        try:
            async with asyncio.timeout(spoken_s(question) + timeout_s):
                return await waiting
        except TimeoutError:
            return Answered(Answer.SILENCE)
        finally:
            stop()
            asking.cancel()
            if self._open is waiting:
                self._open = None
            self._runtime.notify()

    @callback
    def answer(self, answer: Answer) -> None:
        """Take an answer that was given with a button."""
        if self._open is None:
            raise SmartQuarterInputError(
                "temi_nothing_asked", name=self._runtime.entry.title
            )
        _end(self._open, Answered(answer, By.BUTTON))

    @callback
    def stop(self) -> None:
        """Wait for no answer any more."""
        if self._open is not None:
            _end(self._open, Answered(Answer.REPLACED))

    def _touch_listener(self, waiting: Open) -> Callable[[], None]:
        """Return what notices that somebody begins to use the robot."""
        was_in_use = self._runtime.state.in_use

        @callback
        def look() -> None:
            nonlocal was_in_use
            before, was_in_use = was_in_use, self._runtime.state.in_use
            if was_in_use and not before:
                _end(waiting, Answered(Answer.TAP, By.TOUCH))

        return look

    async def _async_speak(
        self,
        question: str,
        satellite: Mapping[str, Any] | None,
        context: Context,
        waiting: Open,
    ) -> None:
        """Ask through the voice assistant, else, or when that fails, through the robot."""
        if satellite is not None:
            data = {**satellite, "question": question}
            if (answer := await self._async_through(data, context)) is not None:
                _end(waiting, Answered(answer, By.SATELLITE))
                return
        try:
            await self._runtime.async_say(question)
        except HomeAssistantError as err:
            if not waiting.done():
                waiting.set_exception(err)

    async def _async_through(
        self, data: dict[str, Any], context: Context
    ) -> Answer | None:
        """Ask through a voice assistant; None: it could not."""
        try:
            said = await self._runtime.hass.services.async_call(
                SATELLITE,
                "ask_question",
                data,
                blocking=True,
                context=context,
                return_response=True,
            )
        except HomeAssistantError as err:
            _LOGGER.debug("A voice assistant did not ask: %s", type(err).__name__)
            return None
        known = {Answer.YES.value: Answer.YES, Answer.NO.value: Answer.NO}
        return known.get(str((said or {}).get("id")), Answer.UNCLEAR)


def _end(waiting: Open, answered: Answered) -> None:
    """Hand an answer to who waits for it, unless there is one already."""
    if not waiting.done():
        waiting.set_result(answered)
