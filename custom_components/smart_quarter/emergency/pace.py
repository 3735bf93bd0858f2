"""How much one person is told in a minute: phones take only so many messages a day.

The app's push servers stop at 500 a day; 246 flats at once, told again every 30 s, would use
that up within a minute, and the next alarm would not come through.
"""

from collections import defaultdict, deque
from typing import Final

MOST_A_MINUTE: Final = 5
"""More alarms than these are told together."""
MINUTE_S: Final = 60.0


class Pace:
    """The alarms that each person was told one by one within the last minute."""

    def __init__(self) -> None:
        """Begin with nobody told."""
        self._told_at = defaultdict[str, deque[float]](
            lambda: deque(maxlen=MOST_A_MINUTE)
        )

    def allows(self, person_id: str, now_s: float) -> bool:
        """Tell whether a person may be told one more alarm by itself, and count it."""
        told_at = self._told_at[person_id]
        if len(told_at) == MOST_A_MINUTE and now_s - told_at[0] < MINUTE_S:
            return False
        told_at.append(now_s)
        return True
