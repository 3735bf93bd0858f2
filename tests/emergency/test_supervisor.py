"""A house notices sources that cannot be heard, and says so once."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.smart_quarter.emergency.faults import Fault, Problem
from custom_components.smart_quarter.emergency.ways import way_key

from .conftest import FLAT, SetUp, house_entry, part
from .test_repairs import is_raised, issue, words
from .test_runtime import STATE, later

CORD = "binary_sensor.cord"
FAULT = "binary_sensor.flat_fault"
RADIO = "radio"


@pytest.fixture(autouse=True)
def sources(hass: HomeAssistant) -> None:
    """Let all sources exist; the pendant was never pressed."""
    hass.states.async_set("event.pendant", "unknown")


@pytest.fixture
def radio(hass: HomeAssistant) -> MockConfigEntry:
    """Return the gateway that brings the sources."""
    entry = MockConfigEntry(domain="radio", title="Zigbee stick", entry_id=RADIO)
    entry.add_to_hass(hass)
    return entry


def add_device(
    hass: HomeAssistant, radio: MockConfigEntry, name: str, *, battery: bool = False
) -> str:
    """Add a device with a source, and perhaps a battery; return the source."""
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=radio.entry_id, identifiers={("radio", name)}
    )
    registry = er.async_get(hass)
    entry = registry.async_get_or_create(
        *("binary_sensor", "radio", name),
        config_entry=radio,
        device_id=device.id,
        suggested_object_id=name,
    )
    if battery:
        registry.async_get_or_create(
            *("sensor", "radio", f"{name}_battery"),
            config_entry=radio,
            device_id=device.id,
            original_device_class="battery",
            suggested_object_id=f"{name}_battery",
        )
        hass.states.async_set(f"sensor.{name}_battery", "90")
    hass.states.async_set(entry.entity_id, "off")
    return entry.entity_id


def sources_of(entity_ids: list[str]) -> list[dict[str, str]]:
    """Return entities as the sources of a place."""
    return [
        {"source_id": f"s-{each}", "kind": "manual", "entity_id": each}
        for each in entity_ids
    ]


def set_all(hass: HomeAssistant, entity_ids: list[str], state: str) -> None:
    """Let many entities have a state at once."""
    for entity_id in entity_ids:
        hass.states.async_set(entity_id, state)


def place_with(name: str, entity_id: str, **changes: Any) -> Any:
    """Return a place with one source."""
    source = {"source_id": f"s-{name}", "kind": "manual", "entity_id": entity_id}
    return part("place", name, **{**FLAT, "sources": [source], **changes})


@pytest.mark.usefixtures("house")
@pytest.mark.fault("entity unavailable")
async def test_a_source_that_stays_unavailable_is_a_fault_of_its_place(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    await later(hass, freezer, 31)
    assert hass.states.get(FAULT).state == "off"
    hass.states.async_set(CORD, "unavailable")
    await later(hass, freezer, 31)
    assert hass.states.get(FAULT).state == "off"
    await later(hass, freezer, 31)
    assert hass.states.get(FAULT).state == "on"
    assert words(issue(hass, Problem.SOURCE_LOST, "flat"))["name"] == "Flat"
    hass.states.async_set(CORD, "off")
    await later(hass, freezer, 31)
    assert hass.states.get(FAULT).state == "off"
    assert not is_raised(hass, Problem.SOURCE_LOST, "flat")
    assert hass.states.get(STATE).state == "idle"


@pytest.mark.usefixtures("house")
async def test_a_pendant_that_was_never_pressed_is_no_fault(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    for _ in range(3):
        await later(hass, freezer, 13 * 3600)
    assert hass.states.get(FAULT).state == "off"


@pytest.mark.usefixtures("house")
async def test_a_source_that_says_nothing_for_a_day_after_a_restart_is_silent(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    hass.states.async_set(CORD, "unknown")
    await later(hass, freezer, 24 * 3600)
    assert not is_raised(hass, Problem.SOURCE_SILENT, "flat")
    await later(hass, freezer, 2 * 3600)
    assert is_raised(hass, Problem.SOURCE_SILENT, "flat")


async def test_any_entity_of_a_device_with_a_battery_is_its_sign_of_life(
    hass: HomeAssistant,
    set_up: SetUp,
    radio: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    cord = add_device(hass, radio, "cord_7", battery=True)
    await set_up(house_entry(place_with("flat", cord)))
    await later(hass, freezer, 20 * 3600)
    hass.states.async_set("sensor.cord_7_battery", "90")
    await later(hass, freezer, 20 * 3600)
    assert not is_raised(hass, Problem.SOURCE_SILENT, "flat")
    await later(hass, freezer, 6 * 3600)
    assert is_raised(hass, Problem.SOURCE_SILENT, "flat")


async def test_a_place_may_expect_more_of_its_devices(
    hass: HomeAssistant,
    set_up: SetUp,
    radio: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    radar = add_device(hass, radio, "radar_7")
    await set_up(house_entry(place_with("flat", radar, silent_h=1)))
    await later(hass, freezer, 3000)
    assert not is_raised(hass, Problem.SOURCE_SILENT, "flat")
    await later(hass, freezer, 700)
    assert is_raised(hass, Problem.SOURCE_SILENT, "flat")


@pytest.mark.parametrize(("domain", "low"), [("sensor", "14"), ("binary_sensor", "on")])
async def test_a_low_battery_is_a_fault_until_it_is_replaced(
    hass: HomeAssistant,
    set_up: SetUp,
    radio: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    domain: str,
    low: str,
) -> None:
    cord = add_device(hass, radio, "cord_7", battery=domain == "sensor")
    battery = f"{domain}.cord_7_battery"
    if domain == "binary_sensor":
        er.async_get(hass).async_get_or_create(
            *(domain, "radio", "cord_7_battery"),
            config_entry=radio,
            device_id=er.async_get(hass).async_get(cord).device_id,
            original_device_class="battery",
            suggested_object_id="cord_7_battery",
        )
    await set_up(house_entry(place_with("flat", cord)))
    hass.states.async_set(battery, low)
    await later(hass, freezer, 31)
    assert is_raised(hass, Problem.BATTERY_LOW, "flat")
    hass.states.async_set(battery, "unavailable")
    await later(hass, freezer, 31)
    hass.states.async_set(battery, "100" if domain == "sensor" else "off")
    await later(hass, freezer, 31)
    assert not is_raised(hass, Problem.BATTERY_LOW, "flat")


async def test_a_gateway_that_fails_is_one_fault_and_its_return_raises_nothing(
    hass: HomeAssistant,
    set_up: SetUp,
    radio: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    cords = [add_device(hass, radio, f"cord_{n}") for n in range(20)]
    places = [place_with(f"flat_{n}", cord) for n, cord in enumerate(cords)]
    entry = await set_up(house_entry(*places))
    before = entry.runtime_data.faults
    for cord in cords:
        hass.states.async_set(cord, "unavailable")
    await later(hass, freezer, 31)
    await later(hass, freezer, 31)
    new = entry.runtime_data.faults - before
    assert {(each.problem, each.subject) for each in new} == {("link_lost", RADIO)}
    found = words(issue(hass, Problem.LINK_LOST, RADIO))
    assert (found["name"], found["count"]) == ("Zigbee stick", "20")
    assert hass.states.get("binary_sensor.flat_7_fault").state == "on"
    for cord in cords:
        hass.states.async_set(cord, "off")
    await later(hass, freezer, 31)
    assert entry.runtime_data.faults == before
    assert entry.runtime_data.state.incidents == {}


async def test_a_storm_of_3000_drop_outs_is_no_fault_and_no_alarm(
    hass: HomeAssistant, set_up: SetUp, freezer: FrozenDateTimeFactory
) -> None:
    cords = [f"binary_sensor.cord_{number}" for number in range(3000)]
    flats = [
        part("place", f"flat_{n}", **{**FLAT, "sources": sources_of(cords[n::300])})
        for n in range(300)
    ]
    set_all(hass, cords, "off")
    entry = await set_up(house_entry(*flats))
    before = entry.runtime_data.faults
    set_all(hass, cords, "unavailable")
    freezer.tick(30)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    freezer.tick(1)
    set_all(hass, cords, "off")
    for _ in range(3):
        await later(hass, freezer, 31)
    assert entry.runtime_data.faults == before
    assert entry.runtime_data.state.incidents == {}


async def test_3000_sources_that_are_lost_for_good_are_one_fault_and_every_place_shows_it(
    hass: HomeAssistant, set_up: SetUp, freezer: FrozenDateTimeFactory
) -> None:
    cords = [f"binary_sensor.cord_{number}" for number in range(3000)]
    flats = [
        part("place", f"flat_{n}", **{**FLAT, "sources": sources_of(cords[n::300])})
        for n in range(300)
    ]
    set_all(hass, cords, "off")
    entry = await set_up(house_entry(*flats))
    before = entry.runtime_data.faults
    set_all(hass, cords, "unavailable")
    for _ in range(3):
        await later(hass, freezer, 31)
    assert entry.runtime_data.faults - before == {Fault(Problem.MANY_LOST)}
    assert words(issue(hass, Problem.MANY_LOST))["count"] == "300"
    shown = [hass.states.get(f"binary_sensor.flat_{n}_fault").state for n in range(300)]
    assert set(shown) == {"on"}
    set_all(hass, cords, "off")
    await later(hass, freezer, 31)
    assert entry.runtime_data.faults == before
    assert hass.states.get("binary_sensor.flat_7_fault").state == "off"
    assert entry.runtime_data.state.incidents == {}


@pytest.mark.usefixtures("house")
async def test_what_is_not_there_while_home_assistant_starts_is_not_lost(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, entry: MockConfigEntry
) -> None:
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.states.async_set(CORD, "unavailable")
    hass.set_state(CoreState.starting)
    assert await hass.config_entries.async_setup(entry.entry_id)
    for _ in range(4):
        await later(hass, freezer, 31)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await later(hass, freezer, 31)
    assert not is_raised(hass, Problem.SOURCE_LOST, "flat")
    await later(hass, freezer, 31)
    assert is_raised(hass, Problem.SOURCE_LOST, "flat")


@pytest.mark.parametrize(
    ("device_class", "fine", "failed"),
    [
        ("connectivity", "on", "off"),
        ("power", "on", "off"),
        ("plug", "on", "off"),
        ("problem", "off", "on"),
        ("running", "off", "unavailable"),
        (None, "on", "unknown"),
    ],
)
async def test_what_the_house_lives_on_is_a_fault_when_it_fails_for_a_minute(
    hass: HomeAssistant,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
    device_class: str | None,
    fine: str,
    failed: str,
) -> None:
    line, said = "binary_sensor.line", {"device_class": device_class}
    hass.states.async_set(line, fine, said)
    await set_up(house_entry(lifelines=[line]))
    key = way_key(line)
    await later(hass, freezer, 61)
    assert not is_raised(hass, Problem.LIFELINE_LOST, key)
    hass.states.async_set(line, failed, said)
    await later(hass, freezer, 31)
    assert not is_raised(hass, Problem.LIFELINE_LOST, key)
    await later(hass, freezer, 31)
    assert words(issue(hass, Problem.LIFELINE_LOST, key))["name"] == line
    hass.states.async_set(line, fine, said)
    await later(hass, freezer, 31)
    assert not is_raised(hass, Problem.LIFELINE_LOST, key)


async def test_a_figure_that_stays_is_no_failure_and_one_that_goes_is(
    hass: HomeAssistant, set_up: SetUp, freezer: FrozenDateTimeFactory
) -> None:
    hass.states.async_set("sensor.ups", "off", {"device_class": "power"})
    await set_up(house_entry(lifelines=["sensor.ups"]))
    await later(hass, freezer, 91)
    assert not is_raised(hass, Problem.LIFELINE_LOST, way_key("sensor.ups"))
    hass.states.async_remove("sensor.ups")
    await later(hass, freezer, 31)
    assert is_raised(hass, Problem.LIFELINE_LOST, way_key("sensor.ups"))


async def test_a_device_that_is_added_later_is_watched_too(
    hass: HomeAssistant,
    set_up: SetUp,
    radio: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    await set_up(house_entry(place_with("flat", "binary_sensor.late")))
    await later(hass, freezer, 31)
    assert add_device(hass, radio, "late", battery=True) == "binary_sensor.late"
    hass.states.async_set("sensor.late_battery", "3")
    await later(hass, freezer, 31)
    assert is_raised(hass, Problem.BATTERY_LOW, "flat")
