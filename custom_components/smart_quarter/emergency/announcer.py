"""Tells people of what is no alarm: who mends of new faults, who cares of a restart."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .const import CONF_ROLE
from .fault_news import Told, tell
from .faults import Fault, has_channel
from .messages import Message
from .model import Role
from .notices import fault_message, restart_message
from .settings import persons_told

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime

LOOK: Final = timedelta(seconds=30)
"""What is found within this time is told together."""
MENDS: Final = frozenset({Role.LEAD, Role.TECHNICIAN})


class Announcer:
    """Sends messages that can wait, one at a time and to few."""

    def __init__(self, runtime: EmergencyRuntime) -> None:
        """Belong to a house."""
        self._runtime = runtime
        self._told = Told[Fault]()

    @callback
    def start(self) -> None:
        """Look for new faults every half minute."""
        hass, entry = self._runtime.hass, self._runtime.entry
        stop = async_track_time_interval(hass, self._async_look, LOOK)
        entry.async_on_unload(stop)

    async def async_announce_restart(self) -> None:
        """Tell everybody who cares that the house will not listen for a while."""
        await self._async_tell_care(is_over=False)

    @callback
    def listens_again(self) -> None:
        """Tell everybody who cares that the house listens again, once all can be told."""
        hass, entry = self._runtime.hass, self._runtime.entry

        @callback
        def started(_hass: HomeAssistant) -> None:
            work = self._async_tell_care(is_over=True)
            entry.async_create_background_task(hass, work, "emergency announcement")

        entry.async_on_unload(async_at_started(hass, started))

    async def _async_tell_care(self, *, is_over: bool) -> None:
        """Tell everybody who cares of a restart."""
        words = await self._runtime.messenger.async_words()
        house = self._runtime.entry.title
        message = restart_message(words, house, is_over=is_over)
        await self._async_tell(persons_told(self._runtime.settings, ()), message)

    async def _async_look(self, _now: datetime) -> None:
        """Tell who mends of the faults that are new, if it is not too early."""
        if self._runtime.hass.state is not CoreState.running:
            return
        faults, now = self._runtime.faults, dt_util.utcnow()
        self._told, new = tell(self._told, faults, now)
        menders = [
            person_id
            for person_id, person in self._runtime.settings.persons.items()
            if person[CONF_ROLE] in MENDS
        ]
        if new and menders:
            await self._async_tell(menders, await self._async_message(new))

    async def _async_message(self, faults: Iterable[Fault]) -> Message:
        """Return the message about faults."""
        hass = self._runtime.hass
        titles = await async_get_translations(
            hass, hass.config.language, "issues", {DOMAIN}
        )
        words = await self._runtime.messenger.async_words()
        return fault_message(self._runtime, words, titles, tuple(faults))

    async def _async_tell(self, persons: Iterable[str], message: Message) -> None:
        """Tell persons, each by the first way that takes the message."""
        for person_id in persons:
            if has_channel(self._runtime.settings, person_id):
                await self._runtime.messenger.async_inform(person_id, message)
