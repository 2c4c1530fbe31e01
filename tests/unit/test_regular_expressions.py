"""No text makes a regular expression of the library take more than linear time."""

import ast
import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import email_validator
import pytest
import slugify

import tenantry
from tests.support.regular_expressions import takes_linear_time
from tests.support.service import PROJECT

SOURCES = [*PROJECT.glob("functions/*/*.py"), *PROJECT.glob("layers/common/python/tenantry/**/*.py")]
SEARCHING = {"finditer", "findall", "search", "split", "sub", "subn"}


class Expression(NamedTuple):
    """A regular expression, and whether its matches may begin anywhere."""

    pattern: str
    flags: int
    is_searched: bool


def modules_of(*packages: ModuleType) -> Iterator[ModuleType]:
    for package in packages:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                yield importlib.import_module(module.name)


def in_modules() -> dict[str, Expression]:
    """Return the compiled expressions of the library and of what checks names and e-mail addresses for it."""
    return {
        f"{module.__name__}.{name}": Expression(value.pattern, value.flags, is_searched(module, name))
        for module in modules_of(tenantry, email_validator, slugify)
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    }


def is_searched(module: ModuleType, name: str) -> bool:
    """Whether the module searches with the expression; what is handed on as a value is matched whole."""
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text())
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }
    return bool(used & SEARCHING)


def in_schemas(part: Any, path: str = "openapi") -> Iterator[tuple[str, Expression]]:
    """Find the patterns of the OpenAPI document, which clients search for (JSON Schema section 6.3.3)."""
    children = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in children:
        if key == "pattern" and isinstance(value, str):
            yield path, Expression(value, 0, not value.startswith("^"))
        yield from in_schemas(value, f"{path}.{key}")


OPENAPI = json.loads((PROJECT / "functions/docs/openapi.json").read_text())
EXPRESSIONS = in_modules() | dict(in_schemas(OPENAPI))


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_time_is_linear(expression: Expression) -> None:
    assert takes_linear_time(expression.pattern, expression.flags, is_searched=expression.is_searched)


def test_every_expression_of_the_library_is_a_compiled_one_of_a_module() -> None:
    assert len([name for name in EXPRESSIONS if name.startswith("tenantry.")]) > 15
    for source in SOURCES:
        tree = ast.parse(source.read_text())
        assignments = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
        of_modules = {inside for assignment in assignments for inside in ast.walk(assignment)}
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("re."):
                assert ast.unparse(call.func) == "re.compile", source
                assert call in of_modules, source


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b", "(a|a)*b", "(a*)*b", "a*a*b", "(a|aa)+$", "(.*)(,.*)*x", r"(\w+\s?)*:", r"\d+\d+",
        "(a?b?)*c", "x*y?x*", "(?=(a+)+b)c", "(?!a*a*b)c", "(a*){3}b", r"([a-z]+)*\.", ".*[^@]*@",
        "(a|ab|b)*c", "(a+?)+b",
    ],
)  # fmt: skip
def test_an_expression_that_takes_more_is_noticed(pattern: str) -> None:
    assert not takes_linear_time(pattern, is_searched=False)


@pytest.mark.parametrize(
    "pattern", ["a+b", "(ab)*ac", "(a|b)*c", "(a+,)*b", "a{0,60}a{0,60}b", "(a?){9}b", "(x(?!a+b)[ab])*c"]
)
def test_one_that_does_not_is_fine(pattern: str) -> None:
    assert takes_linear_time(pattern, is_searched=False)


def test_a_search_begins_anywhere() -> None:
    assert not takes_linear_time("a+b", is_searched=True)
    assert not takes_linear_time("(a+b)?a", is_searched=True)
    assert takes_linear_time("ba+c", is_searched=True)
    assert takes_linear_time("a{2,}", is_searched=True)
