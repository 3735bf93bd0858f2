"""A house in a real Home Assistant: plain states as sources, a real app with a recorded push server."""

from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any

from homeassistant.auth.models import User
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.smart_quarter.const import DOMAIN

PUSH_URL = "https://push.example.com/send"
SOURCES = [
    {"source_id": "s-cord", "kind": "manual", "entity_id": "binary_sensor.cord"},
    {"source_id": "s-pendant", "kind": "manual", "entity_id": "event.pendant"},
    {"source_id": "s-radar", "kind": "fall", "entity_id": "binary_sensor.radar"},
]
FLAT = {"sources": SOURCES, "consent": False, "policy": "plan"}
PLAN = {"first": ["anna"], "second": ["everybody"], "repeat_s": 30}

type SetUp = Callable[[MockConfigEntry], Awaitable[MockConfigEntry]]


def part(kind: str, key: str, **data: Any) -> ConfigSubentryDataWithId:
    """Return a subentry as it is stored."""
    return ConfigSubentryDataWithId(
        data=MappingProxyType({"name": key, **data}),
        subentry_id=key,
        subentry_type=kind,
        title=key.replace("_", " ").title(),
        unique_id=None,
    )


def house_entry(*parts: ConfigSubentryDataWithId, **changes: Any) -> MockConfigEntry:
    """Return the entry of a house."""
    data = {
        "system": "emergency",
        "name": "Block 3",
        "push_detail": "place",
        "weekly_test": False,
    }
    return MockConfigEntry(
        domain=DOMAIN,
        title="Block 3",
        unique_id="emergency:block_3",
        entry_id="house",
        data={**data, **changes},
        subentries_data=list(parts),
    )


@pytest.fixture
def anna() -> User:
    """Return the login of a caretaker."""
    return MockUser(id="user-anna", name="Anna")


@pytest.fixture
def others(hass: HomeAssistant) -> None:
    """Let a lead and a resident have logins too."""
    for key in ("lea", "resi"):
        MockUser(id=f"user-{key}", name=key, is_owner=True).add_to_hass(hass)


@pytest.fixture
def as_anna(anna: User) -> Context:
    """Return the context of what a caretaker does."""
    return Context(user_id=anna.id)


@pytest.fixture
def as_lead() -> Context:
    """Return the context of what a lead does."""
    return Context(user_id="user-lea")


@pytest.fixture
async def phone(
    hass: HomeAssistant, anna: User, aioclient_mock: AiohttpClientMocker
) -> str:
    """Return the device of a caretaker's phone with the real app's component."""
    anna.add_to_hass(hass)  # type: ignore[attr-defined]
    aioclient_mock.post(PUSH_URL, json={}, status=201)  # type: ignore[no-untyped-call]
    app = MockConfigEntry(
        domain="mobile_app",
        title="Anna's phone",
        data={
            "app_data": {"push_token": "token", "push_url": PUSH_URL},
            "app_id": "io.example",
            "app_name": "App",
            "app_version": "1.0",
            "device_id": "phone-1",
            "device_name": "Anna's phone",
            "manufacturer": "Maker",
            "model": "Model",
            "os_name": "OS",
            "os_version": "1",
            "supports_encryption": False,
            "user_id": anna.id,
            "webhook_id": "hook",
        },
    )
    app.add_to_hass(hass)
    assert await async_setup_component(hass, "mobile_app", {})
    await hass.async_block_till_done()
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), app.entry_id)
    return device.id


@pytest.fixture
def entry(phone: str, anna: User) -> MockConfigEntry:
    """Return a house with a flat, a caretaker with a phone, a lead and a plan."""
    return house_entry(
        part("place", "flat", **FLAT),
        part("person", "anna", role="caretaker", user=anna.id, phones=[phone]),
        part("person", "lea", role="lead", user="user-lea"),
        part("person", "resi", role="resident", user="user-resi", place="flat"),
        part("policy", "plan", **PLAN),
    )


@pytest.fixture
def set_up(hass: HomeAssistant) -> SetUp:
    """Return what sets an entry up where the sources are quiet."""

    async def set_up(entry: MockConfigEntry) -> MockConfigEntry:
        for source in ("binary_sensor.cord", "binary_sensor.radar"):
            if hass.states.get(source) is None:
                hass.states.async_set(source, "off")
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        return entry

    return set_up


@pytest.fixture
async def house(set_up: SetUp, entry: MockConfigEntry) -> MockConfigEntry:
    """Return the running house."""
    return await set_up(entry)
