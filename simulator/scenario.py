"""What a simulated quarter consists of; read from YAML or JSON."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
import json
from pathlib import Path

from mashumaro.exceptions import MissingField
import yaml

from .probe import ProbeSpec
from .soil import SoilSpec
from .spec import Spec
from .tank import TankSpec
from .temi.spec import RobotSpec
from .valve import Timer
from .weather import Climate

OWN_KEYS = ("tank", "supply")
LOBEDA = Path(__file__).parent / "scenarios" / "lobeda.yaml"


class ScenarioError(ValueError):
    """A scenario that cannot be used, with the reason."""


class ValveKind(StrEnum):
    """What a valve appears as."""

    SWV = "swv"
    """Battery valve with a flow meter and a timer in its opening command."""
    DUAL = "dual"
    """Battery valve with two outlets, `l1` and `l2`."""
    PLAIN = "plain"
    """Battery valve that cannot count."""
    COUNTDOWN = "countdown"
    """Battery valve with a setting in minutes that holds for every opening."""
    RELAY = "relay"
    """Mains-powered relay: a master valve, a pump."""


class Source(StrEnum):
    """Where the water of a zone comes from."""

    TANK = "tank"
    MAINS = "mains"


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSpec(Spec):
    """A device that only measures."""

    key: str
    name: str
    ieee: str = ""
    report_s: float = 600.0
    """Simulated seconds between two reports at the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValveSpec(Spec):
    """A valve or relay."""

    key: str
    name: str
    ieee: str = ""
    kind: ValveKind = ValveKind.SWV
    timer: Timer | None = None
    """None: what is usual for the kind."""
    latency_s: tuple[float, float] = (0.3, 1.0)
    """Least and longest time from command to movement."""
    countdown_unit_s: float = 60.0
    """Seconds that one step of a countdown lasts; tests shorten it."""

    @property
    def outlets(self) -> tuple[str, ...]:
        """Return the keys of the outlets."""
        if self.kind is ValveKind.DUAL:
            return (f"{self.key}/l1", f"{self.key}/l2")
        return (self.key,)

    @property
    def counts_by(self) -> Timer:
        """Return what the valve can count by itself."""
        if self.timer is not None:
            return self.timer
        usual = {ValveKind.PLAIN: Timer.NONE, ValveKind.COUNTDOWN: Timer.COUNTDOWN}
        return usual.get(self.kind, Timer.ON_TIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSpec(Spec):
    """A part of a façade: plants, their soil, and the outlet that waters them."""

    key: str
    name: str
    valve: str
    """Key of an outlet: `valve`, or `valve/l2` of a valve with two."""
    soil: SoilSpec = field(default_factory=SoilSpec)
    rooted_area_m2: float = 4.0
    green_wall_area_m2: float = 24.0
    thirst: float = 0.35
    """Water a m² of green wall transpires, as a share of the reference evapotranspiration."""
    rain_factor: float = 0.1
    """Share of the rain that reaches the soil at the foot of the wall, 0..1."""
    depleted: float = 0.2
    """Share of the available water that is gone at the start, 0..1."""
    flow_l_min: float = 12.0
    source: Source = Source.TANK
    behind_master: bool = True
    probes: tuple[ProbeSpec, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a zone that cannot be."""
        if min(self.rooted_area_m2, self.green_wall_area_m2, self.flow_l_min) <= 0:
            raise ValueError("areas and flow are above zero")
        if not 0 <= self.depleted <= 1:
            raise ValueError("depleted is a fraction")


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplySpec(Spec):
    """How water gets to the zones; names are keys of valves."""

    master: str | None = None
    pump: str | None = None
    capacity_l_min: float | None = None
    """What the pump can give at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Spec):
    """A simulated quarter."""

    name: str
    start: datetime
    """Simulated time at the start, with its offset."""
    seed: int = 1
    climate: Climate = field(default_factory=Climate)
    valves: tuple[ValveSpec, ...] = ()
    zones: tuple[ZoneSpec, ...] = ()
    supply: SupplySpec = field(default_factory=SupplySpec)
    tank: TankSpec | None = None
    tank_level: SensorSpec | None = None
    tank_distance: SensorSpec | None = None
    thermometer: SensorSpec | None = None
    rain_gauge: SensorSpec | None = None
    cords: tuple[SensorSpec, ...] = ()
    radars: tuple[SensorSpec, ...] = ()
    beds: tuple[SensorSpec, ...] = ()
    doors: tuple[SensorSpec, ...] = ()
    motions: tuple[SensorSpec, ...] = ()
    pager: SensorSpec | None = None
    robots: tuple[RobotSpec, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a quarter whose parts do not fit."""
        if self.start.tzinfo is None:
            raise ScenarioError("start needs an offset from UTC")
        if doubled := [key for key, n in Counter(self.device_keys()).items() if n > 1]:
            raise ScenarioError(f"keys used twice: {', '.join(doubled)}")
        outlets = {outlet for valve in self.valves for outlet in valve.outlets}
        if missing := [key for key in self._named_outlets() if key not in outlets]:
            raise ScenarioError(f"no such outlet: {', '.join(missing)}")
        if (self.tank_level or self.tank_distance) and self.tank is None:
            raise ScenarioError("a level sensor needs a tank")

    def sensors(self) -> tuple[SensorSpec, ...]:
        """Return the devices that only measure, without the probes."""
        places = (
            self.tank_level,
            self.tank_distance,
            self.thermometer,
            self.rain_gauge,
            *self.cords,
            *self.radars,
            *self.beds,
            *self.doors,
            *self.motions,
            self.pager,
        )
        return tuple(sensor for sensor in places if sensor is not None)

    def device_keys(self) -> Iterator[str]:
        """Yield the key of everything that can have faults."""
        yield from OWN_KEYS
        yield from (valve.key for valve in self.valves)
        yield from (probe.key for zone in self.zones for probe in zone.probes)
        yield from (sensor.key for sensor in self.sensors())
        yield from (robot.key for robot in self.robots)

    def _named_outlets(self) -> Iterator[str]:
        """Yield the outlets that zones and the supply name."""
        yield from (zone.valve for zone in self.zones)
        yield from (key for key in (self.supply.master, self.supply.pump) if key)


def load(path: Path) -> Scenario:
    """Read a scenario from a YAML or JSON file."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Scenario.from_dict(json.loads(json.dumps(data, default=str)))
    except (OSError, ValueError, TypeError, LookupError, yaml.YAMLError) as err:
        raise ScenarioError(f"{path}: {_reason(err)}") from err


def _reason(err: BaseException) -> str:
    """Return the innermost reason of an error."""
    while err.__cause__ is not None or err.__context__ is not None:
        err = err.__cause__ or err.__context__ or err
    if isinstance(err, MissingField):
        return f"{err.field_name} is missing in {err.holder_class_name}"
    return str(err) or type(err).__name__
