"""The forms of a shift, and the duty calendar of a house."""

from datetime import time

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .flow_forms import (
    HOUSE_FORM,
    SHIFT_FORM,
    Form,
    answer,
    answer_house,
    as_shown,
    assert_kept,
    begin_change,
    begin_house,
    begin_house_change,
    begin_part,
    offered,
    stored,
    suggested,
)

CALENDAR = "calendar.duty"


async def test_a_shift_is_added_and_counts_at_once(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    runtime = house.runtime_data
    form = await begin_part(hass, house, "shift")
    result = await answer(hass, form, SHIFT_FORM | {"name": " Nights "})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert stored(house, "Nights").data == SHIFT_FORM
    assert house.runtime_data is runtime
    (shift,) = runtime.config.roster.weekly
    assert (shift.start, shift.end) == (time(22), time(6))
    assert (shift.persons, shift.weekdays) == (("anna",), {4, 5})


async def test_without_a_choice_a_shift_is_on_every_day(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "shift")
    answers = {key: value for key, value in SHIFT_FORM.items() if key != "weekdays"}
    await answer(hass, form, answers)
    (shift,) = house.runtime_data.config.roster.weekly
    assert shift.weekdays == set(range(7))


async def test_only_caretakers_and_leads_are_offered(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "shift")
    assert offered(form, "persons") == {"anna": "Anna", "lea": "Lea"}
    with pytest.raises(InvalidData):
        await answer(hass, form, SHIFT_FORM | {"persons": ["resi"]})


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": ""}, {"name": "name_missing"}),
        ({"name": "plan"}, {"name": "name_taken"}),
        ({"persons": []}, {"persons": "targets_missing"}),
        ({"persons": ["lea"]}, {"persons": "nobody_reachable"}),
        ({"weekdays": []}, {"weekdays": "weekdays_missing"}),
        (
            {"name": " ", "persons": [], "weekdays": []},
            {
                "name": "name_missing",
                "persons": "targets_missing",
                "weekdays": "weekdays_missing",
            },
        ),
    ],
)
async def test_a_shift_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, house: MockConfigEntry, changes: Form, errors: dict[str, str]
) -> None:
    form = await begin_part(hass, house, "shift")
    wrong = SHIFT_FORM | changes
    result = await answer(hass, form, wrong)
    assert result["errors"] == errors
    assert_kept(result, wrong)
    result = await answer(hass, form, SHIFT_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert stored(house, "Nights").data == SHIFT_FORM


async def test_a_shift_is_changed_without_a_reload(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    await answer(hass, await begin_part(hass, house, "shift"), SHIFT_FORM)
    runtime = house.runtime_data
    key = stored(house, "Nights").subentry_id
    form = await begin_change(hass, house, key)
    assert as_shown(form) == SHIFT_FORM
    result = await answer(hass, form, SHIFT_FORM | {"end": "07:00:00"})
    assert result["reason"] == "reconfigure_successful"
    assert house.runtime_data is runtime
    assert runtime.config.roster.weekly[0].end == time(7)


async def test_a_shift_that_is_removed_does_not_count_any_more(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    await answer(hass, await begin_part(hass, house, "shift"), SHIFT_FORM)
    key = stored(house, "Nights").subentry_id
    hass.config_entries.async_remove_subentry(house, key)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert house.runtime_data.config.roster.weekly == ()


async def test_a_house_gets_a_duty_calendar_and_loses_it(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    hass.states.async_set(CALENDAR, "off")
    form = await begin_house_change(hass, house)
    with_calendar = HOUSE_FORM | {"calendar": CALENDAR}
    await answer_house(hass, form["flow_id"], with_calendar)
    assert house.runtime_data.duty.calendar == CALENDAR
    form = await begin_house_change(hass, house)
    assert suggested(form, "calendar") == CALENDAR
    await answer_house(hass, form["flow_id"], HOUSE_FORM)
    assert house.runtime_data.duty.calendar is None


async def test_a_duty_calendar_that_does_not_exist_is_refused_and_can_be_mended(
    hass: HomeAssistant,
) -> None:
    flow_id = await begin_house(hass)
    wrong = HOUSE_FORM | {"calendar": CALENDAR}
    result = await answer_house(hass, flow_id, wrong)
    assert result["errors"] == {"calendar": "entity_unknown"}
    assert_kept(result, wrong)
    hass.states.async_set(CALENDAR, "off")
    result = await answer_house(hass, flow_id, wrong)
    assert result["type"] is FlowResultType.CREATE_ENTRY
