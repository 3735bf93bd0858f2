"""Valves of Zigbee2MQTT; imported only where MQTT is loaded, for it takes 5 MB."""

import json
from typing import Any

from homeassistant.components import mqtt
from homeassistant.components.mqtt import debug_info
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..exceptions import SmartQuarterError


async def async_open_for(hass: HomeAssistant, entity_id: str, seconds: int) -> None:
    """Send state and duration in one message, so that neither comes alone."""
    if (target := opening_target(hass, entity_id)) is None:
        raise SmartQuarterError("valve_not_zigbee2mqtt", valve=entity_id)
    topic, payload = target
    message = json.dumps({**payload, "on_time": seconds})
    # QoS 0: a queued opening must not fire late, when the broker is back
    await mqtt.async_publish(hass, topic, message, qos=0, retain=False)


def opening_target(
    hass: HomeAssistant, entity_id: str
) -> tuple[str, dict[str, Any]] | None:
    """Return topic and opening payload from the valve's discovery configuration."""
    entry = er.async_get(hass).async_get(entity_id)
    if entry is None or entry.device_id is None:
        return None
    for info in debug_info.info_for_device(hass, entry.device_id)["entities"]:
        config = info["discovery_data"]["payload"]
        if info["entity_id"] == entity_id and "command_topic" in config:
            return config["command_topic"], _opening_payload(config)
    return None


def _opening_payload(config: dict[str, Any]) -> dict[str, Any]:
    """Return the opening message; outlets are told apart by topic or by key."""
    state = config.get("payload_open", config.get("payload_on", "ON"))
    try:
        payload = json.loads(state)
    except ValueError:
        return {"state": state}
    return payload if isinstance(payload, dict) else {"state": state}
