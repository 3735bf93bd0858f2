"""Steps to set up a robot that was found, or that somebody names, and to change it."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.helpers.service_info.mqtt import MqttServiceInfo

from ..const import CONF_SYSTEM, DOMAIN
from ..forms import Errors, Finding, errors_of
from ..part_flow import Answers
from .cloud import DEFAULT_URL
from .const import (
    CONF_API_KEY,
    CONF_AREAS,
    CONF_CLOUD,
    CONF_CLOUD_URL,
    CONF_SERIAL,
    SYSTEM,
)
from .flow_checks import (
    async_has_broker,
    async_heartbeat,
    async_token,
    check_areas,
    check_heard,
    check_robot,
    check_token,
    check_url,
)
from .flow_schema import FOUND_SCHEMA, KEY_SCHEMA, NAMED_SCHEMA, change_schema
from .payloads import PayloadError, read, serial_of

DEFAULT_NAME: Final = "Temi"


class TemiFlow(ConfigFlow):
    """Config steps of a robot."""

    _serial: str

    async def async_step_temi(
        self, user_input: Answers | None = None
    ) -> ConfigFlowResult:
        """Set up a robot by its serial number, if it is heard."""
        errors: Errors = {}
        if user_input is not None:
            serial = user_input[CONF_SERIAL].strip()
            errors = errors_of(check_robot(user_input, serial))
            if not errors:
                await self._async_claim(serial, may_overtake=True)
                if not await async_has_broker(self.hass):
                    return self.async_abort(reason="temi_no_broker")
                beat = await async_heartbeat(self.hass, serial)
                errors = await self._async_judge(check_heard(beat), user_input)
                if not errors:
                    return self._create(user_input)
        shown = self.add_suggested_values_to_schema(NAMED_SCHEMA, _known(user_input))
        return self.async_show_form(step_id="temi", data_schema=shown, errors=errors)

    @override
    async def async_step_mqtt(
        self, discovery_info: MqttServiceInfo
    ) -> ConfigFlowResult:
        """Find a robot by its heartbeat; known ones are recognised before all else."""
        serial = serial_of(discovery_info.topic)
        if serial is None:
            return self.async_abort(reason="temi_no_robot")
        await self._async_claim(serial, may_overtake=False)
        try:
            read("status/info", discovery_info.payload)
        except PayloadError:
            return self.async_abort(reason="temi_no_robot")
        self.context["title_placeholders"] = {"name": f"{DEFAULT_NAME} {serial}"}
        return await self.async_step_temi_found()

    async def async_step_temi_found(
        self, user_input: Answers | None = None
    ) -> ConfigFlowResult:
        """Ask whether a robot that was found is to be set up, and how it is called."""
        errors: Errors = {}
        if user_input is not None:
            findings = check_robot(user_input, self._serial)
            errors = await self._async_judge(findings, user_input)
            if not errors:
                return self._create(user_input)
        shown = self.add_suggested_values_to_schema(FOUND_SCHEMA, _known(user_input))
        return self.async_show_form(
            step_id="temi_found",
            data_schema=shown,
            description_placeholders={CONF_SERIAL: self._serial},
            errors=errors,
        )

    async def async_step_temi_reconfigure(
        self, user_input: Answers | None = None
    ) -> ConfigFlowResult:
        """Change the name of a robot, its areas, and the key of its cloud."""
        entry = self._get_reconfigure_entry()
        self._serial = entry.data[CONF_SERIAL]
        errors: Errors = {}
        if user_input is not None:
            areas = check_areas(self.hass, user_input)
            findings = chain(check_robot(user_input, self._serial), areas)
            errors = await self._async_judge(findings, user_input)
            if not errors:
                data = self._data(user_input)
                return self.async_update_and_abort(
                    entry, title=data[CONF_NAME], data=data
                )
        schema = change_schema(_waypoints(entry))
        known = _stored(entry) if user_input is None else user_input
        return self.async_show_form(
            step_id="temi_reconfigure",
            data_schema=self.add_suggested_values_to_schema(schema, known),
            errors=errors,
        )

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin when the cloud does not know a key any more."""
        return await self.async_step_temi_key()

    async def async_step_temi_key(
        self, user_input: Answers | None = None
    ) -> ConfigFlowResult:
        """Ask for a new key, and give it to every robot that has the old one."""
        entry = self._get_reauth_entry()
        errors: Errors = {}
        if user_input is not None:
            key, serial = user_input[CONF_API_KEY].strip(), entry.data[CONF_SERIAL]
            found = await async_token(
                self.hass, key, entry.data[CONF_CLOUD_URL], serial
            )
            errors = errors_of(check_token(found, serial))
            if not errors:
                self._renew_others(entry, key)
                return self.async_update_and_abort(
                    entry,
                    data_updates={CONF_API_KEY: key},
                    reason="reauth_successful",
                )
        return self.async_show_form(
            step_id="temi_key",
            data_schema=KEY_SCHEMA,
            description_placeholders={CONF_NAME: entry.title},
            errors=errors,
        )

    async def _async_claim(self, serial: str, *, may_overtake: bool) -> None:
        """End the flow when the robot is set up; a person overtakes what was only found."""
        self._serial = serial
        unique_id = f"{SYSTEM}:{serial}"
        await self.async_set_unique_id(unique_id, raise_on_progress=not may_overtake)
        self._abort_if_unique_id_configured()

    async def _async_judge(self, findings: Iterator[Finding], form: Answers) -> Errors:
        """Return what is wrong with a form, and if nothing is with its key."""
        if found := errors_of(findings):
            return found
        cloud = form.get(CONF_CLOUD, {})
        if not (key := cloud.get(CONF_API_KEY, "").strip()):
            return {}
        url = cloud.get(CONF_CLOUD_URL, DEFAULT_URL)
        if found := errors_of(check_url(url)):
            return found
        token = await async_token(self.hass, key, url, self._serial)
        return errors_of(check_token(token, self._serial))

    def _create(self, form: Answers) -> ConfigFlowResult:
        """Store the robot."""
        data = self._data(form)
        return self.async_create_entry(title=data[CONF_NAME], data=data)

    def _data(self, form: Answers) -> Answers:
        """Return what is stored of a robot; without a key nothing of its cloud."""
        data = {
            CONF_SYSTEM: SYSTEM,
            CONF_NAME: form[CONF_NAME].strip(),
            CONF_SERIAL: self._serial,
            CONF_AREAS: form.get(CONF_AREAS, []),
        }
        cloud = form.get(CONF_CLOUD, {})
        if key := cloud.get(CONF_API_KEY, "").strip():
            url = cloud.get(CONF_CLOUD_URL, DEFAULT_URL)
            data |= {CONF_API_KEY: key, CONF_CLOUD_URL: url}
        return data

    def _renew_others(self, renewed: ConfigEntry, key: str) -> None:
        """Give the new key to the other robots that have the old one."""
        entries = self.hass.config_entries
        old = renewed.data[CONF_API_KEY]
        for entry in entries.async_entries(DOMAIN):
            if entry is renewed or entry.data.get(CONF_API_KEY) != old:
                continue
            entries.async_update_entry(entry, data={**entry.data, CONF_API_KEY: key})
            for flow in entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}):
                entries.flow.async_abort(flow["flow_id"])


def _known(form: Answers | None) -> Answers:
    """Return what a form begins with."""
    return {CONF_NAME: DEFAULT_NAME} if form is None else form


def _stored(entry: ConfigEntry) -> Answers:
    """Return what is stored of a robot, as its form shows it."""
    keys = (CONF_API_KEY, CONF_CLOUD_URL)
    cloud = {key: entry.data[key] for key in keys if key in entry.data}
    return {**entry.data, CONF_NAME: entry.title, CONF_CLOUD: cloud}


def _waypoints(entry: ConfigEntry) -> list[str]:
    """Return where a robot says that it can go; one that does not run says nothing."""
    runtime = getattr(entry, "runtime_data", None)
    return [] if runtime is None else list(runtime.state.waypoints)
