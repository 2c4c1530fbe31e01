"""Tests that run on both kinds of placement: with collections of one's own, and with pools."""

import os
from collections.abc import Callable
from typing import Final

import pytest

from tenantry.registry import clusters
from tenantry.runtime.settings import settings
from tenantry.storage import pools

POOL: Final = "pool_0"
KINDS: Final = ("collection", "pooled")


def parametrize(metafunc: pytest.Metafunc, is_representative: Callable[[str], bool]) -> None:
    """Run a test on both kinds if it represents the others, or with ``POOLED=all`` in any case.

    Parameters
    ----------
    metafunc
        The test, of which the fixture `kind` is a parameter then.
    is_representative
        Tells it by module and name, as in ``test_values.test_a_cursor``.
    """
    name = f"{metafunc.module.__name__.rpartition('.')[2]}.{metafunc.function.__name__}"
    if "kind" in metafunc.fixturenames and (os.environ.get("POOLED") == "all" or is_representative(name)):
        metafunc.parametrize("kind", KINDS, indirect=True)


def place(kind: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let organizations be placed like this from now on."""
    monkeypatch.setenv("PLACEMENT", kind)
    if kind == "pooled":
        clusters.register(clusters.MAIN)
        pools.create(clusters.MAIN, POOL)
    settings.cache_clear()
    return kind
