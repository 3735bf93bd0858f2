"""Weather of a mild Central European place: any moment can be asked, a seed makes it repeat."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import cos, pi, sin
import random

from .spec import Spec

SUNRISE_H = 5.0
DAYLIGHT_H = 15.0
WARMEST_H = 14.0
WARMEST_DAY = 200
COOLEST_SHARE_OF_ET = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate(Spec):
    """The long-term weather of a place; hours are those of its clock in UTC."""

    mean_c: float = 10.0
    """Mean air temperature of the year."""
    season_c: float = 9.5
    """How much warmer the warmest month is than the mean."""
    day_c: float = 6.0
    """How much warmer the afternoon is than the mean of the day."""
    et_mm_day: float = 4.3
    """Reference evapotranspiration of a dry day in midsummer."""
    rain_chance: float = 0.28
    """Share of days with rain, 0..1."""
    rain_mm: float = 6.0
    """Mean rain of a day with rain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shower:
    """The rain of one day."""

    begins_h: float
    hours: float
    rain_mm: float


@dataclass(frozen=True, slots=True)
class Weather:
    """The weather of a seed in a climate."""

    climate: Climate
    seed: int

    def temperature_c(self, at: datetime) -> float:
        """Return the air temperature."""
        climate = self.climate
        season = climate.season_c * _season(at)
        day = climate.day_c * cos(2 * pi * (_hour(at) - WARMEST_H) / 24)
        return climate.mean_c + season + day + _mood(self.seed, at.toordinal())

    def rain_mm(self, start: datetime, end: datetime) -> float:
        """Return the rain between two moments."""
        depth_mm, at = 0.0, start
        while at < end:
            midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
            until = min(end, midnight + timedelta(days=1))
            depth_mm += self._rain_of_day(
                at, _hours(midnight, at), _hours(midnight, until)
            )
            at = until
        return depth_mm

    def _rain_of_day(self, day: datetime, from_h: float, to_h: float) -> float:
        """Return the rain between two hours of a day."""
        shower = _shower(self.climate, self.seed, day.toordinal())
        if shower is None:
            return 0.0
        ends_h = shower.begins_h + shower.hours
        overlap_h = min(to_h, ends_h) - max(from_h, shower.begins_h)
        return shower.rain_mm * max(0.0, overlap_h) / shower.hours

    def reference_et_mm_h(self, at: datetime) -> float:
        """Return the reference evapotranspiration of the moment: nothing at night."""
        since_sunrise = (_hour(at) - SUNRISE_H) / DAYLIGHT_H
        if not 0 < since_sunrise < 1:
            return 0.0
        peak_mm_h = self._et_mm_day(at) * pi / 2 / DAYLIGHT_H
        return peak_mm_h * sin(pi * since_sunrise)

    def _et_mm_day(self, at: datetime) -> float:
        """Return the reference evapotranspiration of a day; rain halves it."""
        warmth = (1 + _season(at)) / 2
        share = COOLEST_SHARE_OF_ET + (1 - COOLEST_SHARE_OF_ET) * warmth
        wet = _shower(self.climate, self.seed, at.toordinal()) is not None
        return self.climate.et_mm_day * share * (0.5 if wet else 1.0)


def _season(at: datetime) -> float:
    """Return where in the year a day lies: 1 in midsummer, -1 in midwinter."""
    return cos(2 * pi * (at.timetuple().tm_yday - WARMEST_DAY) / 365)


def _hour(at: datetime) -> float:
    """Return the hour of the day with its fraction."""
    return at.hour + at.minute / 60 + at.second / 3600


def _hours(start: datetime, end: datetime) -> float:
    """Return the hours between two moments."""
    return (end - start).total_seconds() / 3600


@lru_cache(maxsize=512)
def _shower(climate: Climate, seed: int, day: int) -> Shower | None:
    """Return the rain of a day, if it rains."""
    chance = random.Random(f"rain {seed} {day}")
    if chance.random() >= climate.rain_chance:
        return None
    hours = chance.uniform(1.0, 6.0)
    return Shower(
        begins_h=chance.uniform(0.0, 24.0 - hours),
        hours=hours,
        rain_mm=chance.expovariate(1 / climate.rain_mm),
    )


@lru_cache(maxsize=512)
def _mood(seed: int, day: int) -> float:
    """Return how much warmer a day is than usual, K."""
    return random.Random(f"mood {seed} {day}").gauss(0.0, 2.0)
