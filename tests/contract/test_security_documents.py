"""What SECURITY.md, docs/security.md and docs/mongodb.md call a proof is one."""

import ast
import re
from pathlib import Path

import pytest

from tests.contract.sam_template import PROJECT

DOCUMENTS = ("SECURITY.md", "docs/security.md", "docs/mongodb.md")
TABLES = (
    *(f"API{number} " for number in range(1, 11)),
    *(f"3.{number} " for number in range(1, 13)),  # of RFC 8725
)


def text(document: str) -> str:
    return (PROJECT / document).read_text()


def named_in(document: str) -> list[str]:
    return re.findall(r"`([\w/]+\.py::\w+)`", text(document))


def names_of(module: Path) -> set[str]:
    return {node.name for node in ast.parse(module.read_text()).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_is_named_exists(document: str) -> None:
    named = named_in(document)
    assert named
    for name in named:
        module, _, test = name.partition("::")
        assert (PROJECT / "tests" / module).is_file(), name
        assert test in names_of(PROJECT / "tests" / module), name


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_mention_of_a_test_is_found(document: str) -> None:
    assert text(document).count("::") == len(named_in(document))


@pytest.mark.parametrize("path", re.findall(r"`(\.[\w/]+\.\w+)`", text("docs/security.md")))
def test_every_file_that_is_named_exists(path: str) -> None:
    assert (PROJECT / path).is_file()


@pytest.mark.parametrize("item", TABLES)
def test_no_item_is_left_out(item: str) -> None:
    assert f"\n| {item}" in text("docs/security.md")


@pytest.mark.parametrize("row", re.findall(r"^\| [A-Z\d].*$", text("docs/security.md"), re.MULTILINE))
def test_every_item_has_a_proof_or_says_that_it_has_none(row: str) -> None:
    proof = row.rstrip(" |").rpartition(" | ")[2]
    assert "::" in proof or "Not yet" in proof
