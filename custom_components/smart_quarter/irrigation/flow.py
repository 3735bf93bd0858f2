"""Steps to set up a site, its zones and its tank, and to change them."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, override

from homeassistant.components.homeassistant import exposed_entities
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    SubentryFlowContext,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import slugify
import voluptuous as vol

from ..const import CONF_SYSTEM
from .adapters import detect_timer
from .const import (
    CONF_HIDE_VALVE,
    CONF_TIMER,
    CONF_VALVE,
    SUBENTRY_TANK,
    SUBENTRY_ZONE,
    SYSTEM,
)
from .flow_checks import (
    Errors,
    Finding,
    check_safety,
    check_site,
    check_soil,
    check_tank,
    check_watering,
    check_zone,
    errors_of,
)
from .flow_schema import (
    SAFETY_SCHEMA,
    SITE_SCHEMA,
    SOIL_SCHEMA,
    TANK_SCHEMA,
    WATERING_SCHEMA,
    ZONE_SCHEMA,
)

type Form = dict[str, Any]

ASSISTANTS = ("cloud.alexa", "cloud.google_assistant", "conversation")


class IrrigationFlow(ConfigFlow):
    """Config steps of an irrigation site."""

    async def async_step_irrigation(
        self, user_input: Form | None = None
    ) -> ConfigFlowResult:
        """Set up a site."""
        errors: Errors = {}
        if user_input is not None:
            errors = errors_of(check_site(self.hass, user_input, None))
            if not errors:
                name = user_input[CONF_NAME].strip()
                await self.async_set_unique_id(f"{SYSTEM}:{slugify(name)}")
                self._abort_if_unique_id_configured()
                data = {CONF_SYSTEM: SYSTEM, **user_input, CONF_NAME: name}
                return self.async_create_entry(title=name, data=data)
        return self._site_form("irrigation", user_input or {}, errors)

    async def async_step_irrigation_reconfigure(
        self, user_input: Form | None = None
    ) -> ConfigFlowResult:
        """Change a site."""
        entry = self._get_reconfigure_entry()
        errors: Errors = {}
        if user_input is not None:
            errors = errors_of(check_site(self.hass, user_input, entry.entry_id))
            if not errors:
                name = user_input[CONF_NAME].strip()
                data = {CONF_SYSTEM: SYSTEM, **user_input, CONF_NAME: name}
                return self.async_update_and_abort(entry, title=name, data=data)
        known = user_input if user_input is not None else entry.data
        return self._site_form("irrigation_reconfigure", known, errors)

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Lead on to the first zone."""
        if result["result"].data[CONF_SYSTEM] != SYSTEM:
            return await super().async_on_create_entry(result)
        flow = await self.hass.config_entries.subentries.async_init(
            (result["result"].entry_id, SUBENTRY_ZONE),
            context=SubentryFlowContext(source=SOURCE_USER),
        )
        result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, flow["flow_id"])
        return result

    def _site_form(
        self, step_id: str, known: Mapping[str, Any], errors: Errors
    ) -> ConfigFlowResult:
        """Show the form of a site with what is known."""
        schema = self.add_suggested_values_to_schema(SITE_SCHEMA, known)
        return self.async_show_form(step_id=step_id, data_schema=schema, errors=errors)


