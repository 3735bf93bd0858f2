"""How often the cloud is asked: often while it plays something, seldom else, less after failures.

The vendor documents no limit and sends no Retry-After, so the pace is our own politeness.
"""

from typing import Final

ACTIVE_S: Final = 2.0
IDLE_S: Final = 60.0
LONGEST_ACTIVE_S: Final = 60.0
LONGEST_IDLE_S: Final = 900.0


def delay_s(failures: int, *, is_active: bool) -> float:
    """Return the seconds until the cloud is asked again, after so many failures in a row."""
    usual, longest = (
        (ACTIVE_S, LONGEST_ACTIVE_S) if is_active else (IDLE_S, LONGEST_IDLE_S)
    )
    return min(usual * 2.0 ** min(failures, 10), longest)
