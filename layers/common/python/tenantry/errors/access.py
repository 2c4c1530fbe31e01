"""Who may not do what, or not now."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from tenantry.errors.base import TenantryError


class InvalidToken(TenantryError):
    """The bearer token is missing, malformed, expired or revoked; log in again (RFC 6750 section 3)."""

    code = "invalid-token"
    status = HTTPStatus.UNAUTHORIZED
    title = "Authentication required"
    default_detail = "The access token is missing, malformed, expired or revoked. Log in to get one."
    challenge = 'Bearer realm="tenantry", error="invalid_token"'


class MissingToken(InvalidToken):
    """The request carries no bearer token at all; the challenge has no error then (RFC 6750 section 3.1)."""

    challenge = 'Bearer realm="tenantry"'


class LoginTooOld(TenantryError):
    """The token is valid, but what it is for needs a login of the last 10 minutes (RFC 9470 section 3)."""

    code = "login-too-old"
    status = HTTPStatus.UNAUTHORIZED
    title = "Recent login required"
    default_detail = "This needs a login no older than 10 minutes. Log in again and repeat the request."
    challenge = (
        'Bearer realm="tenantry", error="insufficient_user_authentication", '
        'error_description="A more recent login is required", max_age="600"'
    )


class InvalidCredentials(TenantryError):
    """E-mail, password or organization is wrong; the answer is the same whichever it was."""

    code = "invalid-credentials"
    status = HTTPStatus.UNAUTHORIZED
    title = "Invalid credentials"
    default_detail = "The e-mail address, the password or the organization is wrong."
    challenge = 'Bearer realm="tenantry"'


class InvalidRefreshToken(TenantryError):
    """The refresh token is malformed, expired or replaced, or its session has ended; log in again."""

    code = "invalid-refresh-token"
    status = HTTPStatus.UNAUTHORIZED
    title = "Invalid refresh token"
    default_detail = (
        "The refresh token is expired or was used before, or its session has ended. Log in again."
    )
    challenge = 'Bearer realm="tenantry"'


class OrganizationRequired(TenantryError):
    """The credentials are right, but the account has several organizations: name one."""

    code = "organization-required"
    status = HTTPStatus.CONFLICT
    title = "Organization required"
    default_detail = "The account belongs to several organizations. Send one of them as `organization`."

    @classmethod
    def among(cls, organizations: Sequence[Mapping[str, Any]], at_most: int) -> "OrganizationRequired":
        """Make the error that lists organizations as they are stored, or some of them if there are more."""
        listed = [
            {"id": one["_id"], "slug": one["slug"], "name": one["name"]} for one in organizations[:at_most]
        ]
        detail = ""
        if len(organizations) > at_most:
            detail = (
                f"The account belongs to more than {at_most} organizations, {at_most} of which are listed. "
                "Send any of them as `organization`, by its slug or id."
            )
        return cls(detail, organizations=listed)


class OrganizationSuspended(TenantryError):
    """The platform's operator has suspended the organization; its data stay as they are."""

    code = "organization-suspended"
    status = HTTPStatus.FORBIDDEN
    title = "Organization suspended"
    default_detail = "The organization is suspended. Ask the operator of this service."


class LimitReached(TenantryError):
    """The account has as much as it may: `limit` says how much, `use` what it has. Nothing changed."""

    code = "limit-reached"
    status = HTTPStatus.FORBIDDEN
    title = "Limit reached"


class OperatorRequired(TenantryError):
    """The route is for the platform's operator, whose requests are signed for IAM."""

    code = "operator-required"
    status = HTTPStatus.FORBIDDEN
    title = "Operator required"
    default_detail = "This is for the operator of the service. Sign the request with AWS Signature Version 4."


class SignUpClosed(TenantryError):
    """Organizations are created by the platform's operator alone; nothing changed."""

    code = "sign-up-closed"
    status = HTTPStatus.FORBIDDEN
    title = "Sign-up closed"
    default_detail = "The operator of this service creates its organizations. Ask there for one."
