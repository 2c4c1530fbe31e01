"""Options of the form NAME=VALUE, and what they set."""

import json
from collections.abc import Iterable
from typing import Annotated, Any

import typer

Limits = Annotated[
    list[str] | None,
    typer.Option("--limit", metavar="NAME=NUMBER", help="How much there may be, as in members=50."),
]


def _pair_of(option: str, text: str) -> tuple[str, str]:
    """Return name and value.

    Raises
    ------
    typer.BadParameter
        There is no equals sign.
    """
    name, sign, value = text.partition("=")
    if not sign:
        raise typer.BadParameter(f"{text} is not NAME=VALUE", param_hint=option)
    return name, value


def limits_of(texts: Iterable[str] | None) -> dict[str, int]:
    """Return the limits that options set.

    Raises
    ------
    typer.BadParameter
        A value is no number.
    """
    limits = {}
    for name, value in (_pair_of("--limit", text) for text in texts or ()):
        if not value.isdecimal():
            raise typer.BadParameter(f"{value!r} is no number", param_hint="--limit")
        limits[name] = int(value)
    return limits


def properties_of(option: str, texts: Iterable[str] | None) -> dict[str, Any]:
    """Return the properties that options set: JSON's numbers, true, false and strings, or else text."""
    return {name: _value(text) for name, text in (_pair_of(option, text) for text in texts or ())}


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str | int | float) else text
