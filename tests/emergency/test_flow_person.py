"""The forms of a person: what they may do, and how they are reached."""

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.smart_quarter.const import DOMAIN

from .flow_forms import (
    PERSON_FORM,
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
from .test_runtime import STATE, do, pull, settle

RESIDENT: Form = {"name": "Rosa", "role": "resident", "place": "flat"}


@pytest.fixture
def bert(hass: HomeAssistant) -> User:
    """Let somebody have a login who is no person of the house yet."""
    return MockUser(id="user-bert", name="Bert").add_to_hass(hass)


async def test_a_caretaker_is_added_and_may_take_an_alarm_at_once(
    hass: HomeAssistant, house: MockConfigEntry, bert: User
) -> None:
    runtime = house.runtime_data
    form = await begin_part(hass, house, "person")
    named = PERSON_FORM | {"name": " Bert ", "user": bert.id}
    result = await answer(hass, form, named)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Bert"
    assert stored(house, "Bert").data == {**named, "name": "Bert"}
    assert house.runtime_data is runtime
    incident_id = await pull(hass)
    await do(hass, "acknowledge", Context(user_id=bert.id), incident_id=incident_id)
    assert hass.states.get(STATE).state == "acknowledged"


async def test_without_a_choice_a_person_is_a_caretaker(
    hass: HomeAssistant, house: MockConfigEntry, phone: str
) -> None:
    form = await begin_part(hass, house, "person")
    result = await answer(hass, form, {"name": "Bert", "phones": [phone]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert stored(house, "Bert").data["role"] == "caretaker"


async def test_users_who_can_log_in_are_offered_by_name(
    hass: HomeAssistant, house: MockConfigEntry, bert: User
) -> None:
    MockUser(id="user-left", name="Left", is_active=False).add_to_hass(hass)
    MockUser(id="user-robot", name="Robot", system_generated=True).add_to_hass(hass)
    MockUser(id="user-nameless", name=None).add_to_hass(hass)
    form = await begin_part(hass, house, "person")
    assert offered(form, "user") == {
        "user-anna": "Anna",
        bert.id: "Bert",
        "user-nameless": "user-nameless",
    }
    assert offered(form, "place") == {"flat": "Flat"}


@pytest.mark.parametrize(
    "changes", [{"user": "somebody"}, {"place": "plan"}, {"role": "system"}]
)
async def test_what_is_not_offered_is_not_taken(
    hass: HomeAssistant, house: MockConfigEntry, changes: Form
) -> None:
    form = await begin_part(hass, house, "person")
    with pytest.raises(InvalidData):
        await answer(hass, form, PERSON_FORM | changes)
    result = await answer(hass, form, PERSON_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": " "}, {"name": "name_missing"}),
        ({"name": "ANNA"}, {"name": "name_taken"}),
        ({"name": "flat"}, {"name": "name_taken"}),
        ({"notifiers": ["notify.nobody"]}, {"notifiers": "entity_unknown"}),
        ({"notifiers": ["notify.ours"]}, {"notifiers": "own_entity"}),
        ({"user": "user-anna"}, {"user": "user_taken"}),
        ({"user": "user-lea"}, {"user": "user_taken"}),
        ({"role": "resident"}, {"place": "place_missing"}),
        ({"role": "observer"}, {"place": "place_missing"}),
        ({"notifiers": []}, {"phones": "channel_missing"}),
        ({"phones": [], "notifiers": []}, {"phones": "channel_missing"}),
        (
            {"name": "", "user": "user-resi", "role": "resident"},
            {"name": "name_missing", "user": "user_taken", "place": "place_missing"},
        ),
    ],
)
async def test_a_person_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, house: MockConfigEntry, changes: Form, errors: dict[str, str]
) -> None:
    er.async_get(hass).async_get_or_create(
        "notify", DOMAIN, "ours", suggested_object_id="ours"
    )
    form = await begin_part(hass, house, "person")
    wrong = PERSON_FORM | changes
    result = await answer(hass, form, wrong)
    assert result["errors"] == errors
    assert_kept(result, wrong)
    result = await answer(hass, form, PERSON_FORM)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert "user" not in stored(house, "Bert").data, "what was refused is forgotten"


@pytest.mark.parametrize("role", ["lead", "technician"])
async def test_who_leads_or_repairs_need_not_be_reachable(
    hass: HomeAssistant, house: MockConfigEntry, role: str
) -> None:
    form = await begin_part(hass, house, "person")
    result = await answer(hass, form, {"name": "Tom", "role": role})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("role", ["resident", "observer"])
async def test_who_lives_there_or_looks_after_a_relative_has_a_place(
    hass: HomeAssistant, house: MockConfigEntry, role: str
) -> None:
    form = await begin_part(hass, house, "person")
    result = await answer(hass, form, RESIDENT | {"role": role})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert stored(house, "Rosa").data["place"] == "flat"


async def test_two_persons_cannot_have_one_login_and_one_gives_it_to_the_other(
    hass: HomeAssistant, house: MockConfigEntry, anna: User, phone: str
) -> None:
    adding = await begin_part(hass, house, "person")
    with_login = PERSON_FORM | {"user": anna.id}
    result = await answer(hass, adding, with_login)
    assert result["errors"] == {"user": "user_taken"}
    changing = await begin_change(hass, house, "anna")
    without: Form = {"name": "Anna", "role": "caretaker", "phones": [phone]}
    await answer(hass, changing, without)
    assert "user" not in house.subentries["anna"].data
    result = await answer(hass, adding, with_login)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    actor = house.runtime_data.actor(Context(user_id=anna.id))
    assert actor.person_id == stored(house, "Bert").subentry_id


async def test_a_person_keeps_the_own_name_and_login_when_changed(
    hass: HomeAssistant, house: MockConfigEntry, anna: User, phone: str
) -> None:
    runtime = house.runtime_data
    form = await begin_change(hass, house, "anna")
    same: Form = {
        "name": "Anna",
        "role": "caretaker",
        "user": anna.id,
        "phones": [phone],
    }
    assert_kept(form, same)
    result = await answer(hass, form, same | {"role": "lead"})
    assert result["reason"] == "reconfigure_successful"
    assert house.runtime_data is runtime
    assert runtime.settings.persons["anna"]["role"] == "lead"


async def test_a_change_that_cannot_be_is_refused_and_can_be_mended(
    hass: HomeAssistant, house: MockConfigEntry, anna: User, phone: str
) -> None:
    form = await begin_change(hass, house, "anna")
    wrong: Form = {"name": "Lea", "role": "caretaker", "user": anna.id}
    result = await answer(hass, form, wrong)
    assert result["errors"] == {"name": "name_taken", "phones": "channel_missing"}
    assert suggested(result, "phones") is None, "a field that was emptied stays empty"
    result = await answer(hass, form, wrong | {"name": "Anne", "phones": [phone]})
    assert result["reason"] == "reconfigure_successful"
    assert house.subentries["anna"].title == "Anne"
    assert house.runtime_data.name_of("anna") == "Anne"


async def test_a_person_who_was_renamed_in_the_list_is_changed_under_that_name(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    lea = house.subentries["lea"]
    hass.config_entries.async_update_subentry(house, lea, title="Lea B.")
    await settle(hass)
    form = await begin_change(hass, house, "lea")
    assert suggested(form, "name") == "Lea B."


async def test_a_login_that_is_gone_does_not_stand_in_the_way_of_a_change(
    hass: HomeAssistant, house: MockConfigEntry, anna: User
) -> None:
    await hass.auth.async_update_user(anna, is_active=False)
    form = await begin_change(hass, house, "anna")
    assert anna.id not in offered(form, "user")
    result = await answer(hass, form, as_shown(form))
    assert result["reason"] == "reconfigure_successful"


@pytest.mark.usefixtures("others")
async def test_a_place_that_is_gone_does_not_stand_in_the_way_of_a_change(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    hass.config_entries.async_remove_subentry(house, "flat")
    await settle(hass)
    form = await begin_change(hass, house, "resi")
    assert offered(form, "place") == {}
    result = await answer(hass, form, as_shown(form) | {"role": "technician"})
    assert result["reason"] == "reconfigure_successful"


async def test_a_caretaker_who_lives_in_a_place_still_cares_for_the_others(
    hass: HomeAssistant, house: MockConfigEntry, anna: User, phone: str
) -> None:
    form = await begin_part(hass, house, "place")
    await answer(hass, form, {"name": "Attic"})
    form = await begin_change(hass, house, "anna")
    lives_there: Form = {
        "name": "Anna",
        "role": "caretaker",
        "user": anna.id,
        "phones": [phone],
        "place": stored(house, "Attic").subentry_id,
    }
    result = await answer(hass, form, lives_there)
    assert result["reason"] == "reconfigure_successful"
    incident_id = await pull(hass)
    await do(hass, "acknowledge", Context(user_id=anna.id), incident_id=incident_id)
    assert hass.states.get(STATE).state == "acknowledged"
