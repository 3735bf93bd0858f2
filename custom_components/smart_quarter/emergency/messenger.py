"""Tells people: one channel after the other, each only for so long."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from functools import partial
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.components import persistent_notification
from homeassistant.components.notify import DOMAIN as NOTIFY
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, HomeAssistant, callback

from .const import CONF_NOTIFIERS, CONF_PHONES, CONF_PUSH_DETAIL
from .faults import Fault, Problem, has_channel
from .happenings import AllClear, Deed, Done, Notify
from .messages import (
    Detail,
    Message,
    Words,
    alarm_message,
    clear_message,
    many_message,
    read_action,
)
from .model import OPEN, Incident, Outcome
from .pace import Pace
from .settings import Settings, persons_told

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime

_LOGGER = logging.getLogger(__name__)

CHANNEL_S: Final = 10.0
"""A channel that has not answered by then is given up and the next one is tried."""
TOGETHER_S: Final = 5.0
"""So long is collected what one person is told together."""
EVENT_BUTTON: Final = "mobile_app_notification_action"

type Channel = Callable[[], Awaitable[object]]


class Messenger:
    """Sends what the engine asks for and takes the buttons that come back."""

    def __init__(self, runtime: EmergencyRuntime) -> None:
        """Belong to a house."""
        self._runtime = runtime
        self.faults: set[Fault] = set()
        self._words: dict[str, Words] = {}
        self._pace = Pace()
        self._together: dict[str, set[str]] = {}

    async def async_start(self) -> None:
        """Learn the words before they are needed, and listen to the buttons on the phones."""
        await self.async_words()
        stop = self._hass.bus.async_listen(EVENT_BUTTON, self._button)
        self._runtime.entry.async_on_unload(stop)

    @property
    def _hass(self) -> HomeAssistant:
        """Return Home Assistant."""
        return self._runtime.hass

    @callback
    def async_alarm(self, notify: Notify) -> None:
        """Tell the targets of an attempt, all at the same time."""
        incident = self._runtime.state.incidents.get(notify.incident_id)
        if incident is not None:
            self._send(incident, notify.targets, is_alarm=True)

    @callback
    def async_all_clear(self, clear: AllClear) -> None:
        """Tell everybody who was told that it is over."""
        incident = self._runtime.state.incidents.get(clear.incident_id)
        persistent_notification.async_dismiss(self._hass, clear.incident_id)
        if incident is not None and clear.targets:
            self._send(incident, clear.targets, is_alarm=False)

    def _send(
        self, incident: Incident, targets: tuple[str, ...], *, is_alarm: bool
    ) -> None:
        """Begin to tell every person who can be told; if none can, all others, or everybody."""
        reachable = self._reachable(targets)
        if is_alarm and not reachable:
            reachable = self._reachable(())
        for person_id in reachable:
            if is_alarm and not self._pace.allows(person_id, self._hass.loop.time()):
                self._tell_together(person_id, incident.incident_id)
            else:
                self._begin(self._async_tell(person_id, incident, is_alarm=is_alarm))
        if is_alarm and not reachable:
            self._begin(self._async_show(incident))

    def _tell_together(self, person_id: str, incident_id: str) -> None:
        """Add an alarm to the next message about many."""
        if person_id not in self._together:
            self._together[person_id] = set()
            self._begin(self._async_tell_together(person_id))
        self._together[person_id].add(incident_id)

    def _reachable(self, targets: tuple[str, ...]) -> list[str]:
        """Return the persons that targets stand for, as far as there is a way to them."""
        settings = self._runtime.settings
        told = persons_told(settings, targets)
        return [each for each in told if has_channel(settings, each)]

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something without anybody waiting for it."""
        self._runtime.entry.async_create_background_task(
            self._hass, work, "emergency notification"
        )

    async def _async_tell(
        self, person_id: str, incident: Incident, *, is_alarm: bool
    ) -> None:
        """Try the channels of a person until one takes the message.

        That a phone took it does not mean that it rang: whoever did not answer the first
        attempt is told in all ways at the next.
        """
        make = alarm_message if is_alarm else clear_message
        place = self._runtime.name_of(incident.place_id)
        message = make(await self.async_words(), incident, place, self.detail)

        def is_needed() -> bool:
            return not is_alarm or self._is_open(incident.incident_id)

        every_way = incident.attempt > 1
        told = await self._async_reach(person_id, message, is_needed, every_way)
        if is_alarm and not told:
            await self._async_show(incident)

    async def _async_tell_together(self, person_id: str) -> None:
        """Tell a person about all alarms that came within a few seconds."""
        await asyncio.sleep(TOGETHER_S)
        alarms = self._still_for(person_id, self._together.pop(person_id))
        if len(alarms) > 1:
            await self._async_tell_many(person_id, alarms)
        elif alarms:
            await self._async_tell(person_id, alarms[0], is_alarm=True)

    async def _async_tell_many(self, person_id: str, alarms: list[Incident]) -> None:
        """Tell a person about many alarms with one message, in all ways."""
        places = [self._runtime.name_of(incident.place_id) for incident in alarms]
        message = many_message(await self.async_words(), places, self.detail)

        def is_needed() -> bool:
            return any(self._is_open(each.incident_id) for each in alarms)

        if not await self._async_reach(person_id, message, is_needed, every_way=True):
            for incident in alarms:
                await self._async_show(incident)

    def _still_for(self, person_id: str, incident_ids: set[str]) -> list[Incident]:
        """Return the incidents that nobody, or this person, has taken."""
        incidents = self._runtime.state.incidents
        if person_id not in self._runtime.settings.persons:
            return []
        return [
            incident
            for incident_id in incident_ids
            if (incident := incidents.get(incident_id)) is not None
            and incident.stage in OPEN
            and incident.assignee in (None, person_id)
        ]

    async def _async_reach(
        self,
        person_id: str,
        message: Message,
        is_needed: Callable[[], bool],
        every_way: bool,
    ) -> bool:
        """Try the channels of a person; return False if none took what is still needed."""
        told = False
        for channel in self._channels(person_id, message):
            if not is_needed():
                return True
            told = await is_taken(channel) or told
            if told and not every_way:
                break
        self._set_fault(Fault(Problem.NOT_TOLD, person_id), present=not told)
        return told

    async def async_inform(self, person_id: str, message: Message) -> bool:
        """Tell a person something that is no alarm, by the first way that takes it."""
        return await self._async_reach(person_id, message, lambda: True, False)

    async def async_try_phones(self, person_id: str, message: Message) -> None:
        """Send a message to all phones of a person, whether they take it or not."""
        person = self._runtime.settings.persons[person_id]
        for channel in self._phones(person, message):
            await is_taken(channel)

    @property
    def detail(self) -> Detail:
        """Return how much the house allows a message to tell."""
        house = self._runtime.settings.house
        return Detail(house.get(CONF_PUSH_DETAIL, Detail.PLACE))

    async def _async_show(self, incident: Incident) -> None:
        """Show an open alarm to everybody in Home Assistant: the last resort."""
        words = await self.async_words()
        if self._is_open(incident.incident_id):
            persistent_notification.async_create(
                self._hass,
                words["push_anonymous"],
                words["push_alarm"],
                incident.incident_id,
            )

    async def async_words(self) -> Words:
        """Return the words in the language of the house, which may have changed."""
        language = self._hass.config.language
        if language not in self._words:
            self._words[language] = await Words.async_load(self._hass)
        return self._words[language]

    def _is_open(self, incident_id: str) -> bool:
        """Tell whether an incident is still to be attended to."""
        incident = self._runtime.state.incidents.get(incident_id)
        return incident is not None and incident.stage in OPEN

    def _channels(self, person_id: str, message: Message) -> Iterator[Channel]:
        """Yield the ways to reach a person: phones first, they can ring when muted."""
        person = self._runtime.settings.persons[person_id]
        yield from self._phones(person, message)
        said = {"title": message.title, "message": message.text}
        for entity_id in person.get(CONF_NOTIFIERS, ()):
            yield partial(self._async_send, entity_id, said)

    def _phones(self, person: Settings, message: Message) -> Iterator[Channel]:
        """Yield the phones of a person."""
        said = {"title": message.title, "message": message.text, "data": message.data}
        for device_id in person.get(CONF_PHONES, ()):
            yield partial(self._async_push, device_id, said)

    async def _async_push(self, device_id: str, message: dict[str, Any]) -> None:
        """Send to a phone; its action's name changes with the phone's, its id does not."""
        from .phones import push_action  # noqa: PLC0415 - needs the app's component

        await self._async_call(push_action(self._hass, device_id), message)

    async def _async_send(self, entity_id: str, message: dict[str, Any]) -> None:
        """Send to an entity; the action says nothing of one that is not there."""
        state = self._hass.states.get(entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            raise LookupError(NOTIFY)
        await self._async_call("send_message", {"entity_id": entity_id, **message})

    async def _async_call(self, service: str, data: dict[str, Any]) -> None:
        """Call an action of `notify` and wait for it."""
        await self._hass.services.async_call(NOTIFY, service, data, blocking=True)

    def forget_gone(self) -> None:
        """Forget the faults of persons who are gone."""
        persons = self._runtime.settings.persons
        self.faults = {fault for fault in self.faults if fault.subject in persons}

    def _set_fault(self, fault: Fault, *, present: bool) -> None:
        """Remember that a person cannot be reached, or can."""
        if (fault in self.faults) is present:
            return
        if present:
            self.faults.add(fault)
        else:
            self.faults.discard(fault)
        self._runtime.report_faults()

    async def _button(self, event: Event) -> None:
        """Do what a button on a phone stands for, as the phone's user."""
        found = read_action(str(event.data.get("action", "")))
        if found is None or found[1] not in self._runtime.state.incidents:
            return
        deed, incident_id = found
        outcome = Outcome.FALSE_ALARM if deed is Deed.RESOLVE else None
        actor = self._runtime.actor(event.context)
        self._runtime.feed([Done(deed, incident_id, actor, outcome)])


async def is_taken(channel: Channel) -> bool:
    """Tell whether a channel takes a message in time."""
    try:
        async with asyncio.timeout(CHANNEL_S):
            await channel()
    except Exception as err:  # noqa: BLE001  # whatever it is, the next one is tried
        _LOGGER.warning("A notification channel failed: %s", type(err).__name__)
        return False
    return True
