"""All that happens outside: one world that is carried on from moment to moment.

Within a step the order of events counts: water flows only until the very moment an outlet
closes, so litres are exact however rarely the world is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
import random

from . import faults, soil, tank
from .faults import Fault, FaultError, Faults
from .probe import Probe
from .scenario import Scenario, Source, ZoneSpec
from .soil import Soil
from .tank import Tank
from .valve import Move, Outlet
from .weather import Weather

SOIL_STEP = timedelta(minutes=10)
"""Longest simulated step of soil and tank."""
EMPTY_L = 0.001
FASTEST = 100_000.0


@dataclass(slots=True)
class Zone:
    """Plants, their soil, and its probes."""

    spec: ZoneSpec
    soil: Soil
    probes: tuple[Probe, ...]
    delivered_l: float = 0.0

    @property
    def vwc(self) -> float:
        """Return the mean water content of the root zone, m³/m³."""
        return self.soil.vwc(self.spec.soil)


class World:
    """A simulated quarter."""

    def __init__(
        self,
        scenario: Scenario,
        now: datetime,
        speed: float = 1.0,
        seed: int | None = None,
    ) -> None:
        """Build the quarter; its simulated time begins where the scenario says."""
        if not 0 < speed <= FASTEST:
            raise ValueError(f"a speed lies between 0 and {FASTEST:g}")
        self.scenario = scenario
        self.speed = speed
        self.now = now
        self.simulated_at = scenario.start
        self.seed = scenario.seed if seed is None else seed
        self.weather = Weather(scenario.climate, self.seed)
        self.faults: dict[str, Faults] = {key: {} for key in scenario.device_keys()}
        for robot in scenario.robots:
            self.faults[robot.key][faults.DEAF] = 1.0
        self.outlets = {outlet.key: outlet for outlet in self._outlets()}
        self.zones = tuple(self._zone(spec) for spec in scenario.zones)
        self.tank = _full(scenario)
        self.rain_mm = 0.0
        self.leak_l = 0.0
        self.pump_dry_s = 0.0
        self.log: list[Move] = []

    def _outlets(self) -> Iterator[Outlet]:
        """Build the outlets of all valves; those of one valve share its faults."""
        for spec in self.scenario.valves:
            for key in spec.outlets:
                yield Outlet(
                    key=key,
                    timer=spec.counts_by,
                    chance=random.Random(f"{self.seed} {key}"),
                    latency_s=spec.latency_s,
                    countdown_unit_s=spec.countdown_unit_s,
                    faults=self.faults[spec.key],
                )

    def _zone(self, spec: ZoneSpec) -> Zone:
        """Build a zone with its probes."""
        ground = spec.soil
        available = ground.field_capacity - ground.wilting_point
        vwc = ground.field_capacity - spec.depleted * available
        probes = (
            Probe(
                probe,
                level=vwc * 100,
                chance=random.Random(f"{self.seed} {probe.key}"),
                faults=self.faults[probe.key],
            )
            for probe in spec.probes
        )
        return Zone(spec, Soil(water_mm=ground.depth_mm(vwc)), tuple(probes))

    def advance(self, to: datetime) -> list[Move]:
        """Carry everything on to a moment and return what opened and closed."""
        moves: list[Move] = []
        while self.now < to:
            until = min(to, self._next_at(), self.now + SOIL_STEP / self.speed)
            self._flow(until)
            moves += self._move(until)
        self._set_flows()
        return moves

    def command(
        self, outlet: str, *, opens: bool, on_time_s: float | None = None
    ) -> None:
        """Send a command to an outlet."""
        self.outlets[outlet].command(self.now, opens=opens, on_time_s=on_time_s)

    def set_fault(self, fault: Fault) -> None:
        """Switch a fault; refuses what the device does not know."""
        if fault.device not in self.faults:
            raise FaultError(f"there is no device {fault.device!r}")
        if fault.name not in (known := self.known_faults(fault.device)):
            raise FaultError(
                f"{fault.device} knows no fault {fault.name!r}, only {', '.join(sorted(known))}"
            )
        fault.apply(self.faults[fault.device])

    def known_faults(self, device: str) -> frozenset[str]:
        """Return the faults a device can have."""
        if device in {"tank", "supply"}:
            return faults.TANK if device == "tank" else faults.SUPPLY
        if any(valve.key == device for valve in self.scenario.valves):
            return faults.VALVE
        if any(robot.key == device for robot in self.scenario.robots):
            return faults.ROBOT
        probes = (probe for zone in self.scenario.zones for probe in zone.probes)
        if any(probe.key == device for probe in probes):
            return faults.PROBE
        return faults.SENSOR

    @property
    def leak_l_min(self) -> float:
        """Return what runs out of a burst pipe behind the master valve and the pump."""
        return self.faults["supply"].get("burst", 0.0) if self._has_pressure() else 0.0

    def _next_at(self) -> datetime:
        """Return when an outlet next does something by itself."""
        times = (outlet.next_at() for outlet in self.outlets.values())
        latest = datetime.max.replace(tzinfo=self.now.tzinfo)
        return max(self.now, min((at for at in times if at), default=latest))

    def _move(self, until: datetime) -> list[Move]:
        """Let the outlets do what is due."""
        moves = [m for outlet in self.outlets.values() for m in outlet.run(until)]
        self.log += moves
        return moves

    def _flow(self, until: datetime) -> None:
        """Let water, plants and weather run on until the next event."""
        minutes = (until - self.now).total_seconds() / 60
        simulated_until = self.simulated_at + (until - self.now) * self.speed
        self._set_flows()
        rain_mm = self.weather.rain_mm(self.simulated_at, simulated_until)
        share = self._draw(minutes, minutes * self.speed, rain_mm)
        for zone in self.zones:
            self._water(zone, minutes, share, rain_mm)
        for outlet in self.outlets.values():
            outlet.litres += outlet.flow_l_min * minutes * share.get(outlet.key, 1.0)
        self._count_dry_pump(minutes)
        self.rain_mm += rain_mm
        self.now, self.simulated_at = until, simulated_until

    def _draw(
        self, minutes: float, simulated_minutes: float, rain_mm: float
    ) -> dict[str, float]:
        """Take from the tank what flows; return the share that each outlet really gets."""
        if self.tank is None or self.scenario.tank is None:
            self.leak_l += self.leak_l_min * minutes
            return {}
        users = [z.spec.valve for z in self.zones if z.spec.source is Source.TANK]
        leak_l = self.leak_l_min * minutes
        wanted_l = leak_l + minutes * sum(
            self.outlets[key].flow_l_min for key in set(users)
        )
        share = min(1.0, self.tank.litres / wanted_l) if wanted_l > 0 else 1.0
        self.leak_l += leak_l * share
        empty = "empty" in self.faults["tank"]
        self.tank = tank.step(
            self.scenario.tank,
            self.tank,
            0.0 if empty else simulated_minutes,
            0.0 if empty else rain_mm,
            wanted_l * share,
        )
        if empty:
            self.tank = tank.emptied(self.tank)
        return dict.fromkeys(users, share)

    def _water(
        self, zone: Zone, minutes: float, share: dict[str, float], rain_mm: float
    ) -> None:
        """Let water into the soil of a zone, and let its plants drink."""
        spec = zone.spec
        litres = (
            self.outlets[spec.valve].flow_l_min * minutes * share.get(spec.valve, 1.0)
        )
        hours = minutes * self.speed / 60
        reference_mm = self.weather.reference_et_mm_h(self.simulated_at) * hours
        wall = spec.green_wall_area_m2 / spec.rooted_area_m2
        zone.delivered_l += litres
        zone.soil = soil.step(
            spec.soil,
            zone.soil,
            hours,
            litres / spec.rooted_area_m2 + rain_mm * spec.rain_factor,
            reference_mm * spec.thirst * wall,
        )
        for probe in zone.probes:
            probe.follow(zone.vwc, hours)

    def _set_flows(self) -> None:
        """Work out what each outlet gives now."""
        supply = self.scenario.supply
        for zone in self.zones:
            outlet = self.outlets[zone.spec.valve]
            flows = outlet.is_open and self._reaches(zone.spec)
            outlet.flow_l_min = zone.spec.flow_l_min if flows else 0.0
        users = {z.spec.valve for z in self.zones if z.spec.source is Source.TANK}
        total = sum(self.outlets[key].flow_l_min for key in users)
        if supply.capacity_l_min is None or total <= supply.capacity_l_min:
            return
        for key in users:
            self.outlets[key].flow_l_min *= supply.capacity_l_min / total

    def _reaches(self, spec: ZoneSpec) -> bool:
        """Tell whether there is water in front of a zone's outlet."""
        if spec.behind_master and not self._is_open(self.scenario.supply.master):
            return False
        if spec.source is Source.MAINS:
            return True
        return self._is_open(self.scenario.supply.pump) and self._has_water()

    def _has_pressure(self) -> bool:
        """Tell whether the pipe between the supply and the zones is under pressure."""
        supply = self.scenario.supply
        ready = self._is_open(supply.master) and self._is_open(supply.pump)
        return ready and self._has_water()

    def _has_water(self) -> bool:
        """Tell whether the tank, if there is one, has water."""
        return self.tank is None or self.tank.litres > EMPTY_L

    def _is_open(self, key: str | None) -> bool:
        """Tell whether an outlet is open; one that does not exist is in nobody's way."""
        return key is None or self.outlets[key].is_open

    def _count_dry_pump(self, minutes: float) -> None:
        """Count how long the pump ran without water."""
        pump = self.scenario.supply.pump
        if pump and self.outlets[pump].is_open and not self._has_water():
            self.pump_dry_s += minutes * 60


def _full(scenario: Scenario) -> Tank | None:
    """Fill the tank as the scenario says."""
    if scenario.tank is None:
        return None
    return Tank(litres=scenario.tank.initial * scenario.tank.capacity_l)
