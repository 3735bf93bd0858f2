"""How long alarms waited for somebody: a ring of the last weeks, and figures from it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from .model import Answer, Incident

WINDOW: Final = timedelta(days=30)
"""Figures are about this time."""
AT_MOST: Final = 1000
"""So many answers are remembered; the journal holds all."""


def with_answer(
    answers: tuple[Answer, ...], incident: Incident, now: datetime
) -> tuple[Answer, ...]:
    """Return the answers with the one that an incident gets now."""
    waited = now - (incident.alarm_at or incident.opened_at)
    seconds = max(waited.total_seconds(), 0.0)
    answer = Answer(at=now, seconds=seconds, late=incident.late)
    return (*recent(answers, now), answer)[-AT_MOST:]


def recent(answers: Iterable[Answer], now: datetime) -> list[Answer]:
    """Return the answers within the window."""
    return [each for each in answers if now - each.at <= WINDOW]


def share_within(
    answers: Iterable[Answer], limit_s: float, now: datetime
) -> float | None:
    """Return the share of alarms taken in time, in percent; None without alarms."""
    if not (found := recent(answers, now)):
        return None
    in_time = sum(not each.late and each.seconds <= limit_s for each in found)
    return round(100 * in_time / len(found), 1)


def median_s(answers: Iterable[Answer], now: datetime) -> float | None:
    """Return the median of the seconds until an alarm was taken; None without alarms."""
    found = [each.seconds for each in recent(answers, now)]
    return round(median(found), 1) if found else None
