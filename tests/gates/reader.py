"""Reads from source code which strings an expression can become.

A key of a translation is rarely written out: it is a constant, an f-string over a StrEnum,
chosen from a table, or returned by a function. What counts is read from what is assigned and
returned, and else from the types: a parameter `problem: Problem` stands for all members of
`Problem`. An expression that cannot be read is an error, not a gap.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import import_module
import inspect
from itertools import product
from pathlib import Path
from typing import Any, Literal, TypeAliasType, get_args, get_origin

from .project import name_of, tree

type Function = ast.FunctionDef | ast.AsyncFunctionDef


class UnreadableError(Exception):
    """The gate cannot tell which strings an expression becomes."""


@dataclass(frozen=True)
class Place:
    """A node with what surrounds it."""

    path: Path
    node: ast.AST
    functions: tuple[Function, ...]
    classes: tuple[ast.ClassDef, ...]

    @property
    def where(self) -> str:
        """Return file and line, for messages."""
        return f"{self.path.name}:{getattr(self.node, 'lineno', 0)}"


@cache
def places(path: Path) -> tuple[Place, ...]:
    """Return all nodes of a file with their surroundings."""
    return tuple(_walk(path, tree(path), (), ()))


def _walk(
    path: Path,
    node: ast.AST,
    functions: tuple[Function, ...],
    classes: tuple[ast.ClassDef, ...],
) -> Iterator[Place]:
    """Walk down and remember functions and classes on the way."""
    yield Place(path, node, functions, classes)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        functions = (*functions, node)
    elif isinstance(node, ast.ClassDef):
        classes = (*classes, node)
    for child in ast.iter_child_nodes(node):
        yield from _walk(path, child, functions, classes)


def calls(path: Path, *names: str) -> Iterator[tuple[Place, ast.Call]]:
    """Yield the calls of functions with one of these names, however they are reached."""
    for place in places(path):
        if isinstance(place.node, ast.Call) and called(place.node) in names:
            yield place, place.node


def called(call: ast.Call) -> str:
    """Return the last part of the name that is called."""
    return last_name(call.func)


def last_name(node: ast.AST) -> str:
    """Return the last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value that is handed over under a name."""
    return next((item.value for item in call.keywords if item.arg == name), None)


def strings(place: Place, node: ast.expr) -> frozenset[str]:
    """Return all strings that an expression can become."""
    match node:
        case ast.Constant(value=str() as text):
            return frozenset({text})
        case ast.Constant(value=None):
            return frozenset()
        case ast.JoinedStr(values=parts):
            choices = [sorted(strings(place, part)) for part in parts]
            return frozenset("".join(choice) for choice in product(*choices))
        case ast.FormattedValue(value=inner) | ast.Await(value=inner):
            return strings(place, inner)
        case ast.IfExp(body=yes, orelse=no):
            return strings(place, yes) | strings(place, no)
        case ast.BoolOp(values=parts):
            return frozenset().union(*(strings(place, part) for part in parts))
        case ast.Attribute(value=inner, attr="value"):
            return strings(place, inner)
        case ast.Subscript(value=table):
            return strings(place, table)
        case ast.Dict(values=values):
            return frozenset().union(*(strings(place, value) for value in values))
        case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, *default]):
            found = texts_of(evaluated(place, table), place, node)
            return found.union(*(strings(place, item) for item in default))
        case ast.Call(func=function):
            return _of_call(place, function)
        case ast.Name(id=name):
            return _of_name(place, name, node)
    return texts_of(evaluated(place, node), place, node)


def _of_call(place: Place, node: ast.expr) -> frozenset[str]:
    """Return what a function of ours returns, as far as it is said, or what its type allows."""
    function = evaluated(place, node)
    if not inspect.isfunction(function):
        raise UnreadableError(f"{place.where}: {ast.unparse(node)}")
    inner = definition(Path(function.__code__.co_filename), function.__name__)
    code = inner.functions[-1]
    returned = [
        found.value
        for found in ast.walk(code)
        if isinstance(found, ast.Return) and found.value is not None
    ]
    try:
        return frozenset().union(*(strings(inner, value) for value in returned))
    except UnreadableError:
        if code.returns is None:
            raise
        return texts_of(_kinds(evaluated(inner, code.returns)), inner, node)


def definition(path: Path, name: str) -> Place:
    """Return the inside of a function at the top of a file."""
    for node in tree(path).body:
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name == name
        ):
            return Place(path, node, (node,), ())
    raise UnreadableError(f"{path.name}: {name}")


def _of_name(place: Place, name: str, node: ast.expr) -> frozenset[str]:
    """Return what a name can stand for: a parameter, a local name or a constant."""
    for function in reversed(place.functions):
        arguments = function.args
        for argument in (
            *arguments.posonlyargs,
            *arguments.args,
            *arguments.kwonlyargs,
        ):
            if argument.arg == name and argument.annotation is not None:
                kind = evaluated(place, argument.annotation)
                return texts_of(_kinds(kind), place, node)
        if (values := list(_assigned(function, name))) != []:
            return frozenset().union(*(strings(place, value) for value in values))
    return texts_of(evaluated(place, node), place, node)


def _assigned(function: Function, name: str) -> Iterator[ast.expr]:
    """Yield what is assigned to a name within a function."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                yield value
            case ast.AnnAssign(
                target=ast.Name(id=found), value=ast.expr() as value
            ) if found == name:
                yield value
            case ast.For(target=ast.Name(id=found), iter=value) if found == name:
                yield value
            case ast.NamedExpr(target=ast.Name(id=found), value=value) if found == name:
                yield value


def _kinds(kind: Any) -> Any:
    """Return the values of an enum, of a literal type or of a union of them."""
    if isinstance(kind, TypeAliasType):
        return _kinds(kind.__value__)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    options = [part for part in get_args(kind) if part is not type(None)]
    return [value for part in options for value in _kinds(part) or [part]]


def texts_of(value: Any, place: Place, node: ast.expr) -> frozenset[str]:
    """Return the strings in a value: itself, an enum's, or those of a table."""
    if isinstance(value, type) and issubclass(value, Enum):
        value = list(value)
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return frozenset({value})
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set | frozenset) and value:
        return frozenset().union(*(texts_of(item, place, node) for item in value))
    raise UnreadableError(f"{place.where}: {ast.unparse(node)}")


def evaluated(place: Place, node: ast.expr) -> Any:
    """Return the value that an expression has when its module has been imported."""
    module = import_module(name_of(place.path))
    code = compile(ast.Expression(node), str(place.path), "eval")
    try:
        return eval(code, dict(vars(module)))  # our own source, not input
    except Exception as err:
        raise UnreadableError(f"{place.where}: {ast.unparse(node)}: {err}") from err
