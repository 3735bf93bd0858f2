"""What goes wrong becomes a repair issue that says what to do, and is gone when mended."""

from collections.abc import Callable
from datetime import UTC, datetime
import os
from pathlib import Path
from types import MappingProxyType
from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.emergency.chain import Json
from custom_components.smart_quarter.emergency.codec import change, encode
from custom_components.smart_quarter.emergency.faults import Problem
from custom_components.smart_quarter.emergency.happenings import Entry, Word
from custom_components.smart_quarter.emergency.journal_files import (
    ALIVE,
    JournalFiles,
    Record,
)
from custom_components.smart_quarter.emergency.model import (
    HouseState,
    Incident,
    Kind,
    Priority,
    Stage,
)
from custom_components.smart_quarter.emergency.runtime import journal_folder

from .conftest import FLAT, PUSH_URL, SOURCES, SetUp, house_entry, part
from .test_runtime import STATE, pull, settle

FAULT = "binary_sensor.block_3_fault"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def phone(phone: str, aioclient_mock: AiohttpClientMocker) -> str:
    """Return the phone of the house, with a push server that takes everything."""
    server: Any = aioclient_mock
    server.clear_requests()
    server.post(PUSH_URL, json={}, status=201)
    return phone


@pytest.fixture(autouse=True)
def pendant(hass: HomeAssistant) -> None:
    """Let all sources exist."""
    hass.states.async_set("event.pendant", "unknown")


def is_raised(hass: HomeAssistant, problem: Problem, subject: str = "house") -> bool:
    """Tell whether an issue is there."""
    return issue(hass, problem, subject) is not None


def issue(
    hass: HomeAssistant, problem: Problem, subject: str = "house"
) -> ir.IssueEntry | None:
    """Return an issue."""
    issue_id = f"emergency_house_{subject}_{problem}"
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


def words(found: ir.IssueEntry | None) -> dict[str, str]:
    """Return what an issue fills into its text."""
    return dict(found.translation_placeholders or {})


def raised(hass: HomeAssistant) -> set[str]:
    """Return the ids of all our issues, without those that only give advice."""
    return {
        issue_id
        for (domain, issue_id), found in ir.async_get(hass).issues.items()
        if domain == DOMAIN and found.severity is not ir.IssueSeverity.WARNING
    }


async def begin(hass: HomeAssistant, problem: Problem) -> Any:
    """Open the fix flow of an issue as the repairs page does."""
    assert await async_setup_component(hass, REPAIRS, {})
    manager = hass.data[REPAIRS]["flow_manager"]
    data = {"issue_id": f"emergency_house_house_{problem}"}
    return await manager.async_init(DOMAIN, data=data)


async def submit(hass: HomeAssistant, flow: Any) -> Any:
    """Submit the form of a fix flow."""
    manager = hass.data[REPAIRS]["flow_manager"]
    result = await manager.async_configure(flow["flow_id"], {})
    await settle(hass)
    return result


def change_part(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, **data: Any
) -> None:
    """Change a place or person, as its flow does."""
    subentry = entry.subentries[key]
    hass.config_entries.async_update_subentry(
        entry, subentry, data=MappingProxyType({**subentry.data, **data})
    )


def write_journal(folder: Path, count: int = 3) -> Path:
    """Write a journal with some alarms, and return its only segment."""
    files = JournalFiles(folder)
    files.open()
    state = HouseState()
    for number in range(count):
        incident = Incident(
            incident_id=f"incident{number}",
            place_id="flat",
            kind=Kind.MANUAL,
            priority=Priority.LIFE,
            stage=Stage.RESOLVED,
            opened_at=LONG_AGO,
            changed_at=LONG_AGO,
        )
        incidents = {**state.incidents, incident.incident_id: incident}
        after = HouseState(incidents=incidents)
        said: Json = encode(Entry(Word.ALARM, "s-cord", "flat", incident.incident_id))
        files.append([Record(LONG_AGO, [said], change(state, after))])
        state = after
    (segment,) = folder.glob("*.jsonl")
    return segment


def garble(segment: Path) -> None:
    """Make a line in the middle unreadable."""
    lines = segment.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"incident1"', b'"incident9"', 1)
    segment.write_bytes(b"".join(lines))


def lose(segment: Path) -> None:
    """Take a line in the middle out."""
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join([lines[0], *lines[2:]]))


def garble_snapshot(segment: Path) -> None:
    """Leave a snapshot that makes no sense."""
    (segment.parent / "snapshot.json").write_bytes(b'{"v": 1}')


def cut(segment: Path) -> None:
    """Cut the last line off, as a crash does."""
    segment.write_bytes(segment.read_bytes()[:-20])


