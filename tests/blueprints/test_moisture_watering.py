"""A single bed is watered when its soil is dry, and the valve is closed again whatever happens."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_mock_service,
)

from .conftest import Use, Valve, Wait, template_entities, valve_entities

NAME = "moisture_watering"
PROBE = "sensor.bed"
TIMER = "number.timer"
GARDENER = "notify.gardener"
MOISTURE = {"device_class": "moisture", "unit_of_measurement": "%"}


def measure(hass: HomeAssistant, percent: float | str) -> None:
    """Let the probe measure."""
    hass.states.async_set(PROBE, str(percent), MOISTURE)


@pytest.fixture(autouse=True)
async def evening(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Begin in the evening of a day on which nothing has happened since the morning."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to("2026-07-01 05:00:00+00:00")
    measure(hass, 50)


@pytest.fixture
async def real_valve(
    hass: HomeAssistant, evening: None, freezer: FrozenDateTimeFactory
) -> Valve:
    """Return a valve, as an object that can fail."""
    (valve,) = await valve_entities(hass, "bed")
    freezer.move_to("2026-07-01 21:05:00+00:00")
    return valve


@pytest.fixture(params=["valve", "switch"])
async def valve(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    evening: None,
    freezer: FrozenDateTimeFactory,
) -> str:
    """Return what lets water into the bed."""
    domain: str = request.param
    if domain == "valve":
        await valve_entities(hass, "bed")
    else:
        await template_entities(hass, domain, "bed")
    freezer.move_to("2026-07-01 21:05:00+00:00")
    return f"{domain}.bed"


def is_open(hass: HomeAssistant, valve: str) -> bool:
    """Tell whether the valve is open."""
    return hass.states.get(valve).state in {"open", "on"}


async def open_by_hand(hass: HomeAssistant, valve: str) -> None:
    """Open the valve past the automation."""
    domain = valve.partition(".")[0]
    action = {"valve": "open_valve", "switch": "turn_on"}[domain]
    await hass.services.async_call(domain, action, {"entity_id": valve}, blocking=True)


async def test_it_is_watered_until_the_soil_is_moist(
    hass: HomeAssistant, use: Use, wait: Wait, valve: str
) -> None:
    await use(NAME, probe=PROBE, valve=valve)
    measure(hass, 20)
    await wait(minutes=4)
    assert not is_open(hass, valve), "a short dip is none"
    await wait(minutes=2)
    assert is_open(hass, valve)
    measure(hass, 39)
    await wait(minutes=1)
    assert is_open(hass, valve)
    measure(hass, 41)
    await wait(minutes=1)
    assert not is_open(hass, valve)


async def test_it_ends_after_the_longest_time_and_pauses(
    hass: HomeAssistant, use: Use, wait: Wait, valve: str
) -> None:
    await use(NAME, probe=PROBE, valve=valve, longest=10, pause=2)
    measure(hass, 20)
    await wait(minutes=6)
    assert is_open(hass, valve)
    await wait(minutes=10)
    assert not is_open(hass, valve)
    await wait(hours=1, minutes=50, step_s=300)
    assert not is_open(hass, valve)
    await wait(minutes=25, step_s=60)
    assert is_open(hass, valve), "it is looked at every half hour"


@pytest.mark.parametrize("lost", ["unavailable", "unknown"])
async def test_a_probe_that_is_lost_ends_the_watering_and_begins_none(
    hass: HomeAssistant, use: Use, wait: Wait, valve: str, lost: str
) -> None:
    await use(NAME, probe=PROBE, valve=valve)
    measure(hass, 20)
    await wait(minutes=6)
    assert is_open(hass, valve)
    measure(hass, lost)
    await wait(seconds=30)
    assert not is_open(hass, valve)
    await wait(hours=8, step_s=300)
    assert not is_open(hass, valve)


async def test_by_day_nothing_begins_and_in_the_evening_it_does(
    hass: HomeAssistant,
    use: Use,
    wait: Wait,
    valve: str,
    freezer: FrozenDateTimeFactory,
) -> None:
    freezer.move_to("2026-07-02 12:05:00+00:00")
    await use(NAME, probe=PROBE, valve=valve)
    measure(hass, 20)
    await wait(hours=7, minutes=50, step_s=300)
    assert not is_open(hass, valve)
    await wait(minutes=10)
    assert is_open(hass, valve)


async def test_with_the_same_time_twice_it_is_watered_at_any_time(
    hass: HomeAssistant,
    use: Use,
    wait: Wait,
    valve: str,
    freezer: FrozenDateTimeFactory,
) -> None:
    freezer.move_to("2026-07-02 12:05:00+00:00")
    midnight = "00:00:00"
    await use(NAME, probe=PROBE, valve=valve, from_time=midnight, until_time=midnight)
    measure(hass, 20)
    await wait(minutes=6)
    assert is_open(hass, valve)


async def test_what_a_restart_left_open_is_closed(
    hass: HomeAssistant, use: Use, wait: Wait, valve: str
) -> None:
    await open_by_hand(hass, valve)
    await use(NAME, probe=PROBE, valve=valve)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await wait(seconds=1)
    assert not is_open(hass, valve)


async def test_a_restart_opens_nothing(
    hass: HomeAssistant, use: Use, wait: Wait, valve: str
) -> None:
    measure(hass, 20)
    await use(NAME, probe=PROBE, valve=valve)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await wait(seconds=1)
    assert not is_open(hass, valve)


async def test_a_valve_that_is_back_and_open_is_closed(
    hass: HomeAssistant, use: Use, wait: Wait, real_valve: Valve
) -> None:
    real_valve.is_now(available=False)
    await use(NAME, probe=PROBE, valve="valve.bed")
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await wait(hours=1, step_s=300)
    real_valve.is_now(closed=False)
    await wait(seconds=1)
    assert not is_open(hass, "valve.bed")


async def test_what_a_person_left_open_is_closed_after_the_longest_time(
    hass: HomeAssistant, use: Use, wait: Wait, valve: str
) -> None:
    await use(NAME, probe=PROBE, valve=valve, longest=40)
    await open_by_hand(hass, valve)
    await wait(minutes=40)
    assert is_open(hass, valve), "a look between leaves it alone"
    await wait(minutes=2)
    assert not is_open(hass, valve)


async def test_what_a_stopped_automation_left_open_is_closed_when_it_looks(
    hass: HomeAssistant, use: Use, wait: Wait, valve: str
) -> None:
    await use(NAME, probe=PROBE, valve=valve)
    measure(hass, 20)
    await wait(minutes=6)
    assert is_open(hass, valve)
    target = {"entity_id": "automation.under_test"}
    await hass.services.async_call(AUTOMATION, "turn_off", target, blocking=True)
    await hass.services.async_call(AUTOMATION, "turn_on", target, blocking=True)
    await wait(minutes=18)
    assert is_open(hass, valve)
    await wait(minutes=4)
    assert not is_open(hass, valve)


async def test_a_valve_that_answers_its_opening_with_an_error_is_closed(
    hass: HomeAssistant,
    use: Use,
    wait: Wait,
    real_valve: Valve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def open_but_fail() -> None:
        real_valve.is_now(closed=False)
        raise HomeAssistantError("no answer in time")

    monkeypatch.setattr(real_valve, "async_open_valve", open_but_fail)
    await use(NAME, probe=PROBE, valve="valve.bed")
    measure(hass, 20)
    await wait(minutes=6)
    assert is_open(hass, "valve.bed")
    measure(hass, 41)
    await wait(seconds=1)
    assert not is_open(hass, "valve.bed")


async def number(hass: HomeAssistant, unit: str, **more: Any) -> None:
    """Make a countdown in a valve that shows what it was set to."""
    keep = {
        "action": "input_number.set_value",
        "target": {"entity_id": "input_number.timer"},
    }
    entity = {
        "name": "timer",
        "state": "{{ states('input_number.timer') }}",
        "set_value": [{**keep, "data": {"value": "{{ value }}"}}],
        "min": 0,
        "max": 7200,
        "step": 0.05,
        "unit_of_measurement": unit,
        **more,
    }
    helper = {"timer": {"min": 0, "max": 7200, "step": 0.05}}
    assert await async_setup_component(hass, "input_number", {"input_number": helper})
    assert await async_setup_component(
        hass, "template", {"template": {"number": entity}}
    )
    await hass.async_block_till_done()


@pytest.mark.parametrize(("unit", "value"), [("s", 900), ("min", 15), ("h", 0.25)])
async def test_the_timer_of_the_valve_is_set_before_it_opens(
    hass: HomeAssistant,
    use: Use,
    wait: Wait,
    real_valve: Valve,
    monkeypatch: pytest.MonkeyPatch,
    unit: str,
    value: float,
) -> None:
    await number(hass, unit)
    seen: list[str] = []
    opens = real_valve.async_open_valve

    async def note_and_open() -> None:
        seen.append(hass.states.get(TIMER).state)
        await opens()

    monkeypatch.setattr(real_valve, "async_open_valve", note_and_open)
    await use(NAME, probe=PROBE, valve="valve.bed", timer=TIMER)
    measure(hass, 20)
    await wait(minutes=6)
    assert [float(state) for state in seen] == [value]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"set_value": []}, id="keeps its old time"),
        pytest.param({"availability": False}, id="out of reach"),
        pytest.param({"max": 10}, id="cannot do so long"),
    ],
)
async def test_without_the_timer_it_should_have_a_valve_stays_closed(
    hass: HomeAssistant,
    use: Use,
    wait: Wait,
    real_valve: Valve,
    fault: dict[str, Any],
) -> None:
    await number(hass, "min", **fault)
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await use(NAME, probe=PROBE, valve="valve.bed", timer=TIMER)
    measure(hass, 20)
    await wait(hours=1)
    assert "valve.bed" not in {event.data["entity_id"] for event in changes}


@pytest.mark.parametrize(
    ("language", "title"),
    [("de", "Ventil schließt nicht"), ("en", "Valve does not close")],
)
async def test_a_valve_that_does_not_close_is_told_to_somebody(
    hass: HomeAssistant,
    use: Use,
    wait: Wait,
    real_valve: Valve,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    title: str,
) -> None:
    tried: list[bool] = []

    async def stays_open() -> None:
        tried.append(True)

    monkeypatch.setattr(real_valve, "async_close_valve", stays_open)
    told = async_mock_service(hass, "notify", "send_message")
    tells = {"notifier": [GARDENER], "language": language}
    await use(NAME, probe=PROBE, valve="valve.bed", **tells)
    measure(hass, 20)
    await wait(minutes=6)
    measure(hass, 41)
    await wait(seconds=70, step_s=5)
    assert len(tried) == 6
    (message,) = told
    assert message.data["title"] == title
    assert "bed" in message.data["message"]


async def test_a_valve_that_does_not_close_is_tried_again_and_told_again(
    hass: HomeAssistant,
    use: Use,
    wait: Wait,
    real_valve: Valve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails() -> None:
        raise HomeAssistantError("out of reach")

    told = async_mock_service(hass, "notify", "send_message")
    await use(NAME, probe=PROBE, valve="valve.bed", notifier=[GARDENER])
    with monkeypatch.context() as patch:
        patch.setattr(real_valve, "async_close_valve", fails)
        await open_by_hand(hass, "valve.bed")
        await wait(minutes=35, step_s=10)
    assert len(told) == 2
    await wait(minutes=30)
    assert not is_open(hass, "valve.bed")
    assert len(told) == 2


async def test_nobody_has_to_be_told(
    hass: HomeAssistant,
    use: Use,
    wait: Wait,
    real_valve: Valve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def stays_open() -> None:
        return None

    monkeypatch.setattr(real_valve, "async_close_valve", stays_open)
    told = async_mock_service(hass, "notify", "send_message")
    await use(NAME, probe=PROBE, valve="valve.bed")
    await open_by_hand(hass, "valve.bed")
    await wait(minutes=20)
    assert told == []
