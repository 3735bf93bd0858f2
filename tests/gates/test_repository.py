"""The repository as HACS and the Marketplace want it, and as we want it."""

from pathlib import Path
import re
from typing import Final

from PIL import Image
import pytest

from .project import INTEGRATION, ROOT, Json, files, modules, pyproject, read_json

HACS_KEYS = {
    *("content_in_root", "country", "filename", "hacs", "hide_default_branch"),
    *("homeassistant", "name", "persistent_directory", "render_readme", "zip_release"),
}
BRAND = INTEGRATION / "brand"
SQUARE = {"icon.png": 256, "icon@2x.png": 512}
TEXT_SUFFIXES = {
    *("", ".cfg", ".css", ".html", ".js", ".json", ".md", ".py", ".sh", ".svg"),
    *(".toml", ".ts", ".txt", ".yaml", ".yml"),
}
MACHINE_PATHS: Final = re.compile(r"(?<![\w.\-/}~])[/](?:work|root|tmp|home|Users)/")
REMINDERS: Final = re.compile(r"\b(?:TO(?:)DO|FIX(?:)ME)\b")


def texts() -> list[Path]:
    """Return the files that people write."""
    return [
        path
        for path in files()
        if path.suffix in TEXT_SUFFIXES and path.name not in {"uv.lock", "LICENSE"}
    ]


def found_in(pattern: re.Pattern[str], path: Path) -> list[str]:
    """Return the lines of a file in which a pattern occurs."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for number, line in enumerate(lines, start=1)
        if pattern.search(line)
    ]


def hacs_faults(data: Json) -> list[str]:
    """Return what is wrong with hacs.json."""
    found = [f"unknown: {key}" for key in sorted(set(data) - HACS_KEYS)]
    if "name" not in data:
        found.append("name")
    if data.get("zip_release") and "filename" not in data:
        found.append("filename")
    return found


def test_hacs_json_keeps_to_its_closed_schema() -> None:
    assert hacs_faults(read_json(ROOT / "hacs.json")) == []


def test_a_broken_hacs_json_is_found() -> None:
    broken = {"zip_release": True, "domains": ["sensor"]}
    assert hacs_faults(broken) == ["unknown: domains", "name", "filename"]


def test_hacs_json_asks_for_the_home_assistant_that_is_tested() -> None:
    core = f"homeassistant=={read_json(ROOT / 'hacs.json')['homeassistant']}"
    assert core in pyproject()["project"]["dependencies"]


def test_holds_exactly_one_integration() -> None:
    folders = [path for path in (ROOT / "custom_components").iterdir() if path.is_dir()]
    assert [path.name for path in folders if path.name != "__pycache__"] == [
        INTEGRATION.name
    ]


def test_holds_exactly_one_manifest() -> None:
    found = [path for path in files() if path.name == "manifest.json"]
    assert found == [INTEGRATION / "manifest.json"]


def test_is_under_the_apache_license() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert pyproject()["project"]["license"] == "Apache-2.0"


@pytest.mark.quality_rule("docs-high-level-description")
@pytest.mark.quality_rule("docs-installation-instructions")
@pytest.mark.quality_rule("docs-removal-instructions")
def test_has_a_readme_with_description_installation_and_removal() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    assert headings[0] == "Smart Quarter"
    for wanted in ("Install", "Remov"):
        assert any(heading.startswith(wanted) for heading in headings), wanted


@pytest.mark.quality_rule("brands")
@pytest.mark.parametrize(("name", "size"), SQUARE.items())
def test_icons_are_square_and_of_the_size_that_is_wanted(name: str, size: int) -> None:
    with Image.open(BRAND / name) as image:
        assert image.format == "PNG"
        assert image.size == (size, size)


@pytest.mark.parametrize(
    ("name", "low", "high"), [("logo.png", 128, 256), ("logo@2x.png", 256, 512)]
)
def test_logos_have_a_shorter_side_that_is_wanted(
    name: str, low: int, high: int
) -> None:
    with Image.open(BRAND / name) as image:
        assert image.format == "PNG"
        assert low <= min(image.size) <= high


def test_every_brand_image_has_its_double_and_fits_its_name() -> None:
    names = {path.name for path in BRAND.iterdir()}
    single = {name for name in names if "@2x" not in name}
    assert names - single == {name.replace(".png", "@2x.png") for name in single}
    assert all(re.fullmatch(r"(dark_)?(icon|logo)\.png", name) for name in single)


@pytest.mark.parametrize("path", texts(), ids=lambda path: str(path.relative_to(ROOT)))
def test_names_no_path_of_a_machine_and_puts_nothing_off(path: Path) -> None:
    assert found_in(MACHINE_PATHS, path) == []
    assert found_in(REMINDERS, path) == []


@pytest.mark.parametrize("line", ['LOG = "{}tmp/x"', "See {}home/me/notes.md"])
def test_a_path_of_a_machine_is_found(line: str) -> None:
    assert MACHINE_PATHS.search(line.format("/"))


def test_a_reminder_is_found() -> None:
    assert REMINDERS.search("# {}: later".format("todo".upper()))
    assert not REMINDERS.search("common-modules: todo")


def test_the_lock_file_names_only_the_public_package_index() -> None:
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    hosts = set(re.findall(r"https?://[^/\"]+", text))
    assert hosts == {"https://pypi.org", "https://files.pythonhosted.org"}
    assert set(re.findall(r"registry = \"([^\"]+)\"", text)) == {
        "https://pypi.org/simple"
    }


@pytest.mark.quality_rule("strict-typing")
def test_types_are_checked_strictly() -> None:
    settings = pyproject()["tool"]["mypy"]
    assert settings["strict"] is True
    assert "explicit-override" in settings["enable_error_code"]
    eased = {override["module"] for override in settings.get("overrides", [])}
    assert eased <= {"pytest_homeassistant_custom_component.*", "tests.*"}


@pytest.mark.quality_rule("test-coverage")
@pytest.mark.quality_rule("config-flow-test-coverage")
def test_coverage_has_its_floors() -> None:
    assert pyproject()["tool"]["coverage"]["run"]["branch"] is True
    assert pyproject()["tool"]["coverage"]["report"]["fail_under"] >= 95
    script = (ROOT / "script" / "test").read_text(encoding="utf-8")
    assert "--fail-under=100" in script
    assert "config_flow.py" in script


@pytest.mark.quality_rule("runtime-data")
def test_what_runs_is_kept_with_its_entry() -> None:
    used = re.compile(r"hass\.data\[|hass\.data\.setdefault")
    assert [path.name for path in modules() if found_in(used, path)] == []
