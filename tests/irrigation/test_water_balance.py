"""The soil as a store of water, in figures that can be checked by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
import math
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.irrigation.model import Depletion, Soil
from custom_components.smart_quarter.irrigation.soils import TEXTURES
from custom_components.smart_quarter.irrigation.water_balance import (
    FACADE_FACTOR,
    REFERENCE_ET_MM_DAY,
    carry_on,
    depletion_mm,
    depth_of,
    dose_mm,
    expected_vwc_rise,
    litres_in,
    litres_of,
    open_seconds,
    reference_et_mm_day,
    seasonal_demand_mm_day,
    threshold_mm,
    total_available_water_mm,
)

from .site_world import LOAM, zone

NOON = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)
JENA = ZoneInfo("Europe/Berlin")
PLATE = zone("plate", green_wall_area_m2=400.0, rooted_area_m2=1.0)
"""A high façade on a tiny root plate."""

USUAL_EXTREMES_C = (
    *((4, -2), (6, -1), (10, 1), (15, 4), (20, 9), (23, 12)),
    *((25, 14), (25, 13), (20, 10), (14, 6), (8, 2), (5, 0)),
)
"""Mean daily maximum and minimum of the air temperature per month inland at 51° N."""


def hargreaves_mm_day(month: int) -> float:
    """Return FAO-56 equation 52 in mid-month, with Ra of equation 21."""
    latitude, day = math.radians(51), date(2026, month, 15).timetuple().tm_yday
    season = 2 * math.pi * day / 365
    tilt = 0.409 * math.sin(season - 1.39)
    sunset = math.acos(-math.tan(latitude) * math.tan(tilt))
    height = sunset * math.sin(latitude) * math.sin(tilt)
    height += math.cos(latitude) * math.cos(tilt) * math.sin(sunset)
    radiation = 1440 / math.pi * 0.082 * (1 + 0.033 * math.cos(season)) * height
    high, low = USUAL_EXTREMES_C[month - 1]
    mean = (high + low) / 2
    return 0.0023 * 0.408 * radiation * (mean + 17.8) * math.sqrt(high - low)


def known(depth_mm: float, at: datetime = NOON) -> Depletion:
    """Return a measured depletion."""
    return Depletion(depth_mm=depth_mm, at=at, measured=True)


def test_loam_of_60_cm_holds_78_mm_for_plants() -> None:
    assert total_available_water_mm(LOAM) == pytest.approx(78)


@pytest.mark.parametrize(
    ("vwc", "expected_mm"),
    [(0.25, 0), (0.20, 30), (0.12, 78), (0.05, 78), (0.40, 0)],
    ids=["field capacity", "drier", "wilting", "drier than wilting", "soaked"],
)
def test_depletion_lies_between_nothing_and_all_available_water(
    vwc: float, expected_mm: float
) -> None:
    assert depletion_mm(LOAM, vwc) == pytest.approx(expected_mm)


@given(
    contents=st.sampled_from(list(TEXTURES.values())),
    root_depth_m=st.floats(0.05, 3),
    vwc=st.floats(-1, 2),
    drier=st.floats(0, 1),
)
def test_drier_soil_is_never_less_depleted(
    contents: tuple[float, float, float], root_depth_m: float, vwc: float, drier: float
) -> None:
    soil = Soil(
        field_capacity=contents[0],
        wilting_point=contents[1],
        saturation=contents[2],
        root_depth_m=root_depth_m,
    )
    low, high = depletion_mm(soil, vwc), depletion_mm(soil, vwc - drier)
    assert 0 <= low <= high <= total_available_water_mm(soil)


def test_watering_is_due_at_the_allowed_share_of_the_available_water() -> None:
    assert threshold_mm(LOAM, 0.4) == pytest.approx(31.2)


def test_a_dose_replaces_the_wanted_share_of_what_is_missing() -> None:
    assert dose_mm(zone("a", refill=0.8), 42) == pytest.approx(33.6)


def test_a_millimetre_on_a_square_metre_is_a_litre() -> None:
    assert litres_of(33.6, 4) == pytest.approx(134.4)
    assert depth_of(134.4, 4) == pytest.approx(33.6)


def test_a_valve_is_open_long_enough_for_the_whole_volume() -> None:
    assert open_seconds(134.4, 10) == 807
    assert open_seconds(0, 10) == 0


def test_water_in_a_time_is_time_times_nominal_flow() -> None:
    assert litres_in(90, 10) == pytest.approx(15)


@given(litres=st.floats(0, 1e5), flow_l_min=st.floats(0.1, 200))
def test_rounding_up_costs_less_than_a_second_of_water(
    litres: float, flow_l_min: float
) -> None:
    given_l = litres_in(open_seconds(litres, flow_l_min), flow_l_min)
    assert -1e-6 <= given_l - litres <= flow_l_min / 60 + 1e-6


def test_60_litres_on_4_m2_of_60_cm_depth_raise_the_water_content_by_25_per_mille() -> (
    None
):
    assert expected_vwc_rise(zone("a"), 60) == pytest.approx(0.025)


@given(litres=st.floats(0, 200))
def test_the_expected_rise_is_the_depletion_that_the_water_removes(
    litres: float,
) -> None:
    config = zone("a")
    risen = LOAM.wilting_point + expected_vwc_rise(config, litres)
    removed = depletion_mm(LOAM, LOAM.wilting_point) - depletion_mm(LOAM, risen)
    assert removed == pytest.approx(depth_of(litres, config.rooted_area_m2))


@pytest.mark.parametrize("month", range(1, 13))
def test_the_season_agrees_with_an_independent_formula(month: int) -> None:
    expected = hargreaves_mm_day(month)
    table = REFERENCE_ET_MM_DAY[month - 1]
    assert table == pytest.approx(expected, rel=1 / 3, abs=0.15)


@pytest.mark.parametrize("month", range(1, 13))
def test_mid_month_has_the_value_of_the_month(month: int) -> None:
    assert reference_et_mm_day(date(2026, month, 15)) == REFERENCE_ET_MM_DAY[month - 1]


@given(st.dates(date(2023, 1, 1), date(2032, 12, 30)))
def test_the_season_has_no_steps_not_even_at_new_year(day: date) -> None:
    step = reference_et_mm_day(day + timedelta(days=1)) - reference_et_mm_day(day)
    assert abs(step) <= 0.045
    assert 0.4 <= reference_et_mm_day(day) <= 4.1


def test_a_facade_draws_the_water_of_all_its_leaves_from_its_rooted_area() -> None:
    demand = seasonal_demand_mm_day(zone("a"), date(2026, 7, 15))
    assert demand == pytest.approx(4.1 * FACADE_FACTOR * 20 / 4)


def test_a_tiny_root_plate_cannot_lose_more_than_it_holds_in_a_day() -> None:
    assert seasonal_demand_mm_day(PLATE, date(2026, 7, 15)) == pytest.approx(78)


def test_without_measuring_the_depletion_grows_with_the_season() -> None:
    summer = carry_on(zone("a"), known(10), NOON + timedelta(days=1), UTC)
    assert summer.depth_mm == pytest.approx(10 + 4.08 * FACADE_FACTOR * 5, abs=0.05)
    assert not summer.measured
    assert summer.at == NOON + timedelta(days=1)

    january = NOON.replace(month=1)
    winter = carry_on(zone("a"), known(10, january), january + timedelta(days=1), UTC)
    assert winter.depth_mm < 12


def test_delivered_water_lessens_the_depletion() -> None:
    carried = carry_on(zone("a"), known(40), NOON, UTC, delivered_mm=33.6)
    assert carried.depth_mm == pytest.approx(6.4)


def test_too_much_water_drains_away_and_is_no_credit() -> None:
    carried = carry_on(zone("a"), known(10), NOON, UTC, delivered_mm=50)
    assert carried.depth_mm == 0


def test_a_long_absence_ends_at_all_available_water() -> None:
    carried = carry_on(zone("a"), known(10), NOON + timedelta(days=90), UTC)
    assert carried.depth_mm == pytest.approx(78)


def test_a_clock_that_was_set_back_dries_nothing() -> None:
    carried = carry_on(zone("a"), known(10), NOON - timedelta(hours=2), UTC)
    assert carried.depth_mm == 10


def test_the_day_of_the_season_is_the_local_day() -> None:
    late = datetime(2026, 4, 15, 23, 0, tzinfo=UTC)
    demand = seasonal_demand_mm_day(zone("a"), date(2026, 4, 16))
    carried = carry_on(zone("a"), known(0, late - timedelta(days=1)), late, JENA)
    assert carried.depth_mm == pytest.approx(demand)


@given(hours=st.lists(st.floats(0, 3), min_size=1, max_size=8))
def test_looking_more_often_changes_nothing(hours: list[float]) -> None:
    config = replace(zone("a"), green_wall_area_m2=8.0)
    start = NOON.replace(hour=0)
    often, now = known(10, start), start
    for each in hours:
        now += timedelta(hours=each)
        often = carry_on(config, often, now, UTC)
    once = carry_on(config, known(10, start), now, UTC)
    assert often.depth_mm == pytest.approx(once.depth_mm, rel=1e-3)
