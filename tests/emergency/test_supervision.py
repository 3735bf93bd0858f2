"""What cannot be heard is found, and what one link has lost is one finding."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.emergency.supervision import (
    BATTERY_FINE_PERCENT,
    BATTERY_LOW_PERCENT,
    LOST_AFTER,
    Finding,
    Trouble,
    Watched,
    findings,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CORD = Watched(place_id="flat", link_id="broker")
MINUTE = timedelta(minutes=1)
NOTHING: frozenset[Finding] = frozenset()

moments = st.timedeltas(timedelta(), timedelta(days=3)).map(lambda ago: NOW - ago)
watched = st.builds(
    Watched,
    place_id=st.sampled_from(["a", "b", "c", "d"]),
    link_id=st.sampled_from([None, "broker", "radio"]),
    lost_since=st.none() | moments,
    last_sign=st.none() | moments,
    silent_after=st.sampled_from([None, MINUTE, timedelta(hours=25)]),
    battery_percent=st.none() | st.floats(0, 100),
)


def trouble(*seen: Watched) -> set[tuple[str, str]]:
    """Return what is wrong, and with what."""
    return {(each.trouble, each.subject) for each in findings(seen, NOTHING, NOW)}


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


def test_sources_of_no_link_are_never_put_together() -> None:
    found = trouble(*(lost(key, link_id=None) for key in "abcd"))
    assert found == {("source_lost", key) for key in "abcd"}


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
        known = findings([cell], known, NOW)
        shown.append(Finding(Trouble.BATTERY, "flat") in known)
    assert shown == [False, True, True, True, False, False]


@given(st.lists(watched, max_size=12), st.booleans())
def test_every_source_that_is_lost_is_named_by_its_place_or_its_link(
    seen: list[Watched], was_low: bool
) -> None:
    known = frozenset({Finding(Trouble.BATTERY, "a")}) if was_low else NOTHING
    found = findings(seen, known, NOW)
    for each in seen:
        away = each.lost_since is not None and NOW - each.lost_since >= LOST_AFTER
        if away:
            named = {Finding(Trouble.LOST, each.place_id)}
            named.add(Finding(Trouble.LINK, str(each.link_id)))
            assert found & named
    for finding in found:
        if finding.trouble is Trouble.LINK:
            assert len({s.place_id for s in seen if s.link_id == finding.subject}) >= 3
        else:
            assert finding.subject in {s.place_id for s in seen}
    assert findings(reversed(seen), known, NOW) == found


@given(st.lists(watched, max_size=12))
def test_what_was_found_stays_found_while_nothing_changes(seen: list[Watched]) -> None:
    found = findings(seen, NOTHING, NOW)
    assert findings(seen, found, NOW) >= found


@given(st.floats(BATTERY_LOW_PERCENT, BATTERY_FINE_PERCENT, exclude_min=True))
def test_between_the_limits_a_battery_stays_what_it_was(percent: float) -> None:
    cell = replace(CORD, battery_percent=percent)
    low = frozenset({Finding(Trouble.BATTERY, "flat")})
    assert findings([cell], low, NOW) == low
    assert findings([cell], NOTHING, NOW) == NOTHING
