"""Reads flows: their steps, fields, errors and the reasons for which they end."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
import inspect
from pathlib import Path
from typing import Any

from homeassistant.data_entry_flow import FlowHandler, section
import voluptuous as vol

from custom_components.smart_quarter.config_flow import SmartQuarterConfigFlow
from custom_components.smart_quarter.registry import SYSTEMS

from .project import PACKAGE, Json, modules, name_of, translations, tree
from .reader import Place, UnreadableError, called, keyword, last_name, places, strings

type FlowClass = type[FlowHandler[Any, Any, Any]]

FROM_HOME_ASSISTANT = {
    "_abort_if_unique_id_configured": "already_configured",
    "_async_abort_entries_match": "already_configured",
    "_abort_if_unique_id_mismatch": "unique_id_mismatch",
    "async_update_and_abort": "reconfigure_successful",
    "async_update_reload_and_abort": "reconfigure_successful",
    "async_set_unique_id": "already_in_progress",
}
"""Methods of Home Assistant that abort a flow, and the reason they give."""
OPTIONAL_REASONS = {"already_in_progress"}
MARKERS = ("Required", "Optional", "Inclusive", "Exclusive")


def flows() -> dict[str, FlowClass]:
    """Return all flows by the place of their texts."""
    found: dict[str, FlowClass] = {"config": SmartQuarterConfigFlow}
    for spec in SYSTEMS.values():
        for kind, flow in spec.subentry_flows.items():
            found[f"config_subentries.{kind}"] = flow
    return found


def texts_of(where: str) -> Json:
    """Return the English texts at a dotted place."""
    found = translations("en")
    for part in where.split("."):
        found = found[part]
    return found


def own_classes(flow: type) -> list[type]:
    """Return the classes of ours that make up a flow."""
    return [kind for kind in flow.__mro__ if kind.__module__.startswith(PACKAGE)]


@cache
def source_of(module: str) -> Path:
    """Return the file of a module."""
    path = inspect.getsourcefile(import_module(module))
    assert path is not None
    return Path(path)


def inside(flow: type) -> Iterator[Place]:
    """Yield everything written in the classes of a flow."""
    for kind in own_classes(flow):
        for place in places(source_of(kind.__module__)):
            if any(outer.name == kind.__name__ for outer in place.classes):
                yield place


def steps(flow: type) -> set[str]:
    """Return the steps that a flow has methods for."""
    return {
        name.removeprefix("async_step_")
        for kind in own_classes(flow)
        for name in vars(kind)
        if name.startswith("async_step_")
    }


def adds(flow: type) -> bool:
    """Tell whether a flow adds what it is named after, which can then be changed, too."""
    return any(
        isinstance(place.node, ast.Call) and called(place.node) == "async_create_entry"
        for place in inside(flow)
    )


def given(flow: type, method: str, argument: str) -> set[str]:
    """Return what is handed to a method, also by a method of ours that hands it on."""
    found: set[str] = set()
    for place in inside(flow):
        if not isinstance(place.node, ast.Call) or called(place.node) != method:
            continue
        value = keyword(place.node, argument)
        if (position := _parameter(place, value)) is not None:
            function = place.functions[-1].name
            assert isinstance(value, ast.Name)
            found |= given(flow, function, value.id)
            found |= _positional(flow, function, position)
        else:
            found |= _readable(place, value)
    return found


def _parameter(place: Place, value: ast.expr | None) -> int | None:
    """Return at which position the enclosing method takes a value, if it does."""
    if not isinstance(value, ast.Name) or not place.functions:
        return None
    names = [argument.arg for argument in place.functions[-1].args.args]
    return names.index(value.id) - 1 if value.id in names else None


def _positional(flow: type, method: str, position: int) -> set[str]:
    """Return what is handed to a method of ours at a position."""
    found: set[str] = set()
    for place in inside(flow):
        if isinstance(place.node, ast.Call) and called(place.node) == method:
            found |= {
                text
                for argument in place.node.args[position : position + 1]
                for text in _readable(place, argument)
            }
    return found


def _readable(place: Place, node: ast.expr | None) -> frozenset[str]:
    """Return the strings of an expression; what only a test can see is left to the tests."""
    match node:
        case None:
            return frozenset()
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return frozenset().union(*(_readable(place, item) for item in items))
        case ast.Dict(values=items):
            return frozenset().union(*(_readable(place, item) for item in items))
        case ast.Call(func=ast.Name(id="list"), args=[ast.Name(id="SYSTEMS")]):
            return frozenset(SYSTEMS)
    try:
        return strings(place, node)
    except UnreadableError:
        return frozenset()


def errors(flow: type) -> set[str]:
    """Return the errors that a flow puts into a form."""
    found = given(flow, "async_show_form", "errors") | findings(flow)
    for place in inside(flow):
        match place.node:
            case ast.Assign(targets=[target], value=value) if _is_errors(target):
                found |= _readable(place, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) if _is_errors(
                target
            ):
                found |= _readable(place, value)
    return found


def findings(flow: type) -> set[str]:
    """Return the errors that the checks of a flow find: `yield field, error`."""
    found: set[str] = set()
    for place in reached(flow):
        match place.node:
            case ast.Yield(value=ast.Tuple(elts=[_, error])):
                found |= _readable(place, error)
    return found


def reached(flow: type) -> list[Place]:
    """Return everything written in the functions of flow modules that a flow comes to."""
    functions = {
        node.name: (path, node)
        for path in flow_modules()
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    waiting = {
        place.node.id for place in inside(flow) if isinstance(place.node, ast.Name)
    }
    done: set[str] = set()
    found: list[Place] = []
    while waiting := (waiting & functions.keys()) - done:
        done |= waiting
        for name in sorted(waiting):
            path, node = functions[name]
            found += [place for place in places(path) if node in place.functions]
        waiting = {place.node.id for place in found if isinstance(place.node, ast.Name)}
    return found


def _is_errors(target: ast.expr) -> bool:
    """Tell whether something is stored as the errors of a form."""
    if isinstance(target, ast.Subscript):
        target = target.value
    return last_name(target) == "errors"


def reasons(flow: type) -> set[str]:
    """Return the reasons for which a flow ends without a result."""
    found = given(flow, "async_abort", "reason")
    for place in inside(flow):
        if isinstance(place.node, ast.Call):
            name = called(place.node)
            if name == "AbortFlow" and place.node.args:
                found |= _readable(place, place.node.args[0])
            if name in FROM_HOME_ASSISTANT:
                reason = _readable(place, keyword(place.node, "reason"))
                found |= reason or {FROM_HOME_ASSISTANT[name]}
    return found


def flow_modules() -> list[Path]:
    """Return the modules in which forms are made."""
    return [path for path in modules() if "flow" in path.stem or "form" in path.stem]


def fields(flow: type) -> set[str]:
    """Return the keys of all fields of a flow's forms."""
    found: set[str] = set()
    for place in [*inside(flow), *reached(flow)]:
        match place.node:
            case ast.Name(id=name):
                known = vars(import_module(name_of(place.path)))
                if isinstance(schema := known.get(name), vol.Schema):
                    found |= set(keys_of(schema))
            case ast.Call(args=[key, *_]) if called(place.node) in MARKERS:
                found |= _readable(place, key)
    return found


def keys_of(schema: vol.Schema) -> Iterator[str]:
    """Yield the keys of a form, also those in sections."""
    for marker, value in schema.schema.items():
        yield str(marker)
        if isinstance(value, section):
            yield from keys_of(value.schema)


def words_in_code() -> set[str]:
    """Return all strings that the modules of flows can say by themselves."""
    found: set[str] = set()
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def fields_in_texts(texts: Json) -> set[str]:
    """Return the keys of all fields and sections that have a text."""
    found: set[str] = set()
    for step in texts.get("step", {}).values():
        for part in (step, *step.get("sections", {}).values()):
            found |= set(part.get("data", {}))
        found |= set(step.get("sections", {}))
    return found
