"""What is really the case, for tests and the view; no device would tell it."""

from datetime import datetime
from typing import Any

from .valve import Move, Outlet
from .world import World, Zone


def truth(world: World) -> dict[str, Any]:
    """Return the state of the world, ready for JSON."""
    return {
        "at": world.now.isoformat(),
        "simulated_at": world.simulated_at.isoformat(),
        "speed": world.speed,
        "valves": {key: _outlet(outlet) for key, outlet in world.outlets.items()},
        "zones": {zone.spec.key: _zone(zone) for zone in world.zones},
        "tank": _tank(world),
        "supply": {
            "leak_l_min": round(world.leak_l_min, 3),
            "leak_l": round(world.leak_l, 3),
            "pump_dry_s": round(world.pump_dry_s, 3),
        },
        "weather": {
            "temperature_c": round(world.weather.temperature_c(world.simulated_at), 2),
            "rain_mm": round(world.rain_mm, 3),
        },
        "faults": {key: faults for key, faults in world.faults.items() if faults},
    }


def logged(move: Move) -> dict[str, Any]:
    """Return a line of the log, ready for JSON."""
    return {
        "device": move.outlet,
        "what": "opened" if move.is_open else "closed",
        "cause": move.cause.value,
        "at": move.at.isoformat(),
    }


def _outlet(outlet: Outlet) -> dict[str, Any]:
    """Return what an outlet really does."""
    return {
        "open": outlet.is_open,
        "flow_l_min": round(outlet.flow_l_min, 3),
        "litres": round(outlet.litres, 3),
        "open_since": _iso(outlet.opened_at),
        "closes_at": _iso(outlet.closes_at),
    }


def _zone(zone: Zone) -> dict[str, Any]:
    """Return how the plants of a zone really are."""
    return {
        "vwc": round(zone.vwc, 5),
        "depletion_mm": round(zone.soil.depletion_mm(zone.spec.soil), 3),
        "stress_h": round(zone.soil.stress_h, 3),
        "delivered_l": round(zone.delivered_l, 3),
        "drained_mm": round(zone.soil.drained_mm, 3),
    }


def _tank(world: World) -> dict[str, Any] | None:
    """Return what is really in the tank."""
    if world.tank is None or world.scenario.tank is None:
        return None
    tank = world.tank
    return {
        "litres": round(tank.litres, 2),
        "percent": round(100 * tank.fraction(world.scenario.tank), 2),
        "rain_l": round(tank.rain_l, 2),
        "mains_l": round(tank.mains_l, 2),
        "overflow_l": round(tank.overflow_l, 2),
        "drawn_l": round(tank.drawn_l, 2),
    }


def _iso(at: datetime | None) -> str | None:
    """Return a time as text."""
    return None if at is None else at.isoformat()
