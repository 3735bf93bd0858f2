"""Who may know whom: engines stay pure, systems stay apart, the root stays thin."""

import ast
from collections.abc import Iterator
from pathlib import Path

from homeassistant.const import BASE_PLATFORMS, Platform
import pytest

from custom_components.smart_quarter.registry import (
    FAILED_SYSTEMS,
    SYSTEM_KEYS,
    SYSTEMS,
)

from .project import COMPONENTS, INTEGRATION, ROOT, modules, systems, tree

PURE = {
    "irrigation": {
        *(
            "codec",
            "const",
            "decision",
            "diagnostics",
            "dispatch",
            "engine",
            "model",
            "probe",
        ),
        *("problems", "settings", "site_clock", "site_events", "soils", "tank"),
        *("timers", "turn", "valve_machine", "valve_model", "valve_rules", "view"),
        *("water_balance", "zone_machine"),
    },
    "emergency": {
        *(
            "answers",
            "chain",
            "codec",
            "commissioning",
            "const",
            "deeds",
            "diagnostics",
        ),
        *("engine", "fault_news", "happenings", "matching", "model", "openings"),
        *("pace", "planned_restart", "presence", "proofs", "rights"),
        *("roster", "roster_model", "settings", "suggest", "supervision", "table"),
        *(
            "table_cells",
            "takeovers",
            "turn",
            "watch",
            "watch_memory",
            "watching",
            "ways",
        ),
    },
    "temi": {
        *("answers", "cloud_model", "cloud_sequences", "const", "diagnostics", "drive"),
        *("faults", "happenings", "model", "payloads", "polling", "robot", "settings"),
        "speech",
    },
}
"""Modules of each system that know neither Home Assistant nor the outside world."""

HARMLESS = {
    *("__future__", "abc", "bisect", "calendar", "collections", "contextlib", "copy"),
    "csv",
    *("dataclasses", "datetime", "enum", "functools", "hashlib", "heapq", "itertools"),
    *("json", "math", "mashumaro", "operator", "re", "statistics", "types", "typing"),
    *("uuid", "zoneinfo"),
}
"""What pure modules may import: nothing that reads, writes, waits or draws lots."""

IMPURE_CALLS = {
    *("open", "print", "input", "eval", "exec", "now", "utcnow", "today", "uuid1"),
    *("uuid4", "sleep", "getLogger"),
}
HOOKS = {
    *("api", "application_credentials", "backup", "blueprint", "config_flow"),
    *("condition", "conditions", "device_action", "device_condition", "device_trigger"),
    *("diagnostics", "energy", "group", "hardware", "intent", "llm", "logbook"),
    *("media_source", "recorder", "repairs", "services", "significant_change"),
    *("system_health", "trigger", "triggers"),
}
"""Names under which Home Assistant looks for something in an integration."""


def is_pure_import(system: str, code: ast.AST) -> bool:
    """Tell whether an import leaves a module pure."""
    match code:
        case ast.Import(names=names):
            return all(name.name.split(".")[0] in HARMLESS for name in names)
        case ast.ImportFrom(module=str(module), level=0):
            return module.split(".")[0] in HARMLESS
        case ast.ImportFrom(module=None, level=1, names=names):
            return all(name.name in PURE[system] for name in names)
        case ast.ImportFrom(module=str(module), level=1):
            return module in PURE[system]
    return False


def impurities(system: str, code: ast.Module) -> Iterator[str]:
    """Yield what a pure module may not do."""
    for node in ast.walk(code):
        match node:
            case ast.Import() | ast.ImportFrom():
                if not is_pure_import(system, node):
                    yield ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                if name in IMPURE_CALLS:
                    yield ast.unparse(node)
            case ast.AsyncFunctionDef(name=name) | ast.Await(value=ast.Name(id=name)):
                yield f"async {name}"


def reached_systems(code: ast.Module) -> set[str]:
    """Return the systems that a module of a system imports from."""
    found: set[str] = set()
    for node in ast.walk(code):
        match node:
            case ast.ImportFrom(module=module, level=level, names=names) if level >= 2:
                targets = [module] if module else [name.name for name in names]
                found |= {str(target).split(".")[0] for target in targets}
            case ast.ImportFrom(module=str(module)) if "smart_quarter." in module:
                found.add(module.partition("smart_quarter.")[2].split(".")[0])
    return found & set(SYSTEM_KEYS)


def named_systems(code: ast.Module) -> set[str]:
    """Return the systems that a root module names, be it in an import or in a string."""
    words: set[str] = set()
    for node in ast.walk(code):
        match node:
            case ast.ImportFrom(module=str(module)):
                words |= set(module.split("."))
            case ast.Constant(value=str(text)) if text.isidentifier():
                words.add(text)
            case ast.Name(id=name):
                words.add(name)
    return words & set(SYSTEM_KEYS)


