"""The command line and the layer have the versions of packages that tests run with."""

import re

import pytest

from tests.contract.sam_template import PROJECT


def pinned(name: str) -> set[str]:
    """Return what a file of `make requirements` pins, with the systems that each pin is for."""
    return set(re.findall(r"^(\w.*==.*?) \\$", (PROJECT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", ["requirements/cli.txt", "layers/common/requirements.txt"])
def test_pins_are_those_of_the_tests(name: str) -> None:
    assert any(pin.startswith("pymongo==") for pin in pinned(name))
    assert pinned(name) - pinned("requirements/dev.txt") == set(), "run make requirements"
