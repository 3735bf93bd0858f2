"""A soil-moisture probe: it follows the soil late, and never quite tells the truth."""

from dataclasses import dataclass, field
from math import exp
import random

from .faults import Faults
from .spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSpec(Spec):
    """How a probe measures and reports; contents are volume percent."""

    key: str
    name: str
    ieee: str = ""
    lag_h: float = 0.5
    """Time in which two thirds of a change in the soil reach the probe."""
    bias: float = 0.0
    drift_day: float = 0.0
    """Change of the bias per simulated day."""
    noise: float = 0.2
    """Standard deviation of a reading."""
    quantum: float = 0.1
    report_s: float = 600.0
    """Simulated seconds between two reports at the latest."""
    report_change: float = 1.0
    """Change that is reported at once."""

    def __post_init__(self) -> None:
        """Refuse a probe that cannot be."""
        if self.quantum <= 0 or self.report_s <= 0 or self.lag_h < 0:
            raise ValueError("quantum and report_s are above zero, lag_h is not below")


@dataclass(slots=True)
class Probe:
    """A probe in the soil."""

    spec: ProbeSpec
    level: float
    """Water content at the probe's depth, volume percent."""
    chance: random.Random
    faults: Faults = field(default_factory=dict)
    drift: float = 0.0
    _frozen: float | None = None

    def follow(self, vwc: float, hours: float) -> None:
        """Let the wetting front move towards the water content of the soil."""
        lag_h = self.spec.lag_h
        share = 1 - exp(-hours / lag_h) if lag_h > 0 else 1.0
        self.level += (vwc * 100 - self.level) * share
        self.drift += self.spec.drift_day * hours / 24

    def read(self) -> float:
        """Return a reading in volume percent, 0..100, in steps of the quantum."""
        if "stuck" not in self.faults:
            self._frozen = self._measure()
        if self._frozen is None:
            self._frozen = self._measure()
        return self._frozen

    def _measure(self) -> float:
        """Measure with all errors."""
        noise = self.spec.noise + self.faults.get("noise", 0.0)
        bias = self.spec.bias + self.drift + self.faults.get("bias", 0.0)
        value = self.level + bias + self.chance.gauss(0.0, noise)
        steps = round(min(100.0, max(0.0, value)) / self.spec.quantum)
        return round(steps * self.spec.quantum, 3)
