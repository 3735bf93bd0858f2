"""The entities of a house, as they are registered, as they look and as they change."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    snapshot_platform,
)
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker
from syrupy.assertion import SnapshotAssertion

from custom_components.smart_quarter.emergency import SPEC
from custom_components.smart_quarter.registry import SYSTEMS

from .conftest import FLAT, PLAN, SetUp, house_entry, part
from .test_runtime import ALARM, STATE, do, later, pull, pushes, settle

EVENT = "event.flat_emergency"
FAULT = "binary_sensor.block_3_fault"
OPEN = "sensor.block_3_open_calls"
UNACKNOWLEDGED = "sensor.block_3_calls_nobody_has_taken"
OLDEST = "sensor.block_3_oldest_call_nobody_has_taken"
WALK_TEST = "switch.flat_walk_test"
STUDIO_TEST = "switch.studio_walk_test"
ALL_TESTED = "switch.block_3_walk_test_of_all_places"
STUDIO = {
    "sources": [
        {"source_id": "s-bell", "kind": "manual", "entity_id": "binary_sensor.bell"}
    ],
    "consent": False,
    "policy": "plan",
}


@pytest.fixture(autouse=True)
def sources(hass: HomeAssistant) -> None:
    """Let all sources exist."""
    hass.states.async_set("event.pendant", "unknown")
    hass.states.async_set("binary_sensor.bell", "off")


@pytest.fixture
def users(hass: HomeAssistant, phone: str, others: None) -> None:
    """Let everybody have a login who may use entities."""
    for key in ("anna", "tom", "somebody"):
        MockUser(id=f"user-{key}", name=key, is_owner=True).add_to_hass(hass)


@pytest.fixture
async def quarter(
    set_up: SetUp, users: None, anna: MockUser, phone: str
) -> MockConfigEntry:
    """Return a running house with a flat, a studio and everybody who has a role."""
    return await set_up(
        house_entry(
            part("place", "flat", **FLAT),
            part("place", "studio", **STUDIO),
            part("person", "anna", role="caretaker", user="user-anna", phones=[phone]),
            part("person", "lea", role="lead", user="user-lea"),
            part("person", "tom", role="technician", user="user-tom"),
            part("person", "resi", role="resident", user="user-resi", place="flat"),
            part("policy", "plan", **PLAN),
        )
    )


@pytest.fixture
def watched(phone: str, anna: MockUser) -> MockConfigEntry:
    """Return a house whose flat has all entities that a place can have."""
    return house_entry(
        part("place", "flat", **FLAT, watch=True, check_in_until="10:00:00"),
        part("person", "anna", role="caretaker", user="user-anna", phones=[phone]),
        part("policy", "plan", **PLAN),
    )


async def act(hass: HomeAssistant, service: str, entity_id: str, user: str) -> None:
    """Use an entity as a user."""
    domain = entity_id.partition(".")[0]
    await hass.services.async_call(
        domain,
        service,
        {"entity_id": entity_id},
        blocking=True,
        context=Context(user_id=f"user-{user}"),
    )
    await settle(hass)


def event_of(hass: HomeAssistant) -> str:
    """Return the last event of the flat."""
    return str(hass.states.get(EVENT).attributes["event_type"])


@pytest.mark.quality_rule("entity-unique-id")
@pytest.mark.quality_rule("has-entity-name")
@pytest.mark.quality_rule("entity-translations")
@pytest.mark.quality_rule("entity-category")
@pytest.mark.quality_rule("entity-device-class")
@pytest.mark.parametrize("platform", list(SPEC.platforms))
@pytest.mark.freeze_time("2026-07-01 06:00:00+00:00")
@pytest.mark.usefixtures("all_entities_are_on")
async def test_the_entities_of_a_platform(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    monkeypatch: pytest.MonkeyPatch,
    set_up: SetUp,
    watched: MockConfigEntry,
    platform: Platform,
) -> None:
    only = replace(SPEC, platforms={platform: SPEC.platforms[platform]})
    monkeypatch.setitem(SYSTEMS, SPEC.key, only)
    await set_up(watched)
    await snapshot_platform(hass, entity_registry, snapshot, watched.entry_id)


@pytest.mark.quality_rule("entity-disabled-by-default")
async def test_a_place_has_seven_entities_that_are_on_and_no_profile_of_a_person(
    entity_registry: er.EntityRegistry, house: MockConfigEntry
) -> None:
    of_place = [
        each
        for each in er.async_entries_for_config_entry(entity_registry, house.entry_id)
        if each.config_subentry_id == "flat"
    ]
    off = {each.translation_key for each in of_place if each.disabled_by}
    assert len(of_place) - len(off) == 7
    assert off == {"place_phase"}


@pytest.mark.quality_rule("devices")
async def test_places_hang_below_their_house_and_persons_are_no_devices(
    device_registry: dr.DeviceRegistry, quarter: MockConfigEntry
) -> None:
    devices = dr.async_entries_for_config_entry(device_registry, quarter.entry_id)
    house = next(each for each in devices if each.name == "Block 3")
    places = {each.name: each.via_device_id for each in devices if each is not house}
    assert places == {"Flat": house.id, "Studio": house.id}


@pytest.mark.quality_rule("dynamic-devices")
@pytest.mark.quality_rule("stale-devices")
async def test_a_place_comes_and_goes_with_its_entities(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
    house: MockConfigEntry,
) -> None:
    studio = ConfigSubentry(
        data=MappingProxyType({"name": "studio", **STUDIO}),
        subentry_id="studio",
        subentry_type="place",
        title="Studio",
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(house, studio)
    await settle(hass)
    assert hass.states.get("sensor.studio_state").state == "idle"
    hass.states.async_set("binary_sensor.bell", "on")
    await settle(hass)
    assert hass.states.get("sensor.studio_state").state == "alarm"
    assert hass.states.get(STATE).state == "idle"

    hass.config_entries.async_remove_subentry(house, "studio")
    await settle(hass)
    assert hass.states.get("sensor.studio_state") is None
    left = er.async_entries_for_config_entry(entity_registry, house.entry_id)
    assert "studio" not in {each.config_subentry_id for each in left}
    devices = dr.async_entries_for_config_entry(device_registry, house.entry_id)
    assert {each.name for each in devices} == {"Block 3", "Flat"}
    assert hass.states.get(OPEN).state == "1", "somebody still has to end the call"


@pytest.mark.usefixtures("house")
async def test_a_place_shows_every_stage_of_a_call(
    hass: HomeAssistant,
    as_anna: Context,
    freezer: FrozenDateTimeFactory,
) -> None:
    seen = [(hass.states.get(STATE).state, hass.states.get(ALARM).state)]

    def look() -> None:
        seen.append((hass.states.get(STATE).state, hass.states.get(ALARM).state))

    incident_id = await pull(hass, "radar")
    look()
    await later(hass, freezer, 31)
    look()
    for deed in ("acknowledge", "arrive"):
        await do(hass, deed, as_anna, incident_id=incident_id)
        await settle(hass)
        look()
    await do(hass, "resolve", as_anna, incident_id=incident_id, outcome="helped")
    await settle(hass)
    look()
    assert seen == [
        ("idle", "off"),
        ("pre_alarm", "off"),
        ("alarm", "on"),
        ("acknowledged", "on"),
        ("on_scene", "on"),
        ("idle", "off"),
    ]


async def test_of_several_calls_a_place_shows_the_one_that_most_needs_somebody(
    hass: HomeAssistant, quarter: MockConfigEntry, as_anna: Context
) -> None:
    incident_id = await pull(hass)
    await do(hass, "arrive", as_anna, incident_id=incident_id)
    await settle(hass)
    assert hass.states.get(STATE).state == "on_scene"
    hass.states.async_set("binary_sensor.radar", "on")
    await settle(hass)
    assert hass.states.get(STATE).state == "on_scene", "a pre-alarm alarms nobody"
    await act(hass, "press", "button.flat_call_for_help", "resi")
    assert hass.states.get(STATE).state == "alarm"
    assert hass.states.get("sensor.studio_state").state == "idle"


@pytest.mark.usefixtures("all_entities_are_on")
async def test_the_house_counts_its_calls(
    hass: HomeAssistant,
    house: MockConfigEntry,
    as_anna: Context,
    freezer: FrozenDateTimeFactory,
) -> None:
    assert [hass.states.get(each).state for each in (OPEN, UNACKNOWLEDGED, OLDEST)] == [
        "0",
        "0",
        "unknown",
    ]
    await pull(hass, "radar")
    assert hass.states.get(OPEN).state == "1"
    assert hass.states.get(UNACKNOWLEDGED).state == "0", "a pre-alarm calls nobody"
    await later(hass, freezer, 10)
    pulled_at = dt_util.utcnow()
    incident_id = await pull(hass)
    assert hass.states.get(OPEN).state == "2"
    assert hass.states.get(UNACKNOWLEDGED).state == "2", "a call ends all doubt"
    fell_at = pulled_at - timedelta(seconds=10)
    oldest = datetime.fromisoformat(hass.states.get(OLDEST).state)
    assert abs(oldest - fell_at) < timedelta(seconds=2)
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    await settle(hass)
    assert hass.states.get(OPEN).state == "2"
    assert hass.states.get(UNACKNOWLEDGED).state == "1"


@pytest.mark.usefixtures("house")
async def test_events_tell_what_happened_and_only_the_id_of_the_call(
    hass: HomeAssistant,
    as_anna: Context,
    as_lead: Context,
    freezer: FrozenDateTimeFactory,
) -> None:
    incident_id = await pull(hass, "radar")
    seen = [event_of(hass)]
    await later(hass, freezer, 31)
    seen.append(event_of(hass))
    steps: list[tuple[str, Context, dict[str, Any]]] = [
        ("escalate", as_anna, {}),
        ("acknowledge", as_anna, {}),
        ("release", as_anna, {}),
        ("arrive", as_anna, {}),
        ("resolve", as_anna, {"outcome": "helped", "note": "Tea."}),
        ("reopen", as_lead, {}),
    ]
    for deed, context, data in steps:
        await do(hass, deed, context, incident_id=incident_id, **data)
        await settle(hass)
        seen.append(event_of(hass))
        attributes = dict(hass.states.get(EVENT).attributes)
        assert attributes.pop("incident_id") == incident_id
        assert attributes.keys() == {"event_type", "event_types", "friendly_name"}
    assert seen == [
        "pre_alarm",
        "alarm",
        "escalated",
        "acknowledged",
        "returned",
        "on_scene",
        "resolved",
        "reopened",
    ]


@pytest.mark.usefixtures("house")
async def test_what_is_refused_or_noted_is_no_event(
    hass: HomeAssistant, as_anna: Context
) -> None:
    incident_id = await pull(hass)
    before = hass.states.get(EVENT)
    with pytest.raises(ServiceValidationError):
        await do(hass, "acknowledge", Context(), incident_id=incident_id)
    await do(hass, "add_note", as_anna, incident_id=incident_id, note="Tea.")
    await settle(hass)
    assert hass.states.get(EVENT) == before


async def test_who_lives_there_calls_and_cancels_with_buttons(
    hass: HomeAssistant, quarter: MockConfigEntry
) -> None:
    hass.states.async_set("binary_sensor.radar", "on")
    await settle(hass)
    await act(hass, "press", "button.flat_i_am_all_right", "resi")
    assert hass.states.get(STATE).state == "idle"
    assert event_of(hass) == "cancelled"
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "press", "button.flat_i_am_all_right", "resi")
    assert refused.value.translation_key == "emergency_nothing_to_cancel"
    await act(hass, "press", "button.flat_call_for_help", "resi")
    assert hass.states.get(STATE).state == "alarm"
    with pytest.raises(ServiceValidationError):
        await act(hass, "press", "button.flat_i_am_all_right", "resi")
    assert hass.states.get(STATE).state == "alarm", "that is up to who comes"


@pytest.mark.parametrize("button", ["call_for_help", "i_am_all_right"])
async def test_a_resident_cannot_use_the_buttons_of_another_place(
    hass: HomeAssistant, quarter: MockConfigEntry, button: str
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "press", f"button.studio_{button}", "resi")
    assert refused.value.translation_key == "emergency_other_place"
    assert hass.states.get("sensor.studio_state").state == "idle"


@pytest.mark.parametrize("user_id", [None, "user-somebody", "user-tom"])
async def test_anybody_may_call_for_help(
    hass: HomeAssistant, quarter: MockConfigEntry, user_id: str | None
) -> None:
    await hass.services.async_call(
        "button",
        "press",
        {"entity_id": "button.flat_call_for_help"},
        blocking=True,
        context=Context(user_id=user_id),
    )
    await settle(hass)
    assert hass.states.get(STATE).state == "alarm"


async def test_a_walk_test_ends_by_itself_after_half_an_hour(
    hass: HomeAssistant, quarter: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    assert hass.states.get(WALK_TEST).state == "off"
    await act(hass, "turn_on", WALK_TEST, "tom")
    assert hass.states.get(WALK_TEST).state == "on"
    assert event_of(hass) == "test_started"
    await later(hass, freezer, 29 * 60)
    assert hass.states.get(WALK_TEST).state == "on"
    await later(hass, freezer, 61)
    assert hass.states.get(WALK_TEST).state == "off"
    assert event_of(hass) == "test_ended"


async def test_a_call_in_a_walk_test_is_a_test_that_ends_with_it(
    hass: HomeAssistant,
    quarter: MockConfigEntry,
    as_anna: Context,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await act(hass, "turn_on", WALK_TEST, "tom")
    await pull(hass)
    assert hass.states.get(STATE).state == "pre_alarm"
    assert hass.states.get(ALARM).state == "off"
    await later(hass, freezer, 119)
    await act(hass, "turn_off", WALK_TEST, "tom")
    assert hass.states.get(WALK_TEST).state == "off"
    assert hass.states.get(STATE).state == "idle"
    assert pushes(aioclient_mock) == []
    (incident,) = (await do(hass, "list_incidents", as_anna))["incidents"]
    assert (incident["test"], incident["outcome"]) == (True, "test")


async def test_a_call_in_a_walk_test_that_nobody_ends_is_an_alarm_after_two_minutes(
    hass: HomeAssistant,
    quarter: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    await act(hass, "turn_on", WALK_TEST, "tom")
    await pull(hass)
    await later(hass, freezer, 119)
    assert hass.states.get(STATE).state == "pre_alarm"
    await later(hass, freezer, 2)
    assert hass.states.get(STATE).state == "alarm"
    (push,) = pushes(aioclient_mock)
    assert push["title"] == "Test alarm"
    await act(hass, "turn_off", WALK_TEST, "tom")
    assert hass.states.get(STATE).state == "alarm", "a person has to close it"


@pytest.mark.parametrize("user", ["resi", "somebody"])
@pytest.mark.parametrize("service", ["turn_on", "turn_off"])
async def test_a_walk_test_is_not_for_everybody(
    hass: HomeAssistant, quarter: MockConfigEntry, user: str, service: str
) -> None:
    if service == "turn_off":
        await act(hass, "turn_on", WALK_TEST, "tom")
    before = hass.states.get(WALK_TEST).state
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, service, WALK_TEST, user)
    assert refused.value.translation_key == "emergency_not_allowed"
    assert hass.states.get(WALK_TEST).state == before


async def test_a_walk_test_of_one_place_leaves_the_others_alarmed(
    hass: HomeAssistant, quarter: MockConfigEntry
) -> None:
    await act(hass, "turn_on", WALK_TEST, "tom")
    hass.states.async_set("binary_sensor.bell", "on")
    await settle(hass)
    assert hass.states.get("sensor.studio_state").state == "alarm"
    assert hass.states.get(STUDIO_TEST).state == "off"


async def test_all_places_are_tested_at_once_and_it_ends_by_itself(
    hass: HomeAssistant, quarter: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    def seen() -> list[str]:
        switches = (ALL_TESTED, WALK_TEST, STUDIO_TEST)
        return [hass.states.get(each).state for each in switches]

    assert seen() == ["off", "off", "off"]
    await act(hass, "turn_on", ALL_TESTED, "tom")
    assert seen() == ["on", "on", "on"]
    hass.states.async_set("binary_sensor.bell", "on")
    await settle(hass)
    assert hass.states.get("sensor.studio_state").state == "pre_alarm", "a test"
    await act(hass, "turn_off", STUDIO_TEST, "tom")
    assert seen() == ["off", "on", "off"], "not all are tested any more"
    await act(hass, "turn_on", ALL_TESTED, "tom")
    await act(hass, "turn_off", ALL_TESTED, "tom")
    assert seen() == ["off", "off", "off"]
    await act(hass, "turn_on", ALL_TESTED, "tom")
    await later(hass, freezer, 30 * 60 + 1)
    assert seen() == ["off", "off", "off"]


@pytest.mark.parametrize("user", ["resi", "somebody"])
async def test_a_test_of_all_places_is_not_for_everybody(
    hass: HomeAssistant, quarter: MockConfigEntry, user: str
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "turn_on", ALL_TESTED, user)
    assert refused.value.translation_key == "emergency_not_allowed"
    assert hass.states.get(WALK_TEST).state == "off"


async def test_a_house_without_places_is_not_tested(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up(house_entry(part("person", "lea", role="lead")))
    assert hass.states.get(ALL_TESTED).state == "off"


async def test_entities_of_a_house_that_does_not_run_are_unavailable(
    hass: HomeAssistant, quarter: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_unload(quarter.entry_id)
    for entity_id in (STATE, ALARM, EVENT, OPEN, FAULT, WALK_TEST):
        assert hass.states.get(entity_id).state == "unavailable"
