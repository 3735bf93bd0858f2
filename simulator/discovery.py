"""How a device announces itself: the MQTT discovery messages that Zigbee2MQTT sends."""

from dataclasses import dataclass, field
from hashlib import sha256
import re
from typing import Any

BASE = "zigbee2mqtt"
DISCOVERY = "homeassistant"
BRIDGE = f"{BASE}/bridge"
BRIDGE_STATE = f"{BRIDGE}/state"
BRIDGE_IEEE = "0x00124b0029a1b2c3"
VERSION = "2.6.3"
ORIGIN = {"name": "Zigbee2MQTT", "sw": VERSION, "url": "https://www.zigbee2mqtt.io"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One entity of a device: its component, its object id, and what is special about it."""

    component: str
    object_id: str
    payload: dict[str, Any]
    endpoint: str | None = None
    settable: bool = False
    postfix: bool = False
    """Whether the command topic ends in the object id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """What a device is, as Zigbee2MQTT names it."""

    manufacturer: str
    model: str
    model_id: str
    entities: tuple[Entity, ...] = field(default=())


def ieee_of(key: str) -> str:
    """Return a Zigbee address that is always the same for a key."""
    return f"0x00158d00{sha256(key.encode()).hexdigest()[:8]}"


def measurement(
    object_id: str, name: str, unit: str, device_class: str | None = None, **extra: Any
) -> Entity:
    """Return a sensor entity that shows a property of the state message."""
    payload = {
        "name": name,
        "state_class": "measurement",
        "unit_of_measurement": unit,
        "value_template": f"{{{{ value_json.{object_id} }}}}",
        **({"device_class": device_class} if device_class else {}),
        **extra,
    }
    return Entity(component="sensor", object_id=object_id, payload=payload)


def switch(endpoint: str | None = None) -> Entity:
    """Return the switch of a valve or relay, or of one of its endpoints."""
    state = f"state_{endpoint}" if endpoint else "state"
    return Entity(
        component="switch",
        object_id=f"switch_{endpoint}" if endpoint else "switch",
        payload={
            "name": endpoint.capitalize() if endpoint else None,
            "payload_off": "OFF",
            "payload_on": "ON",
            "value_template": f"{{{{ value_json.{state} }}}}",
        },
        endpoint=endpoint,
        settable=True,
    )


def number(
    object_id: str, name: str, unit: str, maximum: float, **extra: Any
) -> Entity:
    """Return a setting of a device."""
    return Entity(
        component="number",
        object_id=object_id,
        payload={
            "name": name,
            "min": 0,
            "max": maximum,
            "unit_of_measurement": unit,
            "value_template": f"{{{{ value_json.{object_id} }}}}",
            **extra,
        },
        settable=True,
        postfix=True,
    )


BATTERY = measurement(
    "battery", "Battery", "%", "battery", entity_category="diagnostic"
)
LINK_QUALITY = measurement(
    "linkquality",
    "Linkquality",
    "lqi",
    enabled_by_default=False,
    entity_category="diagnostic",
    icon="mdi:signal",
)


def announcement(
    entity: Entity, hardware: Hardware, ieee: str, friendly_name: str
) -> tuple[str, dict[str, Any]]:
    """Return the discovery topic and message of an entity."""
    base = f"{BASE}/{friendly_name}"
    payload = {
        **entity.payload,
        "availability": [
            availability(BRIDGE_STATE),
            availability(f"{base}/availability"),
        ],
        "availability_mode": "all",
        "default_entity_id": _suggested_id(entity, friendly_name),
        "device": _device(hardware, ieee, friendly_name),
        "origin": ORIGIN,
        "state_topic": base,
        "unique_id": f"{ieee}_{entity.object_id}_{BASE}",
    }
    if entity.settable:
        endpoint = f"/{entity.endpoint}" if entity.endpoint else ""
        postfix = f"/{entity.object_id}" if entity.postfix else ""
        payload["command_topic"] = f"{base}{endpoint}/set{postfix}"
    return f"{DISCOVERY}/{entity.component}/{ieee}/{entity.object_id}/config", payload


def bridge_announcement() -> tuple[str, dict[str, Any]]:
    """Return the discovery topic and message of the bridge itself."""
    ieee = BRIDGE_IEEE
    payload = {
        "name": "Connection state",
        "default_entity_id": "binary_sensor.zigbee2mqtt_bridge_connection_state",
        "device": {
            "identifiers": [f"{BASE}_bridge_{ieee}"],
            "manufacturer": "Zigbee2MQTT",
            "model": "Bridge",
            "name": "Zigbee2MQTT Bridge",
            "sw_version": VERSION,
        },
        "device_class": "connectivity",
        "entity_category": "diagnostic",
        "origin": ORIGIN,
        "payload_off": "offline",
        "payload_on": "online",
        "state_topic": BRIDGE_STATE,
        "unique_id": f"bridge_{ieee}_connection_state_{BASE}",
        "value_template": "{{ value_json.state }}",
    }
    return (
        f"{DISCOVERY}/binary_sensor/{_encoded(BASE)}_{ieee}/connection_state/config",
        payload,
    )


def availability(topic: str) -> dict[str, str]:
    """Return one place where it is told whether a device can be reached."""
    return {"topic": topic, "value_template": "{{ value_json.state }}"}


def _device(hardware: Hardware, ieee: str, friendly_name: str) -> dict[str, Any]:
    """Return what goes into the device registry."""
    return {
        "identifiers": [f"{BASE}_{ieee}"],
        "manufacturer": hardware.manufacturer,
        "model": hardware.model,
        "model_id": hardware.model_id,
        "name": friendly_name,
        "via_device": f"{BASE}_bridge_{BRIDGE_IEEE}",
    }


def _suggested_id(entity: Entity, friendly_name: str) -> str:
    """Return the entity id that Zigbee2MQTT suggests."""
    name = re.sub(r"\s+", "_", friendly_name).lower()
    if not entity.object_id.startswith(entity.component):
        name = f"{name}_{entity.object_id}"
    elif entity.endpoint:
        name = f"{name}_{entity.endpoint}"
    return f"{entity.component}.{name}"


def _encoded(text: str) -> str:
    """Return a topic as the numbers of its letters, which is how the bridge names itself."""
    return "".join(str(ord(letter)) for letter in text)
