"""A caretaker's page: everything on it works for a login without administrator's rights."""

from typing import Any

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from .conftest import FLAT, PLAN, SetUp, house_entry, part
from .test_runtime import STATE, pull, settle


@pytest.fixture
async def nurse(hass: HomeAssistant) -> User:
    """Return an ordinary login: no owner, no administrator."""
    await hass.auth.async_create_user("The first one is the owner")
    user = await hass.auth.async_create_user("Nurse", group_ids=[GROUP_ID_USER])
    assert not user.is_admin
    return user


@pytest.fixture
async def page(
    hass: HomeAssistant, set_up: SetUp, nurse: User, hass_ws_client: WebSocketGenerator
) -> MockHAClientWebSocket:
    """Return what the browser of an ordinary login talks to, with the house running."""
    hass.states.async_set("event.pendant", "unknown")
    await set_up(
        house_entry(
            part("place", "flat", **FLAT),
            part("person", "anna", role="caretaker", user=nurse.id),
            part("policy", "plan", **PLAN),
        )
    )
    assert await async_setup_component(hass, "websocket_api", {})
    token = await hass.auth.async_create_refresh_token(nurse, "https://page.example")
    return await hass_ws_client(hass, hass.auth.async_create_access_token(token))


async def call(
    hass: HomeAssistant, page: MockHAClientWebSocket, action: str, **data: Any
) -> Any:
    """Call an action as the page does, and return its answer."""
    domain, _, service = action.partition(".")
    await page.send_json_auto_id(
        {
            "type": "call_service",
            "domain": domain,
            "service": service,
            "service_data": data,
            "return_response": service == "list_incidents",
        }
    )
    answer = await page.receive_json()
    await settle(hass)
    return answer


async def test_taps_take_the_call_of_a_flat_arrive_and_close_it(
    hass: HomeAssistant, page: MockHAClientWebSocket
) -> None:
    await pull(hass)
    for action, data, stage in (
        ("acknowledge", {}, "acknowledged"),
        ("arrive", {}, "on_scene"),
        ("resolve", {"outcome": "helped"}, "idle"),
    ):
        told = {"entity_id": STATE, **data}
        assert (await call(hass, page, f"smart_quarter.{action}", **told))["success"]
        assert hass.states.get(STATE).state == stage


async def test_the_list_of_calls_has_names_and_the_actions_work(
    hass: HomeAssistant, page: MockHAClientWebSocket
) -> None:
    incident_id = await pull(hass)
    answer = await call(hass, page, "smart_quarter.list_incidents")
    (listed,) = answer["result"]["response"]["incidents"]
    assert listed["incident_id"] == incident_id
    assert listed["place"] == "Flat"
    assert listed["kind"] == "manual"
    for action, data in (
        ("acknowledge", {}),
        ("arrive", {}),
        ("release", {}),
        ("escalate", {}),
        ("add_note", {"note": "Tea."}),
        ("resolve", {"outcome": "helped"}),
    ):
        told = {"incident_id": incident_id, **data}
        assert (await call(hass, page, f"smart_quarter.{action}", **told))["success"]
    answer = await call(hass, page, "smart_quarter.list_incidents")
    (listed,) = answer["result"]["response"]["incidents"]
    assert listed["outcome"] == "helped"
    assert [each["text"] for each in listed["notes"]] == ["Tea."]


async def test_the_page_follows_the_entities(
    hass: HomeAssistant, page: MockHAClientWebSocket
) -> None:
    await page.send_json_auto_id({"type": "subscribe_entities", "entity_ids": [STATE]})
    assert (await page.receive_json())["success"]
    first = await page.receive_json()
    assert first["event"]["a"][STATE]["s"] == "idle"
    await pull(hass)
    second = await page.receive_json()
    assert second["event"]["c"][STATE]["+"]["s"] == "alarm"


async def test_what_only_a_lead_may_is_refused_with_a_sentence(
    hass: HomeAssistant, page: MockHAClientWebSocket
) -> None:
    incident_id = await pull(hass)
    closing = {"incident_id": incident_id, "outcome": "helped"}
    await call(hass, page, "smart_quarter.resolve", **closing)
    answer = await call(hass, page, "smart_quarter.reopen", incident_id=incident_id)
    assert not answer["success"]
    assert answer["error"]["translation_key"] == "emergency_not_allowed"


async def test_an_ordinary_login_that_is_bound_to_nobody_takes_nothing(
    hass: HomeAssistant, page: MockHAClientWebSocket
) -> None:
    stranger = await hass.auth.async_create_user("X", group_ids=[GROUP_ID_USER])
    await pull(hass)
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(
            "smart_quarter",
            "acknowledge",
            {"entity_id": STATE},
            blocking=True,
            context=Context(user_id=stranger.id),
        )
    assert hass.states.get(STATE).state == "alarm"
