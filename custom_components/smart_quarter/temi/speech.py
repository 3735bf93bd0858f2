"""How long a robot speaks: it does not say when it has finished."""

from typing import Final

SPOKEN_PER_S: Final = 13.0
"""Characters a second: an estimate for slow German, tried on no robot."""
LONGEST_S: Final = 20.0


def spoken_s(text: str) -> float:
    """Return about how many seconds a text takes, with a breath after it."""
    return min(len(text) / SPOKEN_PER_S + 1, LONGEST_S) if text else 0.0
