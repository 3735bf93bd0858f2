"""The quality scale: every rule is answered, and what is called done is tested."""

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest
import yaml

from .project import INTEGRATION, ROOT, Json, modules, tree

BRONZE = {
    *("action-setup", "appropriate-polling", "brands", "common-modules"),
    *("config-flow", "config-flow-test-coverage", "dependency-transparency"),
    *("docs-actions", "docs-conditions", "docs-high-level-description"),
    *("docs-installation-instructions", "docs-removal-instructions", "docs-triggers"),
    *("entity-event-setup", "entity-unique-id", "has-entity-name", "runtime-data"),
    *("test-before-configure", "test-before-setup", "unique-config-entry"),
}
SILVER = {
    *("action-exceptions", "config-entry-unloading", "docs-configuration-parameters"),
    *("docs-installation-parameters", "entity-unavailable", "integration-owner"),
    *("log-when-unavailable", "parallel-updates", "reauthentication-flow"),
    "test-coverage",
}
GOLD = {
    *("devices", "diagnostics", "discovery", "discovery-update-info"),
    *("docs-data-update", "docs-examples", "docs-known-limitations"),
    *("docs-supported-devices", "docs-supported-functions", "docs-troubleshooting"),
    *("docs-use-cases", "dynamic-devices", "entity-category", "entity-device-class"),
    *("entity-disabled-by-default", "entity-translations", "exception-translations"),
    *("icon-translations", "reconfiguration-flow", "repair-issues", "stale-devices"),
}
PLATINUM = {"async-dependency", "inject-websession", "strict-typing"}
RULES = BRONZE | SILVER | GOLD | PLATINUM


def answers() -> Json:
    """Return what the project says about the rules."""
    text = (INTEGRATION / "quality_scale.yaml").read_text(encoding="utf-8")
    found: Json = yaml.safe_load(text)["rules"]
    return found


def faults(rules: Json) -> list[str]:
    """Return the rules that are not answered as they should be."""
    found = [f"not answered: {rule}" for rule in sorted(RULES - rules.keys())]
    found += [f"no rule: {rule}" for rule in sorted(rules.keys() - RULES)]
    found += [
        f"answer: {rule}" for rule, answer in rules.items() if not _is_fine(answer)
    ]
    return found


def _is_fine(answer: str | Json) -> bool:
    """Tell whether an answer is complete: an exception says why."""
    if isinstance(answer, str):
        return answer in {"done", "todo"}
    status, comment = answer.get("status"), answer.get("comment", "")
    return status in {"done", "todo", "exempt"} and bool(comment.strip())


def status(answer: str | Json) -> str:
    """Return the status in an answer."""
    return answer if isinstance(answer, str) else str(answer["status"])


def proofs() -> dict[str, set[str]]:
    """Return the rules that tests are marked with, and these tests."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in modules(ROOT / "tests"):
        for rule in marked(tree(path)):
            found[rule].add(path.name)
    return found


def marked(code: ast.Module) -> Iterator[str]:
    """Yield the rules named in marks of tests."""
    for node in ast.walk(code):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="quality_rule"),
                args=[ast.Constant(value=str(rule))],
            ):
                yield rule


def test_there_are_as_many_rules_as_home_assistant_has() -> None:
    assert [len(BRONZE), len(SILVER), len(GOLD), len(PLATINUM)] == [20, 10, 21, 3]


def test_every_rule_is_answered() -> None:
    assert faults(answers()) == []


def test_every_rule_that_is_done_has_a_test() -> None:
    done = {rule for rule, answer in answers().items() if status(answer) == "done"}
    assert sorted(done - proofs().keys()) == []


def test_every_mark_names_a_rule_that_is_done() -> None:
    done = {rule for rule, answer in answers().items() if status(answer) == "done"}
    assert {rule: proofs()[rule] for rule in proofs().keys() - done} == {}


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ("brands", "maybe"),
        ("brands", {"status": "exempt"}),
        ("brands", {"status": "exempt", "comment": " "}),
    ],
)
def test_an_answer_that_is_not_enough_is_found(rule: str, answer: str | Json) -> None:
    assert faults(answers() | {rule: answer}) == [f"answer: {rule}"]


def test_a_rule_that_is_not_answered_is_found() -> None:
    rules = {key: value for key, value in answers().items() if key != "brands"}
    assert faults(rules | {"colours": "done"}) == [
        "not answered: brands",
        "no rule: colours",
    ]


def test_marks_are_read() -> None:
    code = ast.parse("@pytest.mark.quality_rule('brands')\ndef test_x(): ...")
    assert list(marked(code)) == ["brands"]
