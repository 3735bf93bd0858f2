"""The forms of a place about areas and sensors: what is suggested, and when a sensor calls."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.emergency.matching import ON

from .flow_forms import (
    Form,
    answer,
    as_shown,
    begin_change,
    begin_part,
    stored,
    suggested,
)
from .test_runtime import settle

FORM: Form = {"name": "Flat 2", "consent": False}
CO: Form = FORM | {"smoke": ["sensor.co"]}
RADAR: Form = FORM | {"fall": ["sensor.radar"]}


@pytest.fixture(autouse=True)
def sources(hass: HomeAssistant) -> None:
    """Let all sources and an area exist."""
    hass.states.async_set("event.pendant", "unknown")
    hass.states.async_set("sensor.co", "4", {"friendly_name": "CO in the kitchen"})
    hass.states.async_set("sensor.radar", "idle")
    ar.async_get(hass).async_create("Ground")
    ar.async_get(hass).async_create("Cellar")


@pytest.fixture
def device(hass: HomeAssistant) -> str:
    """Return a device on the ground floor."""
    entry: ConfigEntry = MockConfigEntry(domain="test")
    entry.add_to_hass(hass)  # type: ignore[attr-defined]
    devices = dr.async_get(hass)
    made = devices.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "radar")}
    )
    devices.async_update_device(made.id, area_id="ground")
    return made.id


def register(hass: HomeAssistant, entity_id: str, **values: Any) -> None:
    """Let an entity be on the ground floor, or on a device that is."""
    domain, _, name = entity_id.partition(".")
    registry = er.async_get(hass)
    platform = values.pop("platform", "test")
    registry.async_get_or_create(
        domain, platform, name, suggested_object_id=name, **values
    )
    if "device_id" not in values:
        registry.async_update_entity(entity_id, area_id="ground")


def source(entry: MockConfigEntry, title: str = "Flat 2") -> dict[str, Any]:
    """Return the only source of a place, without its id."""
    (found,) = stored(entry, title).data["sources"]
    return {key: value for key, value in found.items() if key != "source_id"}


async def test_an_area_fills_the_form_in_and_the_installer_corrects_it(
    hass: HomeAssistant, house: MockConfigEntry, device: str
) -> None:
    register(hass, "binary_sensor.sos")
    register(hass, "binary_sensor.smoke", original_device_class="smoke")
    register(hass, "binary_sensor.sos_light", original_device_class="light")
    register(hass, "sensor.radar_fall", device_id=device)
    register(hass, "sensor.fall_count", unit_of_measurement="1")
    register(hass, "sensor.fall_total", capabilities={"state_class": "total"})
    register(hass, "binary_sensor.sos_own", platform="smart_quarter")
    register(hass, "light.sos")
    register(hass, "binary_sensor.sos_off", disabled_by=er.RegistryEntryDisabler.USER)
    form = await begin_part(hass, house, "place")
    shown = await answer(
        hass, form, FORM | {"area": "ground", "manual": ["event.pendant"]}
    )
    assert shown["errors"] == {"area": "area_suggested"}
    assert suggested(shown, "manual") == ["event.pendant", "binary_sensor.sos"]
    assert suggested(shown, "smoke") == ["binary_sensor.smoke"]
    assert suggested(shown, "fall") == ["sensor.radar_fall"]
    answers = as_shown(shown) | {"fall": []}
    done = await answer(hass, shown, answers)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    place = stored(house, "Flat 2").data
    assert place["area"] == "ground"
    assert [each["entity_id"] for each in place["sources"]] == [
        "event.pendant",
        "binary_sensor.sos",
        "binary_sensor.smoke",
    ]


async def test_an_area_that_was_looked_at_suggests_nothing_again(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "place")
    shown = await answer(hass, form, FORM | {"area": "ground"})
    assert shown["errors"] == {"area": "area_empty"}
    await answer(hass, shown, as_shown(shown))
    register(hass, "binary_sensor.sos")
    key = stored(house, "Flat 2").subentry_id
    form = await begin_change(hass, house, key)
    assert suggested(form, "area") == "ground"
    done = await answer(hass, form, as_shown(form))
    assert done["reason"] == "reconfigure_successful"
    assert stored(house, "Flat 2").data["sources"] == []


async def test_another_area_keeps_what_was_chosen(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    register(hass, "binary_sensor.sos")
    form = await begin_change(hass, house, "flat")
    before = suggested(form, "manual")
    shown = await answer(hass, form, as_shown(form) | {"area": "ground"})
    assert suggested(shown, "manual") == [*before, "binary_sensor.sos"]
    shown = await answer(hass, shown, as_shown(shown) | {"area": "cellar"})
    assert shown["errors"] == {"area": "area_empty"}
    assert suggested(shown, "manual") == [*before, "binary_sensor.sos"]


async def test_a_sensor_with_numbers_is_asked_beyond_which_it_calls(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await answer(hass, await begin_part(hass, house, "place"), CO)
    assert form["step_id"] == "limits"
    assert form["description_placeholders"] == {
        "entity": "CO in the kitchen",
        "kind": "Smoke",
    }
    await answer(hass, form, {"above": 50})
    assert source(house) == {"kind": "smoke", "entity_id": "sensor.co", "above": 50}
    hass.states.async_set("sensor.co", "51")
    await settle(hass)
    assert hass.states.get("sensor.flat_2_state").state == "alarm"


@pytest.mark.parametrize(
    ("limits", "field", "error"),
    [
        ({}, "above", "limit_missing"),
        ({"above": 1, "below": 2}, "below", "limits_crossed"),
    ],
)
async def test_limits_with_which_a_sensor_calls_never_or_always_are_refused(
    hass: HomeAssistant,
    house: MockConfigEntry,
    limits: Form,
    field: str,
    error: str,
) -> None:
    form = await answer(hass, await begin_part(hass, house, "place"), CO)
    refused = await answer(hass, form, limits)
    assert refused["errors"] == {field: error}
    assert {key: suggested(refused, key) for key in limits} == limits
    await answer(hass, refused, {"above": 2, "below": 1})
    assert source(house)["below"] == 1


async def test_limits_are_changed_and_forgotten_also_while_the_sensor_is_away(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await answer(hass, await begin_part(hass, house, "place"), CO)
    await answer(hass, form, {"above": 50})
    source_id = stored(house, "Flat 2").data["sources"][0]["source_id"]
    hass.states.async_set("sensor.co", "unavailable")
    form = await begin_change(hass, house, stored(house, "Flat 2").subentry_id)
    form = await answer(hass, form, as_shown(form))
    assert form["step_id"] == "limits"
    assert suggested(form, "above") == 50
    await answer(hass, form, {"below": 5})
    assert source(house) == {"kind": "smoke", "entity_id": "sensor.co", "below": 5}
    assert stored(house, "Flat 2").data["sources"][0]["source_id"] == source_id


async def test_a_sensor_that_speaks_calls_at_the_usual_words_or_at_others(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await answer(hass, await begin_part(hass, house, "place"), RADAR)
    assert form["step_id"] == "words"
    assert suggested(form, "words") == sorted(ON)
    await answer(hass, form, as_shown(form))
    assert source(house) == {"kind": "fall", "entity_id": "sensor.radar"}

    form = await begin_change(hass, house, stored(house, "Flat 2").subentry_id)
    form = await answer(hass, form, as_shown(form))
    await answer(hass, form, {"words": [" Lying ", "lying"]})
    assert source(house)["words"] == ["lying"]
    hass.states.async_set("sensor.radar", "fall")
    await settle(hass)
    assert hass.states.get("sensor.flat_2_state").state == "idle"
    hass.states.async_set("sensor.radar", "Lying")
    await settle(hass)
    assert hass.states.get("sensor.flat_2_state").state == "pre_alarm"


async def test_a_sensor_that_can_say_a_usual_word_is_not_asked_about(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    options = {"options": ["normal", "fall_warning", "Fall_alarm"]}
    register(hass, "sensor.fall_status", capabilities=options)
    form = await begin_part(hass, house, "place")
    done = await answer(hass, form, FORM | {"fall": ["sensor.fall_status"]})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert source(house) == {"kind": "fall", "entity_id": "sensor.fall_status"}
    place = stored(house, "Flat 2")
    ruled = [{**place.data["sources"][0], "words": ["fall_warning"]}]
    hass.config_entries.async_update_subentry(
        house, place, data={**place.data, "sources": ruled}
    )
    form = await begin_change(hass, house, place.subentry_id)
    form = await answer(hass, form, as_shown(form))
    assert suggested(form, "words") == ["fall_warning"], "what has a rule keeps it"


@pytest.mark.parametrize(
    ("words", "error"),
    [([" "], "words_missing"), (["a/b"], "word_marks"), (["a|b"], "word_marks")],
)
async def test_words_that_a_table_could_not_hold_are_refused(
    hass: HomeAssistant, house: MockConfigEntry, words: list[str], error: str
) -> None:
    form = await answer(hass, await begin_part(hass, house, "place"), RADAR)
    refused = await answer(hass, form, {"words": words})
    assert refused["errors"] == {"words": error}
    assert suggested(refused, "words") == words


async def test_several_sensors_are_asked_one_after_the_other(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await answer(hass, await begin_part(hass, house, "place"), CO | RADAR)
    form = await answer(hass, form, {"words": ["help"]})
    assert form["step_id"] == "limits"
    done = await answer(hass, form, {"above": 1})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    rules = [
        (each["entity_id"], each.get("words"), each.get("above"))
        for each in stored(house, "Flat 2").data["sources"]
    ]
    assert rules == [("sensor.radar", ["help"], None), ("sensor.co", None, 1)]
