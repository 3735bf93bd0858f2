"""Repair issues of a house, and the flow that takes note of one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.repairs import RepairsFlow
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..const import CONF_SYSTEM, DOMAIN
from ..mend_flow import CONF_ENTRY, CONF_PROBLEM, MendFlow
from .const import SYSTEM
from .faults import ADVICE, Fault, Problem

FIXABLE: Final = frozenset({Problem.JOURNAL_DAMAGED, Problem.UNSUPERVISED})
WARNINGS: Final = frozenset({Problem.BATTERY_LOW, Problem.HEARTBEAT_FAILED})
CRITICAL: Final = frozenset({Problem.JOURNAL_FAILED, Problem.NOBODY_REACHABLE})


@callback
def async_report(
    hass: HomeAssistant,
    entry: ConfigEntry,
    found: frozenset[Fault],
    previous: frozenset[Fault],
    words_of: Callable[[Fault], dict[str, str]],
) -> None:
    """Raise what is new and withdraw what is mended."""
    for fault in previous - found:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, fault))
    for fault in found - previous:
        issue_id = _issue_id(entry, fault)
        _raise(hass, entry, fault.problem, issue_id, words_of(fault))


NAMED_AT_MOST: Final = 20
"""So many places are named in one message."""


@callback
def async_report_unproven(
    hass: HomeAssistant, entry: ConfigEntry, places: Sequence[str]
) -> None:
    """Say in one issue which places nobody has walked through, or withdraw it."""
    issue_id = f"{SYSTEM}_{entry.entry_id}_not_commissioned"
    if not places:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    more = ["…"] if len(places) > NAMED_AT_MOST else []
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key="emergency_not_commissioned",
        translation_placeholders={
            "house": entry.title,
            "number": str(len(places)),
            "places": ", ".join([*places[:NAMED_AT_MOST], *more]),
        },
    )


def _raise(
    hass: HomeAssistant,
    entry: ConfigEntry,
    problem: Problem,
    issue_id: str,
    words: dict[str, str],
) -> None:
    """Raise the issue of a problem."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        data={
            CONF_SYSTEM: SYSTEM,
            CONF_ENTRY: entry.entry_id,
            CONF_PROBLEM: problem.value,
            **words,
        },
        is_fixable=problem in FIXABLE,
        severity=_severity(problem),
        translation_key=f"emergency_{problem}",
        translation_placeholders=words,
    )


def _severity(problem: Problem) -> ir.IssueSeverity:
    """Return how soon a problem must be mended."""
    if problem in WARNINGS | ADVICE:
        return ir.IssueSeverity.WARNING
    critical = problem in CRITICAL
    return ir.IssueSeverity.CRITICAL if critical else ir.IssueSeverity.ERROR


def create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: Mapping[str, Any]
) -> RepairsFlow:
    """Return the flow that mends an issue."""
    return AcknowledgeFlow(data)


def shown_time(time: datetime | None) -> str:
    """Return a time as people read it."""
    return "" if time is None else f"{dt_util.as_local(time):%Y-%m-%d %H:%M:%S}"


def _issue_id(entry: ConfigEntry, fault: Fault) -> str:
    """Return the id of a fault's issue."""
    subject = "house" if fault.subject is None else fault.subject
    return f"{SYSTEM}_{entry.entry_id}_{subject}_{fault.problem}"


class AcknowledgeFlow(MendFlow):
    """Takes note that somebody has read what had happened, and has asked in the places."""

    @override
    async def _async_mend(self, runtime: Any) -> None:
        """Take note."""
        runtime.acknowledge(Problem(self._data[CONF_PROBLEM]))
