"""Blueprints in a real Home Assistant: copied where users have them, run as automations or scripts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
import shutil
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.valve import ValveEntity, ValveEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
    setup_test_component_platform,
)

ROOT = Path(__file__).parents[2]
FOLDER = "smart_quarter"

type Use = Callable[..., Awaitable[None]]
type Wait = Callable[..., Awaitable[None]]


@pytest.fixture
async def shelf(hass: HomeAssistant) -> None:
    """Copy the blueprints to where Home Assistant looks for them."""
    target = Path(hass.config.path("blueprints"))
    await hass.async_add_executor_job(shutil.rmtree, target, True)
    await hass.async_add_executor_job(shutil.copytree, ROOT / "blueprints", target)


@pytest.fixture
async def use(hass: HomeAssistant, shelf: None) -> AsyncIterator[Use]:
    """Return what makes an automation of a blueprint: `automation.under_test`."""

    async def use(name: str, **inputs: Any) -> None:
        made = {"path": f"{FOLDER}/{name}.yaml", "input": inputs}
        config = {"id": "x", "alias": "Under test", "use_blueprint": made}
        assert await async_setup_component(hass, "automation", {"automation": config})
        await settle()
        state = hass.states.get("automation.under_test")
        assert state is not None
        assert state.state == "on", "the blueprint or its inputs are not valid"

    yield use
    target = {"entity_id": "all", "stop_actions": True}
    await hass.services.async_call("automation", "turn_off", target, blocking=True)


@pytest.fixture
def wait(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Wait:
    """Return what lets time pass, in steps, so that every timer comes when it is due."""

    async def wait(step_s: float = 30.0, **passes: float) -> None:
        left_s = timedelta(**passes).total_seconds()
        while left_s > 0:
            freezer.tick(min(step_s, left_s))
            left_s -= step_s
            async_fire_time_changed(hass)
            await settle()

    return wait


async def settle() -> None:
    """Let all happen that needs no time.

    An automation that waits is never done: `async_block_till_done` would wait for it too.
    """
    for _ in range(100):
        await asyncio.sleep(0)


class Valve(ValveEntity):
    """A valve that remembers what it is told; Home Assistant has no helper for one."""

    _attr_is_closed = True
    _attr_reports_position = False
    _attr_should_poll = False
    _attr_supported_features = ValveEntityFeature.OPEN | ValveEntityFeature.CLOSE

    def __init__(self, name: str) -> None:
        """Remember the name."""
        self._attr_name = self._attr_unique_id = name

    @override
    async def async_open_valve(self) -> None:
        self.is_now(closed=False)

    @override
    async def async_close_valve(self) -> None:
        self.is_now(closed=True)

    def is_now(self, *, closed: bool = True, available: bool = True) -> None:
        """Show what the valve is, or that it is out of reach."""
        self._attr_available = available
        self._attr_is_closed = closed
        self.async_write_ha_state()


async def valve_entities(hass: HomeAssistant, *names: str) -> list[Valve]:
    """Make real valves."""
    valves = [Valve(name) for name in names]
    setup_test_component_platform(hass, "valve", valves)
    assert await async_setup_component(hass, "valve", {"valve": {"platform": "test"}})
    await hass.async_block_till_done()
    return valves


async def template_entities(hass: HomeAssistant, domain: str, *names: str) -> None:
    """Make real entities that remember what they are told: each on an input_boolean."""
    helpers = {name: {"name": name} for name in names}
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": helpers}
    )
    entities = [_template(domain, name) for name in names]
    assert await async_setup_component(
        hass, "template", {"template": [{domain: entities}]}
    )
    await hass.async_block_till_done()


def _template(domain: str, name: str) -> dict[str, Any]:
    """Return the configuration of an entity that shows its input_boolean."""
    on, off = {
        "switch": ("turn_on", "turn_off"),
        "light": ("turn_on", "turn_off"),
        "lock": ("lock", "unlock"),
    }[domain]
    helper = f"input_boolean.{name}"
    turn = {"target": {"entity_id": helper}}
    return {
        "name": name,
        "unique_id": name,
        "state": f"{{{{ states('{helper}') }}}}",
        on: {"action": "input_boolean.turn_on", **turn},
        off: {"action": "input_boolean.turn_off", **turn},
    }
