"""The water balance of one root zone, as a bucket that drains and is drunk from."""

from dataclasses import dataclass, replace
from math import exp

from .spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class SoilSpec(Spec):
    """What the soil of a root zone is like; water contents are m³/m³."""

    field_capacity: float = 0.24
    wilting_point: float = 0.11
    saturation: float = 0.42
    root_depth_m: float = 0.4
    drainage_h: float = 12.0
    """Time in which the water above field capacity falls to a third (1/e)."""
    stress_point: float = 0.5
    """Share of the available water that is gone when plants begin to suffer, 0..1."""

    def __post_init__(self) -> None:
        """Refuse a soil that cannot be."""
        if not 0 <= self.wilting_point < self.field_capacity < self.saturation <= 0.9:
            raise ValueError("wilting point < field capacity < saturation <= 0.9")
        if self.root_depth_m <= 0 or self.drainage_h <= 0:
            raise ValueError("root depth and drainage time are above zero")
        if not 0 < self.stress_point < 1:
            raise ValueError("the stress point lies between 0 and 1")

    def depth_mm(self, vwc: float) -> float:
        """Return the water in the root zone at a water content."""
        return vwc * self.root_depth_m * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Soil:
    """Water in a root zone and where it came from and went, in mm."""

    water_mm: float
    supplied_mm: float = 0.0
    transpired_mm: float = 0.0
    drained_mm: float = 0.0
    runoff_mm: float = 0.0
    stress_h: float = 0.0

    def vwc(self, spec: SoilSpec) -> float:
        """Return the mean water content of the root zone, m³/m³."""
        return self.water_mm / spec.depth_mm(1.0)

    def depletion_mm(self, spec: SoilSpec) -> float:
        """Return the water missing below field capacity, 0 when there is more."""
        return max(0.0, spec.depth_mm(spec.field_capacity) - self.water_mm)


def comfort(spec: SoilSpec, soil: Soil) -> float:
    """Return how freely plants can drink, 0..1 (the stress coefficient Ks of FAO-56)."""
    available = spec.depth_mm(spec.field_capacity - spec.wilting_point)
    left = soil.water_mm - spec.depth_mm(spec.wilting_point)
    return min(1.0, max(0.0, left / (available * (1 - spec.stress_point))))


def step(
    spec: SoilSpec, soil: Soil, hours: float, supply_mm: float, demand_mm: float
) -> Soil:
    """Carry the balance on; supply and demand are the depths of the whole step."""
    full_mm = spec.depth_mm(spec.saturation)
    water_mm = soil.water_mm + supply_mm
    runoff_mm = max(0.0, water_mm - full_mm)
    water_mm -= runoff_mm
    share = comfort(spec, soil)
    drunk_mm = min(
        demand_mm * share, max(0.0, water_mm - spec.depth_mm(spec.wilting_point))
    )
    water_mm -= drunk_mm
    drained_mm = _drainage_mm(spec, water_mm, hours)
    return replace(
        soil,
        water_mm=water_mm - drained_mm,
        supplied_mm=soil.supplied_mm + supply_mm,
        transpired_mm=soil.transpired_mm + drunk_mm,
        drained_mm=soil.drained_mm + drained_mm,
        runoff_mm=soil.runoff_mm + runoff_mm,
        stress_h=soil.stress_h + (hours if share < 1.0 else 0.0),
    )


def _drainage_mm(spec: SoilSpec, water_mm: float, hours: float) -> float:
    """Return what seeps away of the water above field capacity."""
    excess_mm = max(0.0, water_mm - spec.depth_mm(spec.field_capacity))
    return excess_mm * (1 - exp(-hours / spec.drainage_h))
