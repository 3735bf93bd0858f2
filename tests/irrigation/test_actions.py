"""What people, automations and dashboards may ask for."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.irrigation.model import Reason

from .conftest import ZONE, SetUp, part, site_entry

RAW = {
    **ZONE,
    "probe_unit": "raw",
    "raw_dry": 1000.0,
    "raw_wet": 400.0,
    "probes": ["sensor.probe_a"],
}


async def act(
    hass: HomeAssistant, action: str, response: bool = False, **data: Any
) -> Any:
    """Call an action on zone A and wait for what comes of it."""
    if action != "rain_delay":
        data = {"entity_id": "valve.zone_a", **data}
    answer = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=response
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return answer


def opening_s(entry: MockConfigEntry) -> float:
    """Return how long the valve of zone A is to be open."""
    opening = entry.runtime_data.state.zones["zone_a"].valve.opening
    return float((opening.deadline - opening.asked_at).total_seconds())


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        ({"duration": {"minutes": 2}}, 120),
        ({"litres": 30}, 180),
        ({}, 600),
        ({"duration": {"hours": 5}}, 600),
    ],
    ids=["time", "volume", "usual", "capped at one stretch"],
)
@pytest.mark.quality_rule("action-setup")
async def test_a_zone_is_watered_on_request_within_its_limits(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    data: dict[str, Any],
    seconds: float,
) -> None:
    await set_up(entry)
    await act(hass, "water_zone", **data)
    assert hass.states.get("switch.valve_a").state == "on"
    assert opening_s(entry) == seconds
    await act(hass, "stop_zone")
    assert hass.states.get("switch.valve_a").state == "off"


@pytest.mark.quality_rule("action-exceptions")
@pytest.mark.quality_rule("exception-translations")
async def test_what_cannot_be_granted_is_refused_with_a_reason(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    with pytest.raises(ServiceValidationError) as both:
        await act(hass, "water_zone", duration={"minutes": 1}, litres=5)
    assert both.value.translation_key == "duration_and_litres"
    await act(hass, "water_zone", litres=30)
    with pytest.raises(ServiceValidationError) as running:
        await act(hass, "water_zone")
    assert running.value.translation_key == "refused_running"
    await act(hass, "stop_zone")
    hass.states.async_set("sensor.tank", "1")
    await hass.async_block_till_done()
    with pytest.raises(ServiceValidationError) as empty:
        await act(hass, "water_zone")
    assert empty.value.translation_key == "refused_tank_low"


async def test_explain_answers_with_numbers_why_a_zone_is_not_watered(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    answer = (await act(hass, "explain", response=True))["valve.zone_a"]
    assert answer["phase"] == "idle"
    assert answer["decision"]["reason"] == Reason.NOT_DRY
    assert answer["decision"]["depletion_mm"] == pytest.approx(18.0)
    assert answer["decision"]["threshold_mm"] == pytest.approx(31.2)
    assert answer["probes"][0]["water_content_percent"] == 22.0
    assert answer["probes"][0]["health"] == "healthy"
    assert answer["valve"]["closes_without_home_assistant"] is False
    assert answer["manual_run_refused_because"] is None


async def test_hose_mode_waits_and_can_be_ended(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    await act(hass, "hose_mode", minutes=30)
    assert hass.states.get("switch.zone_a_hose_mode").state == "on"
    await act(hass, "hose_mode", minutes=0)
    assert hass.states.get("switch.zone_a_hose_mode").state == "off"
    for action, state in (("turn_on", "on"), ("turn_off", "off")):
        await hass.services.async_call(
            "switch", action, {"entity_id": "switch.zone_a_hose_mode"}, blocking=True
        )
        assert hass.states.get("switch.zone_a_hose_mode").state == state


async def test_a_rain_delay_is_set_for_a_site(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    await act(hass, "rain_delay", config_entry_id="site", hours=12)
    until = entry.runtime_data.state.rain_delay_until
    assert timedelta(hours=11) < until - dt_util.utcnow() <= timedelta(hours=12)
    number = {"entity_id": "number.south_facade_rain_delay", "value": 0}
    await hass.services.async_call("number", "set_value", number, blocking=True)
    assert entry.runtime_data.state.rain_delay_until is None


async def test_a_rain_delay_of_another_system_is_refused(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
) -> None:
    await set_up(entry)
    own = dict(entry.data)
    robots = {**own, "system": "robots"}
    hass.config_entries.async_update_entry(entry, data=robots)
    with pytest.raises(ServiceValidationError) as error:
        await act(hass, "rain_delay", config_entry_id="site", hours=12)
    assert error.value.translation_key == "not_an_irrigation_site"
    hass.config_entries.async_update_entry(entry, data=own)


async def test_a_raw_probe_is_calibrated_at_what_it_shows_now(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up(site_entry(part("zone", "zone_a", RAW)))
    hass.states.async_set("sensor.probe_a", "900")
    await act(hass, "calibrate", point="dry")
    hass.states.async_set("sensor.probe_a", "350")
    await act(hass, "calibrate", point="wet", water_content=28)
    stored = entry.subentries["zone_a"].data["calibration"]
    assert stored == {
        "sensor.probe_a": {
            "dry": {"reading": 900.0, "vwc": 0.12},
            "wet": {"reading": 350.0, "vwc": 0.28},
        }
    }
    assert float(hass.states.get("sensor.zone_a_soil_moisture").state) > 25


@pytest.mark.parametrize(
    ("zone", "data", "error"),
    [
        (ZONE, {}, "probe_not_raw"),
        (RAW, {"probe": "sensor.other"}, "probe_not_in_zone"),
        (
            {**RAW, "probes": ["sensor.probe_a", "sensor.probe_b"]},
            {},
            "probe_ambiguous",
        ),
        ({**RAW, "probes": ["sensor.gone"]}, {}, "probe_without_reading"),
    ],
)
async def test_a_calibration_that_makes_no_sense_is_refused(
    hass: HomeAssistant,
    set_up: SetUp,
    zone: dict[str, Any],
    data: dict[str, Any],
    error: str,
) -> None:
    await set_up(site_entry(part("zone", "zone_a", zone)))
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "calibrate", point="dry", **data)
    assert refused.value.translation_key == error


@pytest.mark.parametrize(
    ("domain", "action", "entity_id"),
    [
        ("valve", "open_valve", "valve.zone_a"),
        ("button", "press", "button.zone_a_water_now"),
    ],
)
async def test_opening_a_zone_by_hand_is_a_run_that_ends_by_itself(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    domain: str,
    action: str,
    entity_id: str,
) -> None:
    await set_up(entry)
    await hass.services.async_call(
        domain, action, {"entity_id": entity_id}, blocking=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert opening_s(entry) == 600
    stop = {"entity_id": "button.south_facade_stop_all"}
    await hass.services.async_call("button", "press", stop, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get("valve.zone_a").state == "closed"
    close = {"entity_id": "valve.zone_a"}
    await hass.services.async_call("valve", "close_valve", close, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_switches_and_numbers_change_what_is_allowed(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    await set_up(entry)
    for name in ("zone_a_automatic", "south_facade_season"):
        data = {"entity_id": f"switch.{name}"}
        await hass.services.async_call("switch", "turn_off", data, blocking=True)
        assert hass.states.get(f"switch.{name}").state == "off"
    mad = "number.zone_a_water_when_this_much_is_used_up"
    wish: dict[str, Any] = {"entity_id": mad, "value": 30}
    await hass.services.async_call("number", "set_value", wish, blocking=True)
    await hass.async_block_till_done()
    assert hass.states.get(mad).state == "30"
