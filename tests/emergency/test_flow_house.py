"""The forms of a house."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.smart_quarter.const import DOMAIN

from .flow_forms import (
    HOUSE_FORM,
    answer_house,
    assert_kept,
    begin_house,
    begin_house_change,
    suggested,
)


@pytest.mark.quality_rule("config-flow")
async def test_a_house_is_set_up_from_the_menu_and_runs_at_once(
    hass: HomeAssistant,
) -> None:
    flow_id = await begin_house(hass)
    result = await answer_house(hass, flow_id, HOUSE_FORM | {"name": " Block 4 "})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Block 4"
    assert result["data"] == {"system": "emergency", **HOUSE_FORM}
    entry = result["result"]
    assert entry.unique_id == "emergency:block_4"
    assert entry.state is ConfigEntryState.LOADED
    assert set(entry.supported_subentry_types) == {
        *("place", "person", "policy", "shift", "place_table")
    }
    assert hass.states.get("sensor.block_4_calls_nobody_has_taken").state == "0"


async def test_setting_up_a_house_leads_on_to_its_first_person(
    hass: HomeAssistant,
) -> None:
    flow_id = await begin_house(hass)
    result = await answer_house(hass, flow_id, HOUSE_FORM)
    _, next_id = result["next_flow"]
    form = hass.config_entries.subentries.async_get(next_id)
    assert form["handler"] == (result["result"].entry_id, "person")


async def test_without_a_choice_a_notification_tells_the_place_but_no_more(
    hass: HomeAssistant,
) -> None:
    flow_id = await begin_house(hass)
    result = await answer_house(hass, flow_id, {"name": "Block 4"})
    assert result["data"]["push_detail"] == "place"


@pytest.mark.quality_rule("config-flow-test-coverage")
@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("name", "error"),
    [
        (" ", "name_missing"),
        ("Block 3", "name_taken"),
        (" BLOCK 3", "name_taken"),
        ("Block_3", "name_taken"),
    ],
)
async def test_a_house_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, name: str, error: str
) -> None:
    flow_id = await begin_house(hass)
    wrong = HOUSE_FORM | {"name": name}
    result = await answer_house(hass, flow_id, wrong)
    assert result["errors"] == {"name": error}
    assert_kept(result, wrong)
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    result = await answer_house(hass, flow_id, HOUSE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("url", ["ftp://example.com", "example.com", "https://", "?"])
async def test_a_heartbeat_needs_a_web_address(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker, url: str
) -> None:
    aioclient_mock.get("https://example.com/beat")  # type: ignore[no-untyped-call]
    flow_id = await begin_house(hass)
    result = await answer_house(hass, flow_id, HOUSE_FORM | {"heartbeat_url": url})
    assert result["errors"] == {"heartbeat_url": "url_invalid"}
    right = HOUSE_FORM | {"heartbeat_url": "https://example.com/beat"}
    result = await answer_house(hass, flow_id, right)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_what_a_house_depends_on_must_be_there(hass: HomeAssistant) -> None:
    flow_id = await begin_house(hass)
    wrong = HOUSE_FORM | {"lifelines": ["binary_sensor.ups"]}
    result = await answer_house(hass, flow_id, wrong)
    assert result["errors"] == {"lifelines": "entity_unknown"}
    hass.states.async_set("binary_sensor.ups", "on")
    result = await answer_house(hass, flow_id, wrong)
    assert result["data"]["lifelines"] == ["binary_sensor.ups"]


@pytest.mark.parametrize("system", ["irrigation", "gone"])
async def test_entries_of_other_systems_are_left_alone(
    hass: HomeAssistant, system: str
) -> None:
    other = MockConfigEntry(domain=DOMAIN, data={"system": system}, title="Block 4")
    other.add_to_hass(hass)
    flow_id = await begin_house(hass)
    result = await answer_house(hass, flow_id, HOUSE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.quality_rule("reconfiguration-flow")
async def test_a_house_is_changed_without_a_reload(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    runtime = house.runtime_data
    form = await begin_house_change(hass, house)
    assert suggested(form, "push_detail") == "place"
    result = await answer_house(hass, form["flow_id"], HOUSE_FORM)
    assert result["reason"] == "reconfigure_successful"
    assert house.title == "Block 4"
    assert house.unique_id == "emergency:block_4"
    assert house.data == {"system": "emergency", **HOUSE_FORM}
    assert house.runtime_data is runtime
    assert runtime.settings.house["push_detail"] == "anonymous"
    devices = dr.async_get(hass)
    device = devices.async_get_device_by_identifier((DOMAIN, "house"), house.entry_id)
    assert device.name == "Block 4"


async def test_a_house_keeps_its_own_name_when_changed(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_house_change(hass, house)
    same = {"name": "Block 3", "push_detail": "full"}
    result = await answer_house(hass, form["flow_id"], same)
    assert result["reason"] == "reconfigure_successful"
    assert house.unique_id == "emergency:block_3"
    assert house.runtime_data.settings.house["push_detail"] == "full"


@pytest.mark.parametrize(
    ("name", "error"), [("", "name_missing"), ("block_9", "name_taken")]
)
async def test_a_change_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, house: MockConfigEntry, name: str, error: str
) -> None:
    other = {"system": "emergency", "name": "Block 9", "push_detail": "place"}
    MockConfigEntry(
        domain=DOMAIN, title="Block 9", unique_id="emergency:block_9", data=other
    ).add_to_hass(hass)
    form = await begin_house_change(hass, house)
    wrong = HOUSE_FORM | {"name": name}
    result = await answer_house(hass, form["flow_id"], wrong)
    assert result["errors"] == {"name": error}
    assert_kept(result, wrong)
    assert house.title == "Block 3"
    result = await answer_house(hass, form["flow_id"], HOUSE_FORM)
    assert result["reason"] == "reconfigure_successful"


async def test_a_name_that_a_house_gave_up_is_free_again(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    form = await begin_house_change(hass, house)
    await answer_house(hass, form["flow_id"], HOUSE_FORM)
    flow_id = await begin_house(hass)
    result = await answer_house(hass, flow_id, HOUSE_FORM | {"name": "Block 3"})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_house_that_was_renamed_in_the_list_is_changed_under_that_name(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(house, title="Garden house")
    await hass.async_block_till_done(wait_background_tasks=True)
    form = await begin_house_change(hass, house)
    assert suggested(form, "name") == "Garden house"
    flow_id = await begin_house(hass)
    taken = HOUSE_FORM | {"name": "Garden house"}
    result = await answer_house(hass, flow_id, taken)
    assert result["errors"] == {"name": "name_taken"}


@pytest.mark.quality_rule("unique-config-entry")
async def test_the_first_name_of_a_house_renamed_in_the_list_ends_no_flow(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(house, title="Garden house")
    await hass.async_block_till_done(wait_background_tasks=True)
    flow_id = await begin_house(hass)
    result = await answer_house(hass, flow_id, HOUSE_FORM | {"name": "Block 3"})
    assert result.get("errors") == {"name": "name_taken"}
    result = await answer_house(hass, flow_id, HOUSE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.quality_rule("unique-config-entry")
async def test_no_change_gives_two_houses_the_same_unique_id(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(house, title="Garden house")
    flow_id = await begin_house(hass)
    other = (await answer_house(hass, flow_id, HOUSE_FORM))["result"]
    form = await begin_house_change(hass, other)
    await answer_house(hass, form["flow_id"], HOUSE_FORM | {"name": "Block 3"})
    assert other.unique_id != house.unique_id


async def test_houses_are_set_up_side_by_side(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    first, second = await begin_house(hass), await begin_house(hass)
    assert first != second
    result = await answer_house(hass, first, HOUSE_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    result = await answer_house(hass, second, HOUSE_FORM)
    assert result["errors"] == {"name": "name_taken"}
    result = await answer_house(hass, second, HOUSE_FORM | {"name": "Block 5"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(hass.config_entries.async_entries(DOMAIN)) == 3
