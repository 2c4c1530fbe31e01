"""Shapes of requests; their field descriptions become the OpenAPI document."""

import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)

from tenantry.addresses import ADDRESS_MAX_CHARACTERS, canonical_email, check_address
from tenantry.metadata import METADATA_MAX_KEYS, check_metadata_key
from tenantry.names import NAME_MAX_CHARACTERS, SLUG_PATTERN, canonical_name, check_slug_form

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

PASSWORD_MIN_CHARACTERS = 15  # NIST SP 800-63B-4 section 3.1.1.2, a password as the single factor
PASSWORD_MAX_CHARACTERS = 1024  # in NFC
PASSWORD_MAX_SENT_CHARACTERS = 4 * PASSWORD_MAX_CHARACTERS  # no character of NFC is sent as more than four
INT64 = 2**63  # BSON's largest integer type


def canonical_password(text: str) -> str:
    """Normalise a password to NFC, as RFC 8265 section 4.2 does, so that any keyboard gives the same one.

    Raises
    ------
    ValueError
        The password holds a NUL character.
    """
    if "\0" in text:
        raise ValueError("must not hold a NUL character")
    return unicodedata.normalize("NFC", text)


def _check_length(password: str) -> str:
    if not PASSWORD_MIN_CHARACTERS <= len(password) <= PASSWORD_MAX_CHARACTERS:
        raise ValueError(f"must be {PASSWORD_MIN_CHARACTERS} to {PASSWORD_MAX_CHARACTERS} characters long")
    return password


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
_EMAIL = Field(
    description="E-mail address; upper and lower case are the same.",
    examples=["ada@example.com"],
    max_length=ADDRESS_MAX_CHARACTERS,
    json_schema_extra={"format": "idn-email"},  # RFC 6531
)
ChosenEmail = Annotated[str, _EMAIL, AfterValidator(check_address)]
PresentedEmail = Annotated[str, _EMAIL, AfterValidator(canonical_email)]
ChosenPassword = Annotated[
    str,
    Field(
        max_length=PASSWORD_MAX_SENT_CHARACTERS,
        description=f"{PASSWORD_MIN_CHARACTERS} to {PASSWORD_MAX_CHARACTERS} characters of any kind, in NFC.",
        examples=["correct horse battery staple"],
        json_schema_extra={"minLength": PASSWORD_MIN_CHARACTERS},
    ),
    AfterValidator(canonical_password),
    AfterValidator(_check_length),
]
PresentedPassword = Annotated[
    str,
    Field(max_length=PASSWORD_MAX_SENT_CHARACTERS, examples=["correct horse battery staple"]),
    AfterValidator(canonical_password),
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


class Request(BaseModel):
    """Base of request bodies: types are not coerced, unknown fields are refused.

    A field that is None by default may be left out, but not be sent as null.
    """

    # Built when it is used, for each function uses a few of all that stand here.
    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True)

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_null(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("must not be null")
        return value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: "CoreSchema", handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Leave null out of the schemas of fields."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        for field in schema.get("properties", {}).values():
            kinds = [kind for kind in field.get("anyOf", ()) if kind != {"type": "null"}]
            if len(kinds) == 1:
                del field["anyOf"]
                field.update({**kinds[0], **field})
        return schema


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
        examples=[{"plan": "pro", "seats": 5}],
    )


class UpdateOrganization(Request):
    """Body of PATCH /organizations/{organization}; what is left out stays as it is."""

    name: Name | None = None
    slug: Slug | None = None
    metadata: dict[MetadataKey, MetadataValue | None] | None = Field(
        default=None,
        max_length=METADATA_MAX_KEYS,
        description="Properties to set; null removes one (RFC 7396).",
        examples=[{"plan": "enterprise", "seats": None}],
    )


class CreateOrganizationAsOperator(CreateOrganization):
    """Body of POST /operator/organizations."""

    placement: Literal["collection", "pooled"] | None = Field(
        default=None,
        description="Whether it gets a collection of its own or shares one; as is configured if left out.",
    )


class Login(Request):
    """Body of POST /login."""

    email: PresentedEmail
    password: PresentedPassword
    organization: (
        Annotated[str, Field(max_length=100, description="Slug or id, needed with several.")] | None
    ) = None
    device_token: str | None = Field(
        default=None,
        max_length=100,
        description="What a login from this device gave; failures elsewhere then do not make it wait.",
    )


class RefreshToken(Request):
    """Body of POST /login/refresh and of POST /logout."""

    refresh_token: str = Field(max_length=100, description="The last one that was issued.")


class ChangePassword(Request):
    """Body of PUT /account/password."""

    current_password: PresentedPassword
    new_password: ChosenPassword
