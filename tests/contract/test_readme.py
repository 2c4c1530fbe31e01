"""The commands and parameters that README and documents name exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contract import sam_template
from tests.contract.sam_template import PROJECT

MAKE = shutil.which("make") or "make"
MAKE_COMMAND = re.compile(r"(?:^|`)(?:\w+=\S+ )*make ([a-z][a-z0-9-]*)", re.MULTILINE)
README = PROJECT / "README.md"
# Not the decisions: they say what was there when they were made.
DOCUMENTS = [README, PROJECT / "SECURITY.md", *sorted((PROJECT / "docs").glob("*.md"))]
TARGETS = sorted({target for document in DOCUMENTS for target in MAKE_COMMAND.findall(document.read_text())})
INVOKED = re.findall(
    r"sam local invoke (\w+) .*?(events/\w+\.json)", (PROJECT / "docs/development.md").read_text()
)
CONFIGURATION = (PROJECT / "docs/configuration.md").read_text()


def test_readme_names_the_two_commands() -> None:
    assert {"run", "test"} <= set(MAKE_COMMAND.findall(README.read_text()))


@pytest.mark.parametrize("target", TARGETS)
def test_make_target_exists(target: str) -> None:
    subprocess.run([MAKE, "--dry-run", target], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)


def test_functions_are_invoked_with_events_that_exist() -> None:
    assert INVOKED
    for function, event in INVOKED:
        assert sam_template.function_directories()[function] == Path(event).stem
        assert (PROJECT / event).is_file()


@pytest.mark.parametrize("name", sorted(sam_template.template()["Parameters"]))
def test_parameter_is_explained(name: str) -> None:
    assert re.search(rf"\|[^|]*\b{name}\b[^|]*\|", CONFIGURATION)
