"""The water balance of a root zone."""

from hypothesis import given, strategies as st
import pytest

from simulator.soil import Soil, SoilSpec, comfort, step

LOAM = SoilSpec()
HOURS = st.floats(0.0, 6.0)
DEPTHS_MM = st.floats(0.0, 80.0)


def at(vwc: float) -> Soil:
    return Soil(water_mm=LOAM.depth_mm(vwc))


@given(
    st.floats(0.11, 0.42), st.lists(st.tuples(HOURS, DEPTHS_MM, DEPTHS_MM), max_size=30)
)
def test_no_water_is_made_or_lost(
    vwc: float, steps: list[tuple[float, float, float]]
) -> None:
    start = soil = at(vwc)
    for hours, supply_mm, demand_mm in steps:
        soil = step(LOAM, soil, hours, supply_mm, demand_mm)
    gone_mm = soil.transpired_mm + soil.drained_mm + soil.runoff_mm
    assert soil.water_mm == pytest.approx(start.water_mm + soil.supplied_mm - gone_mm)


@given(st.floats(0.11, 0.42), HOURS, DEPTHS_MM, DEPTHS_MM)
def test_water_stays_between_wilting_point_and_saturation(
    vwc: float, hours: float, supply_mm: float, demand_mm: float
) -> None:
    soil = step(LOAM, at(vwc), hours, supply_mm, demand_mm)
    assert 0.11 - 1e-9 <= soil.vwc(LOAM) <= 0.42 + 1e-9


def test_a_drained_soil_keeps_its_field_capacity() -> None:
    assert step(LOAM, at(0.24), 48.0, 0.0, 0.0).vwc(LOAM) == pytest.approx(0.24)


def test_a_saturated_soil_drains_to_its_field_capacity_in_days() -> None:
    soil = at(0.42)
    for _ in range(72):
        soil = step(LOAM, soil, 1.0, 0.0, 0.0)
    assert soil.vwc(LOAM) == pytest.approx(0.24, abs=0.001)


def test_what_a_saturated_soil_cannot_take_runs_off() -> None:
    assert step(LOAM, at(0.42), 0.0, 10.0, 0.0).runoff_mm == pytest.approx(10.0)


def test_plants_drink_less_when_half_of_the_available_water_is_gone() -> None:
    assert comfort(LOAM, at(0.24)) == 1.0
    assert comfort(LOAM, at(0.175 + 1e-9)) == pytest.approx(1.0)
    assert comfort(LOAM, at(0.1425)) == pytest.approx(0.5)
    assert comfort(LOAM, at(0.11)) == 0.0


def test_only_thirst_counts_as_stress() -> None:
    assert step(LOAM, at(0.24), 3.0, 0.0, 1.0).stress_h == 0.0
    assert step(LOAM, at(0.15), 3.0, 0.0, 1.0).stress_h == 3.0


def test_depletion_is_what_is_missing_to_field_capacity() -> None:
    assert at(0.20).depletion_mm(LOAM) == pytest.approx(16.0)
    assert at(0.30).depletion_mm(LOAM) == 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"wilting_point": 0.3},
        {"saturation": 0.2},
        {"root_depth_m": 0},
        {"stress_point": 1},
    ],
)
def test_a_soil_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"point|root"):
        SoilSpec(**wrong)
