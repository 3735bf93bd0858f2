"""What cannot be heard is found, and what one link has lost is one finding."""

from collections import Counter
from collections.abc import Iterable, Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.emergency.supervision import (
    BATTERY_FINE_PERCENT,
    BATTERY_LOW_PERCENT,
    FOR_EVER,
    LOST_AFTER,
    SEVERAL,
    Finding,
    Look,
    Trouble,
    Watched,
    findings,
    fine_until,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CORD = Watched(place_id="flat", link_id="broker")
MINUTE = timedelta(minutes=1)
NOTHING: frozenset[Finding] = frozenset()

moments = st.timedeltas(timedelta(), timedelta(days=3)).map(lambda ago: NOW - ago)
watched = st.builds(
    Watched,
    place_id=st.sampled_from("abcdefgh"),
    link_id=st.sampled_from([None, "broker", "radio"]),
    lost_since=st.none() | moments,
    last_sign=st.none() | moments,
    silent_after=st.sampled_from([None, MINUTE, timedelta(hours=25)]),
    battery_percent=st.none() | st.floats(0, 100),
)


def found_in(
    seen: Iterable[Watched],
    known: AbstractSet[Finding] = NOTHING,
    lifelines: dict[str, datetime] | None = None,
) -> frozenset[Finding]:
    """Return what is wrong where everything is looked at."""
    watched = tuple(seen)
    brought = Counter(each.link_id for each in watched)
    look = Look(watched=watched, brought=brought, lifelines=lifelines or {})
    return findings(look, known, NOW)


def trouble(*seen: Watched) -> set[tuple[str, str | None]]:
    """Return what is wrong, and with what."""
    return {(each.trouble, each.subject) for each in found_in(seen)}


def lost(place_id: str, link_id: str | None = "broker") -> Watched:
    """Return a source that has been unavailable for two minutes."""
    since = NOW - 2 * MINUTE
    return Watched(place_id=place_id, link_id=link_id, lost_since=since)


def test_a_source_that_can_be_heard_is_no_trouble() -> None:
    assert trouble(CORD) == set()


def test_a_drop_out_is_no_trouble_for_a_minute() -> None:
    away = replace(CORD, lost_since=NOW - timedelta(seconds=59))
    assert trouble(away) == set()
    away = replace(CORD, lost_since=NOW - LOST_AFTER)
    assert trouble(away) == {("source_lost", "flat")}


def test_many_sources_of_a_place_are_one_finding() -> None:
    assert trouble(lost("flat"), lost("flat"), CORD) == {("source_lost", "flat")}


def test_places_that_are_lost_together_are_the_fault_of_their_link() -> None:
    gone = [lost(f"flat_{number}") for number in range(246)]
    assert trouble(*gone) == {("link_lost", "broker")}


def test_two_places_are_not_enough_to_blame_a_link() -> None:
    assert trouble(lost("a"), lost("b")) == {("source_lost", "a"), ("source_lost", "b")}


def test_a_link_that_brings_more_than_it_has_lost_is_not_to_blame() -> None:
    there = [replace(CORD, place_id=f"there_{number}") for number in range(4)]
    found = trouble(lost("a"), lost("b"), lost("c"), *there)
    assert found == {("source_lost", key) for key in "abc"}


def test_a_few_sources_of_no_link_are_named_one_by_one() -> None:
    found = trouble(*(lost(key, link_id=None) for key in "abcde"))
    assert found == {("source_lost", key) for key in "abcde"}


@pytest.mark.parametrize("link", [None, "its own"])
def test_many_places_that_are_lost_without_a_link_in_common_are_one_finding(
    link: str | None,
) -> None:
    keys = [f"flat_{number}" for number in range(200)]
    gone = [lost(key, link and f"{link} {key}") for key in keys]
    assert trouble(*gone) == {("many_lost", None)}
    (found,) = found_in(gone)
    assert found.places == set(keys)


def test_a_link_names_the_places_that_it_has_lost() -> None:
    (found,) = found_in([lost("a"), lost("b"), lost("c")])
    assert found.places == {"a", "b", "c"}


def test_what_went_a_little_later_went_with_the_link() -> None:
    early = replace(CORD, place_id="early", lost_since=NOW - LOST_AFTER)
    since = NOW - LOST_AFTER + timedelta(seconds=1)
    late = [replace(CORD, place_id=key, lost_since=since) for key in "abc"]
    assert trouble(early, *late) == {("link_lost", "broker")}
    assert trouble(*late) == set()


def test_a_place_that_was_lost_before_makes_no_more_of_a_drop_out_of_its_link() -> None:
    gone = [replace(CORD, place_id=key, lost_since=NOW - MINUTE / 6) for key in "abcde"]
    assert trouble(lost("old"), *gone) == {("source_lost", "old")}


@pytest.mark.parametrize(
    ("count", "expected"), [(SEVERAL, "source_silent"), (SEVERAL + 1, "many_silent")]
)
def test_many_silent_places_have_a_common_cause(count: int, expected: str) -> None:
    mute = replace(CORD, last_sign=NOW - 9 * MINUTE, silent_after=MINUTE)
    found = trouble(*(replace(mute, place_id=f"{n}") for n in range(count)))
    assert {each for each, _ in found} == {expected}


@pytest.mark.parametrize(("ago_s", "is_lost"), [(59, False), (60, True)])
def test_a_lifeline_that_fails_for_a_minute_is_found(ago_s: int, is_lost: bool) -> None:
    since = {"ups": NOW - timedelta(seconds=ago_s)}
    expected = {Finding(Trouble.LIFELINE, "ups")} if is_lost else set()
    assert found_in([CORD], lifelines=since) == expected


@pytest.mark.parametrize(("ago_h", "is_silent"), [(24.9, False), (25.1, True)])
def test_a_device_that_gives_no_sign_of_life_is_silent(
    ago_h: float, is_silent: bool
) -> None:
    last_sign = NOW - timedelta(hours=ago_h)
    mute = replace(CORD, last_sign=last_sign, silent_after=timedelta(hours=25))
    assert trouble(mute) == ({("source_silent", "flat")} if is_silent else set())


def test_what_is_lost_is_not_called_silent_too() -> None:
    mute = replace(lost("flat"), last_sign=NOW - 9 * MINUTE, silent_after=MINUTE)
    assert trouble(mute) == {("source_lost", "flat")}


def test_a_low_battery_must_be_clearly_full_again() -> None:
    known = NOTHING
    shown = []
    for percent in (16, 15, 18, 20, 21, 16):
        cell = replace(CORD, battery_percent=float(percent))
        known = found_in([cell], known)
        shown.append(Finding(Trouble.BATTERY, "flat") in known)
    assert shown == [False, True, True, True, False, False]


@given(st.lists(watched, max_size=12), st.booleans())
def test_every_source_that_is_lost_is_named_by_its_place_its_link_or_with_the_house(
    seen: list[Watched], was_low: bool
) -> None:
    known = frozenset({Finding(Trouble.BATTERY, "a")}) if was_low else NOTHING
    found = found_in(seen, known)
    for each in seen:
        if each.lost_since is not None and NOW - each.lost_since >= LOST_AFTER:
            assert [
                finding
                for finding in found
                if finding.trouble in {Trouble.LOST, Trouble.LINK, Trouble.MANY_LOST}
                and finding.subject in {each.place_id, each.link_id, None}
                and each.place_id in finding.places | {finding.subject}
            ]
    for finding in found:
        if finding.trouble is Trouble.LINK:
            assert len({s.place_id for s in seen if s.link_id == finding.subject}) >= 3
        elif finding.subject is None:
            assert len(finding.places) > SEVERAL
        else:
            assert finding.subject in {s.place_id for s in seen}
    assert found_in(reversed(seen), known) == found


@given(st.lists(watched, max_size=12))
def test_no_trouble_but_a_battery_is_named_for_more_than_a_few_places(
    seen: list[Watched],
) -> None:
    named = Counter(each.trouble for each in found_in(seen))
    for one in (Trouble.LOST, Trouble.SILENT):
        assert named[one] <= SEVERAL


@given(st.lists(watched, max_size=12), st.booleans())
def test_what_is_fine_until_later_need_not_be_looked_at(
    seen: list[Watched], was_low: bool
) -> None:
    known = frozenset({Finding(Trouble.BATTERY, "a")}) if was_low else NOTHING
    brought = Counter(each.link_id for each in seen)
    closer = [each for each in seen if fine_until(each) < NOW]
    look = Look(watched=closer, brought=brought)
    assert findings(look, known, NOW) == found_in(seen, known)


def test_a_source_without_an_interval_is_fine_for_ever() -> None:
    assert fine_until(CORD) == FOR_EVER


@given(st.lists(watched, max_size=12))
def test_what_was_found_stays_found_while_nothing_changes(seen: list[Watched]) -> None:
    found = found_in(seen)
    assert found_in(seen, found) >= found


@given(st.floats(BATTERY_LOW_PERCENT, BATTERY_FINE_PERCENT, exclude_min=True))
def test_between_the_limits_a_battery_stays_what_it_was(percent: float) -> None:
    cell = replace(CORD, battery_percent=percent)
    low = frozenset({Finding(Trouble.BATTERY, "flat")})
    assert found_in([cell], low) == low
    assert found_in([cell]) == NOTHING
