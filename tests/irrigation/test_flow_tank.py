"""The form of a tank."""

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .conftest import TANK, SetUp, part, site_entry
from .flow_forms import TANK_FORM, Form, answer, begin_part


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"name": ""}, "name", "name_missing"),
        ({"level": "sensor.nowhere"}, "level", "entity_unknown"),
        ({"level": "sensor.zone_a_soil_moisture"}, "level", "own_entity"),
        ({"capacity_l": 0}, "capacity_l", "not_positive"),
        ({"reading_empty": 100}, "reading_full", "readings_equal"),
        ({"empty": 20}, "empty", "empty_above_low"),
        ({"restart": 10}, "restart", "restart_below_low"),
        ({"silent_after_h": -1}, "silent_after_h", "not_positive"),
        ({"silent_after_h": 200}, "silent_after_h", "silent_too_long"),
    ],
)
async def test_a_tank_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, bare: MockConfigEntry, changes: Form, field: str, error: str
) -> None:
    flow_id = await begin_part(hass, bare, "tank")
    result = await answer(hass, flow_id, TANK_FORM | changes)
    assert result["errors"] == {field: error}
    result = await answer(hass, flow_id, TANK_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert hass.states.get("sensor.cistern_level").state == "60.0"


async def test_a_site_has_one_tank_which_can_be_changed(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up(site_entry(part("tank", "tank", TANK)))
    result = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "tank"), context={"source": SOURCE_USER}
    )
    assert result["reason"] == "tank_exists"
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "tank"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": "tank"},
    )
    result = await answer(hass, form["flow_id"], TANK_FORM | {"capacity_l": 9000})
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.runtime_data.config.tank.capacity_l == 9000
