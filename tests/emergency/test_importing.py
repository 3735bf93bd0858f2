"""A table of places in a running house: looked at first, then done as one change, or not at all."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.emergency.runtime import EmergencyRuntime

from ..irrigation.conftest import ZONE, part as irrigation_part, site_entry
from .conftest import SetUp
from .flow_forms import answer, begin_part, stored, suggested
from .test_runtime import settle

TABLE = """number;area;policy;manual;smoke
Flat;;plan;binary_sensor.cord;
Flat 2;Ground;plan;binary_sensor.bell;sensor.co>50
"""


@pytest.fixture(autouse=True)
def sources(hass: HomeAssistant) -> None:
    """Let all sources and the area exist."""
    hass.states.async_set("event.pendant", "unknown")
    hass.states.async_set("binary_sensor.bell", "off")
    hass.states.async_set("sensor.co", "4", {"unit_of_measurement": "ppm"})
    ar.async_get(hass).async_create("Ground")


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often changed settings are applied: how many places there are each time."""
    counts: list[int] = []
    apply = EmergencyRuntime._configure

    def configure(self: EmergencyRuntime) -> None:
        apply(self)
        counts.append(len(self.settings.places))

    monkeypatch.setattr(EmergencyRuntime, "_configure", configure)
    return counts


async def do(
    hass: HomeAssistant, action: str, user: str | None = None, **data: Any
) -> Any:
    """Call an action about the house and return its answer."""
    answered = await hass.services.async_call(
        DOMAIN,
        action,
        {"config_entry_id": "house", **data},
        blocking=True,
        return_response=True,
        context=Context(user_id=user),
    )
    await settle(hass)
    return answered


async def test_a_table_is_looked_at_without_changing_anything(
    hass: HomeAssistant, house: MockConfigEntry, applied: list[int]
) -> None:
    before = dict(house.subentries)
    assert await do(hass, "import_places", table=TABLE) == {
        "applied": False,
        "added": ["Flat 2"],
        "changed": ["Flat"],
        "unchanged": [],
        "errors": [],
    }
    assert dict(house.subentries) == before
    assert applied == []


async def test_a_table_is_done_as_one_change_and_its_places_call_at_once(
    hass: HomeAssistant, house: MockConfigEntry, applied: list[int]
) -> None:
    runtime = house.runtime_data
    done = await do(hass, "import_places", table=TABLE, dry_run=False)
    assert (done["applied"], done["added"]) == (True, ["Flat 2"])
    assert applied == [2]
    assert house.runtime_data is runtime
    assert stored(house, "Flat").data["sources"] == [
        {"source_id": "s-cord", "kind": "manual", "entity_id": "binary_sensor.cord"},
        {"source_id": "s-radar", "kind": "fall", "entity_id": "binary_sensor.radar"},
    ]
    hass.states.async_set("sensor.co", "51")
    await settle(hass)
    assert hass.states.get("sensor.flat_2_state").state == "alarm"
    assert hass.states.get("sensor.flat_state").state == "idle"


