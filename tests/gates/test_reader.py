"""The reader must see what code can say: the other gates rely on it."""

import ast
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

import pytest

from .reader import UnreadableError, calls, strings

HERE = Path(__file__)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


PREFIX: Final = "paint"
NAMES: Final = {Colour.RED: "warm", Colour.BLUE: "cold"}


def show(key: str) -> str:
    """Stand for any function that takes the key of a text."""
    return key


def mood(colour: Colour) -> str | None:
    if (found := NAMES.get(colour)) is not None:
        return found
    return "none" if colour is Colour.RED else None


def favourite(colours: list[Colour]) -> Colour:
    return colours[0]


def speak(
    colour: Colour, size: Literal["s", "m"], pale: bool, anything: str
) -> tuple[str, ...]:
    shade = "light" if pale else "dark"
    return (
        show("plain"),
        show(PREFIX),
        show(Colour.RED),
        show(f"{PREFIX}_{colour}"),
        show(f"{colour.value}_{size}"),
        show(shade),
        show(NAMES[colour]),
        show(NAMES.get(colour, "none")),
        show(f"feels_{mood(colour)}"),
        show(favourite([colour])),
        show(anything),
    )


READ = [
    {"plain"},
    {"paint"},
    {"red"},
    {"paint_red", "paint_blue"},
    {"red_s", "red_m", "blue_s", "blue_m"},
    {"light", "dark"},
    {"warm", "cold"},
    {"warm", "cold", "none"},
    {"feels_warm", "feels_cold", "feels_none"},
    {"red", "blue"},
]


@pytest.mark.parametrize(("index", "expected"), enumerate(READ))
def test_reads_all_strings_an_expression_can_become(
    index: int, expected: set[str]
) -> None:
    place, call = list(calls(HERE, "show"))[index]

    assert strings(place, call.args[0]) == expected


def test_says_when_it_cannot_read() -> None:
    place, call = list(calls(HERE, "show"))[len(READ)]
    assert ast.unparse(call) == "show(anything)"

    with pytest.raises(UnreadableError):
        strings(place, call.args[0])


def test_the_examples_mean_what_the_reader_reads() -> None:
    spoken = speak(Colour.RED, "s", pale=True, anything="x")

    for text, expected in zip(spoken[: len(READ)], READ, strict=True):
        assert text in expected
