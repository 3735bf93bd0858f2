"""What people, automations and dashboards may ask a house for."""

from collections.abc import Iterator
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker
import voluptuous as vol

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.emergency.model import Kind

from ..irrigation.conftest import ZONE, part as irrigation_part, site_entry
from .conftest import FLAT, PLAN, SetUp, house_entry, part
from .test_runtime import STATE, do, later, pull, pushes, settle

UNKNOWN_ID = "0000000000000000"
STUDIO_STATE = "sensor.studio_state"
OTHER = {
    "sources": [
        {"source_id": "s-bell", "kind": "manual", "entity_id": "binary_sensor.bell"}
    ],
    "consent": False,
    "policy": "plan",
}
ON_AN_INCIDENT: list[tuple[str, dict[str, Any]]] = [
    ("acknowledge", {}),
    ("arrive", {}),
    ("release", {}),
    ("escalate", {}),
    ("resolve", {"outcome": "helped"}),
    ("reopen", {}),
    ("add_note", {"note": "Tea."}),
]

ON_AN_OPEN_CALL = [each for each in ON_AN_INCIDENT if each[0] != "reopen"]


@pytest.fixture(autouse=True)
def sources(hass: HomeAssistant) -> None:
    """Let all sources exist."""
    hass.states.async_set("event.pendant", "unknown")
    hass.states.async_set("binary_sensor.bell", "off")


@pytest.fixture(autouse=True)
def users(hass: HomeAssistant, phone: str, others: None) -> None:
    """Let everybody have a login who may use entities."""
    for key in ("anna", "olaf", "tom", "somebody"):
        MockUser(id=f"user-{key}", name=key, is_owner=True).add_to_hass(hass)


@pytest.fixture
async def house(set_up: SetUp, users: None, phone: str) -> MockConfigEntry:
    """Return a running house with two places and a person in every role."""
    return await set_up(
        house_entry(
            part("place", "flat", **FLAT),
            part("place", "studio", **OTHER),
            part("person", "anna", role="caretaker", user="user-anna", phones=[phone]),
            part("person", "lea", role="lead", user="user-lea"),
            part("person", "tom", role="technician", user="user-tom"),
            part("person", "resi", role="resident", user="user-resi", place="flat"),
            part("person", "olaf", role="observer", user="user-olaf", place="flat"),
            part("policy", "plan", **PLAN),
        )
    )


def by(user: str | None) -> Context:
    """Return the context of what a user does; None: an automation."""
    return Context(user_id=None if user is None else f"user-{user}")


async def call(
    hass: HomeAssistant, user: str | None, entity_id: str = STATE, **data: Any
) -> str:
    """Call for help in a place and return the incident."""
    response: Any = await hass.services.async_call(
        DOMAIN,
        "call_for_help",
        {"entity_id": entity_id, **data},
        blocking=True,
        context=by(user),
        return_response=True,
    )
    await settle(hass)
    return str(response[entity_id]["incident_id"])


def place_as(hass: HomeAssistant, target: str) -> dict[str, Any]:
    """Return the flat as a target: its State, its device, or the area that it is in."""
    device_id = str(er.async_get(hass).async_get(STATE).device_id)
    area = ar.async_get(hass).async_create("Flat")
    dr.async_get(hass).async_update_device(device_id, area_id=area.id)
    chosen = {"entity_id": STATE, "device_id": device_id, "area_id": area.id}
    return {target: chosen[target]}


async def listed(hass: HomeAssistant, user: str | None) -> list[dict[str, Any]]:
    """Return the incidents as a user sees them."""
    answer = await do(hass, "list_incidents", by(user))
    found: list[dict[str, Any]] = answer["incidents"]
    return found


