"""What counts as yes and as no, when a robot asks something."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Answer(StrEnum):
    """How a question was answered."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"
    """Something was said, but neither yes nor no."""
    TAP = "tap"
    """Somebody touched the robot: a sign of life, but no answer."""
    SILENCE = "silence"
    REPLACED = "replaced"
    """Another question was asked meanwhile."""


class By(StrEnum):
    """How an answer came."""

    SATELLITE = "satellite"
    BUTTON = "button"
    TOUCH = "touch"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer and how it came."""

    answer: Answer
    by: By | None = None


SENTENCES: Final[Mapping[str, Mapping[Answer, tuple[str, ...]]]] = {
    "de": {
        Answer.YES: (
            "ja [ja] [bitte|danke|gern|gerne|genau|klar|sicher]",
            "(jawohl|genau|richtig|stimmt|gern|gerne|okay|natürlich)",
        ),
        Answer.NO: (
            "(nein|nee|nö) [nein] [danke|bitte nicht]",
            "(gar|überhaupt) nicht",
        ),
    },
    "en": {
        Answer.YES: (
            "(yes|yeah|yep) [yes] [please|thanks|thank you|sure|of course]",
            "(sure|right|okay|correct|of course)",
        ),
        Answer.NO: ("(no|nope) [no] [thanks|thank you|please]", "not at all"),
    },
}
"""Sentences in the language of Home Assistant's own sentence templates."""


def sentences(
    language: str, own: Mapping[Answer, Iterable[str]]
) -> list[dict[str, object]]:
    """Return what a voice assistant listens for; in other languages only what is handed over."""
    usual = SENTENCES.get(language.partition("-")[0], {})
    found = {
        answer: [*usual.get(answer, ()), *own.get(answer, ())]
        for answer in (Answer.YES, Answer.NO)
    }
    return [{"id": key.value, "sentences": each} for key, each in found.items() if each]