def door(code: ast.Module) -> str:
    """Return a door without what may differ: its docstring and the name of its platform."""
    body = code.body[1:] if ast.get_docstring(code) else code.body
    copy = ast.parse(ast.unparse(ast.Module(body, [])))
    for node in ast.walk(copy):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Platform":
            node.attr = "ANY"
    return ast.dump(copy)


def doors() -> dict[str, Path]:
    """Return the root modules that are platforms of Home Assistant."""
    platforms = {platform.value for platform in Platform}
    return {
        path.stem: path for path in INTEGRATION.glob("*.py") if path.stem in platforms
    }


def root_modules() -> list[Path]:
    """Return the modules that belong to no system."""
    return [path for path in modules() if path.parent == INTEGRATION]


def modules_of_systems() -> list[Path]:
    """Return the modules that belong to a system."""
    return [path for system in systems() for path in modules(system)]


def label(path: Path) -> str:
    """Return a short name for a test's id."""
    return str(path.relative_to(INTEGRATION))


def test_every_system_is_registered_and_can_be_imported() -> None:
    assert [path.name for path in systems()] == sorted(SYSTEM_KEYS)
    assert FAILED_SYSTEMS == {}
    assert set(SYSTEMS) == set(SYSTEM_KEYS)
    assert set(PURE) == set(SYSTEM_KEYS)


@pytest.mark.parametrize("path", modules_of_systems(), ids=label)
def test_a_module_is_pure_if_and_only_if_it_is_listed(path: Path) -> None:
    system = path.relative_to(INTEGRATION).parts[0]
    found = list(impurities(system, tree(path)))

    if path.stem in PURE[system]:
        assert found == []
    else:
        assert found != [], f"{path.stem} knows nothing of outside: list it in PURE"


@pytest.mark.parametrize("system", sorted(PURE))
def test_every_listed_pure_module_exists(system: str) -> None:
    existing = {path.stem for path in modules(INTEGRATION / system)}
    assert PURE[system] - existing == set()


@pytest.mark.parametrize(
    "line",
    [
        "from homeassistant.core import HomeAssistant",
        "import asyncio",
        "from random import random",
        "from .runtime import IrrigationRuntime",
        "from ..const import DOMAIN",
        "x = datetime.now(UTC)",
        "open('x')",
        "async def f(): ...",
    ],
)
def test_a_module_that_is_not_pure_is_found(line: str) -> None:
    assert list(impurities("irrigation", ast.parse(line))) != []


@pytest.mark.parametrize("path", modules_of_systems(), ids=label)
def test_systems_do_not_know_each_other(path: Path) -> None:
    own = path.relative_to(INTEGRATION).parts[0]
    assert reached_systems(tree(path)) - {own} == set()


def test_a_system_that_reaches_another_is_found() -> None:
    assert reached_systems(ast.parse("from ..irrigation.model import X")) == {
        "irrigation"
    }
    assert reached_systems(ast.parse("from .. import irrigation")) == {"irrigation"}


@pytest.mark.parametrize("path", root_modules(), ids=label)
def test_only_the_registry_names_the_systems(path: Path) -> None:
    named = named_systems(tree(path))
    assert named == (set(SYSTEM_KEYS) if path.stem == "registry" else set())


def test_a_root_module_that_names_a_system_is_found() -> None:
    assert named_systems(ast.parse("from .irrigation import flow")) == {"irrigation"}
    assert named_systems(ast.parse("if system == 'irrigation': ...")) == {"irrigation"}


@pytest.mark.quality_rule("parallel-updates")
def test_all_doors_are_alike() -> None:
    shapes = {door(tree(path)) for path in doors().values()}
    assert len(shapes) == 1
    assert "PARALLEL_UPDATES" in shapes.pop()


def test_each_door_opens_its_own_platform() -> None:
    for name, path in doors().items():
        assert f"Platform.{name.upper()})" in path.read_text(encoding="utf-8")


def test_a_door_that_does_more_is_found() -> None:
    usual = tree(doors()["sensor"])
    other = ast.parse(ast.unparse(usual) + "\nEXTRA = 1")
    assert door(other) != door(usual)


def test_there_is_a_door_for_every_platform_of_a_system_and_no_other() -> None:
    used = {platform.value for spec in SYSTEMS.values() for platform in spec.platforms}
    assert set(doors()) == used


def test_no_system_is_named_like_something_home_assistant_looks_for() -> None:
    taken = {path.name for path in COMPONENTS.iterdir() if path.is_dir()} | HOOKS
    taken |= {platform.value for platform in Platform} | set(BASE_PLATFORMS)
    assert set(SYSTEM_KEYS) & taken == set()


@pytest.mark.parametrize("folder", ["simulator", "demo"])
def test_what_stands_for_the_outside_world_does_not_know_the_integration(
    folder: str,
) -> None:
    found = [
        path.name
        for path in modules(ROOT / folder)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "custom_components" in ast.unparse(node)
    ]
    assert found == []


def test_the_simulator_does_not_know_home_assistant() -> None:
    found = [
        path.name
        for path in modules(ROOT / "simulator")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "homeassistant" in ast.unparse(node).split()[1]
    ]
    assert found == []
