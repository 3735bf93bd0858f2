"""What a state means for a source: every way in which states come, go and come back."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.emergency.matching import (
    MOMENTARY,
    ON,
    Match,
    MatchRule,
    Seen,
    is_momentary,
    meaning_of,
)

NOW = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
HEARD = NOW - timedelta(seconds=60)
FRESH = (NOW - timedelta(seconds=59)).isoformat()
STALE = (NOW - timedelta(seconds=60)).isoformat()
BEFORE = (NOW - timedelta(hours=3)).isoformat()
LEVELS = ("binary_sensor", "sensor", "input_boolean", "switch")

calling = st.sampled_from([*sorted(ON), *(state.upper() for state in sorted(ON))])
dropped = st.sampled_from([None, "unavailable", "unknown"])
quiet = st.sampled_from(["off", "idle", "clear", "normal", "0"])
levels = st.sampled_from(LEVELS)
presses = st.sampled_from(sorted(MOMENTARY))


@pytest.mark.parametrize("domain", LEVELS)
@pytest.mark.parametrize(
    ("before", "after", "meaning"),
    [
        ("off", "on", Match.MATCHED),
        ("off", "ON", Match.MATCHED),
        ("idle", "fall_alarm", Match.MATCHED),
        ("off", "pressed", Match.MATCHED),
        ("on", "on", Match.NOTHING),
        ("on", "alarm", Match.NOTHING),
        ("on", "off", Match.CLEARED),
        ("on", "idle", Match.CLEARED),
        ("off", "off", Match.CLEARED),
        (None, "on", Match.FOUND_ON),
        ("unavailable", "on", Match.FOUND_ON),
        ("unknown", "on", Match.FOUND_ON),
        (None, "off", Match.CLEARED),
        ("unavailable", "off", Match.CLEARED),
        ("on", "unavailable", Match.NOTHING),
        ("on", "unknown", Match.NOTHING),
        ("on", None, Match.NOTHING),
        ("off", "unavailable", Match.NOTHING),
        (None, "unavailable", Match.NOTHING),
        (None, "unknown", Match.NOTHING),
    ],
)
def test_a_level_calls_when_it_is_seen_to_come_on(
    domain: str, before: str | None, after: str | None, meaning: Match
) -> None:
    assert meaning_of(Seen(domain, before, after), HEARD) is meaning


@pytest.mark.parametrize("domain", sorted(MOMENTARY))
@pytest.mark.parametrize(
    ("before", "after", "meaning"),
    [
        (BEFORE, FRESH, Match.MATCHED),
        (FRESH, NOW.isoformat(), Match.MATCHED),
        (FRESH, FRESH, Match.NOTHING),
        # An entity that has never been pressed, and one that is new
        ("unknown", NOW.isoformat(), Match.MATCHED),
        (None, FRESH, Match.MATCHED),
        # The same press comes back: restored at the start, or retained by a broker
        (None, STALE, Match.NOTHING),
        (None, BEFORE, Match.NOTHING),
        ("unknown", BEFORE, Match.NOTHING),
        ("unavailable", BEFORE, Match.NOTHING),
        ("unavailable", STALE, Match.NOTHING),
        # A press while the radio was away
        ("unavailable", FRESH, Match.MATCHED),
        # Nothing that can be read as a time
        (None, "pressed", Match.NOTHING),
        ("unavailable", "", Match.NOTHING),
        (FRESH, "unavailable", Match.NOTHING),
        (FRESH, "unknown", Match.NOTHING),
        (FRESH, None, Match.NOTHING),
    ],
)
def test_a_press_calls_unless_it_is_known_or_old(
    domain: str, before: str | None, after: str | None, meaning: Match
) -> None:
    assert meaning_of(Seen(domain, before, after), HEARD) is meaning


def test_a_press_whose_time_has_no_zone_breaks_nothing() -> None:
    press = Seen("event", None, NOW.replace(tzinfo=None).isoformat())
    assert meaning_of(press, HEARD) in (Match.NOTHING, Match.MATCHED)


@pytest.mark.parametrize(
    ("domain", "momentary"),
    [("event", True), ("button", True), ("input_button", True), ("sensor", False)],
)
def test_only_what_reports_is_momentary(domain: str, momentary: bool) -> None:
    assert is_momentary(domain) is momentary


@given(levels, calling, st.lists(dropped), calling)
def test_a_source_that_drops_out_while_it_calls_never_calls_anew(
    domain: str, first: str, away: list[str | None], second: str
) -> None:
    states = [first, *away, second]
    meanings = [meaning_of(Seen(domain, *pair), HEARD) for pair in pairwise(states)]
    assert Match.MATCHED not in meanings
    assert Match.CLEARED not in meanings


@given(levels, quiet, st.lists(dropped), calling)
def test_a_source_that_drops_out_before_it_calls_is_never_swallowed(
    domain: str, first: str, away: list[str | None], last: str
) -> None:
    before = away[-1] if away else first
    expected = Match.FOUND_ON if away else Match.MATCHED
    assert meaning_of(Seen(domain, before, last), HEARD) is expected


@given(presses, st.lists(dropped), st.integers(60, 10**8))
def test_an_old_press_that_comes_back_never_calls_anew(
    domain: str, away: list[str | None], seconds: int
) -> None:
    press = (NOW - timedelta(seconds=seconds)).isoformat()
    states = [press, *away, press]
    meanings = [meaning_of(Seen(domain, *pair), HEARD) for pair in pairwise(states)]
    assert set(meanings) == {Match.NOTHING}


@given(st.one_of(levels, presses), st.one_of(dropped, st.text()), st.text())
def test_whatever_an_entity_says_it_has_a_meaning(
    domain: str, before: str | None, after: str
) -> None:
    assert isinstance(meaning_of(Seen(domain, before, after), HEARD), Match)


HOT = MatchRule(above=50, below=-10.5)


@pytest.mark.parametrize(
    ("before", "after", "meaning"),
    [
        ("20", "50", Match.CLEARED),
        ("20", "50.1", Match.MATCHED),
        ("60", "70", Match.NOTHING),
        ("60", "-11", Match.NOTHING),
        ("0", "-10.6", Match.MATCHED),
        ("60", "20", Match.CLEARED),
        (None, "60", Match.FOUND_ON),
        ("unavailable", "60", Match.FOUND_ON),
        ("unavailable", "20", Match.CLEARED),
        ("60", "unavailable", Match.NOTHING),
        ("60", "unknown", Match.NOTHING),
        ("60", "on", Match.NOTHING),
        ("60", "nan", Match.NOTHING),
        ("60", "inf", Match.NOTHING),
        ("60", None, Match.NOTHING),
        ("on", "60", Match.FOUND_ON),
        ("20", "1e3", Match.MATCHED),
    ],
)
def test_a_number_calls_beyond_its_limits_and_what_is_no_number_says_nothing(
    before: str | None, after: str | None, meaning: Match
) -> None:
    assert meaning_of(Seen("sensor", before, after), HEARD, HOT) is meaning


@pytest.mark.parametrize(
    ("rule", "calling"),
    [
        (MatchRule(above=0), ["0.1"]),
        (MatchRule(below=0), ["-0.1"]),
        (MatchRule(above=0, below=0), ["0.1", "-0.1"]),
        (MatchRule(words=frozenset({"help"})), ["help", "HELP"]),
    ],
)
def test_only_what_a_rule_says_calls(rule: MatchRule, calling: list[str]) -> None:
    states = ["0.1", "0", "-0.1", "help", "HELP", "sos", "on"]
    assert [state for state in states if rule.calls(state)] == calling


@given(
    states=st.lists(st.integers(-100, 100) | dropped, min_size=1, max_size=20),
    above=st.integers(-50, 50),
)
def test_a_number_that_is_too_high_is_never_swallowed_by_a_drop_out(
    states: list[int | str | None], above: int
) -> None:
    rule = MatchRule(above=above)
    texts = [None, *(each if isinstance(each, str) else _text(each) for each in states)]
    raised = False
    for before, after in pairwise(texts):
        match meaning_of(Seen("sensor", before, after), HEARD, rule):
            case Match.MATCHED | Match.FOUND_ON:
                raised = True
            case Match.CLEARED:
                raised = False
        if (number := _number(after)) is not None:
            assert raised is (number > above)


def _text(number: int | None) -> str | None:
    """Return a number as a state."""
    return None if number is None else str(number)


def _number(state: str | None) -> int | None:
    """Return the number of a state."""
    return None if state in {None, "unavailable", "unknown"} else int(str(state))
