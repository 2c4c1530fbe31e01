"""The commands that the README names exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contract import sam_template
from tests.contract.sam_template import PROJECT

MAKE = shutil.which("make") or "make"
README = (PROJECT / "README.md").read_text()
TARGETS = sorted(set(re.findall(r"(?:^|`)(?:\w+=\S+ )*make ([a-z][a-z0-9-]*)", README, re.MULTILINE)))
INVOKED = re.findall(r"sam local invoke (\w+) .*?(events/\w+\.json)", README)


def test_readme_names_the_two_commands() -> None:
    assert {"run", "test"} <= set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_make_target_exists(target: str) -> None:
    subprocess.run([MAKE, "--dry-run", target], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)


def test_readme_invokes_functions_with_events_that_exist() -> None:
    assert INVOKED
    for function, event in INVOKED:
        assert sam_template.function_directories()[function] == Path(event).stem
        assert (PROJECT / event).is_file()


@pytest.mark.parametrize("name", sorted(sam_template.template()["Parameters"]))
def test_readme_explains_the_parameter(name: str) -> None:
    assert re.search(rf"\|[^|]*\b{name}\b[^|]*\|", README)