class _PartFlow(ConfigSubentryFlow, ABC):
    """Steps of a part of a site; the same to add one and to change it."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        super().__init__()
        self._known: Form = {}

    @property
    def _is_change(self) -> bool:
        """Tell whether an existing part is changed."""
        return self.source == SOURCE_RECONFIGURE

    @property
    def _own_id(self) -> str | None:
        """Return the id of the part that is changed."""
        return self._reconfigure_subentry_id if self._is_change else None

    async def async_step_reconfigure(
        self, user_input: Form | None = None
    ) -> SubentryFlowResult:
        """Change a part: through the same steps, with what is stored."""
        self._known = dict(self._get_reconfigure_subentry().data)
        return await self.async_step_user()

    @abstractmethod
    async def async_step_user(
        self, user_input: Form | None = None
    ) -> SubentryFlowResult:
        """Ask for the first things."""

    def _take(self, schema: vol.Schema, user_input: Form) -> None:
        """Take a form over; a field that was emptied is forgotten."""
        for marker in schema.schema:
            self._known.pop(str(marker), None)
        self._known |= user_input

    def _form(
        self, step_id: str, schema: vol.Schema, errors: Errors
    ) -> SubentryFlowResult:
        """Show a form with what is known."""
        shown = self.add_suggested_values_to_schema(schema, self._known)
        return self.async_show_form(step_id=step_id, data_schema=shown, errors=errors)

    def _judge(
        self, schema: vol.Schema, user_input: Form, findings: Iterator[Finding]
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


class ZoneFlow(_PartFlow):
    """Steps of a zone."""

    @override
    async def async_step_user(
        self, user_input: Form | None = None
    ) -> SubentryFlowResult:
        """Ask for probes, valve and areas."""
        errors: Errors = {}
        if user_input is not None:
            entry_id = self._get_entry().entry_id
            findings = check_zone(self.hass, user_input, entry_id, self._own_id)
            errors = self._judge(ZONE_SCHEMA, user_input, findings)
            if not errors:
                return await self.async_step_soil()
        return self._form("user", ZONE_SCHEMA, errors)

    async def async_step_soil(
        self, user_input: Form | None = None
    ) -> SubentryFlowResult:
        """Ask for the soil and how dry it may get."""
        errors: Errors = {}
        if user_input is not None:
            errors = self._judge(SOIL_SCHEMA, user_input, check_soil(user_input))
            if not errors:
                return await self.async_step_watering()
        return self._form("soil", SOIL_SCHEMA, errors)

    async def async_step_watering(
        self, user_input: Form | None = None
    ) -> SubentryFlowResult:
        """Ask for times and limits."""
        errors: Errors = {}
        if user_input is not None:
            findings = check_watering(user_input)
            errors = self._judge(WATERING_SCHEMA, user_input, findings)
            if not errors:
                return await self.async_step_safety()
        return self._form("watering", WATERING_SCHEMA, errors)

    async def async_step_safety(
        self, user_input: Form | None = None
    ) -> SubentryFlowResult:
        """Ask what closes the valve when Home Assistant fails."""
        errors: Errors = {}
        valve = self._known[CONF_VALVE]
        if user_input is not None:
            findings = check_safety(self.hass, user_input, valve)
            errors = self._judge(SAFETY_SCHEMA, user_input, findings)
            if not errors:
                if user_input[CONF_HIDE_VALVE]:
                    hide_valve(self.hass, valve)
                return self._finish()
        self._known.setdefault(CONF_TIMER, detect_timer(self.hass, valve))
        self._known.setdefault(CONF_HIDE_VALVE, True)
        return self._form("safety", SAFETY_SCHEMA, errors)


class TankFlow(_PartFlow):
    """Steps of a tank."""

    @override
    async def async_step_user(
        self, user_input: Form | None = None
    ) -> SubentryFlowResult:
        """Ask for the level sensor and the limits."""
        if not self._is_change and self._get_entry().get_subentries_of_type(
            SUBENTRY_TANK
        ):
            return self.async_abort(reason="tank_exists")
        errors: Errors = {}
        if user_input is not None:
            findings = check_tank(self.hass, user_input)
            errors = self._judge(TANK_SCHEMA, user_input, findings)
            if not errors:
                return self._finish()
        return self._form("user", TANK_SCHEMA, errors)


@callback
def hide_valve(hass: HomeAssistant, entity_id: str) -> None:
    """Hide the physical valve and keep it away from voice assistants.

    So "open the valve" meets the zone's safe valve.
    """
    registry = er.async_get(hass)
    entry = registry.async_get(entity_id)
    if entry is not None and entry.hidden_by is None:
        hidden_by = er.RegistryEntryHider.INTEGRATION
        registry.async_update_entity(entity_id, hidden_by=hidden_by)
    for assistant in ASSISTANTS:
        exposed_entities.async_expose_entity(hass, assistant, entity_id, False)
