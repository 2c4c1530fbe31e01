"""Options and files of commands, by the rules for the body of the same request."""

from typing import Any

import typer
from pydantic import BaseModel, ValidationError


def checked[Body: BaseModel](body: type[Body], content: dict[str, Any]) -> Body:
    """Return the body that options make; those that are None are not in it.

    Raises
    ------
    typer.BadParameter
        The rules refuse it.
    """
    try:
        return body.model_validate({name: value for name, value in content.items() if value is not None})
    except ValidationError as error:
        raise typer.BadParameter("; ".join(problems_of(error))) from None


def problems_of(error: ValidationError) -> list[str]:
    """Return what the rules refuse: each field, and why."""
    return [
        f"{'.'.join(map(str, problem['loc'])) or 'it'}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors()
    ]
