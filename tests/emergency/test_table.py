"""The table of places: what is read, what is refused line by line, and what is written."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.emergency.model import Kind
from custom_components.smart_quarter.emergency.table import (
    Finding,
    Known,
    Plan,
    StoredPlace,
    read,
    write,
)
from custom_components.smart_quarter.emergency.table_cells import (
    Trouble,
    clean_words,
    read_source,
)

KINDS = (Kind.MANUAL, Kind.FALL, Kind.SMOKE, Kind.WANDER)
POLICIES = {"plan-1": "Day", "plan-2": "Nächte; lang"}
OFFERED = {
    Kind.MANUAL: ["binary_sensor.cord", "event.bell"],
    Kind.FALL: ["binary_sensor.radar"],
}
AREAS = {"area-1": "Block 3, West"}
CORD = {"source_id": "s-cord", "kind": "manual", "entity_id": "binary_sensor.cord"}
CO2 = {
    "source_id": "s-co2",
    "kind": "smoke",
    "entity_id": "sensor.co2",
    "above": 1000,
    "battery": "kept",
}
FLAT = StoredPlace(
    "Flat 12.3",
    {
        "name": "Flat 12.3",
        "sources": [CORD, CO2],
        "consent": False,
        "policy": "plan-1",
        "other": "kept",
    },
)


def trouble_with(entity_id: str) -> Trouble | None:
    """Say that two entities cannot be sources."""
    match entity_id.partition(".")[2]:
        case "gone":
            return Trouble.ENTITY_UNKNOWN
        case "own":
            return Trouble.OWN_ENTITY
    return None


def known(**places: StoredPlace) -> Known:
    """Return a house with places."""
    ids: Iterator[int] = count(1)
    return Known(
        kinds=KINDS,
        places=places,
        taken=frozenset({"anna"}),
        policies=POLICIES,
        areas=AREAS,
        trouble_with=trouble_with,
        is_number=lambda entity_id: entity_id.startswith("sensor.co"),
        sources_of_area=lambda _: OFFERED,
        new_id=lambda: f"new-{next(ids)}",
    )


def plan(*lines: str, **places: StoredPlace) -> Plan:
    """Read a table."""
    return read("\n".join(lines), known(**places))


def only(*lines: str, **places: StoredPlace) -> dict[str, Any]:
    """Return the settings of the only place of a table that is in order."""
    read_plan = plan(*lines, **places)
    assert read_plan.findings == ()
    (place,) = read_plan.places
    return dict(place.data)


def found(*lines: str, **places: StoredPlace) -> list[tuple[int, str, str, str]]:
    """Return what is wrong in a table: line, column, trouble and value."""
    read_plan = plan(*lines, **places)
    assert read_plan.places == (), "as long as anything is wrong nothing is done"
    return [(f.line, f.column, f.trouble.value, f.value) for f in read_plan.findings]


def test_a_place_is_added_with_its_sources() -> None:
    assert only(
        "number;area;policy;manual;fall;smoke",
        "12.3;block 3, west;DAY;binary_sensor.cord event.bell;;sensor.co2>1000,5",
    ) == {
        "name": "12.3",
        "consent": False,
        "area": "area-1",
        "policy": "plan-1",
        "sources": [
            {
                "source_id": "new-1",
                "kind": "manual",
                "entity_id": "binary_sensor.cord",
            },
            {"source_id": "new-2", "kind": "manual", "entity_id": "event.bell"},
            {
                "source_id": "new-3",
                "kind": "smoke",
                "entity_id": "sensor.co2",
                "above": 1000.5,
            },
        ],
    }


@pytest.mark.parametrize(
    "lines",
    [
        ("number,manual", "12.3,binary_sensor.cord|event.bell"),
        ("number\tmanual", "12.3\tbinary_sensor.cord  event.bell"),
        ("\ufeffNumber ; MANUAL", "", ' 12.3;"binary_sensor.cord', 'event.bell"', ";"),
        ("number;manual\r", "12.3; Binary_sensor.cord | event.bell |\r"),
    ],
)
def test_tables_of_all_usual_programs_are_read(lines: tuple[str, ...]) -> None:
    data = only(*lines)
    assert data["name"] == "12.3"
    entities = [source["entity_id"] for source in data["sources"]]
    assert entities == ["binary_sensor.cord", "event.bell"]


def test_a_place_that_is_known_is_changed_and_what_has_no_column_stays() -> None:
    read_plan = plan(
        "number;manual", "FLAT 12.3;event.bell binary_sensor.cord", flat=FLAT
    )
    (place,) = read_plan.changed
    assert (place.place_id, place.title) == ("flat", "Flat 12.3")
    bell = {"source_id": "new-1", "kind": "manual", "entity_id": "event.bell"}
    assert place.data == {**FLAT.data, "sources": [CORD, CO2, bell]}
    assert read_plan.added == read_plan.unchanged == []


def test_an_empty_cell_takes_away_what_its_column_is_about() -> None:
    data = only("number;policy;manual", "Flat 12.3;;", flat=FLAT)
    assert data == {
        "name": "Flat 12.3",
        "sources": [CO2],
        "consent": False,
        "other": "kept",
    }


def test_a_source_that_stays_keeps_its_id_and_gets_the_rule_of_its_cell() -> None:
    data = only("number;smoke", "Flat 12.3;sensor.co2<5", flat=FLAT)
    assert data["sources"] == [
        CORD,
        {
            "source_id": "s-co2",
            "kind": "smoke",
            "entity_id": "sensor.co2",
            "below": 5,
            "battery": "kept",
        },
    ]


def test_what_says_the_same_is_no_change_and_other_places_stay() -> None:
    other = StoredPlace("Studio", {"name": "Studio", "sources": [], "consent": False})
    read_plan = plan(
        "number;manual", "Flat 12.3;binary_sensor.cord", flat=FLAT, studio=other
    )
    assert [place.place_id for place in read_plan.unchanged] == ["flat"]
    assert read_plan.added == read_plan.changed == []


def test_a_new_place_gets_what_its_area_offers_of_kinds_without_a_column() -> None:
    def entities(*lines: str, **places: StoredPlace) -> list[tuple[str, str]]:
        sources = only(*lines, **places)["sources"]
        return [(source["kind"], source["entity_id"]) for source in sources]

    area = "Block 3, West"
    cord, bell = ("manual", "binary_sensor.cord"), ("manual", "event.bell")
    radar = ("fall", "binary_sensor.radar")
    assert entities("number;area", f"1;{area}") == [cord, bell, radar]
    assert entities("number;area;manual", f"1;{area};") == [radar]
    named = ("number;area;smoke", f"1;{area};binary_sensor.radar")
    assert entities(*named) == [("smoke", "binary_sensor.radar"), cord, bell]
    assert entities("number;area", "1;") == []
    stored = [("manual", "binary_sensor.cord"), ("smoke", "sensor.co2")]
    assert entities("number;area", f"Flat 12.3;{area}", flat=FLAT) == stored


@pytest.mark.parametrize(("said", "agreed"), [("x", True), ("Ja", True), ("no", False)])
def test_consent_is_yes_or_no(said: str, agreed: bool) -> None:
    assert only("number;consent", f"1;{said}")["consent"] is agreed


def test_one_wrong_line_is_enough_to_do_nothing_and_all_that_is_wrong_is_said() -> None:
    assert found(
        "number;policy;area;consent;manual;wander",
        "1;Day;;;binary_sensor.cord;",
        "2;Night;Cellar;perhaps;binary_sensor.gone;",
        "",
        "1;Day;;;binary_sensor.own;binary_sensor.door",
        ";;;;x;",
        "Anna;Day;;;;",
        "3;Day;;;;;",
    ) == [
        (3, "policy", "policy_unknown", "Night"),
        (3, "area", "area_unknown", "Cellar"),
        (3, "consent", "yes_or_no", "perhaps"),
        (3, "manual", "entity_unknown", "binary_sensor.gone"),
        (5, "number", "number_twice", "1"),
        (6, "number", "number_missing", ""),
        (7, "number", "number_taken", "Anna"),
        (8, "number", "cell_count", "7/6"),
    ]


@pytest.mark.parametrize(
    ("cell", "trouble"),
    [
        ("cord", "source_unreadable"),
        ("sensor.a>warm", "source_unreadable"),
        ("sensor.a>", "source_unreadable"),
        ("sensor.a>nan", "source_unreadable"),
        ("sensor.a>1>2", "source_unreadable"),
        ("sensor.a>1=sos", "source_unreadable"),
        ("sensor.a=", "source_unreadable"),
        ("sensor.a>1<2", "limits_crossed"),
        ("sensor.co2", "limit_missing"),
        ("sensor.co2=sos", "limit_missing"),
        ("binary_sensor.a>1", "limit_not_sensor"),
        ("event.a=sos", "limit_not_sensor"),
        ("binary_sensor.own", "own_entity"),
    ],
)
def test_a_source_that_cannot_be_one_is_named(cell: str, trouble: str) -> None:
    assert found("number;manual", f"1;{cell}") == [(2, "manual", trouble, cell)]


def test_an_entity_is_a_source_of_a_kind_only_once() -> None:
    lines = ("number;manual;fall", "1;sensor.a sensor.A=x;sensor.a")
    assert found(*lines) == [(2, "manual", "source_twice", "sensor.A=x")]


def test_nobody_is_watched_without_consent() -> None:
    lines = ("number;wander", "1;binary_sensor.door")
    assert found(*lines) == [(2, "consent", "consent_missing", "")]
    door = {"source_id": "d", "kind": "wander", "entity_id": "binary_sensor.door"}
    flat = StoredPlace("1", {"name": "1", "sources": [door], "consent": True})
    assert found("number;consent", "1;no", flat=flat) == [
        (2, "consent", "consent_missing", "")
    ]
    assert only("number;policy", "1;Day", flat=flat)["policy"] == "plan-1"
    watched = {"name": "1", "sources": [], "consent": True, "bed": "binary_sensor.bed"}
    assert found("number;consent", "1;no", flat=StoredPlace("1", watched)) == [
        (2, "consent", "consent_missing", "")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("number", Trouble.EMPTY)]),
        ("\n ;\n", [("number", Trouble.EMPTY)]),
        ("manual\nbinary_sensor.cord", [("number", Trouble.COLUMN_MISSING)]),
        ("number;number\n1;2", [("number", Trouble.COLUMN_TWICE)]),
        ("number;smok\n1;x", [("smok", Trouble.COLUMN_UNKNOWN)]),
        ("number\n" + '"' + "x" * 140_000, [("number", Trouble.QUOTES)]),
    ],
)
def test_a_table_without_its_columns_is_not_read(
    text: str, expected: list[tuple[str, Trouble]]
) -> None:
    findings = read(text, known()).findings
    assert [(each.column, each.trouble) for each in findings] == expected


def test_words_are_compared_in_lower_case_and_once() -> None:
    assert clean_words([" SOS ", "sos", "", "Fall  detected"]) == [
        "sos",
        "fall  detected",
    ]
    assert read_source("sensor.a=Help / SOS") == {
        "entity_id": "sensor.a",
        "words": ["help", "sos"],
    }


names = st.text(max_size=8).map(str.strip).filter(bool)
numbers = st.integers(-(10**6), 10**6) | st.floats(
    allow_nan=False, allow_infinity=False
)
words = (
    st.lists(
        st.text(max_size=8).filter(lambda word: not set(word) & {"/", "|"}), max_size=3
    )
    .map(clean_words)
    .filter(bool)
    .map(lambda given: {"words": given})
)
limits = st.one_of(
    numbers.map(lambda number: {"above": number}),
    numbers.map(lambda number: {"below": number}),
    st.lists(numbers, min_size=2, max_size=2).map(
        lambda both: {"above": max(both), "below": min(both)}
    ),
)


@st.composite
def source_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw the sources of a place."""
    keys = draw(
        st.lists(
            st.tuples(
                st.sampled_from(KINDS),
                st.sampled_from(["sensor.text", "sensor.co", "event.bell", "switch.x"]),
            ),
            unique=True,
            max_size=5,
        )
    )
    found: list[dict[str, Any]] = []
    for number, (kind, entity_id) in enumerate(keys):
        rule: dict[str, Any] = {}
        if entity_id == "sensor.co":
            rule = draw(limits)
        elif entity_id == "sensor.text":
            rule = draw(st.just({}) | words | limits)
        source = {"source_id": f"s{number}", "kind": kind.value, "entity_id": entity_id}
        found.append({**source, **rule})
    return found


