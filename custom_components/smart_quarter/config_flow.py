"""Config flow: a menu of systems; the steps live in each system's flow module."""

from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    SubentryFlowContext,
)
from homeassistant.core import callback

from .const import CONF_SYSTEM, DOMAIN
from .registry import SYSTEMS


class SmartQuarterConfigFlow(
    *(spec.flow for spec in SYSTEMS.values()),  # type: ignore[misc]  # decided at run time
    ConfigFlow,
    domain=DOMAIN,
):
    """Set up one installation of a system."""

    VERSION = 1
    MINOR_VERSION = 1

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user choose a system."""
        return self.async_show_menu(step_id="user", menu_options=list(SYSTEMS))

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Hand over to the reconfigure step of the entry's system."""
        system = self._get_reconfigure_entry().data[CONF_SYSTEM]
        step = getattr(self, f"async_step_{system}_reconfigure")
        result: ConfigFlowResult = await step(user_input)
        return result

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Lead on to the first part, where a system consists of some."""
        entry = result["result"]
        first = next(iter(SYSTEMS[entry.data[CONF_SYSTEM]].subentry_flows), None)
        if first is None:
            return result
        flow = await self.hass.config_entries.subentries.async_init(
            (entry.entry_id, first), context=SubentryFlowContext(source=SOURCE_USER)
        )
        result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, flow["flow_id"])
        return result

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the subentry flows of the entry's system."""
        spec = SYSTEMS.get(config_entry.data[CONF_SYSTEM])
        return dict(spec.subentry_flows) if spec else {}
