"""As many devices and entities as the site has, with nothing in them: what HA needs for itself.

It also measures inside Home Assistant, where no network adds to the figures.
"""

import asyncio
from time import perf_counter

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_CALL_SERVICE, Platform
from homeassistant.core import (
    Event,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)

DOMAIN = "plain_entities"
NOTIFY = "notify"
NOISE_S = 0.01
NOISE_STATES = 10
"""States set in each interval: 1,000 a second."""


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up the entities and what measures."""
    platforms = [Platform.SENSOR, Platform.NOTIFY]
    await hass.config_entries.async_forward_entry_setups(entry, platforms)

    async def measure(call: ServiceCall) -> ServiceResponse:
        """Answer with the milliseconds from each source's report to a notification."""
        noise = asyncio.create_task(_noise(hass)) if call.data["noise"] else None
        times = [await _one(hass, entity_id) for entity_id in call.data["sources"]]
        if noise is not None:
            noise.cancel()
        return {"ms": [each * 1000 for each in times]}

    async def report(call: ServiceCall) -> None:
        """Let many entities report the same at once."""
        for entity_id in call.data["sources"]:
            hass.states.async_set(entity_id, call.data["state"])

    only = SupportsResponse.ONLY
    hass.services.async_register(DOMAIN, "measure", measure, supports_response=only)
    hass.services.async_register(DOMAIN, "report", report)
    return True


async def _one(hass: HomeAssistant, entity_id: str) -> float:
    """Return the seconds from a report to the first notification that is attempted."""
    attempted: asyncio.Future[float] = hass.loop.create_future()

    @callback
    def heard(event: Event) -> None:
        if event.data["domain"] == NOTIFY and not attempted.done():
            attempted.set_result(perf_counter())

    stop = hass.bus.async_listen(EVENT_CALL_SERVICE, heard)
    hass.states.async_set(entity_id, "off")
    await asyncio.sleep(0.02)
    begun = perf_counter()
    hass.states.async_set(entity_id, "on")
    ended = await asyncio.wait_for(attempted, 10)
    stop()
    return ended - begun


async def _noise(hass: HomeAssistant) -> None:
    """Change other states all the time."""
    count = 0
    while True:
        for number in range(NOISE_STATES):
            count += 1
            hass.states.async_set(f"sensor.noise_{number}", str(count))
        await asyncio.sleep(NOISE_S)
