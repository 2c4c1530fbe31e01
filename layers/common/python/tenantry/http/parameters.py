"""Parameters that routes of several functions have, and the refusal of those that none declares."""

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Header, Query
from aws_lambda_powertools.event_handler.request import Request

from tenantry.errors import InvalidFields
from tenantry.registry.names import NAME_MAX_CHARACTERS, SLUG_MAX_CHARACTERS

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Chosen by the client for one request; a repetition with it creates nothing more",
    ),
]

Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many on a page")]
Cursor = Annotated[str | None, Query(description="next_cursor of the page before")]
NamePrefix = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=NAME_MAX_CHARACTERS,
        description="What the name begins with, in whichever case and with whichever accents",
        json_schema_extra={"example": "goo"},
    ),
]
SlugPrefix = Annotated[
    str | None,
    Query(
        pattern=f"^[a-z0-9-]{{1,{SLUG_MAX_CHARACTERS}}}$",
        description="What the slug begins with",
        json_schema_extra={"example": "goo"},
    ),
]


def check_query(request: Request) -> None:
    """Refuse query parameters that the signature of the route does not declare.

    A misspelt filter would otherwise match every document.

    Raises
    ------
    InvalidFields
    """
    declared = {parameter.alias for parameter in request.context["_route"].dependant.query_params}
    sent = request.resolved_event.resolved_query_string_parameters
    if undeclared := [name for name in sent if name not in declared]:
        raise InvalidFields(
            errors=[{"field": name, "message": "is not a parameter here"} for name in undeclared]
        )


OnlyDeclared = Annotated[None, Depends(check_query)]
"""Nothing; 422 if the query has parameters that the route does not declare."""
