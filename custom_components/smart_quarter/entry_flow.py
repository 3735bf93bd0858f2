"""What the steps of all installations share: one form, to set one up and to change it."""

from collections.abc import Callable, Iterator

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.util import slugify
import voluptuous as vol

from .const import CONF_SYSTEM
from .forms import Errors, Finding, errors_of
from .part_flow import Answers

type Check = Callable[[Answers], Iterator[Finding]]


class EntryFlow(ConfigFlow):
    """Sets an installation up, and changes it, with the form of its system."""

    async def _async_set_up(
        self,
        system: str,
        schema: vol.Schema,
        user_input: Answers | None,
        check: Check,
        *,
        step_id: str,
    ) -> ConfigFlowResult:
        """Set an installation up."""
        errors: Errors = {}
        if user_input is not None:
            errors = errors_of(check(user_input))
            if not errors:
                data = _data(system, user_input)
                await self.async_set_unique_id(_unique_id(data))
                self._abort_if_unique_id_configured()
                return self.async_create_entry(title=data[CONF_NAME], data=data)
        shown = self.add_suggested_values_to_schema(schema, user_input)
        return self.async_show_form(step_id=step_id, data_schema=shown, errors=errors)

    async def _async_change(
        self,
        system: str,
        schema: vol.Schema,
        user_input: Answers | None,
        check: Check,
        *,
        step_id: str,
    ) -> ConfigFlowResult:
        """Change an installation; its name is the one in the list."""
        entry = self._get_reconfigure_entry()
        errors: Errors = {}
        if user_input is not None:
            errors = errors_of(check(user_input))
            if not errors:
                data = _data(system, user_input)
                return self.async_update_and_abort(
                    entry,
                    unique_id=_unique_id(data),
                    title=data[CONF_NAME],
                    data=data,
                )
        stored = {**entry.data, CONF_NAME: entry.title}
        known = stored if user_input is None else user_input
        shown = self.add_suggested_values_to_schema(schema, known)
        return self.async_show_form(step_id=step_id, data_schema=shown, errors=errors)


def _data(system: str, form: Answers) -> Answers:
    """Return what is stored of an installation."""
    return {CONF_SYSTEM: system, **form, CONF_NAME: form[CONF_NAME].strip()}


def _unique_id(data: Answers) -> str:
    """Return the unique id of an installation: two of a system never share a name."""
    return f"{data[CONF_SYSTEM]}:{slugify(data[CONF_NAME])}"
