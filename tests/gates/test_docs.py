"""The pages: each action, trigger, condition and subentry is described where users look."""

from pathlib import Path
import re

import pytest

from custom_components.smart_quarter.registry import SYSTEM_KEYS, SYSTEMS

from .project import ROOT, described, files, translations

DOCS = ROOT / "docs"
SECTIONS = (
    *("What it is for", "Supported devices", "Setting up", "Settings", "Entities"),
    *("How data arrives", "Examples", "Known limitations", "Troubleshooting"),
)
"""What the quality scale wants to be told, in the order of a reader's questions."""
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)(#[^)\s]+)?\)")


def page(system: str) -> str:
    """Return the page of a system."""
    return (DOCS / f"{system}.md").read_text(encoding="utf-8")


def headings(text: str) -> list[str]:
    """Return the headings of a page, without marks of code."""
    return [
        found.replace("`", "").strip()
        for found in re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)
    ]


def all_headings() -> list[str]:
    """Return the headings of all pages of systems."""
    return [heading for system in SYSTEM_KEYS for heading in headings(page(system))]


def has_heading(name: str) -> bool:
    """Tell whether a heading names something."""
    return any(name in heading for heading in all_headings())


def broken_links(path: Path) -> list[str]:
    """Return the links of a page to files that are not there."""
    text = path.read_text(encoding="utf-8")
    return [
        target
        for target, _ in LINK.findall(text)
        if not (path.parent / target).resolve().exists()
    ]


@pytest.mark.quality_rule("docs-actions")
@pytest.mark.quality_rule("docs-triggers")
@pytest.mark.quality_rule("docs-conditions")
@pytest.mark.parametrize("name", ["services.yaml", "triggers.yaml", "conditions.yaml"])
def test_every_action_trigger_and_condition_has_its_section(name: str) -> None:
    missing = [
        key for key in described(name) if not has_heading(f"smart_quarter.{key}")
    ]
    assert missing == []


def test_every_field_of_an_action_is_described() -> None:
    text = "\n".join(page(system) for system in SYSTEM_KEYS)
    missing = [
        f"{key}.{field}"
        for key, entry in described("services.yaml").items()
        for field in (entry or {}).get("fields", {})
        if f"`{field}`" not in text
    ]
    assert missing == []


def test_every_subentry_has_its_section() -> None:
    named = {
        kind: translations("en")["config_subentries"][kind]["entry_type"]
        for spec in SYSTEMS.values()
        for kind in spec.subentry_flows
    }
    assert [kind for kind, name in named.items() if not has_heading(name)] == []


@pytest.mark.quality_rule("docs-configuration-parameters")
@pytest.mark.quality_rule("docs-data-update")
@pytest.mark.quality_rule("docs-examples")
@pytest.mark.quality_rule("docs-installation-parameters")
@pytest.mark.quality_rule("docs-known-limitations")
@pytest.mark.quality_rule("docs-supported-devices")
@pytest.mark.quality_rule("docs-supported-functions")
@pytest.mark.quality_rule("docs-troubleshooting")
@pytest.mark.quality_rule("docs-use-cases")
@pytest.mark.parametrize("system", SYSTEM_KEYS)
def test_every_page_of_a_system_answers_the_usual_questions(system: str) -> None:
    found = headings(page(system))
    assert [section for section in SECTIONS if section not in found] == []


@pytest.mark.parametrize(
    "path",
    [path for path in files() if path.suffix == ".md"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_links_lead_somewhere(path: Path) -> None:
    assert broken_links(path) == []


def test_every_page_is_reached_from_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [
        path.name for path in DOCS.glob("*.md") if f"docs/{path.name}" not in text
    ] == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    broken = tmp_path / "page.md"
    broken.write_text("[a](page.md) [b](gone.md#x) [c](https://x.y)", encoding="utf-8")
    assert broken_links(broken) == ["gone.md"]
