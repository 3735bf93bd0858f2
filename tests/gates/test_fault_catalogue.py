"""The fault catalogue: everything that can go wrong with an alarm is a test."""

import ast
from collections.abc import Iterator

from .project import ROOT, modules, tree

CATALOGUE = {
    *("restart in every state", "restart after the end of a pre-alarm"),
    *("kill -9", "reload from disk"),
    *("notifier raises", "notifier hangs for ever", "notifier swallows errors"),
    *("notifier takes it and nobody answers", "notifier not loaded at the start"),
    *("siren raises", "siren hangs for ever", "speaker hangs for ever"),
    "script takes longer than a channel may",
    *("acknowledged twice", "acknowledged after it was resolved"),
    *("acknowledged by an unknown user", "acknowledged by two in one tick"),
    *("broker down", "retained replay", "duplicate QoS 1"),
    *("entity renamed", "entity removed", "entity disabled"),
    *("entity unavailable", "entity unknown", "restored on at the start"),
    "flapping 10 Hz",
    *("clock jumps ten years", "daylight saving ends", "daylight saving begins"),
    *("corrupt snapshot", "truncated last line", "newer schema version"),
    *("full disk", "read-only disk"),
    *("no name in an anonymous push", "no name in a log", "observer acknowledges"),
}


def faults_tested() -> set[str]:
    """Return the lines that tests are marked with."""
    return {case for path in modules(ROOT / "tests") for case in marked(tree(path))}


def marked(code: ast.Module) -> Iterator[str]:
    """Yield the lines of the catalogue named in marks of tests."""
    for node in ast.walk(code):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="fault"), args=[ast.Constant(value=str(case))]
            ):
                yield case


def test_every_line_of_the_catalogue_is_tested() -> None:
    assert sorted(CATALOGUE - faults_tested()) == []


def test_every_mark_is_a_line_of_the_catalogue() -> None:
    assert sorted(faults_tested() - CATALOGUE) == []


def test_a_mark_is_found() -> None:
    code = ast.parse('@pytest.mark.fault("fire")\ndef test() -> None: ...')
    assert list(marked(code)) == ["fire"]
