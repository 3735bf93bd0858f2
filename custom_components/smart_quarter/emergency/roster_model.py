"""The vocabulary of the duty roster: shifts, what a calendar says, and who took over.

Persons go by opaque ids; all times are UTC, except those of a shift.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, tzinfo
from enum import StrEnum


class DutySource(StrEnum):
    """Why somebody is on duty."""

    TAKEN_OVER = "taken_over"
    CALENDAR = "calendar"
    WEEKLY = "weekly"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A part of the weekly plan, by the clock on the wall."""

    persons: tuple[str, ...]
    weekdays: frozenset[int]
    """On which it begins; Monday is 0."""
    start: time
    end: time
    """Not after `start`: on the next day; the same: a whole day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An event of the calendar."""

    start: datetime
    end: datetime
    who: tuple[str, ...]
    """Persons, roles, or everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a calendar said when it was read."""

    calendar: str
    read_at: datetime
    until: datetime
    """What comes later was not read."""
    spans: tuple[Span, ...] = ()
    names_strangers: bool = False
    """A summary names somebody who is not in the care team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """Somebody has taken the duty over."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who is on duty when, as far as it was planned."""

    zone: tzinfo = UTC
    """Of the clock on the wall."""
    team: Mapping[str, str] = field(default_factory=dict)
    """Persons who can be on duty, and their roles."""
    weekly: tuple[Shift, ...] = ()
    plan: Plan | None = None
