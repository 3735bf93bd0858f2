"""Repair issues of a robot, and the flows that mend what can be mended from here."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
import voluptuous as vol

from ..const import CONF_SYSTEM, DOMAIN
from .const import SYSTEM
from .faults import Fault, Problem

CONF_ENTRY: Final = "entry_id"
CONF_PROBLEM: Final = "problem"
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
    return MendFlow(data)


class MendFlow(RepairsFlow):
    """Asks, then does what can be done from here."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Know the robot and what is wrong with it."""
        super().__init__()
        self._data = data

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say what is to be done, then take note of it or do it."""
        entry = self.hass.config_entries.async_get_entry(self._data[CONF_ENTRY])
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="gone")
        if user_input is None:
            return self.async_show_form(
                step_id="confirm",
                data_schema=vol.Schema({}),
                description_placeholders=dict(self._data),
            )
        if self._data[CONF_PROBLEM] == Problem.COMMAND_RETAINED:
            await entry.runtime_data.async_forget(self._data[CONF_SUBJECT])
        else:
            entry.runtime_data.connected()
        return self.async_create_entry(data={})
