"""The rainwater tank."""

from hypothesis import given, strategies as st
import pytest

from simulator.tank import Tank, TankSpec, emptied, step

SPEC = TankSpec(
    capacity_l=1000, roof_m2=100, runoff=0.8, refill_below=0.1, refill_to=0.2
)


@given(
    st.floats(0, 1000),
    st.lists(
        st.tuples(st.floats(0, 60), st.floats(0, 30), st.floats(0, 400)), max_size=30
    ),
)
def test_no_water_is_made_or_lost(
    litres: float, steps: list[tuple[float, float, float]]
) -> None:
    tank = Tank(litres=litres)
    for minutes, rain_mm, drawn_l in steps:
        tank = step(SPEC, tank, minutes, rain_mm, drawn_l)
        assert 0 <= tank.litres <= SPEC.capacity_l
    got = tank.rain_l + tank.mains_l
    assert tank.litres == pytest.approx(litres + got - tank.drawn_l - tank.overflow_l)


def test_rain_on_the_roof_fills_it() -> None:
    assert step(SPEC, Tank(litres=500), 60, 2.0, 0).litres == pytest.approx(660)


def test_what_does_not_fit_overflows() -> None:
    tank = step(SPEC, Tank(litres=950), 60, 2.0, 0)
    assert tank.litres == 1000
    assert tank.overflow_l == pytest.approx(110)


def test_nobody_draws_more_than_there_is() -> None:
    tank = step(SPEC, Tank(litres=30), 0, 0, 100)
    assert (tank.litres, tank.drawn_l) == (0, 30)


def test_mains_water_fills_from_the_lower_mark_to_the_upper() -> None:
    tank, marks = Tank(litres=99), []
    for _ in range(10):
        tank = step(SPEC, tank, 1, 0, 0)
        marks.append(tank.is_refilling)
    assert marks == [True] * 6 + [False] * 4
    assert tank.litres == pytest.approx(219)


def test_a_tank_without_a_refill_stays_empty() -> None:
    dry = TankSpec(refill_l_min=0)
    assert step(dry, Tank(litres=0), 600, 0, 0).litres == 0


def test_the_distance_grows_as_the_water_falls() -> None:
    assert Tank(litres=1000).distance_cm(SPEC) == 20
    assert Tank(litres=500).distance_cm(SPEC) == 110
    assert Tank(litres=0).distance_cm(SPEC) == 200


def test_an_emptied_tank_tells_where_its_water_went() -> None:
    tank = emptied(Tank(litres=300))
    assert (tank.litres, tank.spilled_l) == (0, 300)
