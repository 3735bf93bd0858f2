"""Setting up a house, its places, persons and call plans in the UI, and changing them."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.const import DOMAIN

from .conftest import SetUp, house_entry, part

type Form = dict[str, Any]

HOUSE_FORM: Form = {"name": "Block 4", "push_detail": "anonymous"}
PLACE_FORM: Form = {
    "name": "Flat 2",
    "manual": ["binary_sensor.cord", "event.pendant"],
    "fall": ["binary_sensor.radar"],
    "policy": "plan",
    "consent": False,
}
PERSON_FORM: Form = {
    "name": "Bert",
    "role": "caretaker",
    "notifiers": ["notify.anna_s_phone"],
}
POLICY_FORM: Form = {"name": "Night", "first": ["anna"], "repeat_s": 30}


@pytest.fixture
def sources(hass: HomeAssistant) -> None:
    """Let a pendant exist that has not been pressed yet."""
    hass.states.async_set("event.pendant", "unknown")


async def begin_house(hass: HomeAssistant) -> str:
    """Open the form of a new house and return its flow."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    form = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "emergency"}
    )
    assert form["step_id"] == "emergency"
    return str(form["flow_id"])


async def begin(hass: HomeAssistant, kind: str, part_id: str | None = None) -> Any:
    """Open the form of a new part of the house, or of one that is changed."""
    context: Any = {"source": SOURCE_USER}
    if part_id is not None:
        context = {"source": SOURCE_RECONFIGURE, "subentry_id": part_id}
    return await hass.config_entries.subentries.async_init(
        ("house", kind), context=context
    )


async def answer(hass: HomeAssistant, flow_id: str, form: Form) -> Any:
    """Fill in the form of a part."""
    result = await hass.config_entries.subentries.async_configure(flow_id, form)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


def labels(form: Any, field: str) -> dict[str, str]:
    """Return what a list of a form offers."""
    selector = next(
        value for key, value in form["data_schema"].schema.items() if key == field
    )
    return {each["value"]: each["label"] for each in selector.config["options"]}


