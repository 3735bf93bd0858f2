"""How much a tank can give, from a level sensor of any unit."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .model import TankConfig, TankLevel, TankState

PLAUSIBLE: Final = (-0.1, 1.1)
"""A reading that maps outside of this is no level."""


def observe(
    config: TankConfig, state: TankState, reading: float | None, now: datetime
) -> TankState:
    """Take in a reading; one that is no level leaves the tank unknown."""
    state = alive(state, now)
    if reading is None:
        return replace(state, fraction=None)
    span = config.reading_full - config.reading_empty
    fraction = (reading - config.reading_empty) / span
    if not PLAUSIBLE[0] <= fraction <= PLAUSIBLE[1]:
        return replace(state, fraction=None)
    return replace(state, fraction=min(max(fraction, 0.0), 1.0), read_at=now)


def alive(state: TankState, now: datetime) -> TankState:
    """Note a sign of life of the level sensor's device."""
    return replace(state, alive_at=now)


def level(config: TankConfig, state: TankState, now: datetime) -> TankLevel:
    """Return the level with hysteresis: what is low, or was unknown, is low until restart."""
    silent = timedelta(seconds=config.silent_after_s)
    fraction = state.fraction
    if fraction is None or state.alive_at is None or now - state.alive_at > silent:
        return TankLevel.UNKNOWN
    if fraction < config.empty:
        return TankLevel.EMPTY
    if fraction >= config.restart:
        return TankLevel.OK
    if state.level is TankLevel.EMPTY:
        return TankLevel.EMPTY
    if fraction < config.low or state.level is not TankLevel.OK:
        return TankLevel.LOW
    return TankLevel.OK
