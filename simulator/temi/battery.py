"""How full a robot is: it charges in its dock, and driving costs energy.

Pure: time comes in as an argument.
"""

from datetime import datetime, timedelta
from typing import Final

DOCKED_S: Final = 2.0
"""So long after it stands in the dock it says that it charges."""
CHARGE_S: Final = 30.0
DRAIN_S: Final = 60.0
"""Seconds of charging, and of driving, for a percent."""


class Battery:
    """The battery of a robot that stands in its dock at first."""

    def __init__(self, level: int) -> None:
        """Charge."""
        self.level = level
        self.is_charging = True
        self._docked_at: datetime | None = None
        self._energy_at: datetime | None = None

    def undock(self) -> None:
        """Charge no longer."""
        self._docked_at, self.is_charging = None, False

    def advance(self, now: datetime, *, in_dock: bool, is_driving: bool) -> None:
        """Carry it on to a moment."""
        self._dock(now, in_dock=in_dock)
        lasts_s = CHARGE_S if self.is_charging else DRAIN_S
        self._energy_at = self._energy_at or now
        if now - self._energy_at < timedelta(seconds=lasts_s):
            return
        self._energy_at = now
        by = 1 if self.is_charging else -int(is_driving)
        self.level = min(100, max(1, self.level + by))

    def _dock(self, now: datetime, *, in_dock: bool) -> None:
        """Begin to charge when it has stood in the dock for a moment."""
        if not in_dock:
            self._docked_at = None
        elif not self.is_charging and self._docked_at is None:
            self._docked_at = now + timedelta(seconds=DOCKED_S)
        if self._docked_at is not None and now >= self._docked_at:
            self._docked_at, self.is_charging = None, True
