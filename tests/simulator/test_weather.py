"""The weather."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from simulator.weather import Climate, Weather

SUMMER = datetime(2026, 7, 15, tzinfo=UTC)
WEATHER = Weather(Climate(), seed=3)
DRY = Weather(Climate(rain_chance=0), seed=3)


def et_of_day(weather: Weather, day: datetime) -> float:
    minutes = (day + timedelta(minutes=minute) for minute in range(24 * 60))
    return sum(weather.reference_et_mm_h(at) for at in minutes) / 60


@given(st.floats(0, 72), st.floats(0, 72), st.floats(0, 72))
def test_rain_of_two_spans_is_the_rain_of_both(a: float, b: float, c: float) -> None:
    start, middle, end = (
        SUMMER + timedelta(hours=hours) for hours in sorted((a, b, c))
    )
    parts = WEATHER.rain_mm(start, middle) + WEATHER.rain_mm(middle, end)
    assert WEATHER.rain_mm(start, end) == pytest.approx(parts, abs=1e-6)


def test_the_same_seed_gives_the_same_weather() -> None:
    again = Weather(Climate(), seed=3)
    span = SUMMER, SUMMER + timedelta(days=30)
    assert again.rain_mm(*span) == WEATHER.rain_mm(*span)
    assert Weather(Climate(), seed=4).rain_mm(*span) != WEATHER.rain_mm(*span)


def test_it_rains_about_as_often_as_the_climate_says() -> None:
    days = (SUMMER + timedelta(days=day) for day in range(1000))
    wet = sum(WEATHER.rain_mm(day, day + timedelta(days=1)) > 0 for day in days)
    assert 230 < wet < 330


def test_a_dry_midsummer_day_evaporates_what_the_climate_says() -> None:
    assert et_of_day(DRY, datetime(2026, 7, 19, tzinfo=UTC)) == pytest.approx(
        4.3, rel=0.01
    )


def test_winter_evaporates_little_and_night_nothing() -> None:
    assert et_of_day(DRY, datetime(2026, 1, 15, tzinfo=UTC)) < 1.0
    assert DRY.reference_et_mm_h(SUMMER.replace(hour=2)) == 0


def test_the_afternoon_is_warmer_than_the_night() -> None:
    noon, night = SUMMER.replace(hour=14), SUMMER.replace(hour=2)
    assert DRY.temperature_c(noon) - DRY.temperature_c(night) == pytest.approx(12)
