"""What README and documents list is all that there is."""

import json
import re

from typer.main import get_command

from cli.app import app
from tests.contract import sam_template
from tests.contract.sam_template import PROJECT

README = (PROJECT / "README.md").read_text()
FOLDERS = README.partition("\n## Where is what\n")[2].partition("\n```\n")[2].partition("\n```\n")[0]
LIBRARY = PROJECT / "layers/common/python/tenantry"


def in_first_column(rows: str) -> set[str]:
    """Return what stands in backquotes in the first cell of each row of a table."""
    return {
        name
        for cell in re.findall(r"^\|([^|]*)\|", rows, re.MULTILINE)
        for name in re.findall(r"`([\w-]+)`", cell)
    }


def test_readme_leads_to_every_page() -> None:
    pages = {path.name for path in (PROJECT / "docs").glob("*.md")}
    table = README.partition("\n## Documentation\n")[2]
    assert set(re.findall(r"\]\(docs/([\w-]+\.md)\)", table)) == pages


def test_readme_says_what_is_in_every_folder() -> None:
    folders = {
        path.name
        for path in PROJECT.iterdir()
        if path.is_dir() and path.name[0] not in "._" and path.name != "dist"
    }
    assert set(re.findall(r"^(\w+)/", FOLDERS, re.MULTILINE)) == folders


def test_readme_says_what_every_package_knows() -> None:
    packages = {path.parent.name for path in LIBRARY.glob("*/__init__.py")} | {"errors"}
    table = README.partition("\nThe library has nine packages")[2].partition("\n\nA route goes to")[0]
    assert in_first_column(table) == packages


def test_architecture_shows_every_function() -> None:
    text = (PROJECT / "docs/architecture.md").read_text().partition("\n## The stack\n")[2]
    diagram = text.partition("```mermaid\n")[2].partition("\n```")[0]
    assert set(sam_template.function_directories().values()) - set(re.findall(r"\w+", diagram)) == set()


def test_every_command_has_its_page() -> None:
    table = (
        (PROJECT / "docs/command-line.md")
        .read_text()
        .partition("\n| commands | page |\n")[2]
        .partition("\n\n")[0]
    )
    assert in_first_column(table) == set(get_command(app).commands)  # type: ignore[attr-defined]


def documented_routes() -> set[tuple[str, str]]:
    """Return method and path of each route in docs/api.md."""
    tables = (PROJECT / "docs/api.md").read_text().partition("\n## Routes\n")[2].partition("\n## ")[0]
    routes: set[tuple[str, str]] = set()
    for cell in re.findall(r"^\| ([A-Z]{3}[^|]*) \|", tables, re.MULTILINE):
        methods: list[str] = []
        after_path = False
        for word in re.sub("`[^`]*`", "", cell).replace(",", " ").split():
            if word.isalpha():
                methods = [word] if after_path else [*methods, word]
            else:
                path = word.replace("...", "/organizations/{organization}")
                routes |= {(method, path) for method in methods}
            after_path = not word.isalpha()
    return routes


def test_api_has_every_route() -> None:
    paths = json.loads((PROJECT / "functions/docs/openapi.json").read_text())["paths"]
    methods = {"get", "put", "post", "patch", "delete"}
    pages = {("GET", "/console"), ("GET", "/console/{file}")}  # files and no API
    assert documented_routes() - pages == {
        (method.upper(), path) for path, item in paths.items() for method in item.keys() & methods
    }
