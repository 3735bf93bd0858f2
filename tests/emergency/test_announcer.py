"""Who mends is told of new faults, who cares of a restart, and nobody of more."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import Context, CoreState, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from .conftest import FLAT, SetUp, house_entry, part
from .test_repairs import change_part
from .test_runtime import do, later, pushes, settle
from .test_supervisor import set_all, sources_of

CORDS = [f"binary_sensor.cord_{number}" for number in range(3000)]
TOM = Context(user_id="user-tom")


@pytest.fixture(autouse=True)
def sources(hass: HomeAssistant) -> None:
    """Let all sources exist, and everybody have a login."""
    hass.states.async_set("event.pendant", "unknown")
    for key in ("tom", "lea"):
        MockUser(id=f"user-{key}", name=key).add_to_hass(hass)


@pytest.fixture
def role() -> str:
    """Return the role of the person with the phone."""
    return "technician"


@pytest.fixture
def entry(phone: str, role: str) -> MockConfigEntry:
    """Return a house whose only phone is that of one person."""
    return house_entry(
        part("place", "flat", **FLAT),
        part("person", "tom", role=role, user="user-tom", phones=[phone]),
        part("person", "lea", role="lead", user="user-lea"),
    )


@pytest.fixture
async def house(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> MockConfigEntry:
    """Return the running house; what was wrong from the start has been told."""
    await set_up(entry)
    for _ in range(3):
        await later(hass, freezer, 301)
    return entry


def texts(aioclient_mock: AiohttpClientMocker) -> list[str]:
    """Return the texts the phone was sent."""
    return [push["message"] for push in pushes(aioclient_mock)]


async def lose(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, entity_id: str
) -> None:
    """Let a source be lost."""
    hass.states.async_set(entity_id, "unavailable")
    for _ in range(4):
        await later(hass, freezer, 31)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("role", "told"), [("technician", 1), ("lead", 1), ("caretaker", 0)]
)
async def test_who_mends_is_told_of_a_fault_once_and_quietly(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
    told: int,
) -> None:
    before = len(texts(aioclient_mock))
    await lose(hass, freezer, "binary_sensor.cord")
    new = pushes(aioclient_mock)[before:]
    assert [push["message"] for push in new] == [
        "Block 3: Flat cannot be heard in full"
    ] * told
    assert all(push["title"] == "Fault" and "push" not in push["data"] for push in new)
    for _ in range(30):
        await later(hass, freezer, 601)
    assert len(texts(aioclient_mock)) == before + told


async def test_a_storm_of_3000_sources_is_one_message_and_a_blip_is_none(
    hass: HomeAssistant,
    set_up: SetUp,
    phone: str,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    flats = [
        part("place", f"flat_{n}", consent=False, sources=sources_of(CORDS[n::300]))
        for n in range(300)
    ]
    set_all(hass, CORDS, "off")
    tom = part("person", "tom", role="technician", user="user-tom", phones=[phone])
    house = await set_up(house_entry(*flats, tom))
    for _ in range(3):
        await later(hass, freezer, 301)
    before = len(texts(aioclient_mock))
    set_all(hass, CORDS, "unavailable")
    await later(hass, freezer, 1)
    set_all(hass, CORDS, "off")
    for _ in range(4):
        await later(hass, freezer, 301)
    assert texts(aioclient_mock)[before:] == []
    set_all(hass, CORDS, "unavailable")
    for _ in range(40):
        await later(hass, freezer, 31)
    assert texts(aioclient_mock)[before:] == ["Block 3: 300 places cannot be heard"]
    assert house.runtime_data.state.incidents == {}


async def test_faults_about_persons_name_nobody_on_the_way(
    hass: HomeAssistant,
    house: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    change_part(hass, house, "lea", notifiers=["notify.gone"])
    await settle(hass)
    hass.states.async_set("binary_sensor.cord", "on")
    await settle(hass)
    for _ in range(3):
        await later(hass, freezer, 301)
    said = "\n".join(texts(aioclient_mock))
    assert "Block 3: somebody was not reached" in said
    assert "Lea" not in said


async def test_where_nothing_may_be_named_only_the_number_is_told(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    entry.add_to_hass(hass)
    data = {**entry.data, "push_detail": "anonymous"}
    hass.config_entries.async_update_entry(entry, data=data)
    hass.states.async_remove("event.pendant")
    hass.states.async_set("binary_sensor.cord", "off")
    hass.states.async_set("binary_sensor.radar", "off")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await later(hass, freezer, 31)
    assert texts(aioclient_mock) == ["New faults: 2. Open Home Assistant."]


async def test_many_faults_are_one_message_that_names_a_few(
    hass: HomeAssistant,
    set_up: SetUp,
    phone: str,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    flats = [
        part(
            "place", f"flat_{n}", consent=False, sources=sources_of([f"event.gone_{n}"])
        )
        for n in range(9)
    ]
    tom = part("person", "tom", role="lead", user="user-tom", phones=[phone])
    await set_up(house_entry(*flats, tom))
    await later(hass, freezer, 31)
    (text,) = texts(aioclient_mock)
    assert text.splitlines()[0] == "Block 3: a source of Flat 0 is missing"
    assert text.endswith("a source of Flat 4 is missing and 4 more")


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("role", ["caretaker"])
async def test_who_cares_is_told_before_an_announced_restart_and_after_it(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
    as_lead: Context,
) -> None:
    before = len(texts(aioclient_mock))
    await do(hass, "planned_restart", as_lead)
    (soon,) = pushes(aioclient_mock)[before:]
    assert (soon["title"], soon["message"]) == (
        "Block 3",
        "Home Assistant is about to be restarted. For some minutes no calls are heard.",
    )
    assert "push" not in soon["data"], "it rings nobody out of bed"
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.set_state(CoreState.starting)
    freezer.tick(90)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    assert len(texts(aioclient_mock)) == before + 1, "not before all can be told"
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await settle(hass)
    assert texts(aioclient_mock)[before + 1 :] == [
        "Home Assistant runs again. Calls are heard."
    ]
    journal: Any = await do(hass, "export_journal", as_lead)
    words = [
        (said["word"], said["by"])
        for line in journal["journals"]["house"]
        for said in line["entries"]
    ]
    assert ("restart_planned", "lea") in words
    assert ("listens_again", "system") in words


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("role", ["caretaker"])
async def test_who_may_not_announces_no_restart(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker
) -> None:
    before = len(texts(aioclient_mock))
    for context in (TOM, Context(), Context(user_id="somebody")):
        with pytest.raises(ServiceValidationError) as refused:
            await do(hass, "planned_restart", context)
        assert refused.value.translation_key == "emergency_not_allowed"
    assert len(texts(aioclient_mock)) == before


async def test_a_restart_needs_a_house(
    hass: HomeAssistant, house: MockConfigEntry, as_lead: Context
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "planned_restart", as_lead, config_entry_id="another")
    assert refused.value.translation_key == "emergency_house_unknown"


@pytest.mark.usefixtures("phone")
async def test_faults_of_the_start_are_told_once_home_assistant_has_started(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    anna: User,
    freezer: FrozenDateTimeFactory,
    aioclient_mock: AiohttpClientMocker,
) -> None:
    hass.states.async_remove("event.pendant")
    hass.set_state(CoreState.starting)
    await set_up(entry)
    await later(hass, freezer, 61)
    assert texts(aioclient_mock) == []
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await later(hass, freezer, 31)
    assert texts(aioclient_mock) == [
        "Block 3: a source of Flat is missing\nBlock 3: nobody can be told"
    ]
