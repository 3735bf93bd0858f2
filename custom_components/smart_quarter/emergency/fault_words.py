"""What the messages about faults fill in: names, numbers and times."""

from typing import TYPE_CHECKING

from .faults import Fault
from .repairs import shown_time
from .supervisor import lifelines
from .ways import ways_by_key

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime


def words_of(runtime: EmergencyRuntime, fault: Fault) -> dict[str, str]:
    """Return what the message about a fault fills in."""
    since, until = runtime.outage or (None, None)
    return {
        "house": runtime.entry.title,
        "name": _name(runtime, fault.subject),
        "count": str(len(runtime.supervisor.places_of(fault))),
        "places": ", ".join(runtime.name_of(key) for key in runtime.settings.places),
        "since": shown_time(since),
        "until": shown_time(until),
        **runtime.duty.words(),
    }


def _name(runtime: EmergencyRuntime, subject: str | None) -> str:
    """Return the name of what a fault is about; a link is another integration's entry."""
    if subject is None:
        return runtime.entry.title
    entities = ways_by_key(runtime.settings.policies) | lifelines(runtime.settings)
    if (entity_id := entities.get(subject)) is not None:
        return entity_id
    link = runtime.hass.config_entries.async_get_entry(subject)
    return runtime.name_of(subject) if link is None else link.title
