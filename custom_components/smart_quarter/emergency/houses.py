"""The running houses, and how to hear of all of them whenever they come or go."""

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..running import runtimes
from .const import SYSTEM
from .news import SIGNAL, Listener
from .runtime import EmergencyRuntime


def houses(hass: HomeAssistant) -> list[EmergencyRuntime]:
    """Return all running houses."""
    return runtimes(hass, SYSTEM)


@callback
def listen(hass: HomeAssistant, listener: Listener) -> CALLBACK_TYPE:
    """Call the listener for the news of all houses, also for what was told at the start."""
    for runtime in houses(hass):
        for item in tuple(runtime.news.early):
            listener(item)
    return async_dispatcher_connect(hass, SIGNAL, listener)
