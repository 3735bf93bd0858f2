"""The life of a place in a running house: walked through, supervised, moved out of, moved into."""

import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.emergency.chain import Tail, follows, read_line
from custom_components.smart_quarter.emergency.journal_files import JournalFiles
from custom_components.smart_quarter.emergency.runtime import journal_folder

from .conftest import FLAT, PLAN, SOURCES, SetUp, house_entry, part
from .test_runtime import STATE, do, later, pull, settle

PHASE = "sensor.flat_phase"
BELL = {"source_id": "s-bell", "kind": "manual", "entity_id": "binary_sensor.bell"}
STUDIO = {"sources": [BELL], "consent": False, "policy": "plan"}
DOOR = {"source_id": "s-door", "kind": "wander", "entity_id": "binary_sensor.door"}
WATCH = {
    "watch": True,
    "bed": "binary_sensor.bed",
    "sleep_begins": "21:13:00",
    "sleep_ends": "05:47:00",
}
RESIDENT_NAME = "Rosalinde Habermann"
NOTE = "Rosalinde needs her drops."


@pytest.fixture(autouse=True)
def sources(hass: HomeAssistant) -> None:
    """Let all sources exist."""
    hass.states.async_set("event.pendant", "unknown")
    hass.states.async_set("binary_sensor.bell", "off")
    hass.states.async_set("binary_sensor.door", "off")
    hass.states.async_set("binary_sensor.bed", "on")


@pytest.fixture(autouse=True)
def users(hass: HomeAssistant, phone: str, others: None) -> None:
    """Let everybody have a login who may use entities."""
    for key in ("anna", "tom"):
        MockUser(id=f"user-{key}", name=key, is_owner=True).add_to_hass(hass)


@pytest.fixture
async def house(
    set_up: SetUp, users: None, phone: str, all_entities_are_on: None
) -> MockConfigEntry:
    """Return a running house with two places and those who have to do with them."""
    flat = FLAT | {"sources": [*SOURCES, DOOR], "consent": True} | WATCH
    resident = part("person", "resi", role="resident", user="user-resi", place="flat")
    resident["title"] = RESIDENT_NAME
    return await set_up(
        house_entry(
            part("place", "flat", **flat),
            part("place", "studio", **STUDIO),
            part("person", "anna", role="caretaker", user="user-anna", phones=[phone]),
            part("person", "lea", role="lead", user="user-lea"),
            part("person", "tom", role="technician", user="user-tom"),
            resident,
            part("person", "daughter", role="observer", place="flat", pin="a$b"),
            part("person", "otto", role="resident", place="studio"),
            part("policy", "plan", **PLAN),
        )
    )


async def act(
    hass: HomeAssistant,
    action: str,
    user: str | None,
    *,
    entity_id: str = STATE,
    answers: bool = True,
    **data: Any,
) -> Any:
    """Call an action about a place and return its answer."""
    answer = await hass.services.async_call(
        DOMAIN,
        action,
        {"entity_id": entity_id, **data},
        blocking=True,
        return_response=answers,
        context=Context(user_id=None if user is None else f"user-{user}"),
    )
    await settle(hass)
    return None if answer is None else answer[entity_id]


async def set_phase(hass: HomeAssistant, user: str | None, phase: str) -> None:
    """Say in which phase the flat is."""
    await act(hass, "set_phase", user, answers=False, phase=phase)


async def walk(hass: HomeAssistant, *sources: str) -> None:
    """Walk through the flat as the technician, and let sources report."""
    for action, entities in (("turn_on", sources), ("turn_off", ())):
        await hass.services.async_call(
            "switch",
            action,
            {"entity_id": "switch.flat_walk_test"},
            blocking=True,
            context=Context(user_id="user-tom"),
        )
        for entity_id in entities:
            hass.states.async_set(entity_id, "on")
            hass.states.async_set(entity_id, "off")
        await settle(hass)


def unproven(hass: HomeAssistant) -> dict[str, str] | None:
    """Return what the issue about places that nobody has walked through fills in."""
    issue_id = "emergency_house_not_commissioned"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    return None if issue is None else issue.translation_placeholders


