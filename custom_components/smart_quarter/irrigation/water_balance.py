"""Soil water balance of a zone, in the terms of FAO-56 chapter 8.

Depths are mm over the rooted area; 1 mm over 1 m² is 1 litre.
"""

from datetime import date, datetime, timedelta, tzinfo
import math
from typing import Final

from .model import Depletion, Soil, ZoneConfig

REFERENCE_ET_MM_DAY: Final = (
    0.4,
    0.7,
    1.3,
    2.2,
    3.2,
    3.8,
    4.1,
    3.5,
    2.3,
    1.2,
    0.6,
    0.4,
)
"""Mean grass reference evapotranspiration per month, January first.

Rounded for the inland climate at 51° N (about 720 mm a year); each lies within a third of
FAO-56 equation 52 with the usual daily extremes of temperature there.
"""
FACADE_FACTOR: Final = 0.8
"""Crop coefficient of a climber per m² of green wall, of the order of FAO-56 table 12 (grapes)."""
_MID_MONTH: Final = 15


def total_available_water_mm(soil: Soil) -> float:
    """Return TAW = 1000 (FC - WP) Zr, FAO-56 equation 82."""
    return 1000 * (soil.field_capacity - soil.wilting_point) * soil.root_depth_m


def depletion_mm(soil: Soil, vwc: float) -> float:
    """Return Dr = 1000 (FC - θ) Zr, FAO-56 equation 87, within 0..TAW."""
    raw = 1000 * (soil.field_capacity - vwc) * soil.root_depth_m
    return min(max(raw, 0.0), total_available_water_mm(soil))


def threshold_mm(soil: Soil, mad: float) -> float:
    """Return the depletion at which watering is due: MAD x TAW, FAO-56 equation 83."""
    return mad * total_available_water_mm(soil)


def dose_mm(zone: ZoneConfig, depletion: float) -> float:
    """Return the depth that refills the wanted share of a depletion."""
    return depletion * zone.refill


def litres_of(depth_mm: float, rooted_area_m2: float) -> float:
    """Return the litres of a depth over an area."""
    return depth_mm * rooted_area_m2


def depth_of(litres: float, rooted_area_m2: float) -> float:
    """Return the depth of a volume over an area, mm."""
    return litres / rooted_area_m2


def open_seconds(litres: float, flow_l_min: float) -> int:
    """Return how long the valve must be open for a volume, rounded up."""
    return math.ceil(litres / flow_l_min * 60)


def litres_in(open_s: float, flow_l_min: float) -> float:
    """Return what flows in a time at the nominal flow."""
    return open_s / 60 * flow_l_min


def expected_vwc_rise(zone: ZoneConfig, litres: float) -> float:
    """Return the mean rise of the root zone's water content by a volume, m³/m³."""
    return depth_of(litres, zone.rooted_area_m2) / (1000 * zone.soil.root_depth_m)


def seasonal_demand_mm_day(zone: ZoneConfig, day: date) -> float:
    """Return the expected crop evapotranspiration over the rooted area, mm/day.

    Reference evapotranspiration of the season times the façade's factor, concentrated from
    the green wall on the rooted area; at most TAW, which no plant can take up faster.
    """
    concentration = zone.green_wall_area_m2 / zone.rooted_area_m2
    demand = reference_et_mm_day(day) * FACADE_FACTOR * concentration
    return min(demand, total_available_water_mm(zone.soil))


def reference_et_mm_day(day: date) -> float:
    """Return the season's reference evapotranspiration, linear between mid-months."""
    earlier = date(day.year, day.month, _MID_MONTH)
    if day < earlier:
        earlier = (earlier - timedelta(days=_MID_MONTH + 5)).replace(day=_MID_MONTH)
    later = (earlier + timedelta(days=20)).replace(day=_MID_MONTH)
    share = (day - earlier) / (later - earlier)
    first = REFERENCE_ET_MM_DAY[earlier.month - 1]
    second = REFERENCE_ET_MM_DAY[later.month - 1]
    return first + share * (second - first)


def carry_on(
    zone: ZoneConfig,
    depletion: Depletion,
    now: datetime,
    time_zone: tzinfo,
    delivered_mm: float = 0.0,
) -> Depletion:
    """Carry a depletion on to now: plus the season's demand, minus delivered water."""
    days = max(0.0, (now - depletion.at).total_seconds() / 86400)
    demand = seasonal_demand_mm_day(zone, now.astimezone(time_zone).date()) * days
    depth_mm = depletion.depth_mm + demand - delivered_mm
    bounded = min(max(depth_mm, 0.0), total_available_water_mm(zone.soil))
    return Depletion(depth_mm=bounded, at=now, measured=False)