def entries(journal: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Return the entries of an exported journal."""
    for line in journal:
        yield from line["entries"]


@pytest.mark.quality_rule("action-setup")
async def test_actions_exist_before_there_is_a_house(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    for action in (
        *("call_for_help", "list_incidents", "export_journal"),
        *("take_over", "who_is_on_duty"),
    ):
        assert hass.services.has_service(DOMAIN, action)
    for action, _ in ON_AN_INCIDENT:
        assert hass.services.has_service(DOMAIN, action)
    assert await listed(hass, None) == []


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("user", [None, "resi", "anna", "tom", "olaf", "somebody"])
async def test_anybody_may_call_and_learns_which_call_it_is(
    hass: HomeAssistant, user: str | None
) -> None:
    incident_id = await call(hass, user)
    assert hass.states.get(STATE).state == "alarm"
    (incident,) = await listed(hass, "anna")
    assert incident["incident_id"] == incident_id
    assert incident["kind"] == "manual"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("kind", list(Kind))
async def test_a_call_of_any_kind_is_an_alarm_at_once(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker, kind: Kind
) -> None:
    incident_id = await call(hass, None, kind=kind.value)
    assert hass.states.get(STATE).state == "alarm"
    (incident,) = await listed(hass, "anna")
    assert (incident["incident_id"], incident["kind"]) == (incident_id, kind)
    assert len(pushes(aioclient_mock)) == 1


@pytest.mark.usefixtures("house")
async def test_a_call_that_is_repeated_answers_with_the_call_that_is_open(
    hass: HomeAssistant,
) -> None:
    incident_id = await call(hass, "resi")
    assert await call(hass, "resi") == incident_id
    assert await call(hass, "somebody", kind="smoke") != incident_id
    assert len(await listed(hass, "anna")) == 2


@pytest.mark.usefixtures("house")
async def test_a_call_needs_no_answer(hass: HomeAssistant) -> None:
    await hass.services.async_call(
        DOMAIN, "call_for_help", {"entity_id": STATE}, blocking=True
    )
    await settle(hass)
    assert hass.states.get(STATE).state == "alarm"


@pytest.mark.usefixtures("house")
async def test_a_resident_cannot_call_in_another_place(hass: HomeAssistant) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "resi", STUDIO_STATE)
    assert refused.value.translation_key == "emergency_other_place"
    assert hass.states.get(STUDIO_STATE).state == "idle"


@pytest.mark.usefixtures("house")
async def test_a_kind_that_does_not_exist_is_refused(hass: HomeAssistant) -> None:
    with pytest.raises(vol.Invalid):
        await call(hass, None, kind="earthquake")
    assert hass.states.get(STATE).state == "idle"


@pytest.mark.usefixtures("house")
@pytest.mark.quality_rule("action-exceptions")
async def test_a_house_as_a_whole_cannot_call(hass: HomeAssistant) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "anna", "sensor.block_3_open_calls")
    assert refused.value.translation_key == "emergency_place_unknown"
    assert await listed(hass, "anna") == []


@pytest.mark.usefixtures("house")
async def test_a_sensor_of_another_system_cannot_call(hass: HomeAssistant) -> None:
    for entity_id in ("sensor.probe_a", "switch.valve_a"):
        hass.states.async_set(entity_id, "22")
    site = site_entry(irrigation_part("zone", "zone_a", ZONE))
    site.add_to_hass(hass)
    assert await hass.config_entries.async_setup(site.entry_id)
    await hass.async_block_till_done()
    sensor = next(
        each
        for each in hass.states.async_entity_ids("sensor")
        if each.startswith("sensor.zone_a_")
    )
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "anna", sensor)
    assert refused.value.translation_key == "emergency_place_unknown"


@pytest.mark.usefixtures("house")
async def test_a_call_is_taken_reached_given_back_escalated_and_closed(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker
) -> None:
    incident_id = await call(hass, "resi")
    seen = []
    for action in ("acknowledge", "arrive", "release", "escalate"):
        await do(hass, action, by("anna"), incident_id=incident_id)
        await settle(hass)
        (incident,) = await listed(hass, "anna")
        seen.append((incident["stage"], incident["assignee"], incident["step"]))
    assert seen == [
        ("acknowledged", "Anna", 1),
        ("on_scene", "Anna", 1),
        ("alarm", None, 1),
        ("alarm", None, 2),
    ]
    told = len(pushes(aioclient_mock))
    closing = {"incident_id": incident_id, "outcome": "emergency_services"}
    await do(hass, "resolve", by("anna"), **closing)
    await settle(hass)
    (incident,) = await listed(hass, "anna")
    assert (incident["stage"], incident["outcome"]) == (
        "resolved",
        "emergency_services",
    )
    assert len(pushes(aioclient_mock)) == told + 1, "the all-clear"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("data", [{}, {"outcome": None}, {"outcome": "whatever"}])
async def test_nobody_closes_a_call_without_saying_what_it_was(
    hass: HomeAssistant, data: dict[str, Any]
) -> None:
    incident_id = await pull(hass)
    with pytest.raises(vol.Invalid):
        await do(hass, "resolve", by("anna"), incident_id=incident_id, **data)
    assert hass.states.get(STATE).state == "alarm"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("user", ["resi", None])
async def test_a_pre_alarm_is_cancelled_from_the_flat_and_an_alarm_is_not(
    hass: HomeAssistant, user: str | None
) -> None:
    hass.states.async_set("binary_sensor.radar", "on")
    await settle(hass)
    assert hass.states.get(STATE).state == "pre_alarm"
    await do(hass, "cancel", by(user), entity_id=STATE)
    await settle(hass)
    assert hass.states.get(STATE).state == "idle"
    await pull(hass)
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "cancel", by(user), entity_id=STATE)
    assert refused.value.translation_key == "emergency_nothing_to_cancel"
    assert hass.states.get(STATE).state == "alarm"


@pytest.mark.usefixtures("house")
async def test_nobody_cancels_in_another_flat(hass: HomeAssistant) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "cancel", by("resi"), entity_id=STUDIO_STATE)
    assert refused.value.translation_key == "emergency_other_place"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("target", ["entity_id", "device_id", "area_id"])
async def test_a_place_names_its_most_pressing_call(
    hass: HomeAssistant, target: str
) -> None:
    chosen = place_as(hass, target)
    first = await pull(hass)
    await do(hass, "arrive", by("anna"), incident_id=first)
    second = await call(hass, "anna", kind="fall")
    seen = []
    for action, data in (
        ("acknowledge", {}),
        ("resolve", {"outcome": "helped"}),
        ("resolve", {"outcome": "false_alarm"}),
    ):
        await do(hass, action, by("anna"), **chosen, **data)
        await settle(hass)
        calls = {
            each["incident_id"]: each["stage"] for each in await listed(hass, "lea")
        }
        seen.append((calls[first], calls[second]))
    assert seen == [
        ("on_scene", "acknowledged"),
        ("on_scene", "resolved"),
        ("resolved", "resolved"),
    ]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("named", [{}, {"entity_id": STATE}])
async def test_only_its_id_names_a_call_that_is_closed(
    hass: HomeAssistant, named: dict[str, str]
) -> None:
    await pull(hass)
    await do(hass, "resolve", by("anna"), entity_id=STATE, outcome="helped")
    await settle(hass)
    with pytest.raises(vol.Invalid):
        await do(hass, "reopen", by("lea"), **named)
    assert hass.states.get(STATE).state == "idle"


@pytest.mark.usefixtures("house")
async def test_two_places_are_two_calls(hass: HomeAssistant) -> None:
    await pull(hass)
    await call(hass, "anna", STUDIO_STATE)
    both = {"entity_id": [STATE, STUDIO_STATE, "sun.sun"]}
    await do(hass, "acknowledge", by("anna"), **both)
    await settle(hass)
    states = [hass.states.get(each).state for each in (STATE, STUDIO_STATE)]
    assert states == ["acknowledged", "acknowledged"]


@pytest.mark.usefixtures("house")
@pytest.mark.quality_rule("action-exceptions")
@pytest.mark.parametrize(("action", "data"), ON_AN_OPEN_CALL)
@pytest.mark.parametrize(
    ("named", "refusal"),
    [
        ({}, "emergency_call_missing"),
        ({"entity_id": "sun.sun"}, "emergency_call_missing"),
        ({"entity_id": "sensor.block_3_open_calls"}, "emergency_call_missing"),
        ({"entity_id": STATE}, "emergency_nothing_open"),
    ],
)
async def test_an_action_that_names_no_call_and_no_place_with_one_is_refused(
    hass: HomeAssistant,
    action: str,
    data: dict[str, Any],
    named: dict[str, Any],
    refusal: str,
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, action, by("lea"), **named, **data)
    assert refused.value.translation_key == refusal


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("user", ["resi", "somebody", "tom", None])
async def test_who_is_called_for_cannot_take_the_call_of_a_place(
    hass: HomeAssistant, user: str | None
) -> None:
    await pull(hass)
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "acknowledge", by(user), entity_id=STATE)
    assert refused.value.translation_key == "emergency_not_allowed"
    assert hass.states.get(STATE).state == "alarm"


@pytest.mark.usefixtures("house")
@pytest.mark.quality_rule("action-exceptions")
@pytest.mark.parametrize(("action", "data"), ON_AN_INCIDENT)
async def test_a_call_that_nobody_knows_is_refused(
    hass: HomeAssistant, action: str, data: dict[str, Any]
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, action, by("lea"), incident_id=UNKNOWN_ID, **data)
    assert refused.value.translation_key == "emergency_incident_unknown"


@pytest.mark.fault("observer acknowledges")
@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(("action", "data"), ON_AN_INCIDENT)
@pytest.mark.parametrize("user", ["resi", "olaf", "tom", "somebody"])
async def test_who_does_not_care_for_people_changes_no_call(
    hass: HomeAssistant, user: str, action: str, data: dict[str, Any]
) -> None:
    incident_id = await pull(hass)
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, action, by(user), incident_id=incident_id, **data)
    assert refused.value.translation_key == "emergency_not_allowed"
    assert hass.states.get(STATE).state == "alarm"
    (incident,) = await listed(hass, "anna")
    assert incident["notes"] == []


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("action", "data", "allowed"),
    [
        (action, data, action in {"escalate", "add_note"})
        for action, data in ON_AN_INCIDENT
    ],
)
async def test_an_automation_may_press_on_but_never_takes_or_closes_a_call(
    hass: HomeAssistant, action: str, data: dict[str, Any], allowed: bool
) -> None:
    incident_id = await pull(hass)
    if allowed:
        await do(hass, action, by(None), incident_id=incident_id, **data)
    else:
        with pytest.raises(ServiceValidationError) as refused:
            await do(hass, action, by(None), incident_id=incident_id, **data)
        assert refused.value.translation_key == "emergency_not_allowed"
    assert hass.states.get(STATE).state == "alarm"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("before", "action", "key"),
    [
        ([], "release", "emergency_not_taken"),
        ([("lea", "acknowledge")], "acknowledge", "emergency_taken"),
        ([], "reopen", "emergency_not_allowed"),
        ([("lea", "resolve")], "acknowledge", "emergency_incident_closed"),
        ([("lea", "resolve")], "resolve", "emergency_incident_closed"),
        ([("lea", "resolve")], "reopen", "emergency_not_allowed"),
    ],
)
async def test_what_a_call_does_not_allow_is_refused(
    hass: HomeAssistant, before: list[tuple[str, str]], action: str, key: str
) -> None:
    incident_id = await pull(hass)
    data = dict(ON_AN_INCIDENT)
    for user, first in before:
        await do(hass, first, by(user), incident_id=incident_id, **data[first])
    if action == "resolve":
        data["resolve"] = {"outcome": "false_alarm"}
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, action, by("anna"), incident_id=incident_id, **data[action])
    assert refused.value.translation_key == key


@pytest.mark.usefixtures("house")
async def test_a_lead_opens_a_closed_call_again_within_a_quarter_of_an_hour(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    incident_id = await pull(hass)
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "reopen", by("lea"), incident_id=incident_id)
    assert refused.value.translation_key == "emergency_incident_open"
    await do(hass, "resolve", by("anna"), incident_id=incident_id, outcome="helped")
    await later(hass, freezer, 14 * 60)
    told = len(pushes(aioclient_mock))
    await do(hass, "reopen", by("lea"), incident_id=incident_id)
    await settle(hass)
    assert hass.states.get(STATE).state == "alarm"
    assert len(pushes(aioclient_mock)) == told + 1
    (incident,) = await listed(hass, "anna")
    assert incident["outcome"] is None

    await do(hass, "resolve", by("anna"), incident_id=incident_id, outcome="helped")
    await later(hass, freezer, 15 * 60 + 1)
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "reopen", by("lea"), incident_id=incident_id)
    assert refused.value.translation_key == "emergency_too_late_to_reopen"
    assert hass.states.get(STATE).state == "idle"


@pytest.mark.usefixtures("house")
async def test_notes_are_kept_with_who_wrote_them_also_after_the_end(
    hass: HomeAssistant,
) -> None:
    incident_id = await pull(hass)
    await do(hass, "add_note", by("anna"), incident_id=incident_id, note="On my way.")
    closing = {"incident_id": incident_id, "outcome": "helped", "note": "Tea."}
    await do(hass, "resolve", by("anna"), **closing)
    await do(hass, "add_note", by("lea"), incident_id=incident_id, note="Call family.")
    (incident,) = await listed(hass, "lea")
    assert incident["notes"] == [
        {"by": "Anna", "text": "On my way."},
        {"by": "Anna", "text": "Tea."},
        {"by": "Lea", "text": "Call family."},
    ]
    journal = await do(hass, "export_journal", by("lea"))
    assert "Tea." not in str(journal), "the journal knows only that there is a note"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("note", ["", "x" * 1001])
async def test_an_empty_or_endless_note_is_refused(
    hass: HomeAssistant, note: str
) -> None:
    incident_id = await pull(hass)
    with pytest.raises(vol.Invalid):
        await do(hass, "add_note", by("anna"), incident_id=incident_id, note=note)


async def test_notes_survive_a_reload(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    incident_id = await pull(hass)
    await do(hass, "add_note", by("anna"), incident_id=incident_id, note="Tea.")
    assert await hass.config_entries.async_reload(house.entry_id)
    await settle(hass)
    (incident,) = await listed(hass, "anna")
    assert incident["notes"] == [{"by": "Anna", "text": "Tea."}]


@pytest.mark.usefixtures("house")
async def test_calls_are_listed_open_and_urgent_ones_first(hass: HomeAssistant) -> None:
    closed = await call(hass, None, STUDIO_STATE)
    await do(hass, "resolve", by("anna"), incident_id=closed, outcome="helped")
    technical = await call(hass, None, kind="technical")
    water = await call(hass, None, kind="water")
    fire = await call(hass, None, kind="smoke")
    found = [each["incident_id"] for each in await listed(hass, "anna")]
    assert found == [fire, water, technical, closed]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("user", ["resi", "olaf"])
async def test_who_has_to_do_with_one_place_sees_only_its_calls_and_no_names(
    hass: HomeAssistant, user: str
) -> None:
    incident_id = await call(hass, None)
    await call(hass, None, STUDIO_STATE)
    (incident,) = await listed(hass, user)
    assert incident["incident_id"] == incident_id
    assert incident.keys() == {
        "incident_id",
        "stage",
        "priority",
        "opened_at",
        "test",
    }


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    "user", [None, "anna", "tom", "resi", "olaf", "somebody"], ids=str
)
async def test_the_journal_is_only_for_leads(
    hass: HomeAssistant, user: str | None
) -> None:
    await pull(hass)
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "export_journal", by(user))
    assert refused.value.translation_key == "emergency_not_allowed"


@pytest.mark.usefixtures("house")
async def test_the_journal_says_who_did_what_by_opaque_names_in_an_unbroken_chain(
    hass: HomeAssistant,
) -> None:
    incident_id = await pull(hass)
    await do(hass, "acknowledge", by("anna"), incident_id=incident_id)
    with pytest.raises(ServiceValidationError):
        await do(hass, "resolve", by("resi"), incident_id=incident_id, outcome="test")
    await do(hass, "resolve", by("anna"), incident_id=incident_id, outcome="helped")
    answer = await do(hass, "export_journal", by("lea"))
    journal = answer["journals"]["house"]
    said = [(each["word"], each["by"]) for each in entries(journal)]
    assert said == [
        ("alarm", "s-cord"),
        ("told", "system"),
        ("acknowledged", "anna"),
        ("refused", "resi"),
        ("resolved", "anna"),
    ]
    assert [line["seq"] for line in journal] == list(range(1, len(journal) + 1))
    assert len({line["hash"] for line in journal}) == len(journal)
    assert {each["incident_id"] for each in entries(journal)} == {incident_id}


@pytest.mark.usefixtures("house")
async def test_who_leads_one_of_two_houses_gets_its_journal(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    second = MockConfigEntry(
        domain=DOMAIN,
        title="Block 4",
        unique_id="emergency:block_4",
        entry_id="second",
        data={"system": "emergency", "name": "Block 4", "push_detail": "place"},
        subentries_data=[part("person", "carl", role="caretaker", user="user-lea")],
    )
    await set_up(second)
    await pull(hass)
    answer = await do(hass, "export_journal", by("lea"))
    assert answer["journals"].keys() == {"house"}


@pytest.mark.usefixtures("house")
async def test_a_call_is_found_in_whichever_house_it_is(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    second = MockConfigEntry(
        domain=DOMAIN,
        title="Block 4",
        unique_id="emergency:block_4",
        entry_id="second",
        data={"system": "emergency", "name": "Block 4", "push_detail": "place"},
        subentries_data=[
            part("place", "hall", **{**OTHER, "sources": []}),
            part("person", "anna_4", role="caretaker", user="user-anna"),
        ],
    )
    await set_up(second)
    incident_id = await call(hass, None, "sensor.hall_state")
    await do(hass, "acknowledge", by("anna"), incident_id=incident_id)
    await settle(hass)
    assert hass.states.get("sensor.hall_state").state == "acknowledged"
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "release", by("lea"), incident_id=incident_id)
    assert refused.value.translation_key == "emergency_not_allowed", "of another house"


async def test_a_house_that_does_not_run_knows_no_calls(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    incident_id = await pull(hass)
    assert await hass.config_entries.async_unload(house.entry_id)
    assert await listed(hass, "anna") == []
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "acknowledge", by("anna"), incident_id=incident_id)
    assert refused.value.translation_key == "emergency_incident_unknown"
