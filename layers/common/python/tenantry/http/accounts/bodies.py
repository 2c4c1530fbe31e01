"""Bodies of requests about accounts and logins; their field descriptions become the OpenAPI document."""

from typing import Annotated

from pydantic import AfterValidator, Field

from tenantry.http.schemas import Request
from tenantry.identity.addresses.email_addresses import ADDRESS_MAX_CHARACTERS, canonical_email, check_address
from tenantry.identity.passwords import (
    PASSWORD_MAX_CHARACTERS,
    PASSWORD_MAX_SENT_CHARACTERS,
    PASSWORD_MIN_CHARACTERS,
    canonical_password,
)


def _check_length(password: str) -> str:
    if not PASSWORD_MIN_CHARACTERS <= len(password) <= PASSWORD_MAX_CHARACTERS:
        raise ValueError(f"must be {PASSWORD_MIN_CHARACTERS} to {PASSWORD_MAX_CHARACTERS} characters long")
    return password


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
LinkToken = Annotated[
    str,
    Field(
        max_length=100,
        description="What stands behind `#token=` in the link of a mail.",
        examples=["token-from-the-link-in-a-mail-43-characters"],
    ),
]


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


class ConfirmLogin(Request):
    """Body of POST /login/confirm."""

    password: PresentedPassword


class RefreshToken(Request):
    """Body of POST /login/refresh and of POST /logout."""

    refresh_token: str = Field(
        max_length=100, description="The last one that was issued; left out if it is in the cookie."
    )


class SwitchOrganization(RefreshToken):
    """Body of POST /login/switch."""

    organization: str = Field(max_length=100, description="Slug or id.", examples=["google"])


class Link(Request):
    """Body of POST /account/email-verification/complete, /account/email-change/complete and .../undo."""

    token: LinkToken


class ChangePassword(Request):
    """Body of PUT /account/password."""

    current_password: PresentedPassword
    new_password: ChosenPassword


class RequestPasswordReset(Request):
    """Body of POST /account/password-reset."""

    email: PresentedEmail


class CompletePasswordReset(Request):
    """Body of POST /account/password-reset/complete."""

    token: LinkToken
    new_password: ChosenPassword


class RequestEmailChange(Request):
    """Body of POST /account/email-change."""

    new_email: ChosenEmail = Field(examples=["ada@example.org"])
    current_password: PresentedPassword