@st.composite
def houses(draw: st.DrawFn) -> dict[str, StoredPlace]:
    """Draw the places of a house."""
    titles = draw(st.lists(names, unique_by=str.casefold, max_size=4))
    found = {}
    for number, title in enumerate(titles):
        sources = draw(source_lists())
        watched = any(source["kind"] == "wander" for source in sources)
        data: dict[str, Any] = {
            "name": title,
            "sources": sources,
            "consent": watched or draw(st.booleans()),
        }
        if policy := draw(st.none() | st.sampled_from(sorted(POLICIES))):
            data["policy"] = policy
        if draw(st.booleans()):
            data["area"] = "area-1"
        found[f"place-{number}"] = StoredPlace(title, data)
    return found


@given(places=houses())
def test_a_table_that_was_written_changes_nothing_when_it_is_read(
    places: dict[str, StoredPlace],
) -> None:
    house = Known(
        kinds=KINDS,
        places=places,
        policies=POLICIES,
        areas=AREAS,
        trouble_with=trouble_with,
        is_number=lambda entity_id: entity_id.startswith("sensor.co"),
        sources_of_area=lambda _: OFFERED,
        new_id=lambda: "new",
    )
    again = read(write(house), house)
    assert again.findings == ()
    assert [place.place_id for place in again.unchanged] == list(places)
    assert len(again.places) == len(places)


@given(places=houses())
def test_a_table_that_was_written_makes_the_same_places_in_another_house(
    places: dict[str, StoredPlace],
) -> None:
    again = read(write(known(**places)), known())
    assert again.findings == ()
    assert [_shape(place.data) for place in again.added] == [
        _shape(place.data) for place in places.values()
    ]


@given(
    text=st.text(alphabet="number;manual,|\n\"' sensor.a>1<2=/", max_size=60)
    | st.text(max_size=30)
)
def test_whatever_is_pasted_it_is_a_plan_or_findings(text: str) -> None:
    result = read(text, known(flat=FLAT))
    assert not (result.places and result.findings)
    assert all(isinstance(each, Finding) and each.line >= 1 for each in result.findings)


def _shape(data: Any) -> Any:
    """Return the settings of a place without ids, and without the order of sources."""
    sources = [
        {key: value for key, value in source.items() if key != "source_id"}
        for source in data["sources"]
    ]
    return {**data, "sources": sorted(sources, key=repr)}
