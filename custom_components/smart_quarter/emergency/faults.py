"""What is wrong with the emergency system itself, as far as it can tell."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from homeassistant.core import CoreState, HomeAssistant

from ..forms import exists
from .commissioning import is_vacant
from .const import CONF_ENTITY, CONF_NOTIFIERS, CONF_PHONES, CONF_SOURCES
from .internet import plans_of_internet_only
from .journal_files import Damage
from .settings import HouseSettings, persons_told
from .ways import ways_by_key

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime


class Problem(StrEnum):
    """A technical condition that a person has to mend; each is a repair issue."""

    JOURNAL_FAILED = "journal_failed"
    JOURNAL_DAMAGED = "journal_damaged"
    NOBODY_REACHABLE = "nobody_reachable"
    SOURCE_MISSING = "source_missing"
    NOT_TOLD = "not_told"
    WAY_FAILED = "way_failed"
    ONLY_INTERNET = "only_internet"
    ROSTER_EMPTY = "roster_empty"
    ROSTER_GAP = "roster_gap"
    ROSTER_STRANGER = "roster_stranger"
    ROSTER_UNREADABLE = "roster_unreadable"
    UNSUPERVISED = "unsupervised"
    SOURCE_LOST = "source_lost"
    SOURCE_SILENT = "source_silent"
    BATTERY_LOW = "battery_low"
    LINK_LOST = "link_lost"
    MANY_LOST = "many_lost"
    MANY_SILENT = "many_silent"
    LIFELINE_LOST = "lifeline_lost"
    HEARTBEAT_FAILED = "heartbeat_failed"
    TEST_UNANSWERED = "test_unanswered"


ADVICE: Final = frozenset({Problem.ONLY_INTERNET})
"""What works, but should be better: a repair issue that is no fault."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem, and the place, person, plan, way, link (a config entry) or lifeline it is about."""

    problem: Problem
    subject: str | None = None


def faults(runtime: EmergencyRuntime) -> frozenset[Fault]:
    """Return what is wrong now."""
    found: set[Fault] = runtime.messenger.faults | runtime.signals.faults
    found |= runtime.supervisor.faults | runtime.heartbeat.faults
    found |= runtime.phone_tests.faults
    if not runtime.journal_ok:
        found.add(Fault(Problem.JOURNAL_FAILED))
    if runtime.damage - {Damage.TRUNCATED}:
        found.add(Fault(Problem.JOURNAL_DAMAGED))
    if runtime.outage is not None:
        found.add(Fault(Problem.UNSUPERVISED))
    if not any(
        has_channel(runtime.settings, person_id)
        for person_id in persons_told(runtime.settings, ())
    ):
        found.add(Fault(Problem.NOBODY_REACHABLE))
    if runtime.hass.state is CoreState.running:
        found |= {
            fault
            for fault in _missing(runtime.hass, runtime.settings)
            if not is_vacant(runtime.state, str(fault.subject))
        }
        found |= _ways_missing(runtime.hass, runtime.settings)
        found |= runtime.duty.faults()
    return frozenset(found)


def advice(runtime: EmergencyRuntime) -> frozenset[Fault]:
    """Return what works, but should be better."""
    if runtime.hass.state is not CoreState.running:
        return frozenset()
    plans = plans_of_internet_only(runtime.hass, runtime.settings)
    return frozenset(Fault(Problem.ONLY_INTERNET, plan) for plan in plans)


def has_channel(settings: HouseSettings, person_id: str) -> bool:
    """Tell whether there is a way to reach a person."""
    person = settings.persons[person_id]
    return bool(person.get(CONF_PHONES) or person.get(CONF_NOTIFIERS))


def _missing(hass: HomeAssistant, settings: HouseSettings) -> set[Fault]:
    """Return the places with sources that Home Assistant does not know."""
    return {
        Fault(Problem.SOURCE_MISSING, place_id)
        for place_id, place in settings.places.items()
        for source in place[CONF_SOURCES]
        if not exists(hass, source[CONF_ENTITY])
    }


def _ways_missing(hass: HomeAssistant, settings: HouseSettings) -> set[Fault]:
    """Return the sirens, speakers and scripts that Home Assistant does not know."""
    return {
        Fault(Problem.WAY_FAILED, key)
        for key, entity_id in ways_by_key(settings.policies).items()
        if not exists(hass, entity_id)
    }
