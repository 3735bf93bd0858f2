"""A plan must reach somebody without the internet, or a repair message says what to add."""

from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_integration,
)

from custom_components.smart_quarter.const import DOMAIN
from custom_components.smart_quarter.emergency.internet import needs_internet

from .conftest import FLAT, SetUp, house_entry, part
from .test_repairs import change_part
from .test_runtime import settle

ISSUE = "emergency_house_plan_only_internet"
FAULT = "binary_sensor.block_3_fault"


@pytest.fixture(autouse=True)
def pendant(hass: HomeAssistant) -> None:
    """Let all sources exist."""
    hass.states.async_set("event.pendant", "unknown")


@pytest.fixture
def entities(hass: HomeAssistant) -> dict[str, str]:
    """Return entities of integrations of several kinds, by what they say of themselves."""
    found: dict[str, str] = {}
    for iot_class in ("local_push", "calculated", "cloud_push", "cloud_polling", None):
        module = MockModule(
            f"maker_{iot_class}",
            partial_manifest={} if iot_class is None else {"iot_class": iot_class},
        )
        mock_integration(hass, module)
        for domain in ("notify", "siren", "media_player", "tts"):
            entity = er.async_get(hass).async_get_or_create(
                domain, f"maker_{iot_class}", domain
            )
            hass.states.async_set(entity.entity_id, "off")
            found[f"{domain}.{iot_class}"] = entity.entity_id
    return found


def house_with(anna: User, phone: str, notifier: str, **ways: Any) -> MockConfigEntry:
    """Return a house whose caretaker has a phone and, if it is named, another way."""
    notifiers = [notifier] if notifier else []
    plan = {"first": ["anna"], "repeat_s": 30, **ways}
    return house_entry(
        part("place", "flat", **FLAT),
        part(
            "person",
            "anna",
            role="caretaker",
            user=anna.id,
            phones=[phone],
            notifiers=notifiers,
        ),
        part("policy", "plan", **plan),
    )


def is_advised(hass: HomeAssistant) -> bool:
    """Tell whether it is advised to add a way."""
    return ir.async_get(hass).async_get_issue(DOMAIN, ISSUE) is not None


@pytest.mark.parametrize(
    ("notifier", "ways", "expected"),
    [
        ("", {}, True),
        ("notify.cloud_push", {}, True),
        ("notify.cloud_polling", {}, True),
        ("notify.local_push", {}, False),
        ("notify.calculated", {}, False),
        ("notify.None", {}, False),
        ("", {"sirens": ["siren.local_push"]}, False),
        ("", {"sirens": ["siren.cloud_push"]}, True),
        ("", {"sirens": ["siren.cloud_push", "siren.local_push"]}, False),
        (
            "",
            {"speakers": ["media_player.local_push"], "tts": "tts.local_push"},
            False,
        ),
        ("", {"speakers": ["media_player.local_push"], "tts": "tts.cloud_push"}, True),
        ("", {"speakers": ["media_player.cloud_push"], "tts": "tts.local_push"}, True),
    ],
)
async def test_a_plan_of_the_internet_alone_is_advised_to_have_another_way(
    hass: HomeAssistant,
    set_up: SetUp,
    anna: User,
    phone: str,
    entities: dict[str, str],
    notifier: str,
    ways: dict[str, Any],
    expected: bool,
) -> None:
    named = {
        key: entities[value]
        if isinstance(value, str)
        else [entities[each] for each in value]
        for key, value in ways.items()
    }
    await set_up(house_with(anna, phone, entities.get(notifier, ""), **named))
    assert is_advised(hass) is expected
    assert hass.states.get(FAULT).state == "off", "it works, and could be better"


async def test_the_advice_names_the_plan_and_goes_when_a_siren_is_added(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    found = ir.async_get(hass).async_get_issue(DOMAIN, ISSUE)
    assert found is not None
    assert found.severity is ir.IssueSeverity.WARNING
    assert (found.translation_placeholders or {})["name"] == "Plan"
    hass.states.async_set("siren.hall", "off")
    change_part(hass, house, "plan", sirens=["siren.hall"])
    await settle(hass)
    assert not is_advised(hass)


async def test_a_plan_that_reaches_nobody_at_all_is_another_matter(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    plan = {"first": ["anna"], "repeat_s": 30}
    await set_up(
        house_entry(
            part("place", "flat", **FLAT),
            part("person", "anna", role="caretaker"),
            part("policy", "plan", **plan),
        )
    )
    assert not is_advised(hass)


async def test_nothing_is_advised_before_home_assistant_has_started(
    hass: HomeAssistant, set_up: SetUp, entry: MockConfigEntry
) -> None:
    hass.set_state(CoreState.not_running)
    await set_up(entry)
    assert not is_advised(hass)
    await hass.async_start()
    await settle(hass)
    assert is_advised(hass)


async def test_a_group_needs_the_internet_when_all_of_it_does(
    hass: HomeAssistant, entities: dict[str, str]
) -> None:
    group = er.async_get(hass).async_get_or_create("notify", "group", "all").entity_id
    members = [entities["notify.cloud_push"], entities["notify.cloud_polling"]]
    hass.states.async_set(group, "unknown", {"entity_id": members})
    assert needs_internet(hass, group)
    members.append(entities["notify.local_push"])
    hass.states.async_set(group, "unknown", {"entity_id": members})
    assert not needs_internet(hass, group)
    hass.states.async_set(group, "unknown")
    assert not needs_internet(hass, group)


async def test_what_nothing_is_known_of_needs_no_internet(hass: HomeAssistant) -> None:
    assert not needs_internet(hass, "notify.yaml")
    known = er.async_get(hass).async_get_or_create("notify", "not_loaded", "x")
    assert not needs_internet(hass, known.entity_id)


async def test_a_phone_as_an_entity_needs_the_internet_though_it_calls_itself_local(
    hass: HomeAssistant, phone: str
) -> None:
    entities = er.async_entries_for_device(er.async_get(hass), phone)
    (notifier,) = [each.entity_id for each in entities if each.domain == "notify"]
    assert needs_internet(hass, notifier)
