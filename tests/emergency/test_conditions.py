"""Conditions in real automations: a house that does not run gives no answer."""

from typing import Any

from homeassistant.components import automation
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ConditionError
from homeassistant.helpers.condition import (
    async_from_config,
    async_validate_condition_config,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from .conftest import FLAT, SetUp, house_entry, part
from .test_runtime import STATE, do, pull, settle

OPEN = "smart_quarter.has_open_incident"
TEST = "smart_quarter.is_walk_test"


async def is_so(hass: HomeAssistant, condition: str, **options: Any) -> bool | None:
    """Check a condition as automations do."""
    config = {"condition": condition, "options": options}
    checked = await async_validate_condition_config(hass, config)
    checker = await async_from_config(hass, checked)
    return checker.async_check()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, True),
        ({"place": STATE}, True),
        ({"place": ["sensor.studio_state", STATE]}, True),
        ({"place": "sensor.studio_state"}, False),
        ({"kind": "manual"}, True),
        ({"kind": "smoke"}, False),
        ({"place": STATE, "kind": ["smoke", "manual"]}, True),
    ],
)
async def test_an_open_call_is_seen_where_and_of_the_kind_that_is_asked_for(
    hass: HomeAssistant, set_up: SetUp, options: dict[str, Any], expected: bool
) -> None:
    studio = {"sources": [], "consent": False}
    await set_up(
        house_entry(part("place", "flat", **FLAT), part("place", "studio", **studio))
    )
    assert await is_so(hass, OPEN, **options) is False
    await pull(hass)
    assert await is_so(hass, OPEN, **options) is expected


@pytest.mark.usefixtures("house")
async def test_a_call_is_open_from_the_pre_alarm_until_a_person_has_closed_it(
    hass: HomeAssistant, as_anna: Context
) -> None:
    incident_id = await pull(hass, "radar")
    assert await is_so(hass, OPEN) is True
    await do(hass, "arrive", as_anna, incident_id=incident_id)
    assert await is_so(hass, OPEN) is True
    closing = {"incident_id": incident_id, "outcome": "helped"}
    await do(hass, "resolve", as_anna, **closing)
    assert await is_so(hass, OPEN) is False


@pytest.mark.usefixtures("house", "others")
async def test_a_walk_test_is_seen(hass: HomeAssistant, as_lead: Context) -> None:
    assert await is_so(hass, TEST) is False
    switch = {"entity_id": "switch.flat_walk_test"}
    await hass.services.async_call("switch", "turn_on", switch, True, as_lead)
    assert await is_so(hass, TEST) is True
    assert await is_so(hass, TEST, place=STATE) is True
    await hass.services.async_call("switch", "turn_off", switch, True, as_lead)
    assert await is_so(hass, TEST) is False


@pytest.mark.parametrize(
    ("condition", "options"),
    [
        (OPEN, {"place": "sensor.unknown"}),
        (OPEN, {"kind": "boredom"}),
        (TEST, {"kind": "manual"}),
    ],
)
@pytest.mark.usefixtures("house")
async def test_options_that_mean_nothing_are_refused(
    hass: HomeAssistant, condition: str, options: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await is_so(hass, condition, **options)


async def test_a_house_that_does_not_run_gives_no_answer(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_unload(house.entry_id)
    with pytest.raises(ConditionError):
        await is_so(hass, OPEN)


@pytest.mark.usefixtures("house")
async def test_an_automation_acts_only_while_a_call_is_open(
    hass: HomeAssistant,
) -> None:
    acted: list[object] = []
    hass.bus.async_listen("acted", acted.append)
    config = {
        "triggers": {"trigger": "event", "event_type": "asked"},
        "conditions": {"condition": OPEN, "options": {"place": STATE}},
        "actions": {"event": "acted"},
    }
    assert await async_setup_component(hass, automation.DOMAIN, {"automation": config})
    hass.bus.async_fire("asked")
    await settle(hass)
    assert acted == []
    await pull(hass)
    hass.bus.async_fire("asked")
    await settle(hass)
    assert len(acted) == 1
