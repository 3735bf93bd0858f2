"""Steps to set up a site, its zones and its tank, and to change them."""

from collections.abc import Iterator
from typing import override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlowResult,
    SubentryFlowResult,
)
import voluptuous as vol

from ..entry_flow import EntryFlow
from ..forms import Errors, Finding, errors_of
from ..part_flow import Answers, PartFlow
from .adapters import detect_timer
from .const import (
    CONF_AUTO_OFF_MIN,
    CONF_HIDE_VALVE,
    CONF_MASTER_VALVE,
    CONF_PUMP,
    CONF_TIMER,
    CONF_TIMER_NUMBER,
    CONF_VALVE,
    SUBENTRY_TANK,
    SYSTEM,
)
from .flow_checks import (
    check_safety,
    check_site,
    check_soil,
    check_tank,
    check_watering,
    check_zone,
)
from .flow_schema import (
    SAFETY_SCHEMA,
    SITE_SCHEMA,
    SOIL_SCHEMA,
    TANK_SCHEMA,
    WATERING_SCHEMA,
    ZONE_SCHEMA,
    ZONE_SCHEMA_WITHOUT_SUPPLY,
)
from .flow_valves import check_exchange
from .settings import ZONE_DEFAULTS
from .site_events import Supply
from .visibility import hide_valve, show_valve


class IrrigationFlow(EntryFlow):
    """Config steps of an irrigation site."""

    async def async_step_irrigation(
        self, user_input: Answers | None = None
    ) -> ConfigFlowResult:
        """Set up a site."""

        def check(form: Answers) -> Iterator[Finding]:
            return check_site(self.hass, form, None)

        return await self._async_set_up(
            SYSTEM, SITE_SCHEMA, user_input, check, step_id="irrigation"
        )

    async def async_step_irrigation_reconfigure(
        self, user_input: Answers | None = None
    ) -> ConfigFlowResult:
        """Change a site."""

        def check(form: Answers) -> Iterator[Finding]:
            return self._check_change(self._get_reconfigure_entry(), form)

        return await self._async_change(
            SYSTEM, SITE_SCHEMA, user_input, check, step_id="irrigation_reconfigure"
        )

    def _check_change(self, entry: ConfigEntry, form: Answers) -> Iterator[Finding]:
        """Check the changed form of a site."""
        yield from check_site(self.hass, form, entry.entry_id)
        supply = {Supply.MASTER: CONF_MASTER_VALVE, Supply.PUMP: CONF_PUMP}
        for valve_id, key in supply.items():
            yield from check_exchange(entry, valve_id, form, entry.data, key)


class ZoneFlow(PartFlow):
    """Steps of a zone."""

    @override
    async def async_step_user(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Ask for probes, valve and areas."""
        errors: Errors = {}
        if user_input is not None:
            valve_before = self._known.get(CONF_VALVE)
            errors = self._judge(self._schema, user_input, self._check(user_input))
            if self._known[CONF_VALVE] != valve_before:
                self._forget(SAFETY_SCHEMA)
            if not errors:
                return await self.async_step_soil()
        return self._form("user", self._schema, errors)

    async def async_step_soil(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Ask for the soil and how dry it may get."""
        errors: Errors = {}
        if user_input is not None:
            errors = self._judge(SOIL_SCHEMA, user_input, check_soil(user_input))
            if not errors:
                return await self.async_step_watering()
        return self._form("soil", SOIL_SCHEMA, errors)

    async def async_step_watering(
        self, user_input: Answers | None = None
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
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Ask what closes the valve when Home Assistant fails."""
        errors: Errors = {}
        valve = self._known[CONF_VALVE]
        if user_input is not None:
            findings = self._check_safety(user_input)
            errors = self._judge(SAFETY_SCHEMA, user_input, findings)
            if not errors:
                return self._finish_zone()
        self._known.setdefault(CONF_TIMER, detect_timer(self.hass, valve))
        self._known.setdefault(CONF_HIDE_VALVE, True)
        return self._form("safety", SAFETY_SCHEMA, errors)

    @property
    def _schema(self) -> vol.Schema:
        """Return the first form; without a supply there is nothing to be behind."""
        supply = (CONF_MASTER_VALVE, CONF_PUMP)
        if any(key in self._get_entry().data for key in supply):
            return ZONE_SCHEMA
        return ZONE_SCHEMA_WITHOUT_SUPPLY

    @property
    def _stored(self) -> Answers:
        """Return what is stored of the zone."""
        if not self._is_change:
            return {}
        return {**ZONE_DEFAULTS, **self._get_reconfigure_subentry().data}

    def _check(self, form: Answers) -> Iterator[Finding]:
        """Check the first form."""
        entry = self._get_entry()
        yield from check_zone(self.hass, form, entry.entry_id, self._own_id)
        yield from self._check_exchange(form, CONF_VALVE)

    def _check_safety(self, form: Answers) -> Iterator[Finding]:
        """Check what closes the valve when Home Assistant fails."""
        yield from check_safety(self.hass, form, self._known[CONF_VALVE])
        timer = (CONF_TIMER, CONF_TIMER_NUMBER, CONF_AUTO_OFF_MIN)
        yield from self._check_exchange(form, *timer)

    def _check_exchange(self, form: Answers, *keys: str) -> Iterator[Finding]:
        """Refuse to exchange what an open valve needs to close."""
        if (zone_id := self._own_id) is not None:
            yield from check_exchange(
                self._get_entry(), zone_id, form, self._stored, *keys
            )

    def _finish_zone(self) -> SubentryFlowResult:
        """Store the zone, unless its name or valve was taken while it was entered."""
        if errors := errors_of(self._check(self._known)):
            return self._form("user", self._schema, errors)
        valve, before = self._known[CONF_VALVE], self._stored.get(CONF_VALVE)
        if before is not None and before != valve:
            show_valve(self.hass, before)
        set_visibility = hide_valve if self._known[CONF_HIDE_VALVE] else show_valve
        set_visibility(self.hass, valve)
        return self._finish()


class TankFlow(PartFlow):
    """Steps of a tank."""

    @override
    async def async_step_user(
        self, user_input: Answers | None = None
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
