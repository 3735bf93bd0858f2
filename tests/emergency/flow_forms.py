"""Answers for the forms of the emergency system, and how a test gives them."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.const import DOMAIN

type Form = dict[str, Any]

HOUSE_FORM: Form = {
    "name": "Block 4",
    "push_detail": "anonymous",
    "weekly_test": False,
}
PLACE_FORM: Form = {
    "name": "Flat 2",
    "manual": ["binary_sensor.cord"],
    "fall": ["binary_sensor.radar"],
    "consent": False,
    "policy": "plan",
}
PERSON_FORM: Form = {
    "name": "Bert",
    "role": "caretaker",
    "notifiers": ["notify.anna_s_phone"],
}
SHIFT_FORM: Form = {
    "name": "Nights",
    "persons": ["anna"],
    "weekdays": ["fri", "sat"],
    "start": "22:00:00",
    "end": "06:00:00",
}
POLICY_FORM: Form = {
    "name": "Night",
    "first": ["anna"],
    "repeat_s": 30,
    "ways_from": "first",
}


async def begin_house(hass: HomeAssistant) -> str:
    """Open the form of a new house and return its flow."""
    menu = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert menu["type"] is FlowResultType.MENU
    assert "emergency" in menu["menu_options"]
    form = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "emergency"}
    )
    assert form["step_id"] == "emergency"
    return str(form["flow_id"])


async def begin_house_change(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the form of a house that is changed and return it."""
    form = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    assert form["step_id"] == "emergency_reconfigure"
    return form


async def answer_house(hass: HomeAssistant, flow_id: str, form: Form) -> Any:
    """Fill in the form of a house and return the result."""
    result = await hass.config_entries.flow.async_configure(flow_id, form)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def begin_part(hass: HomeAssistant, entry: MockConfigEntry, kind: str) -> Any:
    """Open the form of a new place, person or policy and return it."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, kind), context={"source": SOURCE_USER}
    )


async def begin_change(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> Any:
    """Open the form of a place, person or policy that is changed and return it."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, entry.subentries[key].subentry_type),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": key},
    )


async def answer(hass: HomeAssistant, form: Any, answers: Form) -> Any:
    """Fill in the form of a part and return the result."""
    result = await hass.config_entries.subentries.async_configure(
        form["flow_id"], answers
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


def stored(entry: MockConfigEntry, title: str) -> Any:
    """Return the part of a house with a name."""
    (found,) = (part for part in entry.subentries.values() if part.title == title)
    return found


def offered(form: Any, name: str) -> dict[str, str]:
    """Return what the list of a field offers: the name of each value."""
    selector = form["data_schema"].schema[name]
    return {each["value"]: each["label"] for each in selector.config["options"]}


def suggested(form: Any, name: str) -> Any:
    """Return what a form suggests for a field, None when it suggests nothing."""
    marker = next(key for key in form["data_schema"].schema if key == name)
    return (marker.description or {}).get("suggested_value")


def as_shown(form: Any) -> Form:
    """Return the answers of somebody who changes nothing that a form shows."""
    return {
        str(marker): marker.description["suggested_value"]
        for marker in form["data_schema"].schema
        if marker.description is not None
    }


def assert_kept(form: Any, answers: Form) -> None:
    """Expect that a form that was refused still shows what was entered."""
    assert {name: suggested(form, name) for name in answers} == answers
