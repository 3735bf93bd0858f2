"""The world as a whole."""

from hypothesis import given, strategies as st
import pytest

from simulator.faults import Fault
from simulator.truth import truth
from simulator.world import World

from .quarter import after, open_supply, small, world_of


def water_for_a_minute(speed: float = 1.0, tick_s: float = 5.0) -> World:
    world = world_of(speed=speed)
    open_supply(world)
    world.command("valve", opens=True, on_time_s=60)
    while world.now < after(100):
        world.advance(min(after(100), world.now + (after(tick_s) - after(0))))
    return world


@pytest.mark.parametrize("tick_s", [0.3, 7.0, 100.0])
def test_litres_do_not_depend_on_how_often_the_world_is_asked(tick_s: float) -> None:
    assert water_for_a_minute(tick_s=tick_s).outlets["valve"].litres == pytest.approx(
        12.0
    )


@pytest.mark.parametrize("speed", [1.0, 60.0, 3600.0])
def test_a_litre_is_a_litre_at_any_speed(speed: float) -> None:
    world = water_for_a_minute(speed)
    assert world.zones[0].delivered_l == pytest.approx(12.0)
    assert world.tank is not None
    assert world.tank.drawn_l == pytest.approx(12.0)
    assert world.zones[0].soil.supplied_mm == pytest.approx(3.0)


def test_plants_live_at_simulated_speed() -> None:
    slow, fast = world_of(speed=1.0), world_of(speed=3600.0)
    for world in (slow, fast):
        world.advance(after(24))
    assert fast.zones[0].vwc < slow.zones[0].vwc - 0.005


@given(st.lists(st.sampled_from(["valve", "dual/l2", "master", "pump"]), max_size=12))
def test_the_tank_gives_just_what_the_zones_and_the_leak_got(order: list[str]) -> None:
    world = world_of()
    world.set_fault(Fault("supply", "burst", 5.0))
    for n, outlet in enumerate(order):
        world.command(outlet, opens=not world.outlets[outlet].is_open)
        world.advance(after(30 * (n + 1)))
    delivered_l = sum(zone.delivered_l for zone in world.zones)
    assert world.tank is not None
    assert world.tank.drawn_l == pytest.approx(delivered_l + world.leak_l)


@pytest.mark.parametrize("shut", ["master", "pump"])
def test_nothing_flows_without_master_valve_and_pump(shut: str) -> None:
    world = world_of()
    open_supply(world)
    world.command(shut, opens=False)
    world.advance(after(4))
    world.command("valve", opens=True)
    world.advance(after(60))
    assert world.outlets["valve"].is_open
    assert world.outlets["valve"].litres == 0


def test_a_zone_on_the_mains_needs_neither_pump_nor_tank() -> None:
    zone = {
        "key": "z",
        "name": "Z",
        "valve": "valve",
        "source": "mains",
        "behind_master": False,
    }
    world = world_of(small(zones=[zone]))
    world.command("valve", opens=True)
    world.advance(after(60.5))
    assert world.outlets["valve"].litres == pytest.approx(12.0)
    assert world.tank is not None
    assert world.tank.drawn_l == 0


def test_an_empty_tank_gives_nothing_and_the_pump_runs_dry() -> None:
    world = world_of()
    open_supply(world)
    world.set_fault(Fault("tank", "empty", 1.0))
    world.advance(after(3))
    world.command("valve", opens=True)
    world.advance(after(63))
    assert world.outlets["valve"].litres == 0
    assert world.pump_dry_s == pytest.approx(60, abs=2)


def test_a_tank_that_runs_empty_stops_the_water() -> None:
    world = world_of(
        small(tank={"capacity_l": 1000, "initial": 0.01, "refill_l_min": 0})
    )
    open_supply(world)
    world.command("valve", opens=True)
    for second in range(3, 200):
        world.advance(after(second))
    assert world.outlets["valve"].litres == pytest.approx(10.0, abs=0.01)
    assert world.outlets["valve"].flow_l_min == 0


def test_a_pump_shares_what_it_can_give() -> None:
    supply = {"master": "master", "pump": "pump", "capacity_l_min": 9}
    world = world_of(small(supply=supply))
    open_supply(world)
    world.command("valve", opens=True)
    world.command("dual/l2", opens=True)
    world.advance(after(10))
    flows = [world.outlets[key].flow_l_min for key in ("valve", "dual/l2")]
    assert flows == [pytest.approx(6.0), pytest.approx(3.0)]


def test_a_burst_pipe_leaks_only_under_pressure() -> None:
    world = world_of()
    world.set_fault(Fault("supply", "burst", 5.0))
    assert world.leak_l_min == 0
    open_supply(world)
    assert world.leak_l_min == 5.0


def test_the_log_tells_who_closed_the_valve() -> None:
    world = water_for_a_minute()
    told = [
        (m.outlet, m.is_open, m.cause.value) for m in world.log if m.outlet == "valve"
    ]
    assert told == [("valve", True, "command"), ("valve", False, "on_time")]


def test_the_same_seed_gives_the_same_world() -> None:
    first, second = (water_for_a_minute(600.0) for _ in range(2))
    assert truth(first) == truth(second)


def test_plants_that_are_never_watered_suffer() -> None:
    world = world_of(speed=36_000.0)
    for second in range(60):
        world.advance(after(second))
    assert truth(world)["zones"]["south"]["stress_h"] > 100


@pytest.mark.parametrize("speed", [0.0, -1.0, 1e9])
def test_an_impossible_speed_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        world_of(speed=speed)
