"""Steps to set up a robot that was found, or that somebody names, and to change it."""

from itertools import chain
from typing import Final, override

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    AreaSelector,
    ObjectSelector,
    ObjectSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
from homeassistant.helpers.service_info.mqtt import MqttServiceInfo
import voluptuous as vol

from ..const import CONF_SYSTEM
from ..forms import errors_of
from ..part_flow import Answers
from .const import CONF_AREA, CONF_AREAS, CONF_SERIAL, CONF_WAYPOINT, SYSTEM
from .flow_checks import check_areas, check_robot
from .payloads import PayloadError, read, serial_of

PROBE_S: Final = 10.0
"""Three heartbeats."""
DEFAULT_NAME: Final = "Temi"
NAME_SCHEMA: Final = vol.Schema({vol.Required(CONF_NAME): TextSelector()})
SCHEMA: Final = NAME_SCHEMA.extend({vol.Required(CONF_SERIAL): TextSelector()})


class TemiFlow(ConfigFlow):
    """Config steps of a robot."""

    _serial: str

    async def async_step_temi(
        self, user_input: Answers | None = None
    ) -> ConfigFlowResult:
        """Set up a robot by its serial number, if it is heard."""
        errors: dict[str, str] = {}
        if user_input is not None:
            serial = user_input[CONF_SERIAL].strip()
            errors = errors_of(check_robot(user_input, serial))
            if not errors:
                await self._async_claim(serial, may_overtake=True)
                if not await _async_broker(self.hass):
                    return self.async_abort(reason="temi_no_broker")
                if await _async_is_heard(self.hass, serial):
                    return self._create(user_input[CONF_NAME].strip())
                errors = {"base": "temi_not_heard"}
        known = user_input or {CONF_NAME: DEFAULT_NAME}
        shown = self.add_suggested_values_to_schema(SCHEMA, known)
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
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = errors_of(check_robot(user_input, self._serial))
            if not errors:
                return self._create(user_input[CONF_NAME].strip())
        known = user_input or {CONF_NAME: DEFAULT_NAME}
        return self.async_show_form(
            step_id="temi_found",
            data_schema=self.add_suggested_values_to_schema(NAME_SCHEMA, known),
            description_placeholders={CONF_SERIAL: self._serial},
            errors=errors,
        )

    async def async_step_temi_reconfigure(
        self, user_input: Answers | None = None
    ) -> ConfigFlowResult:
        """Change the name of a robot, and which waypoint is in which area."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            serial = entry.data[CONF_SERIAL]
            findings = chain(
                check_robot(user_input, serial), check_areas(self.hass, user_input)
            )
            errors = errors_of(findings)
            if not errors:
                name = user_input[CONF_NAME].strip()
                data = {**entry.data, CONF_AREAS: [], **user_input, CONF_NAME: name}
                return self.async_update_and_abort(entry, title=name, data=data)
        known = user_input or {**entry.data, CONF_NAME: entry.title}
        schema = self._change_schema()
        return self.async_show_form(
            step_id="temi_reconfigure",
            data_schema=self.add_suggested_values_to_schema(schema, known),
            errors=errors,
        )

    async def _async_claim(self, serial: str, *, may_overtake: bool) -> None:
        """End the flow when the robot is set up; a person overtakes what was only found."""
        self._serial = serial
        unique_id = f"{SYSTEM}:{serial}"
        await self.async_set_unique_id(unique_id, raise_on_progress=not may_overtake)
        self._abort_if_unique_id_configured()

    def _create(self, name: str) -> ConfigFlowResult:
        """Store the robot."""
        data = {CONF_SYSTEM: SYSTEM, CONF_NAME: name, CONF_SERIAL: self._serial}
        return self.async_create_entry(title=name, data=data)

    def _change_schema(self) -> vol.Schema:
        """Return the form of a change; the robot says which waypoints there are."""
        runtime = getattr(self._get_reconfigure_entry(), "runtime_data", None)
        waypoints = [] if runtime is None else list(runtime.state.waypoints)
        waypoint = SelectSelectorConfig(options=waypoints, custom_value=True)
        config = ObjectSelectorConfig(
            fields={
                CONF_AREA: {"selector": AreaSelector(), "required": True},
                CONF_WAYPOINT: {
                    "selector": SelectSelector(waypoint),
                    "required": True,
                },
            },
            multiple=True,
            label_field=CONF_WAYPOINT,
            translation_key="temi_area",
        )
        return NAME_SCHEMA.extend({vol.Optional(CONF_AREAS): ObjectSelector(config)})


async def _async_broker(hass: HomeAssistant) -> bool:
    """Tell whether there is a broker."""
    from .wire import async_is_ready  # noqa: PLC0415 - takes 5 MB

    return await async_is_ready(hass)


async def _async_is_heard(hass: HomeAssistant, serial: str) -> bool:
    """Tell whether a robot reports."""
    from .wire import async_probe  # noqa: PLC0415 - takes 5 MB

    return await async_probe(hass, serial, PROBE_S) is not None
