"""Triggers in real automations: what they hear, and that no reload or restart takes it away."""

import os
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import automation
from homeassistant.core import Context, CoreState, HomeAssistant
from homeassistant.helpers.trigger import async_validate_trigger_config
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.smart_quarter.emergency.journal_files import ALIVE
from custom_components.smart_quarter.emergency.runtime import journal_folder

from .conftest import FLAT, SetUp, house_entry, part
from .test_runtime import STATE, do, later, pull, settle

RAISED = "smart_quarter.incident_raised"
WAITING = "smart_quarter.incident_unacknowledged_for"
RESOLVED = "smart_quarter.incident_resolved"
FAULT = "smart_quarter.emergency_fault"
TWO_MINUTES = {"for": {"minutes": 2}}


@pytest.fixture(autouse=True)
def pendant(hass: HomeAssistant) -> None:
    """Let all sources exist."""
    hass.states.async_set("event.pendant", "unknown")


@pytest.fixture
def heard(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return what automations were told."""
    found: list[dict[str, Any]] = []
    hass.bus.async_listen("heard", lambda event: found.append(dict(event.data)))
    return found


async def automate(hass: HomeAssistant, trigger: str, **options: Any) -> None:
    """Add an automation that passes on what its trigger says."""
    config = {
        "id": "ours",
        "alias": "Ours",
        "triggers": {"trigger": trigger, "options": options},
        "actions": {"event": "heard", "event_data": {"trigger": "{{ trigger }}"}},
        "mode": "parallel",
    }
    assert await async_setup_component(hass, automation.DOMAIN, {"automation": config})
    await settle(hass)


async def reload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Reload the house while the automation lives."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)


def said(heard: list[dict[str, Any]], key: str) -> list[Any]:
    """Return a fact of each time an automation ran."""
    return [each["trigger"][key] for each in heard]


@pytest.mark.usefixtures("house")
async def test_a_call_for_help_starts_an_automation_that_is_told_no_name(
    hass: HomeAssistant, heard: list[dict[str, Any]]
) -> None:
    await automate(hass, RAISED)
    incident_id = await pull(hass)
    (told,) = heard
    facts = {
        key: value
        for key, value in told["trigger"].items()
        if key not in ("id", "idx", "alias", "platform", "description")
    }
    assert facts == {
        "config_entry_id": "house",
        "incident_id": incident_id,
        "place": STATE,
        "kind": "manual",
        "stage": "alarm",
        "outcome": None,
        "test": False,
        "late": False,
    }


@pytest.mark.usefixtures("house")
async def test_an_alarm_that_is_told_again_is_raised_once_and_anew_when_reopened(
    hass: HomeAssistant,
    others: None,
    heard: list[dict[str, Any]],
    as_lead: Context,
    freezer: FrozenDateTimeFactory,
) -> None:
    await automate(hass, RAISED)
    incident_id = await pull(hass)
    await later(hass, freezer, 70)
    assert len(heard) == 1
    closing = {"incident_id": incident_id, "outcome": "helped"}
    await do(hass, "resolve", as_lead, **closing)
    await do(hass, "reopen", as_lead, incident_id=incident_id)
    await settle(hass)
    assert len(heard) == 2


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 1),
        ({"kind": "manual"}, 1),
        ({"kind": ["fall", "smoke"]}, 0),
        ({"place": STATE}, 1),
        ({"place": ["binary_sensor.flat_alarm"]}, 1),
        ({"place": "sensor.studio_state"}, 0),
        ({"stage": "pre_alarm"}, 0),
    ],
)
async def test_places_kinds_and_the_stage_can_be_chosen(
    hass: HomeAssistant,
    set_up: SetUp,
    heard: list[dict[str, Any]],
    options: dict[str, Any],
    expected: int,
) -> None:
    studio = {"sources": [], "consent": False}
    await set_up(
        house_entry(part("place", "flat", **FLAT), part("place", "studio", **studio))
    )
    await automate(hass, RAISED, **options)
    await pull(hass)
    assert len(heard) == expected


@pytest.mark.usefixtures("house")
async def test_the_pre_alarm_starts_an_automation_that_can_ask_the_resident(
    hass: HomeAssistant, heard: list[dict[str, Any]]
) -> None:
    await automate(hass, RAISED, stage="pre_alarm")
    await pull(hass, "radar")
    assert said(heard, "stage") == ["pre_alarm"]
    assert said(heard, "kind") == ["fall"]


@pytest.mark.parametrize(
    ("trigger", "options"),
    [
        (RAISED, {"place": "sensor.unknown"}),
        (RAISED, {"place": "sensor.block_3_open_calls"}),
        (RAISED, {"kind": "boredom"}),
        (RAISED, {"stage": "resolved"}),
        (RAISED, {"for": {"minutes": 1}}),
        (WAITING, {}),
        (WAITING, {"for": "soon"}),
        (FAULT, {"place": STATE}),
    ],
)
@pytest.mark.usefixtures("house")
async def test_options_that_mean_nothing_are_refused(
    hass: HomeAssistant, trigger: str, options: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(
            hass, [{"platform": trigger, "options": options}]
        )


async def test_an_entity_of_somebody_else_is_no_place(
    hass: HomeAssistant, house: MockConfigEntry, phone: str
) -> None:
    (other, *_) = [
        each for each in hass.states.async_entity_ids("notify") if "phone" in each
    ]
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(
            hass, [{"platform": RAISED, "options": {"place": other}}]
        )


@pytest.mark.usefixtures("house")
async def test_a_call_that_is_closed_starts_an_automation_with_its_outcome(
    hass: HomeAssistant, heard: list[dict[str, Any]], as_anna: Context
) -> None:
    await automate(hass, RESOLVED)
    incident_id = await pull(hass)
    assert heard == []
    closing = {"incident_id": incident_id, "outcome": "no_access"}
    await do(hass, "resolve", as_anna, **closing)
    await settle(hass)
    assert said(heard, "outcome") == ["no_access"]
    assert said(heard, "stage") == ["resolved"]


async def test_an_automation_outlives_a_reload_of_the_house(
    hass: HomeAssistant, house: MockConfigEntry, heard: list[dict[str, Any]]
) -> None:
    await automate(hass, RAISED)
    await reload(hass, house)
    await pull(hass)
    assert len(heard) == 1
    await reload(hass, house)
    assert len(heard) == 1, "what is open is not raised again"


async def test_a_house_that_comes_after_the_automation_is_heard(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    heard: list[dict[str, Any]],
) -> None:
    await automate(hass, RAISED)
    await set_up(entry)
    await pull(hass)
    assert len(heard) == 1


@pytest.mark.usefixtures("house")
async def test_an_automation_that_is_off_hears_nothing(
    hass: HomeAssistant, heard: list[dict[str, Any]]
) -> None:
    await automate(hass, RAISED)
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "automation.ours"}, blocking=True
    )
    await pull(hass)
    assert heard == []


class TestWhatNobodyTakes:
    @pytest.mark.usefixtures("house")
    async def test_it_is_told_once_when_the_time_is_over(
        self,
        hass: HomeAssistant,
        heard: list[dict[str, Any]],
        freezer: FrozenDateTimeFactory,
    ) -> None:
        await automate(hass, WAITING, **TWO_MINUTES)
        incident_id = await pull(hass)
        await later(hass, freezer, 61)
        assert heard == []
        await later(hass, freezer, 61)
        assert said(heard, "incident_id") == [incident_id]
        for _ in range(5):
            await later(hass, freezer, 61)
        assert len(heard) == 1

    @pytest.mark.usefixtures("house")
    async def test_the_time_begins_with_the_alarm_and_not_with_the_pre_alarm(
        self,
        hass: HomeAssistant,
        heard: list[dict[str, Any]],
        freezer: FrozenDateTimeFactory,
    ) -> None:
        await automate(hass, WAITING, **TWO_MINUTES)
        await pull(hass, "radar")
        await later(hass, freezer, 31)
        await later(hass, freezer, 100)
        assert heard == []
        await later(hass, freezer, 25)
        assert said(heard, "kind") == ["fall"]

    @pytest.mark.usefixtures("house")
    async def test_what_is_taken_in_time_is_not_told_and_what_is_given_back_waits_anew(
        self,
        hass: HomeAssistant,
        heard: list[dict[str, Any]],
        as_anna: Context,
        freezer: FrozenDateTimeFactory,
    ) -> None:
        await automate(hass, WAITING, **TWO_MINUTES)
        incident_id = await pull(hass)
        await do(hass, "acknowledge", as_anna, incident_id=incident_id)
        await later(hass, freezer, 300)
        assert heard == []
        await do(hass, "release", as_anna, incident_id=incident_id)
        await settle(hass)
        await later(hass, freezer, 100)
        assert heard == []
        await later(hass, freezer, 25)
        assert len(heard) == 1

    async def test_a_reload_neither_loses_nor_repeats_it(
        self,
        hass: HomeAssistant,
        house: MockConfigEntry,
        heard: list[dict[str, Any]],
        freezer: FrozenDateTimeFactory,
    ) -> None:
        await automate(hass, WAITING, **TWO_MINUTES)
        await pull(hass)
        await later(hass, freezer, 60)
        await reload(hass, house)
        await later(hass, freezer, 61)
        assert len(heard) == 1
        await reload(hass, house)
        await later(hass, freezer, 200)
        assert len(heard) == 1

    async def test_what_becomes_due_while_the_house_is_away_is_told_when_it_is_back(
        self,
        hass: HomeAssistant,
        house: MockConfigEntry,
        heard: list[dict[str, Any]],
        freezer: FrozenDateTimeFactory,
    ) -> None:
        await automate(hass, WAITING, **TWO_MINUTES)
        await pull(hass)
        assert await hass.config_entries.async_unload(house.entry_id)
        await later(hass, freezer, 300)
        assert heard == []
        assert await hass.config_entries.async_setup(house.entry_id)
        await later(hass, freezer, 1)
        assert len(heard) == 1

    @pytest.mark.usefixtures("house")
    async def test_an_automation_that_is_new_passes_over_what_is_overdue(
        self,
        hass: HomeAssistant,
        heard: list[dict[str, Any]],
        freezer: FrozenDateTimeFactory,
    ) -> None:
        await pull(hass)
        await later(hass, freezer, 150)
        await automate(hass, WAITING, **TWO_MINUTES)
        await later(hass, freezer, 300)
        assert heard == []

    @pytest.mark.usefixtures("house")
    async def test_the_end_of_the_automation_ends_its_waiting(
        self,
        hass: HomeAssistant,
        heard: list[dict[str, Any]],
        freezer: FrozenDateTimeFactory,
    ) -> None:
        await automate(hass, WAITING, **TWO_MINUTES)
        await pull(hass)
        await hass.services.async_call(
            "automation", "turn_off", {"entity_id": "automation.ours"}, blocking=True
        )
        await later(hass, freezer, 300)
        assert heard == []


class TestAtTheStart:
    """Automations only listen once Home Assistant has started: nothing is lost till then."""

    async def test_a_source_that_is_on_at_the_start_starts_an_automation(
        self,
        hass: HomeAssistant,
        set_up: SetUp,
        entry: MockConfigEntry,
        heard: list[dict[str, Any]],
        freezer: FrozenDateTimeFactory,
    ) -> None:
        hass.set_state(CoreState.not_running)
        hass.states.async_set("binary_sensor.cord", "on")
        await set_up(entry)
        await automate(hass, RAISED)
        assert heard == []
        await hass.async_start()
        await settle(hass)
        assert said(heard, "late") == [True]
        await later(hass, freezer, 61)
        await hass.services.async_call(
            "automation", "turn_off", {"entity_id": "automation.ours"}, blocking=True
        )
        await hass.services.async_call(
            "automation", "turn_on", {"entity_id": "automation.ours"}, blocking=True
        )
        await settle(hass)
        assert len(heard) == 1, "later it is old news"

    async def test_a_fault_of_the_start_starts_an_automation(
        self,
        hass: HomeAssistant,
        set_up: SetUp,
        heard: list[dict[str, Any]],
    ) -> None:
        hass.set_state(CoreState.not_running)
        await set_up(house_entry(part("place", "flat", **FLAT)))
        await automate(hass, FAULT)
        await hass.async_start()
        await settle(hass)
        assert said(heard, "problem") == ["nobody_reachable"]

    @pytest.mark.parametrize(
        ("waited_before", "expected"), [(60, 1), (125, 0)], ids=["missed", "told"]
    )
    async def test_what_became_due_while_home_assistant_was_down_is_told(
        self,
        hass: HomeAssistant,
        house: MockConfigEntry,
        heard: list[dict[str, Any]],
        freezer: FrozenDateTimeFactory,
        waited_before: int,
        expected: int,
    ) -> None:
        await pull(hass)
        await later(hass, freezer, waited_before)
        touch(hass, house)
        assert await hass.config_entries.async_unload(house.entry_id)
        touch(hass, house)
        hass.set_state(CoreState.not_running)
        freezer.tick(300)
        assert await hass.config_entries.async_setup(house.entry_id)
        await automate(hass, WAITING, **TWO_MINUTES)
        await hass.async_start()
        await settle(hass)
        await later(hass, freezer, 1)
        assert len(heard) == expected


def touch(hass: HomeAssistant, house: MockConfigEntry) -> None:
    """Let the journal have been alive until now, as the frozen clock says."""
    now = dt_util.utcnow().timestamp()
    os.utime(journal_folder(hass, house) / ALIVE, (now, now))


class TestFaults:
    async def test_a_fault_starts_an_automation_once_and_names_the_place_it_is_about(
        self,
        hass: HomeAssistant,
        house: MockConfigEntry,
        heard: list[dict[str, Any]],
    ) -> None:
        await automate(hass, FAULT)
        hass.states.async_remove("binary_sensor.cord")
        house.runtime_data.report_faults()
        house.runtime_data.report_faults()
        await settle(hass)
        assert said(heard, "problem") == ["source_missing"]
        assert said(heard, "place") == [STATE]

    async def test_advice_is_no_fault(
        self,
        hass: HomeAssistant,
        set_up: SetUp,
        entry: MockConfigEntry,
        heard: list[dict[str, Any]],
    ) -> None:
        await automate(hass, FAULT)
        await set_up(entry)
        assert heard == []
