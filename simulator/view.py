"""A view of the world as text."""

from .scenario import Scenario
from .world import World

CLEAR = "\x1b[2J\x1b[H"


def view(world: World) -> str:
    """Return the world as a page of text."""
    lines = [
        f"{world.scenario.name}  {world.simulated_at:%d.%m.%Y %H:%M}  x{world.speed:g}",
        f"{_weather(world)}  {_tank(world)}",
        "",
        f"{'zone':24}{'VWC %':>8}{'missing mm':>12}{'stress h':>10}{'litres':>10}",
        *_zones(world),
        "",
        f"{'outlet':24}{'open':>8}{'L/min':>12}{'litres':>10}",
        *_outlets(world),
    ]
    if faults := {key: value for key, value in world.faults.items() if value}:
        lines += ["", f"faults: {faults}"]
    return "\n".join(lines)


def summary(scenario: Scenario) -> str:
    """Return what a scenario consists of in one line."""
    return (
        f"{scenario.name}: {len(scenario.zones)} zones, {len(scenario.valves)} valves"
    )


def _weather(world: World) -> str:
    """Return the weather in a few words."""
    degrees = world.weather.temperature_c(world.simulated_at)
    return f"{degrees:.1f} °C, {world.rain_mm:.1f} mm rain"


def _tank(world: World) -> str:
    """Return the tank in a few words."""
    if world.tank is None:
        return "no tank"
    return f"tank {world.tank.litres:.0f} L (mains {world.tank.mains_l:.0f} L)"


def _zones(world: World) -> list[str]:
    """Return a line for every zone."""
    return [
        f"{zone.spec.name[:23]:24}{100 * zone.vwc:8.1f}"
        f"{zone.soil.depletion_mm(zone.spec.soil):12.1f}"
        f"{zone.soil.stress_h:10.1f}{zone.delivered_l:10.1f}"
        for zone in world.zones
    ]


def _outlets(world: World) -> list[str]:
    """Return a line for every outlet."""
    return [
        f"{key[:23]:24}{'open' if outlet.is_open else '-':>8}"
        f"{outlet.flow_l_min:12.1f}{outlet.litres:10.1f}"
        for key, outlet in world.outlets.items()
    ]
