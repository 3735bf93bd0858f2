"""PINs: who stands at a tablet that several people share."""

from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.diagnostics import (
    async_get_config_entry_diagnostics,
)
from custom_components.smart_quarter.emergency.pins import (
    MOST_WRONG,
    UNCHANGED,
    is_pin,
    owner_of,
    protect,
)

from .flow_forms import PERSON_FORM, answer, begin_change, begin_part, stored, suggested
from .test_runtime import STATE, do, pull

TABLET = Context(user_id="user-tablet")


@pytest.fixture
async def bert(hass: HomeAssistant, house: MockConfigEntry) -> MockConfigEntry:
    """Return the house with a caretaker who has a PIN and no login."""
    form = await begin_part(hass, house, "person")
    result = await answer(hass, form, PERSON_FORM | {"pin": "4711"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    return house


@given(st.text(max_size=10))
def test_a_pin_is_four_to_eight_digits(text: str) -> None:
    digits = all(each in "0123456789" for each in text)
    assert is_pin(text) is (digits and 4 <= len(text) <= 8)


def test_a_pin_is_found_among_persons_and_is_nowhere_to_be_read() -> None:
    persons = {
        key: {"pin": protect(pin)} for key, pin in (("a", "1234"), ("b", "9876"))
    }
    persons["c"] = {}
    assert owner_of(persons, "9876") == "b"
    assert owner_of(persons, "4321") is None
    assert not [each for each in persons.values() if "1234" in each.get("pin", "")]
    assert protect("1234") != protect("1234")


@pytest.mark.usefixtures("bert")
async def test_who_has_a_pin_takes_and_closes_a_call_at_a_shared_tablet(
    hass: HomeAssistant, as_anna: Context
) -> None:
    incident_id = await pull(hass)
    given_pin = {"incident_id": incident_id, "pin": "4711"}
    await do(hass, "acknowledge", TABLET, **given_pin)
    assert hass.states.get(STATE).state == "acknowledged"
    answered = await do(hass, "list_incidents", as_anna)
    assert answered["incidents"][0]["assignee"] == "Bert"
    await do(hass, "resolve", Context(), **given_pin, outcome="helped")
    assert hass.states.get(STATE).state == "idle"


@pytest.mark.usefixtures("bert")
async def test_a_wrong_pin_is_nobody_and_written_down(
    hass: HomeAssistant, as_anna: Context, as_lead: Context, others: None
) -> None:
    incident_id = await pull(hass)
    for context in (TABLET, as_anna):
        with pytest.raises(ServiceValidationError) as refused:
            await do(hass, "acknowledge", context, incident_id=incident_id, pin="1111")
        assert refused.value.translation_key == "emergency_not_allowed"
    assert hass.states.get(STATE).state == "alarm"
    journal = await do(hass, "export_journal", as_lead)
    last = journal["journals"]["house"][-1]["entries"][-1]
    assert (last["word"], last["by"]) == ("refused", "unknown")
    assert "'1111'" not in str(journal), "a hash may hold these digits by chance"


@pytest.mark.usefixtures("bert")
async def test_nobody_tries_one_pin_after_the_other(hass: HomeAssistant) -> None:
    incident_id = await pull(hass)
    for number in range(MOST_WRONG):
        wrong = {"incident_id": incident_id, "pin": f"000{number}"}
        with pytest.raises(ServiceValidationError):
            await do(hass, "acknowledge", TABLET, **wrong)
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "acknowledge", TABLET, incident_id=incident_id, pin="4711")
    assert refused.value.translation_key == "emergency_pin_locked"


async def test_a_pin_that_cannot_be_is_refused(
    hass: HomeAssistant, bert: MockConfigEntry
) -> None:
    form = await begin_part(hass, bert, "person")
    carl = PERSON_FORM | {"name": "Carl"}
    for pin, error in (
        ("12", "pin_digits"),
        (UNCHANGED, "pin_digits"),
        ("4711", "pin_taken"),
    ):
        form = await answer(hass, form, carl | {"pin": pin})
        assert form["errors"] == {"pin": error}
    result = await answer(hass, form, carl | {"pin": "4712"})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_pin_stays_is_changed_and_is_taken_away(
    hass: HomeAssistant, bert: MockConfigEntry
) -> None:
    key = stored(bert, "Bert").subentry_id
    before = stored(bert, "Bert").data["pin"]
    form = await begin_change(hass, bert, key)
    assert suggested(form, "pin") == UNCHANGED
    await answer(hass, form, PERSON_FORM | {"pin": UNCHANGED})
    assert stored(bert, "Bert").data["pin"] == before
    form = await begin_change(hass, bert, key)
    await answer(hass, form, PERSON_FORM | {"pin": "4711"})
    assert owner_of({"bert": stored(bert, "Bert").data}, "4711") == "bert"
    form = await begin_change(hass, bert, key)
    await answer(hass, form, PERSON_FORM)
    assert "pin" not in stored(bert, "Bert").data
    form = await begin_change(hass, bert, key)
    form = await answer(hass, form, PERSON_FORM | {"pin": UNCHANGED})
    assert form["errors"] == {"pin": "pin_digits"}, "there is none that could stay"


async def test_diagnostics_hold_no_pin(
    hass: HomeAssistant, bert: MockConfigEntry
) -> None:
    found = await async_get_config_entry_diagnostics(hass, bert)
    assert stored(bert, "Bert").data["pin"] not in str(found)
