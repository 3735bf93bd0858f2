"""Taking the duty over and asking who has it: buttons and actions, by login or PIN."""

from collections.abc import Iterator
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

from custom_components.smart_quarter.emergency.pins import protect

from .conftest import FLAT, SetUp, house_entry, part
from .test_repairs import raised
from .test_runtime import do, later, settle

ON_DUTY = "sensor.block_3_on_duty"
TAKE_OVER = "button.block_3_take_over_for_8_hours"
GIVE_BACK = "button.block_3_give_the_duty_back"
NOON = "2026-10-19T10:00:00+00:00"
WHOLE_DAYS = {
    "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "start": "06:00:00",
    "end": "06:00:00",
}


@pytest.fixture(autouse=True)
async def clock(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let it be noon in Berlin, and let all sources exist."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(NOON)
    hass.states.async_set("event.pendant", "unknown")


@pytest.fixture
def parts(hass: HomeAssistant, phone: str, others: None) -> list[Any]:
    """Return a house in which Anna is always on duty, with a person in every role."""
    for key in ("anna", "tom", "somebody"):
        MockUser(id=f"user-{key}", name=key, is_owner=True).add_to_hass(hass)
    return [
        part("place", "flat", **FLAT),
        part("person", "anna", role="caretaker", user="user-anna", phones=[phone]),
        part("person", "lea", role="lead", user="user-lea", pin=protect("2468")),
        part("person", "tom", role="technician", user="user-tom"),
        part("person", "resi", role="resident", user="user-resi", place="flat"),
        part("shift", "always", persons=["anna"], **WHOLE_DAYS),
    ]


@pytest.fixture
async def house(set_up: SetUp, parts: list[Any]) -> MockConfigEntry:
    """Return the running house."""
    return await set_up(house_entry(*parts))


@pytest.fixture
async def other_house(set_up: SetUp, house: MockConfigEntry) -> MockConfigEntry:
    """Return another house, in which nobody of the first has to do."""
    other = MockConfigEntry(
        domain=house.domain,
        title="Block 4",
        entry_id="other",
        data={**house.data, "name": "Block 4"},
        subentries_data=[part("person", "carl", role="caretaker")],
    )
    return await set_up(other)


def by(user: str | None) -> Context:
    """Return the context of what a user does; None: an automation."""
    return Context(user_id=None if user is None else f"user-{user}")


async def press(hass: HomeAssistant, button: str, user: str | None) -> None:
    """Press a button as a user."""
    await hass.services.async_call(
        "button", "press", {"entity_id": button}, blocking=True, context=by(user)
    )
    await settle(hass)


async def who(hass: HomeAssistant, user: str | None, **data: Any) -> dict[str, Any]:
    """Return what a user learns about the only house."""
    (answer,) = (await do(hass, "who_is_on_duty", by(user), **data))["houses"]
    found: dict[str, Any] = answer
    return found


async def words_of_journal(house: MockConfigEntry) -> Iterator[tuple[str, str]]:
    """Return what the journal says happened, and who did it."""
    lines = await house.runtime_data.care.async_export()
    return ((each["word"], each["by"]) for line in lines for each in line["entries"])


async def test_one_tap_makes_who_taps_the_one_on_duty_for_eight_hours(
    hass: HomeAssistant, house: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await press(hass, TAKE_OVER, "lea")
    answer = await who(hass, "anna")
    assert answer == {
        "config_entry_id": "house",
        "house": "Block 3",
        "on_duty": 1,
        "persons": ["Lea"],
        "source": "taken_over",
        "until": "2026-10-19T18:00:00+00:00",
    }
    assert ("duty_taken", "lea") in await words_of_journal(house)
    await later(hass, freezer, 8 * 3600 + 1)
    answer = await who(hass, "anna")
    assert (answer["persons"], answer["source"]) == (["Anna"], "weekly")
    assert answer["until"] is None, "nobody else is planned"
    assert ("duty_given_back", "system") in await words_of_journal(house)


@pytest.mark.usefixtures("house")
async def test_another_tap_gives_the_duty_back(hass: HomeAssistant) -> None:
    await press(hass, TAKE_OVER, "lea")
    await press(hass, GIVE_BACK, "lea")
    assert (await who(hass, "lea"))["persons"] == ["Anna"]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("button", [TAKE_OVER, GIVE_BACK])
@pytest.mark.parametrize("user", [None, "tom", "resi", "somebody"])
async def test_others_who_tap_are_told_why_not(
    hass: HomeAssistant, button: str, user: str | None
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await press(hass, button, user)
    assert refused.value.translation_key == "emergency_not_allowed"
    assert (await who(hass, "lea"))["source"] == "weekly"


async def test_a_takeover_survives_a_restart(
    hass: HomeAssistant, house: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await press(hass, TAKE_OVER, "lea")
    assert await hass.config_entries.async_reload(house.entry_id)
    await settle(hass)
    assert (await who(hass, "lea"))["persons"] == ["Lea"]
    await later(hass, freezer, 8 * 3600 + 1)
    assert (await who(hass, "lea"))["persons"] == ["Anna"]


@pytest.mark.parametrize(
    ("data", "until"),
    [
        ({}, "2026-10-19T18:00:00+00:00"),
        ({"hours": 1.5}, "2026-10-19T11:30:00+00:00"),
        ({"hours": 168}, "2026-10-26T10:00:00+00:00"),
        ({"until": "2026-10-19 22:00:00"}, "2026-10-19T20:00:00+00:00"),
        ({"until": "2026-10-19T22:00:00+00:00"}, "2026-10-19T22:00:00+00:00"),
    ],
)
async def test_the_duty_is_taken_over_until_a_time_or_for_some_hours(
    hass: HomeAssistant, house: MockConfigEntry, data: dict[str, Any], until: str
) -> None:
    await do(hass, "take_over", by("lea"), **data)
    known = house.runtime_data.state.takeovers["lea"]
    assert known.until == dt_util.parse_datetime(until)
    assert (await who(hass, "lea"))["persons"] == ["Lea"]


@pytest.mark.usefixtures("house")
async def test_zero_hours_give_the_duty_back(hass: HomeAssistant) -> None:
    await do(hass, "take_over", by("lea"))
    await do(hass, "take_over", by("lea"), hours=0)
    assert (await who(hass, "lea"))["persons"] == ["Anna"]


@pytest.mark.usefixtures("house")
@pytest.mark.quality_rule("action-exceptions")
@pytest.mark.parametrize(
    "until",
    ["2026-10-19T10:00:00+00:00", "2026-10-19T11:00:00", "2026-10-26T10:00:01+00:00"],
)
async def test_an_end_that_is_over_or_too_far_away_is_refused(
    hass: HomeAssistant, until: str
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "take_over", by("lea"), until=until)
    assert refused.value.translation_key == "emergency_takeover_range"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    "data",
    [{"hours": -1}, {"hours": 169}, {"hours": 1, "until": "2026-10-19T22:00:00"}],
)
async def test_what_makes_no_sense_is_refused(
    hass: HomeAssistant, data: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await do(hass, "take_over", by("lea"), **data)


@pytest.mark.usefixtures("house")
async def test_at_a_tablet_the_pin_says_who_takes_over(hass: HomeAssistant) -> None:
    await do(hass, "take_over", by("somebody"), pin="2468")
    assert (await who(hass, "lea"))["persons"] == ["Lea"]
    assert "persons" not in await who(hass, "somebody")
    assert (await who(hass, "somebody", pin="2468"))["persons"] == ["Lea"]
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "take_over", by("lea"), pin="1357")
    assert refused.value.translation_key == "emergency_not_allowed"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("user", [None, "tom", "resi", "somebody"])
async def test_who_may_not_see_names_learns_only_how_many(
    hass: HomeAssistant, user: str | None
) -> None:
    assert await who(hass, user) == {"config_entry_id": "house", "on_duty": 1}


async def test_a_refused_takeover_is_in_the_journal(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    with pytest.raises(ServiceValidationError):
        await do(hass, "take_over", by("tom"))
    assert ("refused", "tom") in await words_of_journal(house)


async def test_of_several_houses_the_duty_is_taken_over_where_one_may(
    hass: HomeAssistant, house: MockConfigEntry, other_house: MockConfigEntry
) -> None:
    await do(hass, "take_over", by("lea"))
    assert set(house.runtime_data.state.takeovers) == {"lea"}
    assert other_house.runtime_data.state.takeovers == {}
    assert ("refused", "unknown") not in await words_of_journal(other_house)
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "take_over", by("lea"), config_entry_id="other")
    assert refused.value.translation_key == "emergency_not_allowed"
    assert ("refused", "unknown") in await words_of_journal(other_house)


@pytest.mark.usefixtures("house")
async def test_a_house_that_nobody_knows_is_refused(hass: HomeAssistant) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await do(hass, "take_over", by("lea"), config_entry_id="gone")
    assert refused.value.translation_key == "emergency_house_unknown"


async def test_without_a_roster_the_sensor_shows_only_who_took_over(
    hass: HomeAssistant, set_up: SetUp, parts: list[Any]
) -> None:
    await set_up(house_entry(*parts[:-1]))
    assert hass.states.get(ON_DUTY).state == "unknown"
    await press(hass, TAKE_OVER, "lea")
    assert hass.states.get(ON_DUTY).state == "1"
    await press(hass, GIVE_BACK, "lea")
    assert hass.states.get(ON_DUTY).state == "unknown"
    assert raised(hass) == set()


async def test_the_sensor_names_nobody(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    state = hass.states.get(ON_DUTY)
    assert state.state == "1"
    assert set(state.attributes) == {"friendly_name"}
    devices = dr.async_get(hass)
    assert (
        devices.async_get_device_by_identifier((house.domain, "always"), house.entry_id)
        is None
    ), "a shift is no device"
