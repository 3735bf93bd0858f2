"""Small quarters for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.scenario import Scenario
from simulator.world import World

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def small(**changes: Any) -> Scenario:
    """Return a quarter of two zones on one tank, with a master valve and a pump."""
    quarter: dict[str, Any] = {
        "name": "Small",
        "start": "2026-07-01T00:00:00+00:00",
        "climate": {"rain_chance": 0.0},
        "valves": [
            {"key": "valve", "name": "Ventil Süd", "latency_s": [0.5, 0.5]},
            {"key": "dual", "name": "Hof/Doppel Ventil", "kind": "dual"},
            {"key": "master", "name": "Hauptventil", "kind": "relay"},
            {"key": "pump", "name": "Pumpe", "kind": "relay"},
        ],
        "zones": [
            {
                "key": "south",
                "name": "South",
                "valve": "valve",
                "flow_l_min": 12,
                "probes": [{"key": "probe", "name": "Sonde Süd", "noise": 0}],
            },
            {"key": "yard", "name": "Yard", "valve": "dual/l2", "flow_l_min": 6},
        ],
        "supply": {"master": "master", "pump": "pump"},
        "tank": {"capacity_l": 1000, "initial": 0.5, "refill_l_min": 0},
        "tank_level": {"key": "tank_level", "name": "Füllstand"},
    }
    return Scenario.from_dict(quarter | changes)


def world_of(scenario: Scenario | None = None, speed: float = 1.0) -> World:
    """Return a world at the start of a test."""
    return World(scenario or small(), NOW, speed)


def after(seconds: float) -> datetime:
    """Return a moment of a test."""
    return NOW + timedelta(seconds=seconds)


def open_supply(world: World) -> None:
    """Open master valve and pump."""
    world.command("master", opens=True)
    world.command("pump", opens=True)
    world.advance(world.now + timedelta(seconds=2))
