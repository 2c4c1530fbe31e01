"""Bodies of requests about API keys; their field descriptions become the OpenAPI document."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from tenantry.http.schemas import Request
from tenantry.identity.roles import SCOPES, Scope
from tenantry.registry.names import NAME_MAX_CHARACTERS, canonical_name
from tenantry.runtime import moments

LONGEST: Final = timedelta(days=3660)  # ten years
_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.IGNORECASE,
)


def _moment(value: Any) -> datetime:
    """Return a future moment that is written as RFC 3339 says, in whole milliseconds."""
    if not isinstance(value, str) or _RFC3339.fullmatch(value) is None:
        raise ValueError("must be a moment as RFC 3339 writes it, such as 2030-01-31T12:00:00Z")
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("must be a moment that there is") from None
    now = moments.now()
    if not now < moment <= now + LONGEST:
        raise ValueError("must be in the future, at most ten years from now")
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _different(scopes: list[Scope]) -> list[Scope]:
    if len(set(scopes)) < len(scopes):
        raise ValueError("must name each scope once")
    return scopes


class CreateKey(Request):
    """Body of POST /organizations/{organization}/keys."""

    name: Annotated[
        str,
        AfterValidator(canonical_name),
        Field(
            description=f"What the key is for: 1 to {NAME_MAX_CHARACTERS} characters.",
            examples=["Nightly import"],
            max_length=4 * NAME_MAX_CHARACTERS,
            json_schema_extra={"minLength": 1},
        ),
    ]
    scopes: Annotated[
        list[Scope],
        AfterValidator(_different),
        Field(
            description="What the key may do. Who may write documents may read them.",
            examples=[["documents:read"]],
            min_length=1,
            max_length=len(SCOPES),
            json_schema_extra={"uniqueItems": True},
        ),
    ]
    expires_at: Annotated[datetime, BeforeValidator(_moment)] | None = Field(
        default=None,
        description="When it expires, at most ten years from now; if left out, it works until it is revoked.",
        examples=["2030-01-31T12:00:00Z"],
    )
    requests_per_minute: Annotated[int, Field(ge=1, le=2**53)] | None = Field(
        default=None,
        description="How many requests may be sent with it; as many as the organization may if left out.",
        examples=[600],
    )
