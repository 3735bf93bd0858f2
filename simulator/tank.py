"""A rainwater tank: rain from the roof and a mains refill come in, the pump takes out."""

from dataclasses import dataclass, replace

from .spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class TankSpec(Spec):
    """What the tank is like."""

    capacity_l: float = 6000.0
    height_cm: float = 180.0
    sensor_gap_cm: float = 20.0
    """Distance from the level sensor to the full surface."""
    initial: float = 0.6
    """Fraction that it is full at the start, 0..1."""
    roof_m2: float = 350.0
    runoff: float = 0.85
    """Share of the rain on the roof that arrives."""
    refill_below: float = 0.08
    """Fraction below which the float switch lets mains water in."""
    refill_to: float = 0.15
    refill_l_min: float = 20.0
    """Mains flow, 0 for a tank without a refill."""

    def __post_init__(self) -> None:
        """Refuse a tank that cannot be."""
        if self.capacity_l <= 0 or self.height_cm <= 0:
            raise ValueError("capacity and height are above zero")
        if not 0 <= self.refill_below <= self.refill_to <= 1:
            raise ValueError("refill_below and refill_to are rising fractions")
        if not 0 <= self.initial <= 1:
            raise ValueError("initial is a fraction")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tank:
    """Water in the tank and where it came from and went, in litres."""

    litres: float
    rain_l: float = 0.0
    mains_l: float = 0.0
    overflow_l: float = 0.0
    drawn_l: float = 0.0
    spilled_l: float = 0.0
    """Lost because somebody emptied the tank."""
    is_refilling: bool = False

    def fraction(self, spec: TankSpec) -> float:
        """Return how full the tank is, 0..1."""
        return self.litres / spec.capacity_l

    def distance_cm(self, spec: TankSpec) -> float:
        """Return the distance a sensor above the tank measures to the surface."""
        return spec.sensor_gap_cm + (1 - self.fraction(spec)) * spec.height_cm


def step(
    spec: TankSpec, tank: Tank, minutes: float, rain_mm: float, drawn_l: float
) -> Tank:
    """Carry the balance on; minutes are those of the inflow, the draw is in litres."""
    drawn_l = min(drawn_l, tank.litres)
    refilling = _refills(spec, tank)
    mains_l = spec.refill_l_min * minutes if refilling else 0.0
    rain_l = rain_mm * spec.roof_m2 * spec.runoff
    litres = tank.litres - drawn_l + mains_l + rain_l
    overflow_l = max(0.0, litres - spec.capacity_l)
    return replace(
        tank,
        litres=litres - overflow_l,
        rain_l=tank.rain_l + rain_l,
        mains_l=tank.mains_l + mains_l,
        overflow_l=tank.overflow_l + overflow_l,
        drawn_l=tank.drawn_l + drawn_l,
        is_refilling=refilling,
    )


def emptied(tank: Tank) -> Tank:
    """Return the tank after all its water ran out."""
    return replace(
        tank, litres=0.0, spilled_l=tank.spilled_l + tank.litres, is_refilling=False
    )


def _refills(spec: TankSpec, tank: Tank) -> bool:
    """Tell whether the float switch lets mains water in."""
    if spec.refill_l_min <= 0:
        return False
    limit = spec.refill_to if tank.is_refilling else spec.refill_below
    return tank.fraction(spec) < limit
