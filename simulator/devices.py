"""The devices of the quarter, each with a face to MQTT and a hand in the world.

A new kind of device is a subclass of `Device` and a line in `devices`.
"""

from abc import ABC, abstractmethod
from datetime import datetime
import logging
import random
from typing import Any, override

from .discovery import BATTERY, LINK_QUALITY, Hardware, ieee_of, measurement
from .probe import Probe, ProbeSpec
from .scenario import Scenario, SensorSpec, ValveSpec
from .world import World

type Payload = dict[str, Any]

_LOGGER = logging.getLogger(__name__)

SOIL_COOLING_K = 2.0


class Device(ABC):
    """Something that appears in MQTT."""

    hardware: Hardware
    deeds: tuple[str, ...] = ()
    """What a person can do with it."""

    def __init__(self, world: World, spec: ValveSpec | ProbeSpec | SensorSpec) -> None:
        """Give the device its name and address."""
        self.world = world
        self.key = spec.key
        self.friendly_name = spec.name
        self.ieee = spec.ieee or ieee_of(spec.key)
        self.chance = random.Random(f"radio {world.seed} {spec.key}")

    @property
    def is_available(self) -> bool:
        """Tell whether the device can be reached."""
        return "unavailable" not in self.world.faults[self.key]

    @property
    def endpoints(self) -> tuple[str | None, ...]:
        """Return the endpoints that take commands of their own; None is the device itself."""
        return (None, *(e.endpoint for e in self.hardware.entities if e.endpoint))

    @abstractmethod
    def state(self) -> Payload:
        """Return the state message of now."""

    def command(self, endpoint: str | None, payload: Payload) -> None:
        """Take a command; most devices know none."""
        _LOGGER.debug("%s knows no command %s at %s", self.key, payload, endpoint)

    def do(self, deed: str) -> None:
        """Let a person do something with it; most devices do not notice."""
        _LOGGER.debug("%s does not notice %s", self.key, deed)

    def reports(self) -> bool:
        """Tell whether the device has something to report by itself."""
        return False

    def flow_changed(self) -> bool:
        """Tell whether another flow is measured than was told last."""
        return False

    def radio(self) -> Payload:
        """Return what every device tells of its radio."""
        return {"linkquality": self.chance.randint(90, 180)}

    def cell(self) -> Payload:
        """Return the battery, which loses a percent in four days of simulated time."""
        days = (
            self.world.simulated_at - self.world.scenario.start
        ).total_seconds() / 86400
        return {"battery": max(1, round(100 - days / 4))}


class Sensor(Device, ABC):
    """A device that measures: it reports at an interval, and at once when much changed."""

    change: float = 1.0
    """Change of the main value that is reported at once."""

    def __init__(self, world: World, spec: ProbeSpec | SensorSpec) -> None:
        """Begin with a report."""
        super().__init__(world, spec)
        self.report_s = spec.report_s
        self._reported_at: datetime | None = None
        self._reported = 0.0

    @abstractmethod
    def value(self) -> float:
        """Return the main value of now, without the errors of measuring."""

    @abstractmethod
    def measure(self) -> Payload:
        """Measure."""

    @override
    def state(self) -> Payload:
        """Measure and tell."""
        return self.measure() | self.cell() | self.radio()

    @override
    def reports(self) -> bool:
        """Tell whether a report is due, and remember that it was made."""
        now, value = self.world.simulated_at, self.value()
        if "silent" in self.world.faults[self.key] or not self.is_available:
            return False
        if self._reported_at is not None:
            waited_s = (now - self._reported_at).total_seconds()
            if waited_s < self.report_s and abs(value - self._reported) < self.change:
                return False
        self._reported_at, self._reported = now, value
        return True


