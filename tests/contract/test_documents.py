"""What README and the documents name exists."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from tests.contract import test_security_documents
from tests.contract.sam_template import PROJECT

DOCUMENTS = [PROJECT / "README.md", PROJECT / "SECURITY.md", *sorted((PROJECT / "docs").rglob("*.md"))]
PATH = re.compile(r"(?<![\w/.-])((?:bench|cli|docs|events|examples|functions|layers|local|tests)/[\w./-]*\w)")
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MODULE = re.compile(r"`(tenantry(?:[./]\w+)+)`")

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)


def test_documents_name_files_and_modules() -> None:
    together = "".join(document.read_text() for document in DOCUMENTS)
    assert all(named.search(together) for named in (PATH, LINK, MODULE))


def anchors(document: Path) -> set[str]:
    """Return what GitHub makes of the headings, none of which may come twice."""
    text = FENCED.sub("", document.read_text())
    made = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)]
    assert len(set(made)) == len(made), document
    return set(made)


@every_document
def test_files_exist(document: Path) -> None:
    text = document.read_text()
    assert [path for path in PATH.findall(text) if not (PROJECT / path).exists()] == []
    assert [path for path, _ in LINK.findall(text) if not (document.parent / path).exists()] == []


@every_document
def test_headings_that_links_lead_to_exist(document: Path) -> None:
    for path, anchor in LINK.findall(document.read_text()):
        target = document.parent / path if path else document
        assert not anchor or target.suffix != ".md" or anchor in anchors(target), f"{path}#{anchor}"


@every_document
def test_modules_exist(document: Path) -> None:
    for module in MODULE.findall(document.read_text()):
        import_module(module.replace("/", "."))


def test_tests_are_named_where_somebody_makes_sure_that_they_exist() -> None:
    naming = {document for document in DOCUMENTS if re.search(r"\.py::", document.read_text())}
    assert naming == {PROJECT / document for document in test_security_documents.DOCUMENTS}
