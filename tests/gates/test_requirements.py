"""The environment is the one that this Home Assistant would make for itself."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from homeassistant.bootstrap import DEFAULT_INTEGRATIONS
from packaging.requirements import Requirement
import pytest
import yaml

from demo.configuration import YAML

from .project import COMPONENTS, HOME_ASSISTANT, manifest, pyproject, read_json


class _Loader(yaml.SafeLoader):
    """Reads a configuration without following what it includes."""


_Loader.add_constructor("!include", lambda loader, node: None)


@cache
def components() -> frozenset[str]:
    """Return all core components that run in tests and demo."""
    demo = yaml.load(YAML.format(language="en"), Loader=_Loader)  # a safe loader
    waiting = {
        *DEFAULT_INTEGRATIONS,
        *(key for key in demo if key != "homeassistant"),
        *manifest().get("dependencies", []),
        *manifest().get("after_dependencies", []),
    }
    found: set[str] = set()
    while waiting:
        found.add(name := waiting.pop())
        waiting |= set(
            read_json(COMPONENTS / name / "manifest.json").get("dependencies", [])
        )
        waiting -= found
    return frozenset(found)


def wanted() -> dict[str, str]:
    """Return what the components require, and who requires it."""
    return {
        text: name
        for name in sorted(components())
        for text in read_json(COMPONENTS / name / "manifest.json").get(
            "requirements", []
        )
    }


def missing(requirement: Requirement) -> bool:
    """Tell whether another version or none is installed."""
    try:
        return not requirement.specifier.contains(version(requirement.name), True)
    except PackageNotFoundError:
        return True


@pytest.mark.parametrize("text", wanted())
def test_what_a_component_requires_is_installed(text: str) -> None:
    assert not missing(Requirement(text)), wanted()[text]


def test_the_project_pins_what_the_components_require_and_nothing_else() -> None:
    pinned = set(pyproject()["dependency-groups"]["components"])
    assert pinned == set(wanted())


def test_a_package_that_is_not_there_or_old_is_found() -> None:
    assert missing(Requirement("smart-quarter-no-such-package==1"))
    assert missing(Requirement("homeassistant==2020.1.0"))


def test_packages_keep_to_the_limits_of_home_assistant() -> None:
    text = (HOME_ASSISTANT / "package_constraints.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    limits = [Requirement(line) for line in lines if line]
    assert [str(limit) for limit in limits if _breaks(limit)] == []


def _breaks(limit: Requirement) -> bool:
    """Tell whether a package is installed in a version that the limit forbids."""
    try:
        installed = version(limit.name)
    except PackageNotFoundError:
        return False
    applies = limit.marker is None or limit.marker.evaluate()
    return applies and not limit.specifier.contains(installed, True)
