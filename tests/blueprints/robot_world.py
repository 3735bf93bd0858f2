"""A robot that only answers what a test wants, and what people are told, for blueprints."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from custom_components.smart_quarter.const import DOMAIN

ROBOT = "select.robot_destination"
VOICE = "notify.robot_speech"
CARE = "notify.care"

type Calls = list[ServiceCall]


def known_robot(hass: HomeAssistant) -> None:
    """Let a robot with a voice be in the registries."""
    entry = MockConfigEntry(domain="other")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("other", "robot")}, name="Robot"
    )
    for entity_id in (ROBOT, VOICE):
        domain, name = entity_id.split(".")
        er.async_get(hass).async_get_or_create(
            domain, "other", name, suggested_object_id=name, device_id=device.id
        )


def answers(
    hass: HomeAssistant,
    action: str,
    answer: Mapping[str, Any] | None = None,
    error: Exception | None = None,
) -> Calls:
    """Let the robot answer an action, or fail; return what it was asked for."""
    response: Any = None if answer is None else {ROBOT: dict(answer)}
    return async_mock_service(
        hass,
        DOMAIN,
        action,
        response=response,
        supports_response=SupportsResponse.OPTIONAL,
        raise_exception=error,
    )


def told(calls: Calls, entity_id: str = CARE) -> list[str]:
    """Return the messages to somebody, or those that a robot says."""
    return [
        call.data["message"] for call in calls if entity_id in call.data["entity_id"]
    ]


async def calm() -> None:
    """Let everything happen that takes no time, also while the clock stands still."""
    for _ in range(10):
        await asyncio.to_thread(time.sleep, 0.01)


async def happened(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, also while the clock stands still."""
    for _ in range(1500):
        if is_so():
            return
        await asyncio.to_thread(time.sleep, 0.01)
    raise AssertionError("it did not happen")


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass, without waiting for automations to end."""
    freezer.tick(timedelta(seconds=seconds))
    async_fire_time_changed(hass)
    await calm()


def state_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity."""
    return str(hass.states.get(entity_id).state)
