"""The archive that HACS and the Marketplace unpack."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import pytest

from .project import INTEGRATION, ROOT, files, read_json

MAX_BYTES = 100 * 1024 * 1024


@pytest.fixture(name="script")
def script_fixture() -> ModuleType:
    """Return the script as a module; it has no suffix."""
    loader = SourceFileLoader("build_release", str(ROOT / "script" / "build_release"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture(name="archive")
def archive_fixture(script: ModuleType, tmp_path: Path) -> Path:
    """Return a release that was just built."""
    target = tmp_path / "smart_quarter.zip"
    script.build(target)
    return target


def test_holds_the_files_of_the_integration_at_its_root(archive: Path) -> None:
    expected = {str(path.relative_to(INTEGRATION)) for path in files(INTEGRATION)}
    with ZipFile(archive) as content:
        names = set(content.namelist())
    assert {name for name in names if not name.startswith("blueprints/")} == expected
    assert {"manifest.json", "translations/de.json", "brand/icon.png"} <= names


def test_holds_the_blueprints_beside_them(archive: Path) -> None:
    folder = ROOT / "blueprints"
    expected = (
        {f"blueprints/{path.relative_to(folder)}" for path in files(folder)}
        if folder.is_dir()
        else set()
    )
    with ZipFile(archive) as content:
        names = {name for name in content.namelist() if name.startswith("blueprints/")}
    assert names == expected


def test_holds_nothing_compiled_and_is_small_enough(archive: Path) -> None:
    with ZipFile(archive) as content:
        assert content.testzip() is None
        names = content.namelist()
    assert [
        name for name in names if "__pycache__" in name or name.endswith(".pyc")
    ] == []
    assert archive.stat().st_size < MAX_BYTES


def test_is_named_as_hacs_json_says(script: ModuleType) -> None:
    name = read_json(ROOT / "hacs.json")["filename"]
    assert name in (ROOT / "script" / "build_release").read_text(encoding="utf-8")
    assert name in (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")


def test_the_same_files_give_the_same_archive(
    script: ModuleType, archive: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.zip"
    script.build(again)
    assert again.read_bytes() == archive.read_bytes()


def test_leaves_out_what_is_compiled_or_hidden(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    for name in ("a.py", "__pycache__/a.cpython-314.pyc", ".cache/x", "b/.hidden"):
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.setattr(script, "INTEGRATION", source)
    monkeypatch.setattr(script, "BLUEPRINTS", tmp_path / "none")

    assert set(script.members()) == {"a.py"}
