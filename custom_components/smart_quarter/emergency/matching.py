"""What the state of an entity means for a source: it calls for help, or is over.

Kept apart from Home Assistant: states come as text. A radio that drops out and a restart
neither raise nor swallow an alarm.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from math import isfinite
from typing import Final

ON: Final = frozenset(
    {"on", "true", "alarm", "emergency", "sos", "pressed", "fall_alarm", "fall"}
)
"""What on/off entities, and sensors that speak in words, say when they call."""
UNKNOWN: Final = frozenset({"unavailable", "unknown"})
MOMENTARY: Final = frozenset({"event", "button", "input_button"})
"""Domains whose state is the time of the last press."""


class Match(Enum):
    """What a state says."""

    NOTHING = auto()
    MATCHED = auto()
    FOUND_ON = auto()
    """It is on, but nobody saw it become so: an alarm unless it is known."""
    CLEARED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRule:
    """Which states call for help; with a limit only numbers say anything at all."""

    above: float | None = None
    """A number calls that is greater than this, in the entity's own unit."""
    below: float | None = None
    """A number calls that is less than this."""
    words: frozenset[str] = ON
    """In lower case; they count where there is no limit."""

    def calls(self, state: str | None) -> bool | None:
        """Tell whether a state calls; None: it says nothing."""
        if state is None or state in UNKNOWN:
            return None
        if self.above is None and self.below is None:
            return state.lower() in self.words
        if (number := number_of(state)) is None:
            return None
        too_high = self.above is not None and number > self.above
        return too_high or (self.below is not None and number < self.below)


DEFAULT_RULE: Final = MatchRule()


@dataclass(frozen=True, slots=True)
class Seen:
    """States of an entity before and now, None: it did not exist."""

    domain: str
    before: str | None
    after: str | None

    @property
    def is_press(self) -> bool:
        """Tell whether this is the time of a press, new or old."""
        return is_momentary(self.domain) and self.after not in {None, *UNKNOWN}

    def after_drop_out(self, last_press: str | None) -> Seen:
        """Return it with the press that was known before a radio dropped out."""
        if self.before in {None, *UNKNOWN} and last_press is not None:
            return replace(self, before=last_press)
        return self


def is_momentary(domain: str) -> bool:
    """Tell whether entities of a domain only report, and never stay on."""
    return domain in MOMENTARY


def number_of(text: str) -> float | None:
    """Return a number that is written as text; None: it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def meaning_of(
    seen: Seen, heard_until: datetime, rule: MatchRule = DEFAULT_RULE
) -> Match:
    """Return what a change of state means.

    A press that is not later than `heard_until` was heard, or came before anybody listened.
    """
    if seen.after is None or seen.after in UNKNOWN:
        return Match.NOTHING
    if is_momentary(seen.domain):
        return _match_press(seen, heard_until)
    if (calls := rule.calls(seen.after)) is None:
        return Match.NOTHING
    if not calls:
        return Match.CLEARED
    if (called := rule.calls(seen.before)) is None:
        return Match.FOUND_ON
    return Match.NOTHING if called else Match.MATCHED


def _match_press(seen: Seen, heard_until: datetime) -> Match:
    """Return whether the time of the last press is news."""
    if seen.after is None or seen.after == seen.before:
        return Match.NOTHING
    if seen.before is not None and seen.before not in UNKNOWN:
        return Match.MATCHED
    try:
        pressed_at = datetime.fromisoformat(seen.after)
    except ValueError:
        return Match.NOTHING
    if pressed_at.tzinfo is None:
        return Match.NOTHING
    return Match.MATCHED if pressed_at > heard_until else Match.NOTHING
