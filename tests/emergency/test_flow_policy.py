"""The forms of a policy: who is told in which order, and what would reach nobody."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from .conftest import SetUp, house_entry, part
from .flow_forms import (
    PERSON_FORM,
    POLICY_FORM,
    Form,
    answer,
    as_shown,
    assert_kept,
    begin_change,
    begin_part,
    offered,
    stored,
    suggested,
)
from .test_runtime import STATE, do, later, pull, pushes, settle

PLAN_FORM: Form = {
    "name": "Plan",
    "first": ["anna"],
    "second": ["everybody"],
    "repeat_s": 30,
}


async def test_a_plan_is_added_and_counts_at_once(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    runtime = house.runtime_data
    form = await begin_part(hass, house, "policy")
    plan = POLICY_FORM | {
        "name": " Night ",
        "second": ["anna", "lea"],
        "last": ["everybody"],
        "step_s": 90,
        "repeat_s": 20,
    }
    result = await answer(hass, form, plan)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Night"
    assert house.runtime_data is runtime
    policy = runtime.config.policies[stored(house, "Night").subentry_id]
    assert [step.targets for step in policy.steps] == [
        ("anna",),
        ("anna", "lea"),
        ("everybody",),
    ]
    assert {(step.lasts_s, step.repeat_s) for step in policy.steps} == {(90, 20)}


async def test_without_a_choice_the_times_are_those_of_the_system(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "policy")
    await answer(hass, form, {"name": "Night", "first": ["everybody"]})
    data = stored(house, "Night").data
    assert data == POLICY_FORM | {"first": ["everybody"]}
    (step,) = house.runtime_data.config.policies[
        stored(house, "Night").subentry_id
    ].steps
    assert (step.lasts_s, step.repeat_s) == (None, 30)


@pytest.mark.parametrize(
    ("language", "everybody"), [("en", "All caretakers"), ("de", "Alle Betreuenden")]
)
async def test_the_persons_and_all_caretakers_are_offered(
    hass: HomeAssistant, house: MockConfigEntry, language: str, everybody: str
) -> None:
    hass.config.language = language
    form = await begin_part(hass, house, "policy")
    for name in ("first", "second", "last"):
        assert offered(form, name) == {
            "everybody": everybody,
            "anna": "Anna",
            "lea": "Lea",
            "resi": "Resi",
        }


async def test_whoever_is_not_offered_is_not_taken(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "policy")
    with pytest.raises(InvalidData):
        await answer(hass, form, POLICY_FORM | {"second": ["flat"]})
    result = await answer(hass, form, POLICY_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": ""}, {"name": "name_missing"}),
        ({"name": "plan"}, {"name": "name_taken"}),
        ({"name": "ANNA"}, {"name": "name_taken"}),
        ({"first": []}, {"first": "targets_missing"}),
        ({"first": [], "second": ["anna"]}, {"first": "targets_missing"}),
        ({"first": ["lea"]}, {"first": "nobody_reachable"}),
        ({"first": ["lea"], "last": ["resi"]}, {"first": "nobody_reachable"}),
        ({"repeat_s": 9}, {"repeat_s": "seconds_range"}),
        ({"repeat_s": 301}, {"repeat_s": "seconds_range"}),
        ({"step_s": 9}, {"step_s": "seconds_range"}),
        ({"step_s": 301}, {"step_s": "seconds_range"}),
        ({"sirens": ["siren.gone"]}, {"sirens": "entity_unknown"}),
        ({"scripts": ["script.gone"]}, {"scripts": "entity_unknown"}),
        ({"sirens": ["switch.flat_walk_test"]}, {"sirens": "own_entity"}),
        (
            {"speakers": ["media_player.hall"], "tts": "tts.gone"},
            {"tts": "entity_unknown"},
        ),
        ({"speakers": ["media_player.hall"]}, {"tts": "tts_missing"}),
        (
            {"name": " ", "first": [], "step_s": 0, "repeat_s": -1},
            {
                "name": "name_missing",
                "first": "targets_missing",
                "step_s": "seconds_range",
                "repeat_s": "seconds_range",
            },
        ),
    ],
)
async def test_a_plan_that_cannot_work_is_refused_and_can_be_mended(
    hass: HomeAssistant, house: MockConfigEntry, changes: Form, errors: dict[str, str]
) -> None:
    hass.states.async_set("media_player.hall", "idle")
    form = await begin_part(hass, house, "policy")
    wrong = POLICY_FORM | changes
    result = await answer(hass, form, wrong)
    assert result["errors"] == errors
    assert_kept(result, wrong)
    result = await answer(hass, form, POLICY_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert stored(house, "Night").data == POLICY_FORM, "what was refused is forgotten"


@pytest.mark.parametrize("seconds", [10, 300])
async def test_the_ends_of_the_range_of_seconds_are_allowed(
    hass: HomeAssistant, house: MockConfigEntry, seconds: int
) -> None:
    form = await begin_part(hass, house, "policy")
    plan = POLICY_FORM | {"step_s": seconds, "repeat_s": seconds}
    result = await answer(hass, form, plan)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "steps",
    [
        {"first": ["lea"], "second": ["anna"]},
        {"first": ["lea"], "last": ["anna"]},
        {"first": ["lea", "anna"]},
        {"first": ["everybody"]},
        {"first": ["lea"], "last": ["everybody"]},
    ],
)
async def test_a_plan_in_which_one_person_can_be_told_is_enough(
    hass: HomeAssistant, house: MockConfigEntry, steps: Form
) -> None:
    form = await begin_part(hass, house, "policy")
    result = await answer(hass, form, {"name": "Night", **steps})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_all_caretakers_are_nobody_where_only_others_can_be_told(
    hass: HomeAssistant, set_up: SetUp, phone: str
) -> None:
    house = await set_up(
        house_entry(
            part("place", "flat", sources=[], consent=False),
            part("person", "lea", role="lead"),
            part("person", "tom", role="technician", phones=[phone]),
            part("person", "resi", role="resident", place="flat", phones=[phone]),
        )
    )
    form = await begin_part(hass, house, "policy")
    everybody = POLICY_FORM | {"first": ["everybody"]}
    result = await answer(hass, form, everybody)
    assert result["errors"] == {"first": "nobody_reachable"}
    result = await answer(hass, form, everybody | {"last": ["tom"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_plan_without_anybody_to_tell_is_mended_by_adding_a_person(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    planning = await begin_part(hass, house, "policy")
    result = await answer(hass, planning, POLICY_FORM | {"first": ["lea"]})
    assert result["errors"] == {"first": "nobody_reachable"}
    changing = await begin_change(hass, house, "lea")
    await answer(hass, changing, PERSON_FORM | {"name": "Lea", "role": "lead"})
    result = await answer(hass, planning, POLICY_FORM | {"first": ["lea"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_plan_is_changed_and_a_step_that_is_emptied_is_forgotten(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    runtime = house.runtime_data
    form = await begin_change(hass, house, "plan")
    assert_kept(form, PLAN_FORM)
    assert suggested(form, "last") is None
    wrong: Form = {"name": "Plan", "first": ["resi"], "repeat_s": 5}
    result = await answer(hass, form, wrong)
    assert result["errors"] == {
        "first": "nobody_reachable",
        "repeat_s": "seconds_range",
    }
    right: Form = {
        "name": "Plan",
        "first": ["everybody"],
        "repeat_s": 60,
        "ways_from": "last",
    }
    result = await answer(hass, form, right)
    assert result["reason"] == "reconfigure_successful"
    assert house.subentries["plan"].data == right
    assert house.runtime_data is runtime
    (step,) = runtime.config.policies["plan"].steps
    assert (step.targets, step.repeat_s) == (("everybody",), 60)


async def test_a_plan_that_was_renamed_in_the_list_is_changed_under_that_name(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    plan = house.subentries["plan"]
    hass.config_entries.async_update_subentry(house, plan, title="Day shift")
    await settle(hass)
    form = await begin_change(hass, house, "plan")
    assert suggested(form, "name") == "Day shift"


async def test_a_person_who_is_gone_does_not_stand_in_the_way_of_a_change(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_change(hass, house, "plan")
    await answer(hass, form, PLAN_FORM | {"last": ["lea", "anna"]})
    hass.config_entries.async_remove_subentry(house, "lea")
    await settle(hass)
    form = await begin_change(hass, house, "plan")
    assert "lea" not in offered(form, "last")
    result = await answer(hass, form, as_shown(form))
    assert result["reason"] == "reconfigure_successful"
    assert house.subentries["plan"].data["last"] == ["anna"]


async def test_an_open_alarm_goes_on_while_a_person_is_added_and_its_plan_is_changed(
    hass: HomeAssistant,
    house: MockConfigEntry,
    as_anna: Context,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    runtime = house.runtime_data
    incident_id = await pull(hass)
    before = runtime.state.incidents[incident_id]
    assert len(pushes(aioclient_mock)) == 1

    form = await begin_part(hass, house, "person")
    await answer(hass, form, PERSON_FORM)
    form = await begin_change(hass, house, "plan")
    result = await answer(hass, form, PLAN_FORM | {"second": [], "last": ["anna"]})
    assert result["reason"] == "reconfigure_successful"
    assert house.runtime_data is runtime
    assert runtime.state.incidents == {incident_id: before}
    assert hass.states.get(STATE).state == "alarm"
    assert len(pushes(aioclient_mock)) == 1, "nobody is told twice"

    await later(hass, freezer, 30)
    assert len(pushes(aioclient_mock)) == 2, "and nobody is told later"
    await later(hass, freezer, 30)
    now = runtime.state.incidents[incident_id]
    assert now.step == 1
    assert len(pushes(aioclient_mock)) == 3, "the next step is that of the new plan"
    assert "everybody" not in now.told
    await do(hass, "acknowledge", as_anna, incident_id=incident_id)
    assert hass.states.get(STATE).state == "acknowledged"


async def test_a_plan_takes_sirens_speakers_and_scripts_from_a_step_on(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    ways = {
        "sirens": ["siren.hall", "light.hall"],
        "speakers": ["media_player.hall"],
        "tts": "tts.voice",
        "scripts": ["script.call"],
    }
    for entity_id in ("siren.hall", "light.hall", *list(ways.values())[1:]):
        name = entity_id if isinstance(entity_id, str) else entity_id[0]
        hass.states.async_set(name, "off")
    form = await begin_part(hass, house, "policy")
    plan = POLICY_FORM | ways | {"second": ["lea"], "ways_from": "second"}
    result = await answer(hass, form, plan)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert stored(house, "Night").data == plan
    own_id = stored(house, "Night").subentry_id
    first, second = house.runtime_data.config.policies[own_id].steps
    assert first.targets == ("anna",)
    assert second.targets == ("lea", f"ways:{own_id}")
