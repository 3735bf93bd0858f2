"""In frost everything is closed and stays closed, and what does not close is told."""

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from .conftest import Use, Valve, Wait, settle, template_entities, valve_entities

NAME = "frost_closing"
AIR, VALVE, PUMP = "sensor.air", "valve.bed", "switch.pump"
PARTS = {"temperature": AIR, "closed": [VALVE, PUMP]}
TOLD = {"notifier": ["notify.care"], "language": "en"}
CELSIUS = {"device_class": "temperature", "unit_of_measurement": "°C"}
CLOSED, STUCK = "Closed because of frost", "Does not close, and it freezes"

type Calls = list[ServiceCall]


@pytest.fixture(autouse=True)
async def valve(hass: HomeAssistant) -> Valve:
    """Return an open valve; the pump runs, and it is warm."""
    (valve,) = await valve_entities(hass, "bed")
    await template_entities(hass, "switch", "pump")
    await opens(hass, VALVE, PUMP)
    air(hass, 10)
    return valve


@pytest.fixture
def told(hass: HomeAssistant) -> Calls:
    """Return what somebody is told."""
    return async_mock_service(hass, "notify", "send_message")


def air(hass: HomeAssistant, degrees: float | str) -> None:
    """Let the thermometer measure."""
    hass.states.async_set(AIR, str(degrees), CELSIUS)


async def opens(hass: HomeAssistant, *entity_ids: str) -> None:
    """Let somebody open valves and turn on pumps."""
    for entity_id in entity_ids:
        domain = entity_id.partition(".")[0]
        action = {"valve": "open_valve", "switch": "turn_on"}[domain]
        target = {"entity_id": entity_id}
        await hass.services.async_call(domain, action, target, blocking=True)
    await settle()


def is_open(hass: HomeAssistant) -> list[str]:
    """Return what is open or runs."""
    states = map(hass.states.get, (VALVE, PUMP))
    return [state.entity_id for state in states if state.state in {"open", "on"}]


async def test_all_is_closed_when_it_begins_to_freeze(
    hass: HomeAssistant, use: Use, told: Calls
) -> None:
    await use(NAME, **PARTS, **TOLD)
    air(hass, 3)
    await settle()
    assert is_open(hass) == [VALVE, PUMP]
    air(hass, 2.5)
    await settle()
    assert is_open(hass) == []
    (message,) = told
    assert message.data["title"] == CLOSED
    assert message.data["message"] == "At 2.5 °C this was still open: bed, pump."


async def test_what_is_closed_already_is_not_told(
    hass: HomeAssistant, use: Use, told: Calls
) -> None:
    await use(NAME, **PARTS, **TOLD)
    air(hass, 1)
    await settle()
    air(hass, 10)
    await settle()
    air(hass, 1)
    await settle()
    assert len(told) == 1


@pytest.mark.parametrize("opened", [VALVE, PUMP])
async def test_what_somebody_opens_in_the_frost_is_closed_again(
    hass: HomeAssistant, use: Use, told: Calls, opened: str
) -> None:
    await use(NAME, **PARTS, **TOLD)
    air(hass, 1)
    await settle()
    await opens(hass, opened)
    assert is_open(hass) == []
    assert [call.data["title"] for call in told] == [CLOSED, CLOSED]


async def test_what_is_opened_in_warm_weather_stays_open(
    hass: HomeAssistant, use: Use, wait: Wait, told: Calls
) -> None:
    await use(NAME, **PARTS, **TOLD)
    air(hass, 1)
    await settle()
    air(hass, 5)
    await opens(hass, VALVE, PUMP)
    await wait(hours=2, step_s=300)
    assert is_open(hass) == [VALVE, PUMP]


async def test_what_is_open_when_home_assistant_starts_in_the_frost_is_closed(
    hass: HomeAssistant, use: Use
) -> None:
    air(hass, 1)
    await use(NAME, **PARTS)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await settle()
    assert is_open(hass) == []


async def test_a_valve_that_comes_back_open_is_closed(
    hass: HomeAssistant, use: Use, valve: Valve
) -> None:
    await use(NAME, **PARTS)
    valve.is_now(available=False)
    air(hass, 1)
    await settle()
    valve.is_now(closed=False)
    await settle()
    assert is_open(hass) == []


@pytest.mark.parametrize("lost", ["unavailable", "unknown"])
async def test_without_a_thermometer_nothing_is_closed(
    hass: HomeAssistant, use: Use, wait: Wait, lost: str
) -> None:
    await use(NAME, **PARTS)
    air(hass, lost)
    await wait(hours=2, step_s=300)
    assert is_open(hass) == [VALVE, PUMP]


async def test_a_thermometer_that_comes_back_in_the_frost_closes(
    hass: HomeAssistant, use: Use
) -> None:
    air(hass, "unavailable")
    await use(NAME, **PARTS)
    air(hass, -4)
    await settle()
    assert is_open(hass) == []


async def test_what_does_not_close_is_told_and_tried_again_each_hour(
    hass: HomeAssistant,
    use: Use,
    wait: Wait,
    told: Calls,
    valve: Valve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[bool] = []

    async def fails() -> None:
        tries.append(True)
        raise HomeAssistantError("stuck")

    await use(NAME, **PARTS, **TOLD)
    with monkeypatch.context() as patch:
        patch.setattr(valve, "async_close_valve", fails)
        air(hass, -4)
        await wait(minutes=2, step_s=5)
        assert len(tries) == 6
        assert is_open(hass) == [VALVE], "the pump is off all the same"
        (message,) = told
        assert message.data["title"] == STUCK
        assert message.data["message"] == "Have a look, it is -4 °C: bed."
    await wait(hours=1)
    assert is_open(hass) == []
    assert [call.data["title"] for call in told] == [STUCK, CLOSED]


async def test_what_is_opened_while_another_is_stuck_is_closed(
    hass: HomeAssistant,
    use: Use,
    wait: Wait,
    valve: Valve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def stays_open() -> None:
        return None

    monkeypatch.setattr(valve, "async_close_valve", stays_open)
    await use(NAME, **PARTS)
    air(hass, 1)
    await settle()
    await opens(hass, PUMP)
    await wait(minutes=2)
    assert is_open(hass) == [VALVE]


async def test_it_is_told_in_german_too(
    hass: HomeAssistant, use: Use, told: Calls
) -> None:
    await use(NAME, **PARTS, **{**TOLD, "language": "de"})
    air(hass, 1)
    await settle()
    (message,) = told
    assert message.data["title"] == "Wegen Frost geschlossen"
    assert message.data["message"] == "Bei 1 °C war noch offen: bed, pump."
