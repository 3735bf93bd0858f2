"""The words of a notification, in the language of the house, with no more than is allowed."""

from enum import StrEnum
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from .happenings import Deed
from .model import Incident

ACTION_PREFIX: Final = "SMART_QUARTER"
BUTTONS: Final = (Deed.ACKNOWLEDGE, Deed.ARRIVE, Deed.RESOLVE)
"""Take it, on my way, false alarm: what a phone offers."""


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
) -> tuple[str, str]:
    """Return title and text of an alarm."""
    title = words["push_test"] if incident.test else words["push_alarm"]
    parts: list[str] = []
    if detail is not Detail.ANONYMOUS:
        parts.append(place)
        parts.append(words[f"kind_{incident.kind}"])
    if detail is Detail.FULL:
        parts.append(words["push_attempt"].format(number=incident.attempt))
        if incident.late:
            parts.append(words["push_late"])
    return title, " · ".join(parts) or words["push_anonymous"]


def clear_message(
    words: Words, incident: Incident, place: str, detail: Detail
) -> tuple[str, str]:
    """Return title and text of an all-clear."""
    outcome = incident.outcome
    result = words["push_cancelled"] if outcome is None else words[f"outcome_{outcome}"]
    return words["push_clear"], (
        result if detail is Detail.ANONYMOUS else f"{place} · {result}"
    )


def alarm_data(words: Words, incident: Incident) -> dict[str, Any]:
    """Return what makes a phone ring even when it is muted, with the buttons."""
    actions = [
        {
            "action": f"{ACTION_PREFIX}_{deed.upper()}_{incident.incident_id}",
            "title": words[f"button_{deed}"],
        }
        for deed in BUTTONS
    ]
    return {
        "tag": incident.incident_id,
        "actions": actions,
        "ttl": 0,
        "priority": "high",
        "channel": "alarm_stream",
        "push": {
            "sound": {"name": "default", "critical": 1, "volume": 1.0},
            "interruption-level": "critical",
        },
    }


def read_action(action: str) -> tuple[Deed, str] | None:
    """Return the deed and the incident that a button of a notification stands for."""
    if not action.startswith(f"{ACTION_PREFIX}_"):
        return None
    name, _, incident_id = action.removeprefix(f"{ACTION_PREFIX}_").rpartition("_")
    known = {deed.upper(): deed for deed in BUTTONS}
    return (known[name], incident_id) if name in known else None
