"""The files of the project, as the gates see them."""

import ast
from collections.abc import Iterator
from functools import cache
import json
from pathlib import Path
import tomllib
from typing import Any

import homeassistant
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
INTEGRATION = ROOT / "custom_components" / "smart_quarter"
PACKAGE = "custom_components.smart_quarter"
HOME_ASSISTANT = Path(homeassistant.__file__).parent
COMPONENTS = HOME_ASSISTANT / "components"

LANGUAGES = ("en", "de")

_NOT_OURS = {
    *("build", "dist", "node_modules", "__pycache__"),
    *(".demo", ".git", ".hypothesis", ".venv"),
    *(".mypy_cache", ".pytest_cache", ".ruff_cache"),
}

type Json = dict[str, Any]


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Yield all files of the project below a folder, but nothing that tools made."""
    for path in sorted(folder.iterdir()):
        if path.name in _NOT_OURS or path.name.startswith(".coverage"):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def modules(folder: Path = INTEGRATION) -> list[Path]:
    """Return the Python files below a folder."""
    return [path for path in files(folder) if path.suffix == ".py"]


def systems() -> list[Path]:
    """Return the folders of the systems."""
    return sorted(path.parent for path in INTEGRATION.glob("*/__init__.py"))


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """Return the name under which a Python file of the project is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def manifest() -> Json:
    """Return the integration's manifest."""
    return read_json(INTEGRATION / "manifest.json")


@cache
def pyproject() -> Json:
    """Return the project's settings."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def translations(language: str) -> Json:
    """Return all texts of a language."""
    return read_json(INTEGRATION / "translations" / f"{language}.json")


@cache
def icons() -> Json:
    """Return the icons of entities and actions."""
    return read_json(INTEGRATION / "icons.json")


def described(name: str) -> Json:
    """Return services.yaml, triggers.yaml or conditions.yaml without its anchors.

    Triggers and conditions need not be there: a gate ties them to their modules.
    """
    path = INTEGRATION / name
    if name in {"triggers.yaml", "conditions.yaml"} and not path.exists():
        return {}
    found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return {key: value for key, value in found.items() if not key.startswith(".")}


def read_json(path: Path) -> Json:
    """Return the object in a JSON file; a key that is there twice is an error."""
    content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_unique)
    assert isinstance(content, dict), path
    return content


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    """Make an object of its pairs."""
    assert len(dict(pairs)) == len(pairs), [key for key, _ in pairs]
    return dict(pairs)


def flat(texts: Json, prefix: str = "") -> dict[str, str]:
    """Return nested texts by their dotted keys."""
    found: dict[str, str] = {}
    for key, value in texts.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found