async def test_a_place_in_an_area_gets_what_could_call_there(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    registry = er.async_get(hass)
    for unique_id in ("sos", "light"):
        entity = registry.async_get_or_create(
            "binary_sensor", "test", unique_id, suggested_object_id=unique_id
        )
        registry.async_update_entity(entity.entity_id, area_id="ground")
    await do(hass, "import_places", table="number;area\nA;ground", dry_run=False)
    (source,) = stored(house, "A").data["sources"]
    assert (source["kind"], source["entity_id"]) == ("manual", "binary_sensor.sos")


async def test_the_same_table_again_changes_nothing(
    hass: HomeAssistant, house: MockConfigEntry, applied: list[int]
) -> None:
    await do(hass, "import_places", table=TABLE, dry_run=False)
    before = {key: dict(part.data) for key, part in house.subentries.items()}
    again = await do(hass, "import_places", table=TABLE, dry_run=False)
    assert again["unchanged"] == ["Flat", "Flat 2"]
    assert {key: dict(part.data) for key, part in house.subentries.items()} == before


async def test_one_wrong_line_is_told_with_its_column_and_nothing_is_changed(
    hass: HomeAssistant, house: MockConfigEntry, applied: list[int]
) -> None:
    before = dict(house.subentries)
    wrong = TABLE + "Flat 3;;plan;light.ceiling;sensor.gone\nAnna;;;;\n"
    done = await do(hass, "import_places", table=wrong, dry_run=False)
    assert (done["applied"], done["added"]) == (False, [])
    assert [(each["line"], each["column"]) for each in done["errors"]] == [
        (4, "manual"),
        (4, "smoke"),
        (5, "number"),
    ]
    assert "“light.ceiling” cannot call" in done["errors"][0]["message"]
    assert dict(house.subentries) == before
    assert applied == []


async def test_what_is_wrong_is_told_in_the_language_of_the_house(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    hass.config.language = "de"
    (error,) = (await do(hass, "import_places", table=""))["errors"]
    assert error == {"line": 1, "column": "number", "message": "Die Tabelle ist leer."}


async def test_what_is_exported_can_be_imported_again(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    await do(hass, "import_places", table=TABLE, dry_run=False)
    table = (await do(hass, "export_places"))["table"]
    assert "sensor.co>50.0" in table
    again = await do(hass, "import_places", table=table)
    assert again["unchanged"] == ["Flat", "Flat 2"]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("action", ["import_places", "export_places"])
async def test_tables_are_for_administrators(hass: HomeAssistant, action: str) -> None:
    MockUser(id="user-plain").add_to_hass(hass)
    data = {"table": TABLE} if action == "import_places" else {}
    with pytest.raises(Unauthorized):
        await do(hass, action, user="user-plain", **data)


async def test_another_system_has_no_places(hass: HomeAssistant) -> None:
    entry = site_entry(irrigation_part("zone", "bed", ZONE))
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, DOMAIN, {})
    await settle(hass)
    assert entry.state is ConfigEntryState.LOADED
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "export_places", config_entry_id=entry.entry_id)
    assert refused.value.translation_key == "emergency_not_a_house"


async def test_an_installer_sees_the_table_what_it_does_and_then_does_it(
    hass: HomeAssistant, house: MockConfigEntry, applied: list[int]
) -> None:
    form = await begin_part(hass, house, "place_table")
    assert "binary_sensor.cord event.pendant" in suggested(form, "table")
    assert form["description_placeholders"] == {"findings": ""}
    looked_at = await answer(hass, form, {"table": TABLE})
    assert looked_at["step_id"] == "confirm"
    assert looked_at["description_placeholders"] == {
        "added": "1",
        "added_names": "Flat 2",
        "changed": "1",
        "changed_names": "Flat",
        "unchanged": "0",
    }
    assert applied == []
    done = await answer(hass, looked_at, {})
    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "imported")
    assert applied == [2]
    assert stored(house, "Flat 2").data["area"] == "ground"
    types = {part.subentry_type for part in house.subentries.values()}
    assert types == {"place", "person", "policy"}


async def test_an_installer_is_told_what_is_wrong_and_mends_it(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "place_table")
    wrong = TABLE.replace("binary_sensor.bell", "binary_sensor.ball")
    refused = await answer(hass, form, {"table": wrong})
    assert refused["errors"] == {"table": "table_wrong"}
    assert suggested(refused, "table") == wrong
    findings = refused["description_placeholders"]["findings"]
    assert findings.startswith("\n- 3 · manual: ")
    assert "binary_sensor.ball" in findings
    assert (await answer(hass, refused, {"table": TABLE}))["step_id"] == "confirm"


async def test_long_lists_are_cut(hass: HomeAssistant, house: MockConfigEntry) -> None:
    form = await begin_part(hass, house, "place_table")
    wrong = "number;policy\n" + "".join(f"Flat {n};x\n" for n in range(60))
    refused = await answer(hass, form, {"table": wrong})
    told = refused["description_placeholders"]["findings"]
    assert told.count("\n- ") == 51
    assert told.endswith("\n- …")
    looked_at = await answer(hass, refused, {"table": wrong.replace("x", "plan")})
    names = looked_at["description_placeholders"]["added_names"]
    assert names.endswith("Flat 49, …")
    assert looked_at["description_placeholders"]["changed_names"] == "–"


async def test_a_house_that_became_another_meanwhile_is_looked_at_again(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_part(hass, house, "place_table")
    looked_at = await answer(hass, form, {"table": TABLE})
    hass.config_entries.async_remove_subentry(house, "plan")
    await settle(hass)
    refused = await answer(hass, looked_at, {})
    assert refused["step_id"] == "user"
    assert refused["errors"] == {"table": "table_wrong"}


async def test_a_house_that_does_not_run_takes_no_table(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    house = await set_up(entry)
    form = await begin_part(hass, house, "place_table")
    looked_at = await answer(hass, form, {"table": TABLE})
    assert await hass.config_entries.async_unload(house.entry_id)
    assert (await answer(hass, looked_at, {}))["reason"] == "not_loaded"
    assert (await begin_part(hass, house, "place_table"))["reason"] == "not_loaded"
