"""The change of a house, written and read again."""

from dataclasses import replace
from datetime import UTC, datetime
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.emergency.codec import (
    CorruptJournalError,
    apply,
    change,
    decode,
    encode,
)
from custom_components.smart_quarter.emergency.happenings import Entry, Word
from custom_components.smart_quarter.emergency.model import (
    Cause,
    HouseState,
    Incident,
    Kind,
    Outcome,
    Phase,
    PlaceState,
    Priority,
    Proof,
    Stage,
)
from custom_components.smart_quarter.emergency.roster_model import Takeover

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)

keys = st.sampled_from(["a", "b", "c", "ü"]) | st.text(max_size=4)
names = st.text(max_size=8)
times = st.datetimes(timezones=st.just(UTC))
counts = st.integers(min_value=0, max_value=10**6)
causes = st.builds(Cause, by=names, first_at=times, last_at=times, count=counts)
incidents = st.builds(
    Incident,
    incident_id=names,
    place_id=names,
    kind=st.sampled_from(Kind),
    priority=st.sampled_from(Priority),
    stage=st.sampled_from(Stage),
    opened_at=times,
    changed_at=times,
    causes=st.lists(causes, max_size=2).map(tuple),
    step=counts,
    attempt=counts,
    attempted=counts,
    deadline=st.none() | times,
    repeat_at=st.none() | times,
    assignee=st.none() | names,
    told=st.lists(names, max_size=2).map(tuple),
    outcome=st.none() | st.sampled_from(Outcome),
    test=st.booleans(),
    late=st.booleans(),
    review=st.booleans(),
)
places = st.builds(
    PlaceState,
    phase=st.sampled_from(Phase),
    test_until=st.none() | times,
    reported=st.frozensets(names, max_size=2),
    proven=st.frozensets(names, max_size=2),
)
takeovers = st.builds(Takeover, since=times, until=times)
proofs = st.builds(
    Proof,
    asked_at=st.none() | times,
    open_since=st.none() | times,
    proven_at=st.none() | times,
)
houses = st.builds(
    HouseState,
    incidents=st.dictionaries(keys, incidents, max_size=3),
    places=st.dictionaries(keys, places, max_size=3),
    raised=st.frozensets(keys, max_size=3),
    takeovers=st.dictionaries(keys, takeovers, max_size=3),
    proofs=st.dictionaries(keys, proofs, max_size=3),
    restart_planned_at=st.none() | times,
)


@st.composite
def successions(draw: st.DrawFn) -> tuple[HouseState, HouseState]:
    """Draw a house and what may become of it: parts stay, change, go and come."""
    before, other = draw(houses), draw(houses)
    kept = {key for key in before.incidents if draw(st.booleans())}
    stays = {key: before.incidents[key] for key in kept}
    after = HouseState(
        incidents={**other.incidents, **stays},
        places=draw(st.sampled_from([before.places, other.places])),
        raised=draw(st.sampled_from([before.raised, other.raised])),
        takeovers=draw(st.sampled_from([before.takeovers, other.takeovers])),
        proofs=draw(st.sampled_from([before.proofs, other.proofs])),
        restart_planned_at=draw(
            st.sampled_from([before.restart_planned_at, other.restart_planned_at])
        ),
    )
    return before, after


INCIDENT = Incident(
    incident_id="i",
    place_id="flat",
    kind=Kind.FALL,
    priority=Priority.LIFE,
    stage=Stage.ALARM,
    opened_at=NOW,
    changed_at=NOW,
)
NONSENSE: list[Any] = [
    None,
    1,
    "house",
    [],
    {"incidents": []},
    {"incidents": {"i": 1}},
    {"incidents": {"i": {}}},
    {"incidents": {"i": {**encode(INCIDENT), "kind": "weather"}}},
    {"incidents": {"i": {**encode(INCIDENT), "priority": 9}}},
    {"incidents": {"i": {**encode(INCIDENT), "stage": None}}},
    {"incidents": {"i": {**encode(INCIDENT), "opened_at": "noon"}}},
    {"incidents": {"i": {**encode(INCIDENT), "step": "first"}}},
    {"incidents": {"i": {**encode(INCIDENT), "causes": [{"by": "pendant"}]}}},
    {"places": 1},
    {"places": {"flat": 1}},
    {"places": {"flat": {"phase": "haunted"}}},
    {"raised": 1},
]


