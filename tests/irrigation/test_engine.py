"""What a site does, told as a gardener would."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from custom_components.smart_quarter.irrigation.model import (
    ProbeHealth,
    Problem,
    Reason,
    RunOutcome,
    RunReason,
    RunRecord,
    TankConfig,
    ZoneState,
)
from custom_components.smart_quarter.irrigation.probe import health
from custom_components.smart_quarter.irrigation.problems import problems
from custom_components.smart_quarter.irrigation.site_events import (
    AutomaticSet,
    Command,
    HoseSet,
    RainDelaySet,
    RainRead,
    RunRequested,
    SeasonSet,
    SiteEffect,
    SiteEvent,
    StopRequested,
    StorageChecked,
    TankRead,
    TemperatureRead,
    TimePassed,
    ValveHappened,
)
from custom_components.smart_quarter.irrigation.valve_model import (
    SendOpen,
    Unlock,
    ValveLimits,
    ValvePhase,
)
from custom_components.smart_quarter.irrigation.zone_machine import queue_run

from .site_world import TIMED, FakeValve, World, site, zone

SUPPLY = ValveLimits(consent=True, max_open_s=6 * 3600)
TANK = TankConfig(
    reading_empty=0,
    reading_full=100,
    capacity_l=5000,
    low=0.15,
    empty=0.05,
    restart=0.2,
)


def test_dry_soil_is_watered_in_cycles_and_stops_at_the_dose() -> None:
    world = World(site(zone("a")))
    world.read("a", 18)  # 42 mm below field capacity; 80 % of it on 4 m² is 134.4 L
    world.run(3600)
    assert world.outcomes() == ["completed"]
    assert world.zone("a").total_l == pytest.approx(134.4, abs=0.5)
    assert world.valves["a"].longest_s <= 600
    assert world.zone("a").last_run.reason is RunReason.DEPLETION


def test_moist_soil_is_left_alone() -> None:
    world = World(site(zone("a")))
    for _ in range(24):
        world.read("a", 22)
        world.run(3600)
    assert world.zone("a").decision.reason is Reason.NOT_DRY
    assert world.valves["a"].open_s == 0


def test_a_zone_without_a_reading_is_not_watered_blindly() -> None:
    world = World(site(zone("a")))
    world.run(3600)
    assert world.zone("a").decision.reason is Reason.NO_DATA


def test_watering_waits_for_its_window() -> None:
    world = World(site(zone("a"), window_start=time(22), window_end=time(23)))
    world.read("a", 18)
    assert world.zone("a").decision.reason is Reason.OUTSIDE_WINDOW
    assert world.zone("a").decision.until.hour == 22
    world.run(1.9 * 3600)
    assert not world.started
    world.run(0.3 * 3600)
    assert world.started


def test_a_run_that_soaks_when_the_window_ends_is_over() -> None:
    world = World(site(zone("a"), window_start=time(19), window_end=time(20, 15)))
    world.read("a", 18)
    world.run(3600)
    assert world.outcomes() == ["out_of_time"]
    assert world.valves["a"].open_s == 600


def test_after_a_run_the_water_gets_time_to_reach_the_probe() -> None:
    world = World(site(zone("a")))
    world.read("a", 18)
    world.run(3600)
    world.read("a", 17.5)
    world.run(3 * 3600)
    assert world.outcomes() == ["completed"]


def test_a_day_never_gets_more_than_its_cap() -> None:
    world = World(site(zone("a", min_gap_s=0, settle_s=0, max_daily_s=1000)))
    for _ in range(20):
        world.read("a", 13)
        world.run(600)
    assert world.valves["a"].open_s <= 1000 + 5
    assert world.zone("a").decision.reason is Reason.DAILY_CAP


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (SeasonSet(False), Reason.SEASON_OFF),
        (AutomaticSet("a", False), Reason.AUTOMATIC_OFF),
        (TemperatureRead(2.0), Reason.FROST),
        (RainRead(True), Reason.RAINING),
    ],
)
def test_people_and_weather_can_keep_a_dry_zone_waiting(
    event: SiteEvent, reason: Reason
) -> None:
    world = World(site(zone("a")))
    world.feed(event)
    world.read("a", 15)
    world.run(3600)
    assert world.zone("a").decision.reason is reason
    assert world.valves["a"].open_s == 0


def test_a_rain_delay_ends_by_itself() -> None:
    world = World(site(zone("a")))
    world.feed(RainDelaySet(world.now + timedelta(hours=5)))
    world.read("a", 15)
    world.run(4 * 3600)
    assert world.zone("a").decision.reason is Reason.RAIN_DELAY
    world.run(2 * 3600)
    assert world.started


def test_the_end_of_the_season_stops_automatic_runs() -> None:
    world = World(site(zone("a")))
    world.read("a", 15)
    world.run(60)
    world.feed(SeasonSet(False))
    world.run(60)
    assert world.outcomes() == ["stopped"]
    assert not world.valves["a"].is_open


def test_one_zone_after_the_other_the_driest_first() -> None:
    world = World(site(zone("a"), zone("b")))
    world.feed(SeasonSet(False))
    world.read("a", 19)
    world.read("b", 15)
    world.feed(SeasonSet(True))
    world.run(300)
    assert [each.zone_id for each in world.started] == ["b"]
    world.run(2 * 3600)
    assert sorted(each.zone_id for each in world.ended) == ["a", "b"]


def test_as_many_zones_at_once_as_the_supply_can_feed() -> None:
    world = World(site(zone("a"), zone("b"), zone("c"), max_flow_l_min=20))
    for zone_id in "abc":
        world.read(zone_id, 15)
    world.run(60)
    assert sum(valve.is_open for valve in world.valves.values()) == 2


def test_somebody_else_may_open_but_not_for_ever_and_it_counts() -> None:
    world = World(site(zone("a")))
    world.read("a", 24)
    world.move("a", True)
    assert world.valve_state("a").phase is ValvePhase.MANUAL
    world.run(2 * 3600)
    assert world.valves["a"].open_s == pytest.approx(3600, abs=5)
    assert world.zone("a").total_l == pytest.approx(600, abs=1)
    assert [each.record.reason for each in world.ended] == [RunReason.FOREIGN]


def test_who_closes_the_valve_by_hand_is_respected() -> None:
    world = World(site(zone("a")))
    world.read("a", 15)
    world.run(120)
    world.move("a", False)
    world.run(1800)
    assert world.outcomes() == ["closed_externally"]
    assert not world.valves["a"].is_open


def test_stop_stops_everything_at_once() -> None:
    world = World(site(zone("a"), zone("b"), max_flow_l_min=99))
    world.read("a", 15)
    world.read("b", 15)
    world.run(60)
    world.feed(StopRequested())
    world.run(5)
    assert world.outcomes() == ["stopped", "stopped"]
    assert not any(valve.is_open for valve in world.valves.values())


def test_a_manual_run_is_capped() -> None:
    world = World(site(zone("a")))
    world.read("a", 24)
    world.feed(RunRequested("a", 99_999))
    world.run(4 * 3600)
    assert world.valves["a"].open_s <= 1800
    assert world.valves["a"].longest_s <= 600


def test_hose_mode_lets_people_water_and_ends_by_itself() -> None:
    world = World(site(zone("a"), master=SUPPLY))
    world.read("a", 15)
    world.feed(StopRequested())
    world.run(120)
    world.feed(HoseSet("a", world.now + timedelta(minutes=20)))
    world.move("a", True)
    world.run(60)
    assert world.valves["master"].is_open
    world.run(1200)
    assert world.zone("a").hose_until is None
    assert not world.valves["a"].is_open
    assert not world.valves["master"].is_open


def test_after_a_crash_what_was_open_is_closed_and_nothing_reopens() -> None:
    world = World(site(zone("a")))
    world.read("a", 15)
    world.run(60)
    world.crash()
    world.run(30)
    world.restart()
    world.run(5)
    assert not world.valves["a"].is_open
    assert world.outcomes() == ["interrupted"]
    assert world.zone("a").total_l == pytest.approx(92 / 60 * 10, abs=1)
    world.run(3600)
    assert world.valves["a"].open_s == pytest.approx(91, abs=3)


def test_a_proven_timer_closes_on_time_while_home_assistant_is_down() -> None:
    config = site(zone("a", valve=TIMED))
    world = World(config, valves={"a": FakeValve(has_timer=True)})
    world.feed(RunRequested("a", 20, RunReason.TEST))
    world.run(60)
    assert world.valve_state("a").timer_proven_at is not None
    world.read("a", 15)
    world.run(60)
    assert world.valves["a"].is_open
    world.crash()
    world.run(3600)
    assert not world.valves["a"].is_open
    assert world.valves["a"].longest_s == pytest.approx(600, abs=2)
    world.restart()
    world.run(60)
    assert world.outcomes() == ["completed", "interrupted"]
    assert world.zone("a").total_open_s == pytest.approx(620, abs=5)


def test_a_timer_that_does_not_close_fails_its_test_and_is_not_trusted() -> None:
    world = World(site(zone("a", valve=TIMED)), valves={"a": FakeValve()})
    world.read("a", 15)
    assert world.zone("a").decision.reason is Reason.TIMER_NOT_PROVEN
    world.feed(RunRequested("a", 20, RunReason.TEST))
    world.run(120)
    assert world.outcomes() == ["timer_failed"]
    assert world.valve_state("a").timer_failed
    assert not world.valves["a"].is_open
    assert world.valves["a"].longest_s < 60
    assert world.zone("a").decision.reason is Reason.TIMER_NOT_PROVEN


def test_a_valve_that_does_not_close_is_cut_off_and_the_free_zone_goes_on() -> None:
    zones = (zone("a"), zone("b"), zone("free", behind_master=False))
    world = World(site(*zones, master=SUPPLY, max_flow_l_min=99))
    for zone_id in ("a", "b", "free"):
        world.read(zone_id, 15)
    world.run(60)
    assert world.valves["master"].is_open
    world.valves["a"].ignores_close = True
    world.run(700)
    assert world.valve_state("a").phase is ValvePhase.OPEN_SUSPECT
    assert not world.valves["master"].is_open
    assert not world.valves["b"].is_open
    world.run(3600)
    by_zone = {each.zone_id: each.record.outcome.value for each in world.ended}
    assert by_zone["free"] in ("completed", "capped")
    assert world.zone("b").decision.reason in (Reason.ISOLATED, Reason.RESTING)
    world.valves["a"].ignores_close = False
    world.run(120)
    assert world.valve_state("a").phase is ValvePhase.LOCKED
    world.feed(ValveHappened("a", Unlock()))
    assert world.valve_state("a").phase is ValvePhase.CLOSED


def test_a_valve_that_does_not_open_is_tried_again_with_growing_pauses() -> None:
    world = World(site(zone("a")))
    world.valves["a"].ignores_open = True
    world.read("a", 15)
    world.run(2 * 3600)
    assert 3 <= len(world.ended) <= 6
    assert set(world.outcomes()) == {"not_opened"}
    assert world.zone("a").total_l == 0


def test_a_valve_out_of_reach_is_closed_when_it_comes_back() -> None:
    world = World(site(zone("a"), master=SUPPLY))
    world.read("a", 15)
    world.run(60)
    world.reach("a", False)
    world.run(30)
    assert world.valves["master"].is_open, "a short drop-out ends nothing"
    world.run(1800)
    assert not world.valves["master"].is_open
    world.reach("a", True)
    world.run(5)
    assert not world.valves["a"].is_open
    assert world.outcomes() == ["unreachable"]


def test_an_empty_tank_pauses_the_run_and_a_refilled_one_resumes_it() -> None:
    world = World(site(zone("a", cycle_s=1800), tank=TANK, pump=SUPPLY))
    world.feed(TankRead(50))
    world.read("a", 15)
    world.run(60)
    assert world.valves["pump"].is_open
    world.feed(TankRead(3))
    world.run(5)
    assert not world.valves["pump"].is_open
    assert not world.valves["a"].is_open
    world.feed(TankRead(18))
    world.run(60)
    assert not world.valves["a"].is_open
    world.feed(TankRead(30))
    world.run(3600)
    assert world.outcomes() == ["completed"]


def test_a_silent_tank_stops_a_pump_but_not_gravity() -> None:
    for supply, watered in ((SUPPLY, False), (None, True)):
        world = World(site(zone("a"), tank=TANK, pump=supply))
        world.feed(TankRead(50))
        world.run(7 * 3600)
        world.read("a", 15)
        world.run(60)
        assert bool(world.started) is watered


def test_without_a_ledger_on_disk_nothing_is_opened() -> None:
    world = World(site(zone("a")))
    world.feed(StorageChecked(False))
    world.read("a", 15)
    world.run(3600)
    assert world.valves["a"].open_s == 0
    assert world.zone("a").decision.reason is Reason.STORAGE_FAILED


def test_a_dead_probe_is_replaced_by_the_season_neither_flood_nor_drought() -> None:
    world = World(site(zone("a")))
    world.read("a", 24)
    world.run(7 * 24 * 3600)
    litres = [each.record.litres for each in world.ended]
    assert world.ended[0].record.reason is RunReason.ESTIMATE
    # June in Central Europe: 3.2-4.1 mm/d x 0.8 x 5 on 4 m² is about 60 L a day
    assert 4 * 60 <= sum(litres) <= 8 * 66


def test_a_probe_that_sees_no_water_is_no_longer_believed() -> None:
    world = World(site(zone("a", min_gap_s=3600)))
    for _ in range(12):
        world.read("a", 15)
        world.run(1800)
    probe = world.config.zones["a"].probes[0]
    memory = world.zone("a")
    judged = health(probe, memory.probes["sensor.a"], memory.no_response, world.now)
    assert judged is ProbeHealth.SUSPECT
    assert len(world.ended) == 2


def test_a_new_zone_disturbs_nothing_that_runs() -> None:
    world = World(site(zone("a")))
    world.read("a", 15)
    world.run(60)
    before = world.zone("a").valve
    world.configure(replace(world.config, zones={**world.config.zones, "b": zone("b")}))
    world.feed(TimePassed())
    world.run(1)
    assert world.zone("a").valve == before
    assert world.zone("b").valve.phase is ValvePhase.UNKNOWN


def test_a_command_is_not_repeated_by_repeated_reports() -> None:
    world = World(site(zone("a")))
    world.read("a", 15)
    sent: list[Command] = []
    original = world._carry_out

    def count(effect: SiteEffect) -> None:
        if isinstance(effect, Command) and isinstance(effect.send, SendOpen):
            sent.append(effect)
        original(effect)

    world._carry_out = count  # type: ignore[method-assign]
    world.run(30)
    for _ in range(50):
        world.read("a", 15)
    world.run(30)
    assert sent == []
    assert world.now.tzinfo is UTC


def test_after_a_start_an_old_reading_waits_for_a_new_one() -> None:
    world = World(site(zone("a")))
    world.read("a", 24)
    world.crash()
    world.run(3 * 24 * 3600)
    world.restart()
    world.run(300)
    assert world.zone("a").decision.reason is Reason.NO_DATA
    assert not world.started, "an estimate of the time nobody looked would water now"
    world.run(400)
    assert world.started, "a probe that stays silent is replaced by the estimate"


def test_a_probe_that_never_reports_is_called_silent() -> None:
    world = World(site(zone("a")))
    world.run(60)
    silent = ("a", Problem.PROBE_SILENT)
    assert silent not in problems(world.config, world.state, world.now)
    world.run(600)
    assert silent in problems(world.config, world.state, world.now)


def test_a_steady_probe_is_no_fault_while_the_plants_rest() -> None:
    world = World(site(zone("a")))
    for _ in range(7 * 24):
        world.read("a", 24)
        world.run(3600)
    doubted = ("a", Problem.PROBE_IMPLAUSIBLE)
    assert doubted in problems(world.config, world.state, world.now)
    world.feed(SeasonSet(False))
    assert doubted not in problems(world.config, world.state, world.now)


def test_two_runs_that_begin_at_the_same_moment_are_told_apart() -> None:
    now = datetime(2026, 6, 15, 20, tzinfo=UTC)
    memory, ids = ZoneState(), []
    for _ in range(3):
        memory = queue_run(memory, "ivy", RunReason.MANUAL, 60, now=now)
        assert memory.run is not None
        ids.append(memory.run.run_id)
        ended = RunRecord(
            run_id=memory.run.run_id,
            reason=RunReason.MANUAL,
            outcome=RunOutcome.STOPPED,
            started_at=now,
            ended_at=now,
            open_s=0.0,
            litres=0.0,
        )
        memory = replace(memory, run=None, last_run=ended)
    assert len(set(ids)) == 3
