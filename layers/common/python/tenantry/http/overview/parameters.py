"""Parameters of the operator's lists of organizations."""

from datetime import UTC, datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator, AwareDatetime

from tenantry.registry.names import NAME_MAX_CHARACTERS, SLUG_MAX_CHARACTERS
from tenantry.registry.organizations.document import Kind, State
from tenantry.registry.organizations.listing import Order

ADDRESS_MAX_CHARACTERS = 320


def _in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC, where its year may be another one."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be in the years 1 to 9999 of UTC") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
StateFilter = Annotated[State | None, Query(description="State that they are in")]
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
ClusterFilter = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=100,
        description="Cluster that holds their documents",
        json_schema_extra={"example": "main"},
    ),
]
KindFilter = Annotated[
    Kind | None, Query(description="Whether they have a collection of their own, or share a pool")
]
PlanFilter = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=100,
        description="Plan that they have; default if they name none",
        json_schema_extra={"example": "default"},
    ),
]
CreatedSince = Annotated[
    Moment | None,
    Query(
        description="First moment at which they were created (RFC 3339)",
        json_schema_extra={"example": "2026-01-31T00:00:00Z"},
    ),
]
CreatedBefore = Annotated[
    Moment | None,
    Query(
        description="Moment before which they were created (RFC 3339)",
        json_schema_extra={"example": "2036-01-31T00:00:00Z"},
    ),
]
ChangedSince = Annotated[
    Moment | None,
    Query(
        description="First moment at which name, slug, metadata or properties were changed last (RFC 3339)",
        json_schema_extra={"example": "2026-01-31T00:00:00Z"},
    ),
]
Suspended = Annotated[bool | None, Query(description="Whether they are suspended")]
Moving = Annotated[bool | None, Query(description="Whether their documents are being moved")]
Intent = Annotated[bool | None, Query(description="Whether they are being created, renamed or deleted")]
Sort = Annotated[
    Order | None,
    Query(
        description="What to sort by, with a minus sign before it for descending order; if left out, slug or "
        "name where its prefix is given, else -changed with changed_since, else -created"
    ),
]
Address = Annotated[
    str,
    Query(
        min_length=3,
        max_length=ADDRESS_MAX_CHARACTERS,
        description="E-mail address of an owner, in whichever case",
        json_schema_extra={"example": "ada@example.com"},
    ),
]
OrganizationName = Annotated[
    str,
    Query(pattern="^[a-z0-9_-]{1,63}$", description="Slug or id", json_schema_extra={"example": "google"}),
]
