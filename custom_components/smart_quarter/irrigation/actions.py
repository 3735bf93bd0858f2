"""Actions of irrigation: registered once, so that automations validate with no site loaded."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from homeassistant.components.valve import DOMAIN as VALVE_DOMAIN
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import (
    async_get_config_entry,
    async_register_platform_entity_service,
)
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import CONF_SYSTEM, DOMAIN
from ..exceptions import SmartQuarterInputError
from .const import SYSTEM
from .runtime import IrrigationConfigEntry
from .valve import ZoneValve

ACTION_WATER: Final = "water_zone"
ACTION_STOP: Final = "stop_zone"
ACTION_EXPLAIN: Final = "explain"
ACTION_CALIBRATE: Final = "calibrate"
ACTION_HOSE: Final = "hose_mode"
ACTION_RAIN_DELAY: Final = "rain_delay"

ATTR_DURATION: Final = "duration"
ATTR_LITRES: Final = "litres"
ATTR_MINUTES: Final = "minutes"
ATTR_HOURS: Final = "hours"
ATTR_PROBE: Final = "probe"
ATTR_POINT: Final = "point"
ATTR_WATER_CONTENT: Final = "water_content"

RAIN_DELAY_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        vol.Required(ATTR_HOURS): vol.All(vol.Coerce(float), vol.Range(0, 168)),
    }
)

type ZoneAction = Callable[[ZoneValve, ServiceCall], Awaitable[ServiceResponse]]


def async_setup_actions(hass: HomeAssistant) -> None:
    """Register all actions."""
    _register(
        hass,
        ACTION_WATER,
        _async_water,
        {
            vol.Optional(ATTR_DURATION): cv.positive_time_period,
            vol.Optional(ATTR_LITRES): vol.All(
                vol.Coerce(float), vol.Range(min=0.1, max=10_000)
            ),
        },
    )
    _register(hass, ACTION_STOP, _async_stop, {})
    _register(
        hass,
        ACTION_HOSE,
        _async_hose,
        {vol.Required(ATTR_MINUTES): vol.All(vol.Coerce(int), vol.Range(0, 240))},
    )
    _register(
        hass,
        ACTION_CALIBRATE,
        _async_calibrate,
        {
            vol.Required(ATTR_POINT): vol.In(["dry", "wet"]),
            vol.Optional(ATTR_PROBE): cv.entity_id,
            vol.Optional(ATTR_WATER_CONTENT): vol.All(
                vol.Coerce(float), vol.Range(0, 60)
            ),
        },
    )
    _register(hass, ACTION_EXPLAIN, _async_explain, {}, SupportsResponse.ONLY)
    hass.services.async_register(
        DOMAIN, ACTION_RAIN_DELAY, _async_rain_delay, RAIN_DELAY_SCHEMA
    )


def _register(
    hass: HomeAssistant,
    action: str,
    run: ZoneAction,
    schema: VolDictType,
    response: SupportsResponse = SupportsResponse.NONE,
) -> None:
    """Register an action on zones; they are chosen by their valve."""
    async_register_platform_entity_service(
        hass,
        DOMAIN,
        action,
        entity_domain=VALVE_DOMAIN,
        schema=schema,
        func=run,
        supports_response=response,
    )


async def _async_water(zone: ZoneValve, call: ServiceCall) -> None:
    """Water a zone for a time or by volume."""
    duration: timedelta | None = call.data.get(ATTR_DURATION)
    litres: float | None = call.data.get(ATTR_LITRES)
    if duration is not None and litres is not None:
        raise SmartQuarterInputError("duration_and_litres")
    seconds = None if duration is None else round(duration.total_seconds())
    await zone.runtime.async_water(zone.zone_id, seconds=seconds, litres=litres)


async def _async_stop(zone: ZoneValve, call: ServiceCall) -> None:
    """Shut a zone's water off."""
    await zone.runtime.async_stop(zone.zone_id)


async def _async_hose(zone: ZoneValve, call: ServiceCall) -> None:
    """Leave a zone's line to a person, or end that."""
    await zone.runtime.async_set_hose(zone.zone_id, call.data[ATTR_MINUTES])


async def _async_calibrate(zone: ZoneValve, call: ServiceCall) -> None:
    """Store what a probe shows now as its reading at a known water content."""
    await zone.runtime.async_calibrate(
        zone.zone_id,
        call.data.get(ATTR_PROBE),
        call.data[ATTR_POINT],
        call.data.get(ATTR_WATER_CONTENT),
    )


async def _async_explain(zone: ZoneValve, call: ServiceCall) -> ServiceResponse:
    """Answer why a zone was, or was not, watered."""
    return zone.runtime.explain(zone.zone_id)


async def _async_rain_delay(call: ServiceCall) -> None:
    """Water nothing automatically for some hours."""
    entry: IrrigationConfigEntry = async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    if entry.data[CONF_SYSTEM] != SYSTEM:
        raise SmartQuarterInputError("not_an_irrigation_site", site=entry.title)
    await entry.runtime_data.async_set_rain_delay(call.data[ATTR_HOURS])
