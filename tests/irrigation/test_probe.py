"""A probe: what its number means, and when it is not believed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.irrigation.model import (
    CalibrationPoint,
    ProbeConfig,
    ProbeHealth,
    ProbeState,
    ProbeUnit,
    ZoneState,
)
from custom_components.smart_quarter.irrigation.probe import (
    FLAT_MAX,
    accept,
    alive,
    health,
    to_vwc,
    zone_vwc,
)

from .site_world import LOAM, zone

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PROBE = ProbeConfig(probe_id="a", unit=ProbeUnit.VOL_PERCENT)
RAW = ProbeConfig(
    probe_id="raw",
    unit=ProbeUnit.RAW,
    dry=CalibrationPoint(reading=2800, vwc=0.10),
    wet=CalibrationPoint(reading=1300, vwc=0.30),
)
"""A capacitive probe: the wetter, the lower its number."""


def of_unit(unit: ProbeUnit) -> ProbeConfig:
    """Return a probe that reports in a unit."""
    return replace(PROBE, unit=unit)


def told(*readings: float | None, state: ProbeState | None = None) -> ProbeState:
    """Return what is known of a probe after readings at once."""
    state = state or ProbeState()
    for reading in readings:
        state = accept(PROBE, LOAM, state, reading, NOW)
    return state


def judged(state: ProbeState, *, after: timedelta = timedelta(0)) -> ProbeHealth:
    """Judge a probe some time after now."""
    return health(PROBE, state, 0, NOW + after)


def reporting(percents: list[float], every: timedelta) -> tuple[ProbeState, datetime]:
    """Return a probe that reported regularly, and the time of its last report."""
    state, at = ProbeState(), NOW
    for number, percent in enumerate(percents):
        at = NOW + number * every
        state = accept(PROBE, LOAM, state, percent, at)
    return state, at


@pytest.mark.parametrize(
    ("config", "reading", "vwc"),
    [
        (of_unit(ProbeUnit.VOL_PERCENT), 23.5, 0.235),
        (of_unit(ProbeUnit.M3_M3), 0.235, 0.235),
        (of_unit(ProbeUnit.PERCENT), 50, 0.23),
        (of_unit(ProbeUnit.PERCENT), 100, 0.46),
        (RAW, 2800, 0.10),
        (RAW, 2050, 0.20),
        (RAW, 1300, 0.30),
        (RAW, 1000, 0.34),
        (RAW, 3400, 0.02),
    ],
)
def test_a_number_means_water_by_its_unit(
    config: ProbeConfig, reading: float, vwc: float
) -> None:
    assert to_vwc(config, LOAM, reading) == pytest.approx(vwc)


@pytest.mark.parametrize(
    ("config", "reading"),
    [
        (PROBE, -0.1),
        (PROBE, 51.1),
        (PROBE, math.nan),
        (PROBE, math.inf),
        (PROBE, -math.inf),
        (of_unit(ProbeUnit.M3_M3), 23.5),
        (of_unit(ProbeUnit.PERCENT), 120),
        (RAW, 4095),
        (RAW, -400),
        (replace(RAW, dry=None), 2000),
        (replace(RAW, wet=None), 2000),
        (replace(RAW, wet=RAW.dry), 2800),
    ],
)
def test_what_no_soil_can_hold_is_no_reading(
    config: ProbeConfig, reading: float
) -> None:
    assert to_vwc(config, LOAM, reading) is None


def test_no_mineral_soil_holds_more_than_60_percent() -> None:
    porous = replace(LOAM, saturation=0.7)
    assert to_vwc(PROBE, porous, 60) == pytest.approx(0.6)
    assert to_vwc(PROBE, porous, 60.1) is None


@given(
    unit=st.sampled_from(list(ProbeUnit)),
    reading=st.floats(allow_nan=True, allow_infinity=True),
)
def test_whatever_is_read_the_water_content_is_possible_or_unknown(
    unit: ProbeUnit, reading: float
) -> None:
    vwc = to_vwc(replace(RAW, unit=unit), LOAM, reading)
    assert vwc is None or 0 <= vwc <= LOAM.saturation + 0.05


def test_a_good_reading_is_kept_with_its_time() -> None:
    state = told(22)
    assert state.vwc == pytest.approx(0.22)
    assert (state.read_at, state.alive_at, state.moved_at) == (NOW, NOW, NOW)


def test_an_impossible_reading_keeps_the_last_good_one_and_is_a_sign_of_life() -> None:
    later = NOW + timedelta(minutes=20)
    state = accept(PROBE, LOAM, told(22), -5, later)
    assert state.vwc == pytest.approx(0.22)
    assert (state.read_at, state.alive_at, state.rejected) == (NOW, later, 1)


def test_text_instead_of_a_number_counts_as_impossible() -> None:
    assert told(22, None).rejected == 1


def test_a_good_reading_forgives_all_bad_ones() -> None:
    assert told(22, -5, None, 22).rejected == 0


def test_a_probe_that_has_not_reported_is_still_learning() -> None:
    assert judged(ProbeState(), after=30 * DAY) is ProbeHealth.LEARNING


def test_a_probe_that_has_only_talked_nonsense_is_suspect() -> None:
    assert judged(told(-5, -5)) is ProbeHealth.LEARNING
    assert judged(told(-5, -5, -5)) is ProbeHealth.SUSPECT


def test_two_bad_readings_are_forgiven_three_are_not() -> None:
    assert judged(told(22, -5, -5)) is ProbeHealth.HEALTHY
    assert judged(told(22, -5, -5, -5)) is ProbeHealth.SUSPECT


def test_a_probe_that_twice_saw_no_water_is_suspect() -> None:
    assert health(PROBE, told(22), 1, NOW) is ProbeHealth.HEALTHY
    assert health(PROBE, told(22), 2, NOW) is ProbeHealth.SUSPECT


def test_silence_makes_a_probe_stale() -> None:
    silence = timedelta(seconds=PROBE.silent_after_s)
    assert judged(told(22), after=silence) is ProbeHealth.HEALTHY
    assert judged(told(22), after=silence * 1.01) is ProbeHealth.STALE


def test_a_dead_probe_is_stale_rather_than_suspect() -> None:
    assert judged(told(22, -5, -5, -5), after=DAY) is ProbeHealth.STALE


def test_steady_soil_is_believed_for_days_while_the_device_lives() -> None:
    state = alive(told(22), NOW + 4 * DAY)
    assert judged(state, after=4 * DAY) is ProbeHealth.HEALTHY


def test_a_number_that_stands_still_for_too_long_is_suspect() -> None:
    late = FLAT_MAX + timedelta(hours=1)
    assert judged(alive(told(22), NOW + late), after=late) is ProbeHealth.SUSPECT


def test_a_stuck_number_that_trembles_is_suspect_too() -> None:
    trembling = [22.0, 22.1] * 72
    state, at = reporting(trembling, timedelta(hours=1))
    assert health(PROBE, state, 0, at) is ProbeHealth.SUSPECT


def test_soil_that_dries_too_slowly_to_see_between_two_readings_is_believed() -> None:
    every = timedelta(minutes=15)
    drying = [24 - 0.01 * number for number in range(6 * 96)]
    state, at = reporting(drying, every)
    assert state.vwc == pytest.approx(drying[-1] / 100, abs=0.002)
    assert health(PROBE, state, 0, at) is ProbeHealth.HEALTHY


def fused(*readings: float | None, no_response: int = 0) -> float | None:
    """Return the zone's water content; None is a probe that is not believed."""
    probes = [replace(PROBE, probe_id=str(number)) for number in range(len(readings))]
    known = {
        probe.probe_id: told(45, -5, -5, -5) if reading is None else told(reading)
        for probe, reading in zip(probes, readings, strict=True)
    }
    memory = ZoneState(probes=known, no_response=no_response)
    return zone_vwc(zone("a", probes=tuple(probes)), memory, NOW)


