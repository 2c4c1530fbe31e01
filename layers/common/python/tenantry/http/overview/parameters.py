"""Parameters of the operator's lists of organizations."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from tenantry.identity.addresses.email_addresses import ADDRESS_MAX_CHARACTERS
from tenantry.registry.organizations.document import Kind, State
from tenantry.registry.organizations.listing import Order

# date-time of RFC 3339, section 5.6; Pydantic takes numbers, too, for seconds since 1970.
_DATE_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)


def _check_form(value: Any) -> Any:
    if isinstance(value, str) and not _DATE_TIME.fullmatch(value):
        raise ValueError("must be a moment as in RFC 3339, such as 2026-01-31T00:00:00Z")
    return value


def _in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC, where its year may be another one."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be in the years 1 to 9999 of UTC") from None


Moment = Annotated[AwareDatetime, BeforeValidator(_check_form), AfterValidator(_in_utc)]
StateFilter = Annotated[State | None, Query(description="State that they are in")]
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
        max_length=ADDRESS_MAX_CHARACTERS,
        pattern=".@.",
        description="E-mail address of an owner, in whichever case",
        json_schema_extra={"example": "ada@example.com"},
    ),
]
OrganizationName = Annotated[
    str,
    Query(pattern="^[a-z0-9_-]{1,63}$", description="Slug or id", json_schema_extra={"example": "google"}),
]
