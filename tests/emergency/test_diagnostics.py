"""Diagnostics and system health help, and name nobody."""

import json
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import Context, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.diagnostics import (
    async_get_config_entry_diagnostics,
)

from .conftest import SetUp
from .test_runtime import do, settle

CORD, BELL = "binary_sensor.bathroom_cord_schmidt", "binary_sensor.bell_hall"
PERSONAL = (
    "Flat of Mr Schmidt",
    "Schmidt",
    "schmidt",
    "Nurse Anna",
    "Lindenhof",
    "notify.annas_speaker",
    "binary_sensor.",
    "Tea with the neighbour.",
)


def named(kind: str, key: str, name: str, **data: Any) -> ConfigSubentryDataWithId:
    """Return a subentry that people know by a name, and we by an opaque id."""
    return ConfigSubentryDataWithId(
        data=MappingProxyType({"name": name, **data}),
        subentry_id=key,
        subentry_type=kind,
        title=name,
        unique_id=None,
    )


def source(source_id: str, entity_id: str) -> dict[str, str]:
    """Return a source as it is stored."""
    return {"source_id": source_id, "kind": "manual", "entity_id": entity_id}


@pytest.fixture
async def lindenhof(hass: HomeAssistant, set_up: SetUp) -> MockConfigEntry:
    """Return a running house full of names, with an incident that has a note."""
    place = {"consent": True, "policy": "01PLAN"}
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Lindenhof",
        unique_id="emergency:lindenhof",
        entry_id="01HOUSE",
        data={"system": "emergency", "name": "Lindenhof", "push_detail": "full"},
        subentries_data=[
            named(
                "place",
                "01FLAT",
                "Flat of Mr Schmidt",
                sources=[source("01CORD", CORD), source("01BELL", BELL)],
                **place,
            ),
            named("place", "01HALL", "Hall", sources=[source("01B", BELL)], **place),
            named(
                "person",
                "01ANNA",
                "Nurse Anna",
                role="caretaker",
                user="User-Anna",
                phones=["device-of-a-phone-that-is-gone"],
            ),
            named(
                "person",
                "01BERT",
                "Bert",
                role="observer",
                notifiers=["notify.annas_speaker"],
            ),
            named("policy", "01PLAN", "Plan", first=["01ANNA"], last=["everybody"]),
        ],
    )
    for entity_id in (CORD, BELL):
        hass.states.async_set(entity_id, "off")
    await set_up(entry)
    hass.states.async_set(CORD, "on")
    await settle(hass)
    (incident_id,) = entry.runtime_data.state.incidents
    note = {"incident_id": incident_id, "note": "Tea with the neighbour."}
    await do(hass, "add_note", Context(user_id="User-Anna"), **note)
    await settle(hass)
    return entry


@pytest.mark.quality_rule("diagnostics")
async def test_diagnostics_name_nobody(
    hass: HomeAssistant, lindenhof: MockConfigEntry
) -> None:
    found = await async_get_config_entry_diagnostics(hass, lindenhof)
    text = json.dumps(found, default=str)
    assert [each for each in PERSONAL if each in text] == []


@pytest.mark.quality_rule("diagnostics")
async def test_diagnostics_show_figures_and_how_far_an_incident_has_come(
    hass: HomeAssistant, lindenhof: MockConfigEntry
) -> None:
    found = await async_get_config_entry_diagnostics(hass, lindenhof)
    runtime = found["runtime"]
    assert (runtime["places"], runtime["sources"]) == (2, 3)
    assert runtime["policies"] == {
        "01PLAN": [{"targets": 1, "lasts_s": None}, {"targets": 1, "lasts_s": None}]
    }
    (incident,) = runtime["state"]["incidents"].values()
    assert (incident["place_id"], incident["stage"]) == ("01FLAT", "alarm")
    assert (incident["attempt"], incident["attempted"]) == (1, 1)
    assert runtime["state"]["raised"] == ["01CORD"]
    (fault,) = runtime["faults"]
    assert "not_told" in fault
    assert "01ANNA" in fault


async def test_system_health_counts_houses_places_calls_and_faults(
    hass: HomeAssistant, lindenhof: MockConfigEntry
) -> None:
    info = await get_system_health_info(hass, DOMAIN)
    ours = {key: info[key] for key in info if key.startswith("emergency_")}
    assert ours == {
        "emergency_houses": 1,
        "emergency_places": 2,
        "emergency_open": 1,
        "emergency_faults": 1,
        "emergency_recorded": 0,
    }
    (incident_id,) = lindenhof.runtime_data.state.incidents
    closing = {"incident_id": incident_id, "outcome": "helped"}
    await do(hass, "resolve", Context(user_id="User-Anna"), **closing)
    assert (await get_system_health_info(hass, DOMAIN))["emergency_open"] == 0
    assert await hass.config_entries.async_unload(lindenhof.entry_id)
    info = await get_system_health_info(hass, DOMAIN)
    assert (info["emergency_houses"], info["emergency_faults"]) == (0, 0)
