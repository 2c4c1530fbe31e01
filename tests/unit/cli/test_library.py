"""Tests of `cli.library`: who it is that a command acts for."""

import os

import pytest

from cli import library
from tenantry.runtime.request_context import Actor

NAMELESS = 3_999_999_999


def test_the_actor_is_the_user_of_the_process_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)
    for name in ("LOGNAME", "USER"):
        monkeypatch.setenv(name, "somebody-else")
    assert library.actor() == Actor("operator", "tenantry:root")


def test_a_user_without_a_name_is_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: NAMELESS)
    assert library.actor() == Actor("operator", f"tenantry:{NAMELESS}")
