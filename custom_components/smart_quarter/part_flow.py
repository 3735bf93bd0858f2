"""What the flows of all subentries share: the same steps to add and to change."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import SelectSelector
import voluptuous as vol

from .forms import Errors, Finding, errors_of

type Answers = dict[str, Any]


class PartFlow(ConfigSubentryFlow, ABC):
    """Steps of a part of an installation; the same to add one and to change it."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        super().__init__()
        self._known: Answers = {}

    @property
    def _is_change(self) -> bool:
        """Tell whether an existing part is changed."""
        return self.source == SOURCE_RECONFIGURE

    @property
    def _own_id(self) -> str | None:
        """Return the id of the part that is changed."""
        return self._reconfigure_subentry_id if self._is_change else None

    async def async_step_reconfigure(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Change a part: through the same steps, with what is stored."""
        subentry = self._get_reconfigure_subentry()
        self._known = {**subentry.data, CONF_NAME: subentry.title}
        return await self.async_step_user()

    @abstractmethod
    async def async_step_user(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Ask for the first things."""

    def _titles_of(self, kind: str) -> dict[str, str]:
        """Return the names of the installation's parts of a kind, by their ids."""
        parts = self._get_entry().get_subentries_of_type(kind)
        return {part.subentry_id: part.title for part in parts}

    def _take(self, schema: vol.Schema, user_input: Answers) -> None:
        """Take a form over; a field that was emptied is forgotten."""
        self._forget(schema)
        self._known |= user_input

    def _forget(self, schema: vol.Schema) -> None:
        """Forget what is known of a form."""
        for marker in schema.schema:
            self._known.pop(str(marker), None)

    def _form(
        self, step_id: str, schema: vol.Schema, errors: Errors
    ) -> SubentryFlowResult:
        """Show a form with what is known."""
        known = {
            key: _still_offered(schema.schema.get(key), value)
            for key, value in self._known.items()
        }
        known = {key: value for key, value in known.items() if value is not None}
        shown = self.add_suggested_values_to_schema(schema, known)
        return self.async_show_form(step_id=step_id, data_schema=shown, errors=errors)

    def _judge(
        self, schema: vol.Schema, user_input: Answers, findings: Iterator[Finding]
    ) -> Errors:
        """Take a form over and return what is wrong with it."""
        self._take(schema, user_input)
        return errors_of(findings)

    def _finish(self) -> SubentryFlowResult:
        """Store the part."""
        name = self._known[CONF_NAME] = self._known[CONF_NAME].strip()
        if not self._is_change:
            return self.async_create_entry(title=name, data=self._known)
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        return self.async_update_and_abort(
            entry, subentry, title=name, data=self._known
        )


def _still_offered(field: Any, value: Any) -> Any:
    """Return what of a stored value its list still offers: the rest would be refused."""
    if not isinstance(field, SelectSelector):
        return value
    offered = {
        option if isinstance(option, str) else option["value"]
        for option in field.config["options"]
    }
    if isinstance(value, list):
        return [each for each in value if each in offered]
    return value if value in offered else None