@pytest.mark.usefixtures("house")
async def test_a_house_in_which_all_is_well_raises_nothing(hass: HomeAssistant) -> None:
    assert raised(hass) == set()
    assert hass.states.get(FAULT).state == "off"


@pytest.mark.parametrize("damage", [garble, lose, garble_snapshot])
async def test_a_damaged_journal_is_reported_until_somebody_has_asked_in_the_places(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    damage: Callable[[Path], None],
) -> None:
    folder = journal_folder(hass, entry)
    await hass.async_add_executor_job(lambda: damage(write_journal(folder)))
    await set_up(entry)
    assert raised(hass) == {f"emergency_house_house_{Problem.JOURNAL_DAMAGED}"}
    assert hass.states.get(FAULT).state == "on"
    flow = await begin(hass, Problem.JOURNAL_DAMAGED)
    assert flow["step_id"] == "confirm"
    assert flow["description_placeholders"]["house"] == "Block 3"
    assert is_raised(hass, Problem.JOURNAL_DAMAGED), "reading is not enough"
    done = await submit(hass, flow)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert not is_raised(hass, Problem.JOURNAL_DAMAGED)
    assert hass.states.get(FAULT).state == "off"


async def test_what_a_damaged_journal_still_says_is_in_force(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    folder = journal_folder(hass, entry)
    await set_up(entry)
    await pull(hass)
    assert await hass.config_entries.async_unload(entry.entry_id)
    (folder / "000000000009.jsonl").write_bytes(b"nonsense\n")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    assert is_raised(hass, Problem.JOURNAL_DAMAGED)
    assert hass.states.get(STATE).state == "alarm"


async def test_a_line_that_a_crash_cut_off_had_been_promised_to_nobody(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    folder = journal_folder(hass, entry)
    await hass.async_add_executor_job(lambda: cut(write_journal(folder)))
    await set_up(entry)
    assert entry.runtime_data.damage, "it was found"
    assert raised(hass) == set()


@pytest.mark.parametrize("gone", ["removed", "unloaded", "disabled"])
async def test_a_fix_flow_ends_when_the_house_is_gone(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry, gone: str
) -> None:
    folder = journal_folder(hass, entry)
    await hass.async_add_executor_job(lambda: garble(write_journal(folder)))
    await set_up(entry)
    flow = await begin(hass, Problem.JOURNAL_DAMAGED)
    if gone == "removed":
        await hass.config_entries.async_remove(entry.entry_id)
    elif gone == "unloaded":
        assert await hass.config_entries.async_unload(entry.entry_id)
    else:
        by = ConfigEntryDisabler.USER
        await hass.config_entries.async_set_disabled_by(entry.entry_id, by)
    await settle(hass)
    assert raised(hass) == set()
    ended = await submit(hass, flow)
    assert (ended["type"], ended["reason"]) == (FlowResultType.ABORT, "gone")


async def test_a_journal_that_the_disk_refuses_is_reported_until_it_takes_it(
    hass: HomeAssistant, house: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(house.runtime_data.journal._files, "_write", full)
        await pull(hass)
        found = issue(hass, Problem.JOURNAL_FAILED)
        assert found.severity is ir.IssueSeverity.CRITICAL
        assert not found.is_fixable
        assert hass.states.get(FAULT).state == "on"
    hass.states.async_set("binary_sensor.cord", "off")
    await settle(hass)
    assert not is_raised(hass, Problem.JOURNAL_FAILED)
    assert hass.states.get(FAULT).state == "off"


async def test_an_outage_is_reported_with_its_times_until_somebody_has_asked(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    folder = journal_folder(hass, entry)
    folder.mkdir(parents=True)
    alive = folder / ALIVE
    alive.touch()
    os.utime(alive, (LONG_AGO.timestamp(),) * 2)
    await set_up(entry)
    found = issue(hass, Problem.UNSUPERVISED)
    assert words(found)["since"] == "2026-01-01 01:00:00"
    assert words(found)["until"] > "2026-01-01 01:00:15"
    assert words(found)["places"] == "Flat"
    flow = await begin(hass, Problem.UNSUPERVISED)
    placeholders = flow["description_placeholders"]
    assert placeholders["since"] == "2026-01-01 01:00:00"
    assert placeholders["places"] == "Flat"
    await submit(hass, flow)
    assert raised(hass) == set()


async def test_a_short_reload_is_no_outage(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_reload(house.entry_id)
    await settle(hass)
    assert raised(hass) == set()


async def test_a_house_without_anybody_to_tell_is_reported_until_there_is_somebody(
    hass: HomeAssistant, set_up: SetUp, phone: str
) -> None:
    house = house_entry(
        part("place", "flat", **FLAT),
        part("person", "anna", role="caretaker"),
        part("person", "resi", role="resident", place="flat", phones=[phone]),
    )
    await set_up(house)
    found = issue(hass, Problem.NOBODY_REACHABLE)
    assert found.severity is ir.IssueSeverity.CRITICAL
    assert words(found)["name"] == "Block 3"
    assert hass.states.get(FAULT).state == "on"
    change_part(hass, house, "anna", phones=[phone])
    await settle(hass)
    assert raised(hass) == set()
    change_part(hass, house, "anna", phones=[], notifiers=["notify.anna"])
    await settle(hass)
    assert raised(hass) == set(), "a second way is a way too"
    change_part(hass, house, "anna", notifiers=[])
    await settle(hass)
    assert is_raised(hass, Problem.NOBODY_REACHABLE)


async def test_a_person_without_a_way_is_reported_when_told_until_it_works(
    hass: HomeAssistant, set_up: SetUp, phone: str
) -> None:
    house = house_entry(
        part("place", "flat", **FLAT),
        part("person", "anna", role="caretaker", phones=["gone"]),
    )
    await set_up(house)
    assert raised(hass) == set()
    await pull(hass)
    found = issue(hass, Problem.NOT_TOLD, "anna")
    assert words(found)["name"] == "Anna"


async def test_a_missing_source_is_reported_until_its_place_has_another(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    hass.states.async_remove("event.pendant")
    await set_up(entry)
    found = issue(hass, Problem.SOURCE_MISSING, "flat")
    assert words(found)["name"] == "Flat"
    assert not found.is_fixable
    sources = [each for each in SOURCES if each["source_id"] != "s-pendant"]
    change_part(hass, entry, "flat", sources=sources)
    await settle(hass)
    assert raised(hass) == set()


async def test_a_missing_source_that_is_back_is_not_reported_any_more(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    hass.states.async_remove("event.pendant")
    await set_up(entry)
    assert is_raised(hass, Problem.SOURCE_MISSING, "flat")
    hass.states.async_set("event.pendant", "unknown")
    await settle(hass)
    assert not is_raised(hass, Problem.SOURCE_MISSING, "flat")


@pytest.mark.fault("entity removed")
@pytest.mark.usefixtures("house")
async def test_a_source_that_goes_while_the_house_runs_is_reported(
    hass: HomeAssistant,
) -> None:
    hass.states.async_remove("binary_sensor.cord")
    await settle(hass)
    assert is_raised(hass, Problem.SOURCE_MISSING, "flat")


@pytest.mark.fault("entity disabled")
async def test_a_source_that_is_disabled_is_reported_until_it_is_back(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    registry = er.async_get(hass)
    registry.async_get_or_create(
        "binary_sensor", "test", "cord", suggested_object_id="cord"
    )
    await set_up(entry)
    off = er.RegistryEntryDisabler.USER
    registry.async_update_entity("binary_sensor.cord", disabled_by=off)
    hass.states.async_remove("binary_sensor.cord")
    await settle(hass)
    assert is_raised(hass, Problem.SOURCE_MISSING, "flat")
    registry.async_update_entity("binary_sensor.cord", disabled_by=None)
    hass.states.async_set("binary_sensor.cord", "off")
    await settle(hass)
    assert not is_raised(hass, Problem.SOURCE_MISSING, "flat")


async def test_a_source_is_missing_only_once_home_assistant_has_started(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    hass.states.async_remove("event.pendant")
    hass.set_state(CoreState.starting)
    await set_up(entry)
    assert not is_raised(hass, Problem.SOURCE_MISSING, "flat")
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await settle(hass)
    assert is_raised(hass, Problem.SOURCE_MISSING, "flat")


async def test_issues_go_with_the_house_and_come_back_with_it(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    house = house_entry(part("place", "flat", **FLAT))
    await set_up(house)
    assert is_raised(hass, Problem.NOBODY_REACHABLE)
    assert await hass.config_entries.async_unload(house.entry_id)
    assert raised(hass) == set()
    assert await hass.config_entries.async_setup(house.entry_id)
    await settle(hass)
    assert is_raised(hass, Problem.NOBODY_REACHABLE)
    await hass.config_entries.async_remove(house.entry_id)
    assert raised(hass) == set()


async def test_issues_of_a_place_go_with_the_place(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    hass.states.async_remove("event.pendant")
    await set_up(entry)
    assert is_raised(hass, Problem.SOURCE_MISSING, "flat")
    hass.config_entries.async_remove_subentry(entry, "flat")
    await settle(hass)
    assert raised(hass) == set()
