"""The manifest as hassfest and the Marketplace want it."""

import ast
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
import re

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.const import Platform
from packaging.requirements import Requirement
import pytest

from .project import COMPONENTS, INTEGRATION, Json, manifest, modules, pyproject, tree

REQUIRED = {
    *("codeowners", "config_flow", "documentation", "domain", "integration_type"),
    *("iot_class", "issue_tracker", "name", "requirements", "version"),
}
KNOWN = REQUIRED | {
    *("after_dependencies", "bluetooth", "categories", "connectivity", "dependencies"),
    *("dhcp", "homekit", "loggers", "lorawan", "mqtt", "quality_scale", "ssdp"),
    *("single_config_entry", "usb", "zeroconf"),
}
IOT_CLASSES = {
    *("assumed_state", "calculated", "cloud_polling", "cloud_push"),
    *("local_polling", "local_push"),
}
VERSIONS = [
    *(AwesomeVersionStrategy.CALVER, AwesomeVersionStrategy.SEMVER),
    *(AwesomeVersionStrategy.SIMPLEVER, AwesomeVersionStrategy.BUILDVER),
    AwesomeVersionStrategy.PEP440,
]
FREE = {
    *(platform.value for platform in Platform),
    *("automation", "conversation", "frontend", "group", "homeassistant"),
    *("input_boolean", "input_button", "input_datetime", "input_number"),
    *("input_select", "input_text", "media_source", "panel_custom"),
    *("persistent_notification", "script", "system_health", "webhook"),
    "websocket_api",
}
"""Components that hassfest lets every integration use without naming them."""


def ordered(keys: list[str]) -> list[str]:
    """Return keys the way hassfest wants them: domain, name, then by alphabet."""
    return sorted(keys, key=lambda key: (key != "domain", key != "name", key))


def faults(data: Json) -> list[str]:
    """Return what is wrong with the keys and values of a manifest."""
    found = [f"missing: {key}" for key in sorted(REQUIRED - set(data))]
    found += [f"unknown: {key}" for key in sorted(set(data) - KNOWN)]
    if list(data) != ordered(list(data)):
        found.append("order")
    if data.get("iot_class") not in IOT_CLASSES:
        found.append("iot_class")
    if AwesomeVersion(data.get("version", "")).strategy not in VERSIONS:
        found.append("version")
    found += [
        f"not https: {key}"
        for key in ("documentation", "issue_tracker")
        if not str(data.get(key)).startswith("https://")
    ]
    if not all(
        re.fullmatch(r"@[\w/-]+", owner) for owner in data.get("codeowners", [])
    ):
        found.append("codeowners")
    return found


def used_components(code: ast.AST) -> Iterator[str]:
    """Yield the core components that a module imports when it runs."""
    if isinstance(code, ast.If) and "TYPE_CHECKING" in ast.unparse(code.test):
        for node in code.orelse:
            yield from used_components(node)
        return
    match code:
        case ast.ImportFrom(module="homeassistant.components", names=names):
            yield from (name.name for name in names)
        case ast.ImportFrom(module=str(module), level=0):
            yield from _component_in(module)
        case ast.Import(names=names):
            for name in names:
                yield from _component_in(name.name)
    for child in ast.iter_child_nodes(code):
        yield from used_components(child)


def _component_in(module: str) -> Iterator[str]:
    """Yield the component that a module belongs to."""
    if module.startswith("homeassistant.components."):
        yield module.split(".")[2]


def undeclared(code: ast.AST, data: Json) -> set[str]:
    """Return the used components that the manifest does not name."""
    declared = {*data.get("dependencies", []), *data.get("after_dependencies", [])}
    own = {path.stem for path in INTEGRATION.iterdir()}
    return set(used_components(code)) - declared - FREE - own


def test_has_the_keys_and_values_that_are_wanted() -> None:
    assert faults(manifest()) == []


def test_is_named_as_its_folder() -> None:
    assert manifest()["domain"] == INTEGRATION.name


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"version": "first"}, "version"),
        ({"iot_class": "magic"}, "iot_class"),
        ({"documentation": "http://example.org"}, "not https: documentation"),
        ({"homepage": "x"}, "unknown: homepage"),
    ],
)
def test_a_broken_manifest_is_found(change: Json, fault: str) -> None:
    assert fault in faults(manifest() | change)


def test_a_manifest_in_another_order_is_found() -> None:
    assert "order" in faults(dict(reversed(manifest().items())))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.name)
def test_names_every_core_component_that_is_imported(path: Path) -> None:
    assert undeclared(tree(path), manifest()) == set()


def test_an_undeclared_component_is_found() -> None:
    code = ast.parse(
        "from homeassistant.components import recorder\n"
        "import homeassistant.components.http.view\n"
        "if TYPE_CHECKING:\n    from homeassistant.components.mqtt import x\n"
    )
    assert undeclared(code, {}) == {"recorder", "http"}


def test_depends_only_on_components_that_exist() -> None:
    named = manifest().get("dependencies", []) + manifest().get(
        "after_dependencies", []
    )
    assert [name for name in named if not (COMPONENTS / name).is_dir()] == []


def test_needs_what_the_project_needs_besides_home_assistant() -> None:
    needed = set(pyproject()["project"]["dependencies"])
    core = {item for item in needed if item.startswith("homeassistant==")}
    assert len(core) == 1
    assert set(manifest()["requirements"]) == needed - core


@pytest.mark.quality_rule("dependency-transparency")
@pytest.mark.quality_rule("integration-owner")
def test_its_requirements_are_public_packages_and_it_has_an_owner() -> None:
    for text in manifest()["requirements"]:
        requirement = Requirement(text)
        assert requirement.url is None
        assert version(requirement.name) in requirement.specifier
    assert manifest()["codeowners"]


def test_has_the_version_of_the_project() -> None:
    assert manifest()["version"] == pyproject()["project"]["version"]
