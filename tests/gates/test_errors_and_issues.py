"""Errors and repair issues: each one has its text, and no text is left over."""

from collections import defaultdict
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
import re
import sys
from types import ModuleType

import pytest

from .project import Json, modules, translations
from .reader import Place, calls, keyword, last_name, places, strings

OWN_ERRORS = ("SmartQuarterError", "SmartQuarterInputError")
ISSUE = "async_create_issue"
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def raised(paths: list[Path]) -> dict[str, list[str]]:
    """Return the keys of all errors shown to users, and where they are raised."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for place, node in calls(path, *OWN_ERRORS):
            if node.args:
                for key in strings(place, node.args[0]):
                    found[key].append(place.where)
        for key, place in _with_translation_key(path):
            found[key].append(place.where)
    return found


def _with_translation_key(path: Path) -> Iterator[tuple[str, Place]]:
    """Yield the keys of Home Assistant's own errors that carry one."""
    for place, node in calls(path, *_names_of_errors(path)):
        if (value := keyword(node, "translation_key")) is not None:
            for key in strings(place, value):
                yield key, place


def _names_of_errors(path: Path) -> set[str]:
    """Return the names of all errors that a file makes."""
    ends = ("Error", "NotReady", "AuthFailed", "UpdateFailed", "Exception")
    return {
        name
        for place in places(path)
        if (name := last_name(place.node)).endswith(ends) and name not in OWN_ERRORS
    }


def issues(paths: list[Path]) -> dict[str, list[str]]:
    """Return the keys of all repair issues, and where they are created."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for place, node in calls(path, ISSUE):
            value = keyword(node, "translation_key")
            assert value is not None, place.where
            for key in strings(place, value):
                found[key].append(place.where)
    return found


def texts(kind: str) -> Json:
    """Return the English texts of a kind."""
    found: Json = translations("en").get(kind, {})
    return found


@pytest.mark.quality_rule("exception-translations")
def test_every_error_has_its_text_and_no_text_is_left_over() -> None:
    used = raised(modules())
    assert {key: used[key] for key in used.keys() - texts("exceptions").keys()} == {}
    assert texts("exceptions").keys() - used.keys() == set()


def test_every_text_of_an_error_is_a_message() -> None:
    assert all(set(text) == {"message"} for text in texts("exceptions").values())


def test_own_errors_fill_in_what_their_text_asks_for() -> None:
    wrong = []
    for path in modules():
        for place, node in calls(path, *OWN_ERRORS):
            given = {item.arg for item in node.keywords}
            if None in given or not node.args:
                continue
            for key in strings(place, node.args[0]):
                asked = PLACEHOLDER.findall(
                    texts("exceptions").get(key, {}).get("message", "")
                )
                if given != set(asked):
                    wrong.append(f"{place.where}: {key}")
    assert wrong == []


@pytest.mark.quality_rule("repair-issues")
def test_every_issue_has_its_text_and_no_text_is_left_over() -> None:
    used = issues(modules())
    assert {key: used[key] for key in used.keys() - texts("issues").keys()} == {}
    assert texts("issues").keys() - used.keys() == set()
    assert used


def test_every_issue_says_what_to_do_or_has_a_flow_that_does_it() -> None:
    for key, text in texts("issues").items():
        assert text.get("title"), key
        assert ("description" in text) != ("fix_flow" in text), key
        for name, step in text.get("fix_flow", {}).get("step", {}).items():
            assert "menu_options" in step or step.get("description"), f"{key}.{name}"


SOURCE = """
def report(problem: Problem) -> None:
    ir.async_create_issue(hass, DOMAIN, "x", translation_key=f"irrigation_{problem}")
    raise SmartQuarterError("unknown_to_all", zone="x")
"""


def test_keys_are_read_from_the_types_in_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Problem(StrEnum):
        DRY = "dry"
        WET = "wet"

    module = ModuleType("reported")
    vars(module)["Problem"] = Problem
    monkeypatch.setitem(sys.modules, "reported", module)
    monkeypatch.setattr("tests.gates.reader.name_of", lambda path: "reported")
    path = tmp_path / "reported.py"
    path.write_text(SOURCE, encoding="utf-8")

    assert issues([path]).keys() == {"irrigation_dry", "irrigation_wet"}
    assert raised([path]).keys() == {"unknown_to_all"}
