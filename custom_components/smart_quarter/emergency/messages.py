"""The words of a notification, in the language of the house, with no more than is allowed."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from .happenings import Deed
from .model import Incident

ACTION_PREFIX: Final = "SMART_QUARTER"
BUTTONS: Final = (Deed.ACKNOWLEDGE, Deed.ARRIVE, Deed.RESOLVE)
"""Take it, on my way, false alarm: what a phone offers."""
NAMED_AT_MOST: Final = 5
"""So many places fit into one message."""
RINGING: Final = {
    "ttl": 0,
    "priority": "high",
    "channel": "alarm_stream",
    "push": {
        "sound": {"name": "default", "critical": 1, "volume": 1.0},
        "interruption-level": "critical",
    },
}
"""What makes a phone ring even when it is muted."""


class Message(NamedTuple):
    """What a channel is given; the data is for phones."""

    title: str
    text: str
    data: dict[str, Any]


class Detail(StrEnum):
    """How much a notification tells: it may be read on a locked phone, and passes servers."""

    ANONYMOUS = "anonymous"
    PLACE = "place"
    FULL = "full"


class Words:
    """Translated words of notifications."""

    def __init__(self, texts: dict[str, str]) -> None:
        """Keep the texts of one language."""
        self._texts = texts

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Words:
        """Load the words in the language of the house."""
        language = hass.config.language
        return cls(await async_get_translations(hass, language, "common", {DOMAIN}))

    def __getitem__(self, key: str) -> str:
        """Return a word."""
        return self._texts[f"component.{DOMAIN}.common.{key}"]


def alarm_message(
    words: Words, incident: Incident, place: str, detail: Detail
) -> Message:
    """Return the message of an alarm, with its buttons."""
    title = words["push_test"] if incident.test else words["push_alarm"]
    parts: list[str] = []
    if detail is not Detail.ANONYMOUS:
        parts.append(place)
        parts.append(words[f"kind_{incident.kind}"])
    if detail is Detail.FULL:
        parts.append(words["push_attempt"].format(number=incident.attempt))
        if incident.late:
            parts.append(words["push_late"])
    text = " · ".join(parts) or words["push_anonymous"]
    return Message(title, text, _alarm_data(words, incident))


def many_message(words: Words, places: Sequence[str], detail: Detail) -> Message:
    """Return one message for many alarms; buttons belong to one alarm and are left out."""
    number = len(places)
    text = words["push_many"].format(number=number)
    if detail is not Detail.ANONYMOUS:
        text = ", ".join(sorted(places)[:NAMED_AT_MOST])
    if detail is not Detail.ANONYMOUS and number > NAMED_AT_MOST:
        more = number - NAMED_AT_MOST
        text = words["push_more"].format(places=text, number=more)
    data = {"tag": f"{ACTION_PREFIX}_MANY", **RINGING}
    return Message(words["push_alarm"], text, data)


def clear_message(
    words: Words, incident: Incident, place: str, detail: Detail
) -> Message:
    """Return the message of an all-clear; it takes the place of the alarm's."""
    outcome = incident.outcome
    result = words["push_cancelled"] if outcome is None else words[f"outcome_{outcome}"]
    text = result if detail is Detail.ANONYMOUS else f"{place} · {result}"
    return Message(words["push_clear"], text, {"tag": incident.incident_id})


def spoken(message: Message) -> str:
    """Return a message as it is said aloud."""
    return f"{message.title}. {message.text.replace(' · ', ', ')}"


def script_variables(incident: Incident, place: str, detail: Detail) -> dict[str, Any]:
    """Return what a script is told: no more than a notification may tell."""
    told = detail is not Detail.ANONYMOUS
    return {
        "incident_id": incident.incident_id,
        "stage": incident.stage.value,
        "test": incident.test,
        "place": place if told else None,
        "kind": incident.kind.value if told else None,
        "outcome": None if incident.outcome is None else incident.outcome.value,
    }


def _alarm_data(words: Words, incident: Incident) -> dict[str, Any]:
    """Return what makes a phone ring, with the buttons."""
    actions = [
        {
            "action": f"{ACTION_PREFIX}_{deed.upper()}_{incident.incident_id}",
            "title": words[f"button_{deed}"],
        }
        for deed in BUTTONS
    ]
    return {"tag": incident.incident_id, "actions": actions, **RINGING}


def read_action(action: str) -> tuple[Deed, str] | None:
    """Return the deed and the incident that a button of a notification stands for."""
    if not action.startswith(f"{ACTION_PREFIX}_"):
        return None
    name, _, incident_id = action.removeprefix(f"{ACTION_PREFIX}_").rpartition("_")
    known = {deed.upper(): deed for deed in BUTTONS}
    return (known[name], incident_id) if name in known else None
