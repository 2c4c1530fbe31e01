"""Bodies of requests about organizations; their field descriptions become the OpenAPI document."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from tenantry.http.accounts.bodies import ChosenEmail, ChosenPassword
from tenantry.http.schemas import Request
from tenantry.registry.limits import MOST, PLAN_PATTERN
from tenantry.registry.names import NAME_MAX_CHARACTERS, SLUG_PATTERN, canonical_name, check_slug_form
from tenantry.registry.organizations.document import METADATA_MAX_KEYS, Limit, check_metadata_key

INT64 = 2**63  # BSON's largest integer type


def _explain_metadata_value(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    with suppress(ValidationError):
        checked = check(value)
        if type(checked) is type(value):  # not an integer that only fits into a float, less precisely
            return checked
    raise ValueError("must be a string of at most 500 characters, a 64-bit number, true or false")


Name = Annotated[
    str,
    AfterValidator(canonical_name),
    Field(
        description=f"Display name: 1 to {NAME_MAX_CHARACTERS} characters, in NFC and trimmed, some visible.",
        examples=["Google"],
        max_length=4 * NAME_MAX_CHARACTERS,
        json_schema_extra={"minLength": 1},
    ),
]
Slug = Annotated[
    str,
    AfterValidator(check_slug_form),
    Field(
        description="Unique name in URLs; derived from the name if left out.",
        examples=["google"],
        json_schema_extra={"pattern": SLUG_PATTERN},
    ),
]
MetadataKey = Annotated[
    str, StringConstraints(min_length=1, max_length=64), AfterValidator(check_metadata_key)
]
MetadataValue = Annotated[
    Annotated[str, StringConstraints(max_length=500)]
    | bool
    | Annotated[int, Field(ge=-INT64, lt=INT64)]
    | Annotated[float, Field(allow_inf_nan=False)],
    WrapValidator(_explain_metadata_value),
]


def check_most[Limits: Mapping[Limit, int | None]](limits: Limits) -> Limits:
    """Return limits none of which exceeds what everybody may have at most.

    Raises
    ------
    ValueError
        One does.
    """
    for name, most in MOST.items():
        if (limits.get(name) or 0) > most:
            raise ValueError(f"must hold at most {most} as {name}")
    return limits


PlanName = Annotated[str, StringConstraints(pattern=PLAN_PATTERN), Field(examples=["pro"])]
LimitValue = Annotated[int, Field(ge=0, le=2**53, description="How much there may be at most.")]


class CreateOrganization(Request):
    """Body of POST /organizations; e-mail and password are for callers without an account."""

    name: Name
    email: ChosenEmail | None = None
    password: ChosenPassword | None = None
    slug: Slug | None = None
    metadata: dict[MetadataKey, MetadataValue] = Field(
        default={},
        max_length=METADATA_MAX_KEYS,
        description="The client's own properties of the organization.",
        examples=[{"color": "green", "employees": 120}],
    )


class UpdateOrganization(Request):
    """Body of PATCH /organizations/{organization}; what is left out stays as it is."""

    name: Name | None = None
    slug: Slug | None = None
    metadata: dict[MetadataKey, MetadataValue | None] | None = Field(
        default=None,
        max_length=METADATA_MAX_KEYS,
        description="Properties to set; null removes one (RFC 7396).",
        examples=[{"color": "blue", "employees": None}],
    )


class CreateOrganizationAsOperator(CreateOrganization):
    """Body of POST /operator/organizations."""

    placement: Literal["collection", "pooled"] | None = Field(
        default=None,
        description="Whether it gets a collection of its own or shares one; as is configured if left out.",
    )
    plan: PlanName | None = Field(default=None, description="The plan `default` if left out.")


class ConfigureOrganization(Request):
    """Body of PATCH /operator/organizations/{organization}: null removes a key (RFC 7396)."""

    properties: dict[MetadataKey, MetadataValue | None] | None = Field(
        default=None,
        max_length=METADATA_MAX_KEYS,
        description="What members read and the operator alone sets.",
        examples=[{"region": "eu", "support": None}],
    )
    private: dict[MetadataKey, MetadataValue | None] | None = Field(
        default=None,
        max_length=METADATA_MAX_KEYS,
        description="What the operator alone reads and sets.",
        examples=[{"customer_number": "C-1041"}],
    )
    plan: PlanName | None = Field(default=None, description="Which may be `default`.")
    limits: Annotated[dict[Limit, LimitValue | None], AfterValidator(check_most)] | None = Field(
        default=None,
        description="Its own, which count before those of its plan.",
        examples=[{"members": 50, "indexes": None}],
    )


class PutPlan(Request):
    """Body of PUT /operator/plans/{plan}: all that the plan limits."""

    limits: Annotated[dict[Limit, LimitValue], AfterValidator(check_most)] = Field(
        description="What is left out is not limited.", examples=[{"members": 50, "documents": 100_000}]
    )
