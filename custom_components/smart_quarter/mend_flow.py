"""The flow of a repair issue that is mended with one word of a person."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
import voluptuous as vol

CONF_ENTRY: Final = "entry_id"
CONF_PROBLEM: Final = "problem"


class MendFlow(RepairsFlow, ABC):
    """Says what is to be done, and mends when a person submits that."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Know the entry, what is wrong with it, and the words to say it."""
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
        """Ask, then mend."""
        entry = self.hass.config_entries.async_get_entry(self._data[CONF_ENTRY])
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="gone")
        if user_input is None:
            return self.async_show_form(
                step_id="confirm",
                data_schema=vol.Schema({}),
                description_placeholders=dict(self._data),
            )
        await self._async_mend(entry.runtime_data)
        return self.async_create_entry(data={})

    @abstractmethod
    async def _async_mend(self, runtime: Any) -> None:
        """Tell the running system."""
