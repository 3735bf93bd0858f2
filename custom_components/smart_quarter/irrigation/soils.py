"""Soil textures with typical water contents.

Field capacity and wilting point are the middles of the ranges in FAO-56 table 19,
saturation the typical porosity of the texture class (Rawls, Brakensiek and Saxton 1982).
"""

from enum import StrEnum
from typing import Final, NamedTuple


class Texture(StrEnum):
    """Texture class of a soil; custom: the user enters the numbers."""

    SAND = "sand"
    LOAMY_SAND = "loamy_sand"
    SANDY_LOAM = "sandy_loam"
    LOAM = "loam"
    SILT_LOAM = "silt_loam"
    CLAY = "clay"
    CUSTOM = "custom"


class WaterContents(NamedTuple):
    """Volumetric water contents of a soil, m³/m³."""

    field_capacity: float
    wilting_point: float
    saturation: float


TEXTURES: Final = {
    Texture.SAND: WaterContents(0.12, 0.045, 0.437),
    Texture.LOAMY_SAND: WaterContents(0.15, 0.065, 0.437),
    Texture.SANDY_LOAM: WaterContents(0.23, 0.11, 0.453),
    Texture.LOAM: WaterContents(0.25, 0.12, 0.463),
    Texture.SILT_LOAM: WaterContents(0.29, 0.15, 0.501),
    Texture.CLAY: WaterContents(0.36, 0.22, 0.475),
}

CUSTOM_SATURATION: Final = 0.47
"""Porosity assumed when the user enters field capacity and wilting point."""
