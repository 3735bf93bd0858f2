"""Asks for a button on the phones of those who care, and hears that it was pressed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.core import CoreState, Event, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .const import CONF_PHONES, CONF_WEEKLY_TEST
from .faults import Fault, Problem
from .happenings import PhoneAnswered, PhonesAsked
from .messages import read_action
from .messenger import EVENT_BUTTON
from .notices import TEST_BUTTON, test_message
from .proofs import is_due, unanswered
from .settings import persons_told

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime

LOOK: Final = timedelta(minutes=1)


class PhoneTests:
    """Knows whose phone works because a button on it was pressed."""

    def __init__(self, runtime: EmergencyRuntime) -> None:
        """Belong to a house."""
        self._runtime = runtime

    @callback
    def start(self) -> None:
        """Listen to the buttons, and look once a minute whether it is time to ask."""
        hass, entry = self._runtime.hass, self._runtime.entry
        entry.async_on_unload(hass.bus.async_listen(EVENT_BUTTON, self._button))
        entry.async_on_unload(async_track_time_interval(hass, self._async_look, LOOK))

    @property
    def faults(self) -> frozenset[Fault]:
        """Return whose phone cannot be relied on."""
        found = unanswered(self._runtime.state.proofs, dt_util.utcnow())
        return frozenset(
            Fault(Problem.TEST_UNANSWERED, person_id)
            for person_id in found
            if self.has_phone(person_id)
        )

    def has_phone(self, person_id: str) -> bool:
        """Tell whether a person has a phone with buttons."""
        person = self._runtime.settings.persons.get(person_id, {})
        return bool(person.get(CONF_PHONES))

    async def async_send(self, persons: Iterable[str]) -> None:
        """Ask persons to press the button, on every phone they have."""
        messenger = self._runtime.messenger
        words = await messenger.async_words()
        message = test_message(words, self._runtime.entry.entry_id)
        for person_id in persons:
            await messenger.async_try_phones(person_id, message)

    async def _async_look(self, _now: datetime) -> None:
        """Ask who was not asked this week, and see who has not answered."""
        runtime, now = self._runtime, dt_util.utcnow()
        if runtime.hass.state is not CoreState.running:
            return
        zone = dt_util.get_default_time_zone()
        due = tuple(
            person_id
            for person_id in persons_told(runtime.settings, ())
            if self.has_phone(person_id)
            and is_due(runtime.state.proofs.get(person_id), now, zone)
        )
        if due and runtime.settings.house.get(CONF_WEEKLY_TEST, True):
            await runtime.async_feed(PhonesAsked(due))
            await self.async_send(due)
        runtime.report_faults()

    @callback
    def _button(self, event: Event) -> None:
        """Take any button of this house as a proof, if it comes from a person's own login."""
        action = str(event.data.get("action", ""))
        found = read_action(action)
        is_test = action == f"{TEST_BUTTON}_{self._runtime.entry.entry_id}"
        is_call = found is not None and found[1] in self._runtime.state.incidents
        person_id = self._runtime.actor(event.context).person_id
        if person_id is not None and (is_test or is_call):
            self._runtime.feed([PhoneAnswered(person_id)])
            self._runtime.report_faults()
