"""A house with two places and a caretaker, for blueprints about calls."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_mock_service,
)

from ..emergency.conftest import FLAT, PLAN, house_entry, part
from ..emergency.test_runtime import STATE, do
from .conftest import Use
from .robot_world import Calls, calm, happened, state_of

type Happens = Callable[..., Awaitable[None]]


def two_places(
    hass: HomeAssistant, anna: MockUser, kind: str = "manual"
) -> MockConfigEntry:
    """Return a house with a flat and a studio, whose bell reports a kind of call."""
    anna.add_to_hass(hass)
    bell = "binary_sensor.bell"
    hass.states.async_set(bell, "off")
    source = {"source_id": "s-bell", "kind": kind, "entity_id": bell}
    studio = {"sources": [source], "consent": False, "policy": "plan"}
    return house_entry(
        part("place", "flat", **FLAT),
        part("place", "studio", **studio),
        part("person", "anna", role="caretaker", user=anna.id),
        part("policy", "plan", **PLAN),
    )


@pytest.fixture
def anna() -> MockUser:
    """Return the login of a caretaker who may use entities."""
    return MockUser(id="user-anna", name="Anna", is_owner=True)


@pytest.fixture
def area(hass: HomeAssistant, house: MockConfigEntry) -> str:
    """Return the area of the flat, which is called like a waypoint."""
    area_id = ar.async_get(hass).async_create("Flat 12.1").id
    device_id = str(er.async_get(hass).async_get(STATE).device_id)
    dr.async_get(hass).async_update_device(device_id, area_id=area_id)
    return area_id


@pytest.fixture
def messages(hass: HomeAssistant, house: MockConfigEntry) -> Calls:
    """Return what is said and written."""
    return async_mock_service(hass, "notify", "send_message")


@pytest.fixture
def happens(hass: HomeAssistant, use: Use, area: str) -> Happens:
    """Return what uses the blueprint for help and lets somebody pull the cord."""

    async def happens(**inputs: Any) -> None:
        await use("alarm_help", **{"language": "en", **inputs})
        hass.states.async_set("binary_sensor.cord", "on")
        await happened(lambda: state_of(hass, "event.flat_emergency") != "unknown")
        await calm()

    return happens


async def notes(hass: HomeAssistant, as_anna: Context) -> list[str]:
    """Return the notes of the call."""
    answer = await do(hass, "list_incidents", as_anna)
    return [each["text"] for each in answer["incidents"][0]["notes"]]
