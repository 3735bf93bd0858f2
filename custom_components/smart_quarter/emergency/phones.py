"""Phones with the app: the action that pushes to one, by its device."""

from homeassistant.components.mobile_app.const import DOMAIN as MOBILE_APP
from homeassistant.components.mobile_app.util import (
    get_notify_service,
    webhook_id_from_device_id,
)
from homeassistant.core import HomeAssistant


def push_action(hass: HomeAssistant, device_id: str) -> str:
    """Return the name of the action; raise `LookupError` if the phone is gone."""
    webhook_id = webhook_id_from_device_id(hass, device_id)
    action = None if webhook_id is None else get_notify_service(hass, webhook_id)
    if action is None:
        raise LookupError(MOBILE_APP)
    return action
