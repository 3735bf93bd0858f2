"""Repair issues of a robot, and the flows that mend what can be mended from here."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.components.repairs import RepairsFlow
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import CONF_SYSTEM, DOMAIN
from ..mend_flow import CONF_ENTRY, CONF_PROBLEM, MendFlow
from .const import SYSTEM
from .faults import Fault, Problem

if TYPE_CHECKING:
    from .runtime import TemiRuntime

CONF_SUBJECT: Final = "subject"
FIXABLE: Final = frozenset({Problem.DEAF, Problem.DOUBTFUL, Problem.COMMAND_RETAINED})
ERRORS: Final = frozenset({Problem.DEAF, Problem.COMMAND_RETAINED})


@callback
def async_report(
    hass: HomeAssistant,
    entry: ConfigEntry,
    found: frozenset[Fault],
    previous: frozenset[Fault],
) -> None:
    """Raise what is new and withdraw what is mended."""
    for fault in previous - found:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, fault))
    for fault in found - previous:
        _raise(hass, entry, fault, fault.problem)


def _raise(
    hass: HomeAssistant, entry: ConfigEntry, fault: Fault, problem: Problem
) -> None:
    """Raise the issue of a fault."""
    words = {"name": entry.title, CONF_SUBJECT: fault.subject}
    is_error = problem in ERRORS
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, fault),
        data={
            CONF_SYSTEM: SYSTEM,
            CONF_ENTRY: entry.entry_id,
            CONF_PROBLEM: problem.value,
            **words,
        },
        is_fixable=problem in FIXABLE,
        severity=ir.IssueSeverity.ERROR if is_error else ir.IssueSeverity.WARNING,
        translation_key=f"temi_{problem}",
        translation_placeholders=words,
    )


def _issue_id(entry: ConfigEntry, fault: Fault) -> str:
    """Return the id of a fault's issue."""
    return f"{SYSTEM}_{entry.entry_id}_{fault.problem}_{fault.subject}"


def create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: Mapping[str, Any]
) -> RepairsFlow:
    """Return the flow that mends an issue."""
    return RobotFlow(data)


class RobotFlow(MendFlow):
    """Does what can be done from here, after somebody has been at the robot."""

    @override
    async def _async_mend(self, runtime: TemiRuntime) -> None:
        """Delete a stored command, or take note that the app was restarted."""
        if self._data[CONF_PROBLEM] == Problem.COMMAND_RETAINED:
            await runtime.async_forget(self._data[CONF_SUBJECT])
        else:
            runtime.connected()
