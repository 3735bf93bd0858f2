"""A tank: any level sensor, and no flapping between low and not low."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.irrigation.model import (
    TankConfig,
    TankLevel,
    TankState,
)
from custom_components.smart_quarter.irrigation.tank import alive, level, observe

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
PERCENT = TankConfig(
    reading_empty=0,
    reading_full=100,
    capacity_l=5000,
    low=0.15,
    empty=0.05,
    restart=0.2,
)
DISTANCE = replace(PERCENT, reading_empty=210.0, reading_full=25.0)
"""An ultrasonic sensor in the lid, cm: the less, the fuller."""


def seen(*readings: float | None, config: TankConfig = PERCENT) -> TankState:
    """Return the tank after readings, each judged as the site does it."""
    state = TankState()
    for reading in readings:
        state = observe(config, state, reading, NOW)
        state = replace(state, level=level(config, state, NOW))
    return state


@pytest.mark.parametrize(
    ("config", "reading", "fraction"),
    [
        (PERCENT, 0, 0.0),
        (PERCENT, 62, 0.62),
        (PERCENT, 100, 1.0),
        (DISTANCE, 210, 0.0),
        (DISTANCE, 117.5, 0.5),
        (DISTANCE, 25, 1.0),
    ],
)
def test_a_level_is_read_in_either_direction(
    config: TankConfig, reading: float, fraction: float
) -> None:
    state = seen(reading, config=config)
    assert state.fraction == pytest.approx(fraction)
    assert state.read_at == NOW


@pytest.mark.parametrize(("reading", "fraction"), [(-8, 0.0), (108, 1.0)])
def test_a_sensor_that_is_a_little_off_means_empty_or_full(
    reading: float, fraction: float
) -> None:
    assert seen(reading).fraction == fraction


@pytest.mark.parametrize("reading", [None, -11, 111, math.nan, math.inf, -math.inf])
def test_what_is_no_level_leaves_the_tank_unknown(reading: float | None) -> None:
    state = seen(60, reading)
    assert state.fraction is None
    assert state.level is TankLevel.UNKNOWN


def test_a_tank_that_was_never_read_is_unknown() -> None:
    assert level(PERCENT, TankState(), NOW) is TankLevel.UNKNOWN


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([60], TankLevel.OK),
        ([17], TankLevel.LOW),
        ([4, None, 17], TankLevel.LOW),
        ([60, 14], TankLevel.LOW),
        ([14, 17], TankLevel.LOW),
        ([14, 20], TankLevel.OK),
        ([60, 4], TankLevel.EMPTY),
        ([4, 6], TankLevel.EMPTY),
        ([4, 17], TankLevel.EMPTY),
        ([4, 20], TankLevel.OK),
        ([14, 4, 14], TankLevel.EMPTY),
        ([14, 17, 14, 21, 17], TankLevel.OK),
        ([4, None, 4], TankLevel.EMPTY),
    ],
)
def test_what_is_low_or_empty_stays_so_until_it_may_restart(
    readings: list[float | None], expected: TankLevel
) -> None:
    assert seen(*readings).level is expected


def test_a_silent_sensor_leaves_the_tank_unknown() -> None:
    state, silence = seen(60), timedelta(seconds=PERCENT.silent_after_s)
    assert level(PERCENT, state, NOW + silence) is TankLevel.OK
    assert level(PERCENT, state, NOW + silence * 1.01) is TankLevel.UNKNOWN


def test_a_still_tank_whose_device_lives_is_known() -> None:
    later = NOW + timedelta(days=3)
    state = alive(seen(60), later)
    assert level(PERCENT, state, later) is TankLevel.OK
    assert state.read_at == NOW


def test_an_impossible_reading_is_a_sign_of_life_but_no_reading() -> None:
    later = NOW + timedelta(hours=1)
    state = observe(PERCENT, seen(60), 999, later)
    assert (state.alive_at, state.read_at) == (later, NOW)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_the_pump_never_gets_an_empty_tank(readings: list[float]) -> None:
    state = seen(*readings)
    assert state.fraction is not None
    if state.fraction < PERCENT.low:
        assert state.level is not TankLevel.OK
    if state.fraction < PERCENT.empty:
        assert state.level is TankLevel.EMPTY
    if state.fraction >= PERCENT.restart:
        assert state.level is TankLevel.OK


@given(
    readings=st.lists(st.floats(0, 100), min_size=1, max_size=10),
    waves=st.lists(st.floats(-2, 2), max_size=20),
)
def test_waves_on_the_water_do_not_make_the_level_flap(
    readings: list[float], waves: list[float]
) -> None:
    before = seen(*readings).level
    assert seen(*readings, *(17.5 + wave for wave in waves)).level is before
