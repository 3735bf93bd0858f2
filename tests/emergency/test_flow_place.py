"""The forms of a place: which entities call for help, and what is refused."""

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.const import DOMAIN

from .flow_forms import (
    PLACE_FORM,
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
from .test_runtime import settle

OTHERS = {"consent", "lights", "policy", "silent_h", "speakers", "watch"}
FLAT_FORM: Form = {
    "name": "Flat",
    "manual": ["binary_sensor.cord", "event.pendant"],
    "fall": ["binary_sensor.radar"],
    "consent": False,
    "policy": "plan",
}
KINDS = ("manual", "fall", "smoke", "gas", "water", "wander", "technical")


@pytest.fixture(autouse=True)
def sources(hass: HomeAssistant) -> None:
    """Let more entities exist, none of which calls for help."""
    hass.states.async_set("event.pendant", "unknown")
    for kind in KINDS:
        hass.states.async_set(f"binary_sensor.{kind}", "off")


def ids(entry: MockConfigEntry, title: str) -> dict[tuple[str, str], str]:
    """Return the id of each source of a place, by its kind and its entity."""
    return {
        (source["kind"], source["entity_id"]): source["source_id"]
        for source in stored(entry, title).data["sources"]
    }


async def test_a_place_is_added_and_gets_its_entities_while_the_house_runs(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    runtime = house.runtime_data
    form = await begin_part(hass, house, "place")
    result = await answer(hass, form, PLACE_FORM | {"name": " Flat 2 "})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Flat 2"
    assert house.runtime_data is runtime
    place = stored(house, "Flat 2")
    assert place.data["name"] == "Flat 2"
    entities = er.async_get(hass)
    found = er.async_entries_for_config_entry(entities, house.entry_id)
    of_place = [e for e in found if e.config_subentry_id == place.subentry_id]
    of_flat = [e for e in found if e.config_subentry_id == "flat"]
    assert len(of_place) == len(of_flat) > 0
    assert len({entity.device_id for entity in of_place}) == 1
    assert hass.states.get("sensor.flat_2_state").state == "idle"
    hass.states.async_set("binary_sensor.cord", "on")
    await settle(hass)
    assert hass.states.get("sensor.flat_2_state").state == "alarm"
    assert hass.states.get("binary_sensor.flat_2_alarm").state == "on"


async def test_each_kind_has_its_sources_and_each_source_an_id_of_its_own(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "place")
    fields = {str(marker) for marker in form["data_schema"].schema}
    assert fields == {"name", "area", *KINDS, *OTHERS}
    entered = {kind: [f"binary_sensor.{kind}"] for kind in KINDS}
    entered["manual"] = ["binary_sensor.manual", "event.pendant"]
    all_kinds: Form = {"name": "Flat 2", **entered, "consent": True}
    await answer(hass, form, all_kinds)
    found = ids(house, "Flat 2")
    expected = [(kind, each) for kind in KINDS for each in entered[kind]]
    assert list(found) == expected
    assert len(set(found.values())) == len(expected)
    assert set(stored(house, "Flat 2").data) == {"name", "consent", "sources", "watch"}
    place = house.runtime_data.config.places[stored(house, "Flat 2").subentry_id]
    assert [source.kind for source in place.sources.values()] == [
        kind for kind, _ in expected
    ]
    assert house.runtime_data.state.incidents == {}, "what is off calls nobody"


async def test_a_place_without_sources_can_still_call_by_its_button(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "place")
    await answer(hass, form, {"name": "Laundry"})
    assert stored(house, "Laundry").data["sources"] == []
    pressed = {"entity_id": "button.laundry_call_for_help"}
    await hass.services.async_call("button", "press", pressed, blocking=True)
    await settle(hass)
    assert hass.states.get("sensor.laundry_state").state == "alarm"


async def test_the_plans_of_the_house_are_offered_and_one_is_chosen(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "place")
    assert offered(form, "policy") == {"plan": "Plan"}
    await answer(hass, form, PLACE_FORM)
    config = house.runtime_data.config
    place_id = stored(house, "Flat 2").subentry_id
    assert config.policy_of(place_id) is config.policies["plan"]


async def test_a_plan_that_is_not_offered_is_not_taken(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "place")
    with pytest.raises(InvalidData):
        await answer(hass, form, PLACE_FORM | {"policy": "anna"})
    result = await answer(hass, form, PLACE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY


PLACE_ERRORS: list[tuple[Form, dict[str, str]]] = [
    ({"name": " "}, {"name": "name_missing"}),
    ({"name": "FLAT"}, {"name": "name_taken"}),
    ({"name": "Anna"}, {"name": "name_taken"}),
    *(
        ({kind: ["binary_sensor.nowhere"], "consent": True}, {kind: "entity_unknown"})
        for kind in KINDS
    ),
    (
        {"manual": ["binary_sensor.cord", "binary_sensor.nowhere"]},
        {"manual": "entity_unknown"},
    ),
    ({"fall": ["binary_sensor.flat_alarm"]}, {"fall": "own_entity"}),
    ({"manual": ["button.flat_call_for_help"]}, {"manual": "own_entity"}),
    ({"wander": ["binary_sensor.wander"]}, {"consent": "consent_missing"}),
    ({"silent_h": 0}, {"silent_h": "hours_range"}),
    ({"silent_h": 169}, {"silent_h": "hours_range"}),
    (
        {"name": "", "gas": ["binary_sensor.nowhere", "binary_sensor.flat_alarm"]},
        {"name": "name_missing", "gas": "entity_unknown"},
    ),
]


@pytest.mark.parametrize(("changes", "errors"), PLACE_ERRORS)
async def test_a_place_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, house: MockConfigEntry, changes: Form, errors: dict[str, str]
) -> None:
    form = await begin_part(hass, house, "place")
    wrong = PLACE_FORM | changes
    result = await answer(hass, form, wrong)
    assert result["errors"] == errors
    assert_kept(result, wrong)
    result = await answer(hass, form, PLACE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(ids(house, "Flat 2")) == 2, "what was refused is forgotten"


async def test_wandering_is_watched_only_with_consent(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "place")
    wander = PLACE_FORM | {"wander": ["binary_sensor.wander"]}
    result = await answer(hass, form, wander)
    assert result["errors"] == {"consent": "consent_missing"}
    result = await answer(hass, form, wander | {"consent": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert stored(house, "Flat 2").data["consent"] is True
    assert ("wander", "binary_sensor.wander") in ids(house, "Flat 2")


async def test_consent_that_is_withdrawn_takes_the_wandering_sensor_along(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "place")
    wander = {"wander": ["binary_sensor.wander"]}
    await answer(hass, form, PLACE_FORM | wander | {"consent": True})
    place_id = stored(house, "Flat 2").subentry_id
    form = await begin_change(hass, house, place_id)
    assert suggested(form, "consent") is True
    result = await answer(hass, form, PLACE_FORM | wander)
    assert result["errors"] == {"consent": "consent_missing"}
    result = await answer(hass, form, PLACE_FORM)
    assert result["reason"] == "reconfigure_successful"
    hass.states.async_set("binary_sensor.wander", "on")
    await settle(hass)
    assert hass.states.get("sensor.flat_2_state").state == "idle"


async def test_the_form_of_a_change_shows_the_sources_by_their_kinds(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_change(hass, house, "flat")
    assert_kept(form, FLAT_FORM)
    assert suggested(form, "smoke") is None


async def test_a_source_that_stays_keeps_its_id(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    before = ids(house, "Flat")
    form = await begin_change(hass, house, "flat")
    changed = FLAT_FORM | {
        "manual": ["binary_sensor.manual", "binary_sensor.cord"],
        "fall": [],
        "technical": ["binary_sensor.radar"],
    }
    result = await answer(hass, form, changed)
    assert result["reason"] == "reconfigure_successful"
    after = ids(house, "Flat")
    assert list(after) == [
        ("manual", "binary_sensor.manual"),
        ("manual", "binary_sensor.cord"),
        ("technical", "binary_sensor.radar"),
    ]
    cord = ("manual", "binary_sensor.cord")
    assert after[cord] == before[cord] == "s-cord"
    new = set(after.values()) - {"s-cord"}
    assert len(new) == 2
    assert not new & set(before.values()), "as another kind it is another source"


async def test_a_source_keeps_its_id_also_when_the_change_had_to_be_mended(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    before = ids(house, "Flat")
    form = await begin_change(hass, house, "flat")
    wrong = FLAT_FORM | {"name": "Anna", "manual": ["binary_sensor.nowhere"]}
    result = await answer(hass, form, wrong)
    assert result["errors"] == {"name": "name_taken", "manual": "entity_unknown"}
    assert_kept(result, wrong)
    assert ids(house, "Flat") == before, "nothing is stored yet"
    result = await answer(hass, form, FLAT_FORM)
    assert result["reason"] == "reconfigure_successful"
    assert ids(house, "Flat") == before


async def test_a_cord_that_stays_pulled_raises_nothing_anew_when_its_place_is_changed(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    runtime = house.runtime_data
    hass.states.async_set("binary_sensor.cord", "on")
    await settle(hass)
    (before,) = runtime.state.incidents.values()
    form = await begin_change(hass, house, "flat")
    await answer(hass, form, FLAT_FORM | {"smoke": ["binary_sensor.smoke"]})
    assert list(runtime.state.incidents.values()) == [before]
    assert house.runtime_data is runtime


async def test_a_source_that_is_on_when_it_is_added_calls_for_help(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    hass.states.async_set("binary_sensor.smoke", "on")
    form = await begin_change(hass, house, "flat")
    await answer(hass, form, FLAT_FORM | {"smoke": ["binary_sensor.smoke"]})
    assert hass.states.get("sensor.flat_state").state == "alarm"


async def test_a_plan_that_is_emptied_is_forgotten(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_change(hass, house, "flat")
    without = {key: value for key, value in FLAT_FORM.items() if key != "policy"}
    await answer(hass, form, without)
    assert "policy" not in house.subentries["flat"].data
    config = house.runtime_data.config
    (only,) = config.policy_of("flat").steps
    assert only.targets == ("everybody",)


async def test_a_plan_that_is_gone_does_not_stand_in_the_way_of_a_change(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    hass.config_entries.async_remove_subentry(house, "plan")
    await settle(hass)
    form = await begin_change(hass, house, "flat")
    assert offered(form, "policy") == {}
    result = await answer(hass, form, as_shown(form))
    assert result["reason"] == "reconfigure_successful"


async def test_a_place_is_renamed_and_its_entities_stay(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_change(hass, house, "flat")
    await answer(hass, form, FLAT_FORM | {"name": " Flat 1 "})
    assert house.subentries["flat"].title == "Flat 1"
    devices = dr.async_get(hass)
    device = devices.async_get_device_by_identifier((DOMAIN, "flat"), house.entry_id)
    assert device.name == "Flat 1"
    assert hass.states.get("sensor.flat_state").state == "idle"


async def test_a_place_that_was_renamed_in_the_list_is_changed_under_that_name(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    flat = house.subentries["flat"]
    hass.config_entries.async_update_subentry(house, flat, title="Attic")
    await settle(hass)
    form = await begin_change(hass, house, "flat")
    assert suggested(form, "name") == "Attic"


async def test_a_removed_place_takes_its_entities_along(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    assert hass.config_entries.async_remove_subentry(house, "flat")
    await settle(hass)
    assert er.async_get(hass).async_get("sensor.flat_state") is None
    assert house.runtime_data.config.places == {}


WATCH_FORM: Form = {
    "activity": ["binary_sensor.motion"],
    "inactivity_h": 12,
    "sleep_begins": "22:00:00",
    "sleep_ends": "07:00:00",
    "activity_is_check_in": False,
}


@pytest.fixture
def motion(hass: HomeAssistant) -> None:
    """Let there be what can be heard of a flat."""
    for key in ("motion", "bed", "bathroom", "door"):
        hass.states.async_set(f"binary_sensor.{key}", "off")


@pytest.mark.usefixtures("motion")
async def test_a_place_that_is_watched_asks_for_it_in_a_second_form(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "place")
    wanted = PLACE_FORM | {"watch": True, "consent": True}
    second = await answer(hass, form, wanted)
    assert second["step_id"] == "watch"
    assert suggested(second, "inactivity_h") == 12
    result = await answer(hass, second, WATCH_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    place = stored(house, "Flat 2")
    assert {key: place.data[key] for key in WATCH_FORM} == WATCH_FORM
    assert house.runtime_data.config.places[place.subentry_id].watch is not None

    form = await begin_change(hass, house, place.subentry_id)
    assert suggested(form, "watch") is True
    second = await answer(hass, form, as_shown(form) | {"name": "Flat 2"})
    assert suggested(second, "activity") == ["binary_sensor.motion"]
    await answer(hass, second, as_shown(second))
    assert stored(house, "Flat 2").data["inactivity_h"] == 12

    form = await begin_change(hass, house, place.subentry_id)
    await answer(hass, form, as_shown(form) | {"watch": False})
    assert not WATCH_FORM.keys() & stored(house, "Flat 2").data.keys()
    assert house.runtime_data.config.places[place.subentry_id].watch is None


@pytest.mark.usefixtures("motion")
@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"activity": []}, {"activity": "activity_missing"}),
        ({"inactivity_h": 49}, {"inactivity_h": "inactivity_range"}),
        ({"day_inactivity_h": 0.5}, {"day_inactivity_h": "inactivity_range"}),
        ({"activity": ["binary_sensor.nowhere"]}, {"activity": "entity_unknown"}),
        ({"bed_min": 0}, {"bed_min": "minutes_range"}),
        ({"bathroom_min": 721}, {"bathroom_min": "minutes_range"}),
        ({"door_min": 0.5}, {"door_min": "minutes_range"}),
        ({"bed": "binary_sensor.nowhere"}, {"bed": "entity_unknown"}),
        ({"door": "binary_sensor.flat_alarm"}, {"door": "own_entity"}),
        ({"activity": [], "inactivity_h": 0}, {"check_in_until": "watch_empty"}),
    ],
)
async def test_a_watch_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, house: MockConfigEntry, changes: Form, errors: dict[str, str]
) -> None:
    form = await begin_part(hass, house, "place")
    wanted = PLACE_FORM | {"watch": True, "consent": True}
    second = await answer(hass, form, wanted)
    result = await answer(hass, second, WATCH_FORM | changes)
    assert result["errors"] == errors
    result = await answer(hass, second, WATCH_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("motion")
async def test_only_a_check_in_needs_no_consent(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "place")
    second = await answer(hass, form, PLACE_FORM | {"watch": True})
    result = await answer(hass, second, WATCH_FORM)
    assert result["errors"] == {"activity": "consent_missing"}
    check_in = WATCH_FORM | {"activity": [], "inactivity_h": 0}
    check_in["check_in_until"] = "10:00:00"
    result = await answer(hass, second, check_in)
    assert result["type"] is FlowResultType.CREATE_ENTRY