async def test_a_house_is_set_up(hass: HomeAssistant) -> None:
    flow_id = await begin_house(hass)
    result = await hass.config_entries.flow.async_configure(flow_id, HOUSE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Block 4"
    assert result["data"] == {"system": "emergency", **HOUSE_FORM}
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("name", "error"), [(" ", "name_missing"), ("block 3", "name_taken")]
)
async def test_a_house_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, name: str, error: str
) -> None:
    flow_id = await begin_house(hass)
    configure = hass.config_entries.flow.async_configure
    result = await configure(flow_id, HOUSE_FORM | {"name": name})
    assert result["errors"] == {"name": error}
    result = await configure(flow_id, HOUSE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_house_is_changed_without_a_reload(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    runtime = house.runtime_data
    flow = hass.config_entries.flow
    context: Any = {"source": SOURCE_RECONFIGURE, "entry_id": "house"}
    form = await flow.async_init(DOMAIN, context=context)
    result = await flow.async_configure(form["flow_id"], HOUSE_FORM | {"name": ""})
    assert result["errors"] == {"name": "name_missing"}
    result = await flow.async_configure(form["flow_id"], HOUSE_FORM)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert house.title == "Block 4"
    assert house.runtime_data is runtime
    assert runtime.settings.house["push_detail"] == "anonymous"


@pytest.mark.usefixtures("sources")
async def test_a_place_is_added_and_watched_at_once(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin(hass, "place")
    assert labels(form, "policy") == {"plan": "Plan"}
    result = await answer(hass, form["flow_id"], PLACE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    stored = next(
        p for p in house.get_subentries_of_type("place") if p.title == "Flat 2"
    )
    found = [(each["kind"], each["entity_id"]) for each in stored.data["sources"]]
    assert found == [
        ("manual", "binary_sensor.cord"),
        ("manual", "event.pendant"),
        ("fall", "binary_sensor.radar"),
    ]
    assert len({each["source_id"] for each in stored.data["sources"]}) == 3
    assert hass.states.get("sensor.flat_2_state").state == "idle"
    hass.states.async_set("binary_sensor.cord", "on")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get("sensor.flat_2_state").state == "alarm"
    assert hass.states.get("sensor.flat_state").state == "alarm"


@pytest.mark.usefixtures("sources")
async def test_a_source_that_stays_keeps_its_id_and_what_it_raised(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    hass.states.async_set("binary_sensor.cord", "on")
    await hass.async_block_till_done(wait_background_tasks=True)
    form = await begin(hass, "place", "flat")
    changed = {"name": "Flat 1", "manual": ["binary_sensor.cord"], "consent": False}
    result = await answer(hass, form["flow_id"], changed)
    assert result["reason"] == "reconfigure_successful"
    (source,) = house.subentries["flat"].data["sources"]
    assert source["source_id"] == "s-cord"
    assert hass.states.get("sensor.flat_state").state == "alarm"
    incidents = house.runtime_data.state.incidents
    assert len(incidents) == 1, "nothing is raised anew"


@pytest.mark.usefixtures("house", "sources")
@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"name": ""}, "name", "name_missing"),
        ({"name": "flat"}, "name", "name_taken"),
        ({"manual": ["binary_sensor.nowhere"]}, "manual", "entity_unknown"),
        ({"fall": ["binary_sensor.flat_alarm"]}, "fall", "own_entity"),
        ({"wander": ["binary_sensor.radar"]}, "consent", "consent_missing"),
    ],
)
async def test_a_place_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, changes: Form, field: str, error: str
) -> None:
    form = await begin(hass, "place")
    result = await answer(hass, form["flow_id"], PLACE_FORM | changes)
    assert result["errors"] == {field: error}
    result = await answer(hass, form["flow_id"], PLACE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("house", "sources")
async def test_with_consent_wandering_is_watched(hass: HomeAssistant) -> None:
    form = await begin(hass, "place")
    wander = {"wander": ["binary_sensor.radar"], "consent": True}
    result = await answer(hass, form["flow_id"], PLACE_FORM | wander)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_person_is_added_while_an_alarm_is_open_and_disturbs_nothing(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    hass.states.async_set("binary_sensor.cord", "on")
    await hass.async_block_till_done(wait_background_tasks=True)
    (before,) = house.runtime_data.state.incidents.values()
    form = await begin(hass, "person")
    assert labels(form, "user") == {"user-anna": "Anna"}
    assert labels(form, "place") == {"flat": "Flat"}
    result = await answer(hass, form["flow_id"], PERSON_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert list(house.runtime_data.state.incidents.values()) == [before]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"name": " "}, "name", "name_missing"),
        ({"name": "ANNA"}, "name", "name_taken"),
        ({"notifiers": ["notify.nobody"]}, "notifiers", "entity_unknown"),
        ({"user": "user-anna"}, "user", "user_taken"),
        ({"role": "resident"}, "place", "place_missing"),
        ({"role": "observer"}, "place", "place_missing"),
        ({"notifiers": []}, "phones", "channel_missing"),
    ],
)
async def test_a_person_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, changes: Form, field: str, error: str
) -> None:
    form = await begin(hass, "person")
    result = await answer(hass, form["flow_id"], PERSON_FORM | changes)
    assert result["errors"] == {field: error}
    result = await answer(hass, form["flow_id"], PERSON_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("house")
async def test_a_person_keeps_the_own_login_when_changed(hass: HomeAssistant) -> None:
    form = await begin(hass, "person", "anna")
    same = PERSON_FORM | {"name": "Anna", "user": "user-anna"}
    result = await answer(hass, form["flow_id"], same)
    assert result["reason"] == "reconfigure_successful"


async def test_a_call_plan_is_added(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin(hass, "policy")
    assert labels(form, "first") == {
        "everybody": "All caretakers",
        "anna": "Anna",
        "lea": "Lea",
        "resi": "Resi",
    }
    plan = POLICY_FORM | {"last": ["everybody"], "step_s": 90}
    result = await answer(hass, form["flow_id"], plan)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    policies = house.runtime_data.config.policies.values()
    steps = next(each.steps for each in policies if len(each.steps) == 2)
    assert [step.targets for step in steps] == [("anna",), ("everybody",)]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"name": ""}, "name", "name_missing"),
        ({"first": []}, "first", "targets_missing"),
        ({"first": ["lea"]}, "first", "nobody_reachable"),
        ({"repeat_s": 5}, "repeat_s", "seconds_range"),
        ({"step_s": 301}, "step_s", "seconds_range"),
    ],
)
async def test_a_call_plan_that_cannot_work_is_refused_and_can_be_mended(
    hass: HomeAssistant, changes: Form, field: str, error: str
) -> None:
    form = await begin(hass, "policy")
    result = await answer(hass, form["flow_id"], POLICY_FORM | changes)
    assert result["errors"] == {field: error}
    result = await answer(hass, form["flow_id"], POLICY_FORM | {"first": ["everybody"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_in_a_house_where_nobody_can_be_told_everybody_is_nobody(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up(house_entry(part("person", "lea", role="lead")))
    form = await begin(hass, "policy")
    plan = POLICY_FORM | {"first": ["everybody"]}
    result = await answer(hass, form["flow_id"], plan)
    assert result["errors"] == {"first": "nobody_reachable"}


async def test_a_removed_place_takes_its_entities_along(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    assert hass.config_entries.async_remove_subentry(house, "flat")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert er.async_get(hass).async_get("sensor.flat_state") is None
    assert house.runtime_data.config.places == {}