class SoilProbe(Sensor):
    """A soil-moisture probe."""

    hardware = Hardware(
        manufacturer="Tuya",
        model="Soil sensor",
        model_id="TS0601_soil",
        entities=(
            measurement("soil_moisture", "Soil moisture", "%", "moisture"),
            measurement("temperature", "Temperature", "°C", "temperature"),
            BATTERY,
            LINK_QUALITY,
        ),
    )

    def __init__(self, world: World, probe: Probe) -> None:
        """Put the probe on the air."""
        super().__init__(world, probe.spec)
        self.probe = probe
        self.change = probe.spec.report_change

    @override
    def value(self) -> float:
        """Return the water content at the probe's depth."""
        return self.probe.level + self.world.faults[self.key].get("bias", 0.0)

    @override
    def measure(self) -> Payload:
        """Measure moisture and temperature of the soil."""
        air_c = self.world.weather.temperature_c(self.world.simulated_at)
        soil_c = air_c - SOIL_COOLING_K + self.chance.gauss(0.0, 0.1)
        return {"soil_moisture": self.probe.read(), "temperature": round(soil_c, 1)}


class Thermometer(Sensor):
    """An outdoor thermometer."""

    change = 0.5
    hardware = Hardware(
        manufacturer="SONOFF",
        model="Temperature and humidity sensor with waterproof probe",
        model_id="SNZB-02WD",
        entities=(
            measurement("temperature", "Temperature", "°C", "temperature"),
            BATTERY,
            LINK_QUALITY,
        ),
    )

    @override
    def value(self) -> float:
        """Return the air temperature."""
        return self.world.weather.temperature_c(self.world.simulated_at)

    @override
    def measure(self) -> Payload:
        """Measure the air temperature."""
        return {"temperature": round(self.value() + self.chance.gauss(0.0, 0.05), 2)}


class RainGauge(Sensor):
    """A rain gauge that counts up."""

    change = 0.2
    hardware = Hardware(
        manufacturer="HOBEIAN",
        model="Rain gauge",
        model_id="ZG-223Z",
        entities=(
            measurement(
                "rain", "Rain", "mm", "precipitation", state_class="total_increasing"
            ),
            BATTERY,
            LINK_QUALITY,
        ),
    )

    @override
    def value(self) -> float:
        """Return the rain since the start, mm."""
        return self.world.rain_mm

    @override
    def measure(self) -> Payload:
        """Read the counter."""
        return {"rain": round(self.value(), 1)}


class TankLevel(Sensor):
    """A float in the tank that tells its level in percent."""

    hardware = Hardware(
        manufacturer="Tuya",
        model="Tank level monitor",
        model_id="TLC2206",
        entities=(
            measurement("liquid_level_percent", "Liquid level", "%"),
            BATTERY,
            LINK_QUALITY,
        ),
    )

    @override
    def value(self) -> float:
        """Return how full the tank is, percent."""
        tank, spec = self.world.tank, self.world.scenario.tank
        return 0.0 if tank is None or spec is None else 100 * tank.fraction(spec)

    @override
    def measure(self) -> Payload:
        """Read the float."""
        return {"liquid_level_percent": round(self.value())}


class TankDistance(Sensor):
    """An ultrasonic sensor above the tank that tells the distance to the water."""

    hardware = Hardware(
        manufacturer="Tuya",
        model="Ultrasonic distance sensor",
        model_id="ME201WZ",
        entities=(
            measurement("liquid_depth", "Distance", "cm", "distance"),
            BATTERY,
            LINK_QUALITY,
        ),
    )

    @override
    def value(self) -> float:
        """Return the distance to the surface, cm."""
        tank, spec = self.world.tank, self.world.scenario.tank
        return 0.0 if tank is None or spec is None else tank.distance_cm(spec)

    @override
    def measure(self) -> Payload:
        """Measure the distance."""
        return {"liquid_depth": round(self.value() + self.chance.gauss(0.0, 0.2), 1)}


SENSORS: dict[str, type[Sensor]] = {
    "thermometer": Thermometer,
    "rain_gauge": RainGauge,
    "tank_level": TankLevel,
    "tank_distance": TankDistance,
}


def sensors(world: World, scenario: Scenario) -> list[Device]:
    """Return all devices that only measure."""
    found: list[Device] = [
        SoilProbe(world, p) for zone in world.zones for p in zone.probes
    ]
    for field, kind in SENSORS.items():
        spec: SensorSpec | None = getattr(scenario, field)
        if spec is not None:
            found.append(kind(world, spec))
    return found
