"""Steps to set up all places of a house from one table."""

from typing import Any, Final

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig
import voluptuous as vol

from ..part_flow import Answers
from .importing import async_apply_import, async_findings, export_table, plan_import
from .table import Plan

CONF_TABLE: Final = "table"
TABLE_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_TABLE): TextSelector(TextSelectorConfig(multiline=True))}
)
SHOWN_AT_MOST: Final = 50
"""So many findings, or names, fit into one form."""


class ImportFlow(ConfigSubentryFlow):
    """Reads a table, says what it would do, and does it when told to."""

    def __init__(self) -> None:
        """Begin without a table."""
        super().__init__()
        self._table: str | None = None

    async def async_step_user(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Ask for the table; show the one of the places there are."""
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        if user_input is None:
            self._table = export_table(self.hass, self._get_entry())
            return self._ask([])
        self._table = user_input[CONF_TABLE]
        return await self._async_look()

    async def async_step_confirm(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Do what the table says, unless the house has become another meanwhile."""
        entry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        plan = plan_import(self.hass, entry, str(self._table))
        if plan.findings:
            return await self._async_look()
        await async_apply_import(entry.runtime_data, plan)
        return self.async_abort(
            reason="imported", description_placeholders=_summary(plan)
        )

    async def _async_look(self) -> SubentryFlowResult:
        """Say what is wrong, or what would be done."""
        plan = plan_import(self.hass, self._get_entry(), str(self._table))
        if plan.findings:
            return self._ask(await async_findings(self.hass, plan.findings))
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            description_placeholders=_summary(plan),
        )

    def _ask(self, findings: list[dict[str, Any]]) -> SubentryFlowResult:
        """Show the table with what is wrong in it."""
        told = [
            "{line} · {column}: {message}".format_map(each)
            for each in findings[:SHOWN_AT_MOST]
        ]
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(
                TABLE_SCHEMA, {CONF_TABLE: self._table}
            ),
            errors={CONF_TABLE: "table_wrong"} if findings else {},
            description_placeholders={"findings": _listed(told, len(findings))},
        )


def _summary(plan: Plan) -> dict[str, str]:
    """Return how many places are added, changed and left, and which."""
    return {
        "added": str(len(plan.added)),
        "changed": str(len(plan.changed)),
        "unchanged": str(len(plan.unchanged)),
        "added_names": _names(plan.added),
        "changed_names": _names(plan.changed),
    }


def _names(places: list[Any]) -> str:
    """Return the names of places, or a dash."""
    names = [place.title for place in places[:SHOWN_AT_MOST]]
    more = ["…"] if len(places) > SHOWN_AT_MOST else []
    return ", ".join([*names, *more]) or "–"


def _listed(lines: list[str], number: int) -> str:
    """Return lines as a list below the text of a form."""
    more = ["…"] if number > len(lines) else []
    return "".join(f"\n- {line}" for line in [*lines, *more])