@pytest.mark.parametrize(
    ("readings", "vwc"),
    [
        ([20.0], 0.20),
        ([20.0, 24.0], 0.20),
        ([20.0, 24.0, 40.0], 0.24),
        ([18.0, 20.0, 24.0, 40.0], 0.22),
        ([None, 24.0], 0.24),
        ([None, 20.0, 24.0], 0.20),
        ([None, 20.0, 24.0, 40.0], 0.24),
    ],
)
def test_a_zone_takes_the_one_the_drier_of_two_the_median_of_more(
    readings: list[float | None], vwc: float
) -> None:
    assert fused(*readings) == pytest.approx(vwc)


def test_a_zone_without_a_believed_probe_knows_nothing() -> None:
    assert fused() is None
    assert fused(None, None) is None
    assert fused(20.0, 24.0, no_response=2) is None


def test_a_probe_that_never_reported_does_not_count() -> None:
    probes = (PROBE, replace(PROBE, probe_id="new"))
    memory = ZoneState(probes={"a": told(20)})
    assert zone_vwc(zone("a", probes=probes), memory, NOW) == pytest.approx(0.2)


@given(st.lists(st.floats(5, 45), min_size=3, max_size=7), st.floats(0, 51))
def test_one_liar_among_many_stays_within_what_the_others_say(
    honest: list[float], lie: float
) -> None:
    vwc = fused(*honest, lie)
    assert vwc is not None
    assert min(honest) - 1e-9 <= vwc * 100 <= max(honest) + 1e-9