def stored_texts(hass: HomeAssistant, hass_storage: dict[str, Any]) -> str:
    """Return all that is stored: by Home Assistant, and in files of our own."""
    folder = Path(hass.config.path(".storage"))
    return json.dumps(hass_storage, default=str) + "\n".join(
        path.read_text("utf-8", errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


@pytest.mark.usefixtures("house")
async def test_one_issue_names_all_places_that_nobody_has_walked_through(
    hass: HomeAssistant,
) -> None:
    assert hass.states.get(PHASE).state == "not_commissioned"
    expected = {"house": "Block 3", "number": "2", "places": "Flat, Studio"}
    assert unproven(hass) == expected
    await set_phase(hass, "tom", "supervised")
    assert hass.states.get(PHASE).state == "supervised"
    assert unproven(hass) == {"house": "Block 3", "number": "1", "places": "Studio"}
    await act(
        hass,
        "set_phase",
        "lea",
        entity_id="sensor.studio_state",
        answers=False,
        phase="supervised",
    )
    assert unproven(hass) is None
    assert hass.states.get("binary_sensor.block_3_fault").state == "off"


async def test_many_places_are_not_all_named_and_the_issue_goes_with_the_house(
    hass: HomeAssistant, set_up: SetUp, phone: str
) -> None:
    places = [part("place", f"p{n}", sources=[], consent=False) for n in range(30)]
    entry = await set_up(house_entry(*places))
    words = unproven(hass)
    assert words is not None
    assert words["number"] == "30"
    assert words["places"].endswith("P19, …")
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert unproven(hass) is None


@pytest.mark.usefixtures("house")
async def test_a_walk_test_reports_and_commissions_the_flat(
    hass: HomeAssistant,
) -> None:
    await walk(hass, "binary_sensor.cord", "binary_sensor.door")
    report = await act(hass, "walk_test_report", "anna")
    assert (report["phase"], report["testing"]) == ("not_commissioned", False)
    assert {each["entity_id"]: each["reported"] for each in report["sources"]} == {
        "binary_sensor.cord": True,
        "binary_sensor.door": True,
        "binary_sensor.radar": False,
        "event.pendant": False,
    }
    hass.states.async_set("event.pendant", "2026-01-01T00:00:00+00:00")
    await settle(hass)
    await walk(hass, "binary_sensor.radar")
    assert hass.states.get(PHASE).state == "not_commissioned", "not in the test"
    await hass.services.async_call(
        "switch",
        "turn_on",
        {"entity_id": "switch.flat_walk_test"},
        blocking=True,
        context=Context(user_id="user-tom"),
    )
    hass.states.async_set("event.pendant", "2026-01-01T00:00:01+00:00")
    await settle(hass)
    report = await act(hass, "walk_test_report", "tom")
    assert (report["phase"], report["testing"]) == ("supervised", True)
    assert [each["reported"] for each in report["sources"]].count(True) == 1
    assert all(each["proven"] for each in report["sources"])
    assert hass.states.get(PHASE).state == "supervised"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("user", ["resi", "nobody", None])
async def test_who_has_no_part_in_it_sees_no_report_and_sets_no_phase(
    hass: HomeAssistant, user: str | None
) -> None:
    MockUser(id="user-nobody", is_owner=True).add_to_hass(hass)
    data: dict[str, dict[str, Any]] = {
        "walk_test_report": {},
        "set_phase": {"phase": "supervised", "answers": False},
        "move_out": {},
    }
    for action, fields in data.items():
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, action, user, **fields)
        assert refused.value.translation_key == "emergency_not_allowed"
    assert hass.states.get(PHASE).state == "not_commissioned"


@pytest.mark.usefixtures("house")
async def test_a_place_becomes_vacant_only_by_moving_out(hass: HomeAssistant) -> None:
    with pytest.raises(vol.Invalid):
        await set_phase(hass, "lea", "vacant")
    with pytest.raises(ServiceValidationError):
        await act(hass, "move_out", "tom")
    assert hass.states.get(PHASE).state == "not_commissioned"


async def test_a_new_source_puts_a_supervised_place_back(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    await set_phase(hass, "lea", "supervised")
    flat = house.subentries["flat"]
    bell = {**BELL, "source_id": "s-new"}
    data = {**flat.data, "sources": [*flat.data["sources"], bell]}
    hass.config_entries.async_update_subentry(house, flat, data=data)
    await settle(hass)
    assert hass.states.get(PHASE).state == "not_commissioned"
    assert unproven(hass)


async def test_who_moves_out_is_erased_and_the_chain_stays_whole(
    hass: HomeAssistant,
    house: MockConfigEntry,
    hass_storage: dict[str, Any],
    as_anna: Context,
    as_lead: Context,
) -> None:
    incident_id = await pull(hass)
    await do(hass, "add_note", as_anna, incident_id=incident_id, note=NOTE)
    other = await act(hass, "call_for_help", None, entity_id="sensor.studio_state")
    await do(hass, "add_note", as_anna, incident_id=other["incident_id"], note="Tea")
    assert NOTE in stored_texts(hass, hass_storage)

    erased = await act(hass, "move_out", "lea")

    assert erased == {"persons": 2, "notes": 1}
    assert set(house.subentries) == {
        *("flat", "studio", "anna", "lea", "tom", "otto", "plan")
    }
    left = house.subentries["flat"].data
    assert not left["consent"]
    assert not left["watch"]
    assert not WATCH.keys() & left.keys() - {"watch"}
    assert hass.states.get(PHASE).state == "vacant"
    assert hass.states.get(STATE).state == "alarm", "what is open stays open"
    listed = await do(hass, "list_incidents", as_lead)
    notes = {each["place"]: each["notes"] for each in listed["incidents"]}
    assert notes == {"Flat": [], "Studio": [{"by": "Anna", "text": "Tea"}]}

    assert RESIDENT_NAME not in json.dumps(house.as_dict(), default=str)
    assert await hass.config_entries.async_unload(house.entry_id)
    texts = stored_texts(hass, hass_storage)
    assert "Tea" in texts, "what is looked through is really what is stored"
    for personal in (NOTE, "drops", RESIDENT_NAME, "user-resi", "a$b"):
        assert personal not in texts

    tail, words = Tail(), []
    for line in JournalFiles(journal_folder(hass, house)).lines():
        assert follows(line, tail)
        tail = line.tail
        words += [entry["word"] for entry in line.entries]
    assert {"alarm", "noted", "phase_changed"} <= set(words)


async def test_every_line_of_the_journal_can_be_read_after_moving_out(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    await pull(hass)
    await act(hass, "move_out", "lea")
    assert await hass.config_entries.async_unload(house.entry_id)
    lines = [
        line
        for path in journal_folder(hass, house).glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]
    assert lines
    assert [read_line(line).seq for line in lines] == list(range(1, len(lines) + 1))


async def test_the_sources_of_a_vacant_place_do_nothing_and_raise_no_fault(
    hass: HomeAssistant, house: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await act(hass, "move_out", "lea", answers=False)
    hass.states.async_set("binary_sensor.cord", "on")
    hass.states.async_remove("binary_sensor.radar")
    hass.states.async_set("event.pendant", "unavailable")
    await later(hass, freezer, 300)
    assert hass.states.get(STATE).state == "idle"
    assert not house.runtime_data.faults
    assert unproven(hass) == {"house": "Block 3", "number": "1", "places": "Studio"}


@pytest.mark.usefixtures("house")
async def test_who_moves_in_is_heard_at_once_also_when_something_is_on_already(
    hass: HomeAssistant,
) -> None:
    await act(hass, "move_out", "lea", answers=False)
    hass.states.async_set("binary_sensor.cord", "on")
    hass.states.async_set("binary_sensor.door", "on")
    await settle(hass)
    await set_phase(hass, "lea", "not_commissioned")
    assert hass.states.get(PHASE).state == "not_commissioned"
    assert hass.states.get(STATE).state == "alarm"
    listed = await do(hass, "list_incidents", Context(user_id="user-lea"))
    assert [(each["kind"], each["late"]) for each in listed["incidents"]] == [
        ("manual", True)
    ], "the one who moves in has not agreed to be watched"


async def test_what_was_begun_before_a_restart_is_known_after_it(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    await walk(hass, "binary_sensor.cord")
    assert await hass.config_entries.async_reload(house.entry_id)
    await settle(hass)
    report = await act(hass, "walk_test_report", "lea")
    reported = [each["entity_id"] for each in report["sources"] if each["reported"]]
    assert reported == ["binary_sensor.cord"]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("action", ["move_out", "walk_test_report"])
async def test_a_sensor_that_is_no_place_has_no_phase(
    hass: HomeAssistant, action: str
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, action, "lea", entity_id="sensor.block_3_open_calls")
    assert refused.value.translation_key == "emergency_place_unknown"