def through_json(data: dict[str, Any]) -> dict[str, Any]:
    """Return data as it comes back from a file."""
    read: dict[str, Any] = json.loads(json.dumps(data))
    return read


@given(before=houses, after=houses)
def test_a_change_makes_any_house_of_any_other(
    before: HouseState, after: HouseState
) -> None:
    assert apply(before, through_json(change(before, after))) == after


@given(houses_in_turn=successions())
def test_a_change_makes_a_house_of_the_one_before(
    houses_in_turn: tuple[HouseState, HouseState],
) -> None:
    before, after = houses_in_turn
    assert apply(before, through_json(change(before, after))) == after


@given(house=houses)
def test_a_state_that_was_written_is_read_again(house: HouseState) -> None:
    assert decode(through_json(encode(house))) == house


@given(house=houses)
def test_no_change_needs_no_words(house: HouseState) -> None:
    same = replace(house, incidents={**house.incidents}, places={**house.places})
    assert change(house, house) == change(house, same) == {}
    assert apply(house, {}) == house


@given(houses_in_turn=successions())
def test_a_change_that_is_made_twice_is_as_good_as_once(
    houses_in_turn: tuple[HouseState, HouseState],
) -> None:
    before, after = houses_in_turn
    changed = through_json(change(before, after))
    assert apply(apply(before, changed), changed) == after


@given(house=houses)
def test_an_incident_is_always_written_as_a_whole(house: HouseState) -> None:
    changed = change(HouseState(), house)
    assert changed.get("incidents", {}) == encode(house)["incidents"]


def test_what_is_gone_is_written_as_nothing() -> None:
    before = HouseState(
        incidents={"i": INCIDENT}, places={"flat": PlaceState()}, raised=frozenset("ab")
    )
    assert change(before, HouseState()) == {
        "incidents": {"i": None},
        "places": {"flat": None},
        "cleared": ["a", "b"],
    }


def test_an_older_house_without_later_fields_is_read() -> None:
    data = encode(INCIDENT)
    for later in ("review", "late", "told", "attempted"):
        del data[later]
    assert decode({"incidents": {"i": data}}).incidents == {"i": INCIDENT}


def test_an_older_place_without_later_fields_is_read() -> None:
    place = {"phase": "supervised", "test_until": None}
    expected = {"flat": PlaceState(phase=Phase.SUPERVISED)}
    assert decode({"places": {"flat": place}}).places == expected


def test_an_entry_is_written_with_plain_words() -> None:
    entry = Entry(Word.RESOLVED, "person", "flat", "i", {"outcome": "helped", "n": 1})
    assert through_json(encode(entry)) == {
        "word": "resolved",
        "by": "person",
        "place_id": "flat",
        "incident_id": "i",
        "detail": {"outcome": "helped", "n": 1},
    }


@pytest.mark.parametrize("data", NONSENSE)
def test_a_state_that_makes_no_sense_is_corrupt(data: Any) -> None:
    with pytest.raises(CorruptJournalError):
        decode(data)


@pytest.mark.parametrize("data", [*NONSENSE, {"raised": [[]]}, {"cleared": 1}])
def test_a_change_that_makes_no_sense_is_corrupt(data: Any) -> None:
    with pytest.raises(CorruptJournalError):
        apply(HouseState(), data)


def test_a_state_cannot_hold_an_incident_that_is_gone() -> None:
    with pytest.raises(CorruptJournalError):
        decode({"incidents": {"i": None}})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    data=json_values
    | st.dictionaries(
        st.sampled_from(["incidents", "places", "raised", "cleared"]), json_values
    )
    | st.dictionaries(
        st.sampled_from(list(encode(INCIDENT))), json_values, max_size=2
    ).map(lambda wrong: {"incidents": {"i": {**encode(INCIDENT), **wrong}}})
)
def test_whatever_is_read_it_is_a_house_or_corrupt(data: Any) -> None:
    for read in (decode, lambda found: apply(HouseState(), found)):
        try:
            house = read(data)
        except CorruptJournalError:
            continue
        assert isinstance(house, HouseState)
