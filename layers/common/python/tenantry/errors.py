"""Everything that can be answered to a client but a success, as one tree of exceptions.

Each class is one problem type of RFC 9457: `code` ends its `type` URN, `status` and `title` are fixed, and
`detail` is written for the client, so it never holds a secret, a stack trace or another tenant's data.
"""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar


class TenantryError(Exception):
    """Base of all errors that Tenantry answers.

    Parameters
    ----------
    detail : str, optional
        What went wrong and what to do next, safe to show to the client.
    retry_after_seconds : int, optional
        When to try again (RFC 9110 section 10.2.3); 0 where a repetition would not help.
    **extensions
        Further members of the problem document (RFC 9457 section 3.2).
    """

    code: ClassVar[str]
    status: ClassVar[HTTPStatus]
    title: ClassVar[str]
    default_detail: ClassVar[str] = ""
    challenge: ClassVar[str] = ""
    """Value of WWW-Authenticate, which RFC 9110 section 15.5.2 asks for in every 401."""

    default_retry_after_seconds: ClassVar[int] = 0

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 0, **extensions: Any) -> None:
        super().__init__(detail or self.default_detail)
        self.detail = detail or self.default_detail
        self.retry_after_seconds = retry_after_seconds or self.default_retry_after_seconds
        self.extensions = extensions

    @property
    def headers(self) -> dict[str, str]:
        """HTTP header fields that the answer carries besides its content type."""
        fields = {"WWW-Authenticate": self.challenge, "Retry-After": str(self.retry_after_seconds or "")}
        return {name: value for name, value in fields.items() if value}


class NotFound(TenantryError):
    """No such route."""

    code = "not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Not found"
    default_detail = "There is nothing here. GET /openapi.json lists the routes."


class MalformedRequest(TenantryError):
    """The body is not a JSON object in UTF-8; nothing was looked at, nothing changed."""

    code = "malformed-request"
    status = HTTPStatus.BAD_REQUEST
    title = "Malformed request"


class PayloadTooLarge(TenantryError):
    """The body is longer than the route accepts; nothing was looked at."""

    code = "payload-too-large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = "Payload too large"


class UnsupportedMediaType(TenantryError):
    """The body is not declared as what the route takes."""

    code = "unsupported-media-type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title = "Unsupported media type"
    default_detail = "Send the body as application/json."
    media_types: Collection[str] = ()
    is_patch = False

    @classmethod
    def of(cls, media_types: Collection[str], *, is_patch: bool) -> "UnsupportedMediaType":
        """Make the error that names what the route takes, to PATCH as RFC 5789 section 2.2 has it."""
        error = cls(f"Send the body as {' or '.join(sorted(media_types))}.")
        error.media_types, error.is_patch = sorted(media_types), is_patch
        return error

    @property
    def headers(self) -> dict[str, str]:
        """Header fields that the answer carries besides its content type (RFC 9110 section 15.5.16)."""
        types = ", ".join(self.media_types)
        return ({"Accept": types} if types else {}) | ({"Accept-Patch": types} if self.is_patch else {})


class UnsupportedContentCoding(TenantryError):
    """The body is compressed, or coded in another way; nothing was looked at."""

    code = "unsupported-content-coding"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    title = "Unsupported content coding"
    default_detail = "Send the body as it is, without Content-Encoding."

    @property
    def headers(self) -> dict[str, str]:
        """Header fields that the answer carries besides its content type (RFC 9110 section 15.5.16)."""
        return {"Accept-Encoding": "identity"}


class MethodNotAllowed(TenantryError):
    """Nothing at this path has the method."""

    code = "method-not-allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED
    title = "Method not allowed"
    default_detail = "There is no such method here. Allow lists those that there are."
    allowed: Collection[str] = ()

    @classmethod
    def of(cls, allowed: Collection[str]) -> "MethodNotAllowed":
        """Make the error that lists the methods."""
        error = cls()
        error.allowed = allowed
        return error

    @property
    def headers(self) -> dict[str, str]:
        """Header fields that the answer carries besides its content type (RFC 9110 section 15.5.6)."""
        return {"Allow": ", ".join(self.allowed)}


class InvalidFields(TenantryError):
    """Fields are missing, unknown or wrong; `errors` lists each with a message. Nothing changed."""

    code = "invalid-fields"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Invalid fields"
    default_detail = "One or more fields are wrong; see errors."

    @classmethod
    def of(cls, field: str, message: str) -> "InvalidFields":
        """Make the error for a single field."""
        return cls(errors=[{"field": field, "message": message}])


class PreconditionFailed(TenantryError):
    """The resource is not at the version that If-Match and If-None-Match ask for; nothing changed."""

    code = "precondition-failed"
    status = HTTPStatus.PRECONDITION_FAILED
    title = "Precondition failed"
    default_detail = (
        "It has changed since, is gone, or is there although If-None-Match forbids it. Read it again and "
        "repeat with its current ETag."
    )


class IdempotencyKeyReused(TenantryError):
    """The idempotency key belongs to a different request; nothing changed."""

    code = "idempotency-key-reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Idempotency key reused"
    default_detail = "This Idempotency-Key was used for a different request. Send a fresh one."


class IdempotencyKeySpent(TenantryError):
    """What was created under the idempotency key has been deleted since; nothing changed."""

    code = "idempotency-key-spent"
    status = HTTPStatus.CONFLICT
    title = "Idempotency key spent"
    default_detail = (
        "What the first request with this Idempotency-Key created has been deleted since. "
        "Send a fresh key to create it anew."
    )


class RequestInFlight(TenantryError):
    """A request with the same idempotency key is at work; whether it succeeds is not known yet."""

    code = "request-in-flight"
    status = HTTPStatus.CONFLICT
    title = "Request in flight"
    default_detail = "A request with this Idempotency-Key is being processed. Repeat it after a while."
    default_retry_after_seconds = 1


class TooManyRequests(TenantryError):
    """Too many failures of an account or source, or requests of an organization or API key; nothing was done.

    Wait as long as Retry-After says. `name` and `limit` tell what the organization or key may send.
    """

    code = "too-many-requests"
    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "Too many requests"
    default_detail = "Too many failed attempts. Wait before the next one; see Retry-After."


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
    default_detail = (
        "This needs a login no older than 10 minutes. Send the password to POST /login/confirm, or log in "
        "again, and repeat the request with the access token that this gives."
    )
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


class RefreshTokenReplaced(TenantryError):
    """The refresh token was just replaced, and the session is in another organization; nothing changed."""

    code = "refresh-token-replaced"
    status = HTTPStatus.CONFLICT
    title = "Refresh token replaced"
    default_detail = (
        "Another request has just used this refresh token, and the session is in another organization. "
        "Refresh with the same token, and switch with the one that this gives."
    )


class OrganizationRequired(TenantryError):
    """The credentials are right, but the account has several organizations: name one."""

    code = "organization-required"
    status = HTTPStatus.CONFLICT
    title = "Organization required"
    default_detail = "The account belongs to several organizations. Send one of them as `organization`."

    @classmethod
    def among(cls, organizations: Sequence[Mapping[str, Any]], at_most: int) -> "OrganizationRequired":
        """Make the error that lists organizations as they are stored, or some of them if there are more."""
        detail = ""
        if len(organizations) > at_most:
            detail = (
                f"The account belongs to more than {at_most} organizations, {at_most} of which are listed. "
                "Send any of them as `organization`, by its slug or id."
            )
        return cls(detail, organizations=_named(organizations[:at_most]))


class SoleOwner(TenantryError):
    """The account is the only owner of organizations; `organizations` lists them. Nothing changed."""

    code = "sole-owner"
    status = HTTPStatus.CONFLICT
    title = "Sole owner"
    default_detail = (
        "The account is the only owner of these organizations. Delete them, or make somebody else an owner, "
        "and repeat the request."
    )

    @classmethod
    def of(cls, organizations: Sequence[Mapping[str, Any]]) -> "SoleOwner":
        """Make the error that lists organizations as they are stored."""
        return cls(organizations=_named(organizations))


class CrossSiteRequest(TenantryError):
    """A page of another origin asks for the refresh token to be in a cookie; nothing was looked at."""

    code = "cross-site-request"
    status = HTTPStatus.FORBIDDEN
    title = "Cross-site request"
    default_detail = "Only pages of the API's own origin may have the refresh token in a cookie."


class OrganizationSuspended(TenantryError):
    """The operator has suspended the organization; its data stay as they are."""

    code = "organization-suspended"
    status = HTTPStatus.FORBIDDEN
    title = "Organization suspended"
    default_detail = "The organization is suspended. Ask the operator of this service."


class RoleTooLow(TenantryError):
    """The caller's role in the organization does not permit this; nothing changed."""

    code = "role-too-low"
    status = HTTPStatus.FORBIDDEN
    title = "Role too low"

    @classmethod
    def of(cls, role: str, least: str) -> "RoleTooLow":
        """Make the error of a route that takes at least one role from whoever has another."""
        return cls(
            f"This takes the role {least}, and the caller's role in the organization is {role}. "
            f"Ask a member with the role {least}."
        )


class InsufficientScope(TenantryError):
    """The API key is valid, but does not permit this (RFC 6750 section 3.1); nothing changed."""

    code = "insufficient-scope"
    status = HTTPStatus.FORBIDDEN
    title = "Insufficient scope"
    default_detail = "No API key may do this. Log in, and send an access token."
    challenge = 'Bearer realm="tenantry", error="insufficient_scope"'

    @classmethod
    def of(cls, scopes: Sequence[str]) -> "InsufficientScope":
        """Make the error of a route for which a key needs one of these scopes; none if no key may do it."""
        return cls(f"The API key needs the scope {' or '.join(scopes)} for this." if scopes else "")


class KeyNotFound(TenantryError):
    """There is no such API key, or the key has no such secret."""

    code = "key-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "API key not found"
    default_detail = "There is no such API key, or the key has no such secret."


class KeyExpired(TenantryError):
    """The API key has expired; nothing changed."""

    code = "key-expired"
    status = HTTPStatus.CONFLICT
    title = "API key expired"
    default_detail = "The API key has expired. Make another one."


class LastSecret(TenantryError):
    """The API key has no other secret; nothing changed."""

    code = "last-secret"
    status = HTTPStatus.CONFLICT
    title = "Last secret"
    default_detail = "The API key has no other secret. Add one and hand it out first, or revoke the key."


class EmailNotVerified(TenantryError):
    """The credentials or token are right, but this needs an account whose address is verified."""

    code = "email-not-verified"
    status = HTTPStatus.FORBIDDEN
    title = "E-mail address not verified"
    default_detail = (
        "Verify the account's e-mail address first: POST /account/email-verification mails a link."
    )


class LimitReached(TenantryError):
    """There is as much as there may be; nothing changed.

    `name` says of what (`tenantry.registry.limits`), `limit` how much there may be, `use` how much there is.
    """

    code = "limit-reached"
    status = HTTPStatus.FORBIDDEN
    title = "Limit reached"


class PlanNotFound(TenantryError):
    """There is no plan of this name."""

    code = "plan-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Plan not found"
    default_detail = "There is no plan of this name. GET /operator/plans lists those there are."


class PlanInUse(TenantryError):
    """Organizations have the plan, so it stays; nothing changed."""

    code = "plan-in-use"
    status = HTTPStatus.CONFLICT
    title = "Plan in use"
    default_detail = "Organizations have this plan. Give each of them another one first."


class OperatorRequired(TenantryError):
    """The route is for the operator, whose requests are signed for IAM."""

    code = "operator-required"
    status = HTTPStatus.FORBIDDEN
    title = "Operator required"
    default_detail = "This is for the operator of the service. Sign the request with AWS Signature Version 4."


class SignUpClosed(TenantryError):
    """Organizations are created by the operator alone; nothing changed."""

    code = "sign-up-closed"
    status = HTTPStatus.FORBIDDEN
    title = "Sign-up closed"
    default_detail = "The operator of this service creates its organizations. Ask there for one."


class SessionNotFound(TenantryError):
    """The caller's account has no such session, or it has ended; the answer does not tell which."""

    code = "session-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Session not found"
    default_detail = (
        "The account has no such session, or it has ended. GET /account/sessions lists those it has."
    )


class MemberNotFound(TenantryError):
    """The organization has no such member; those of other organizations are none of it."""

    code = "member-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Member not found"
    default_detail = "The organization has no such member. GET .../members lists those it has."


class AlreadyMember(TenantryError):
    """The account is a member of the organization; nothing changed."""

    code = "already-member"
    status = HTTPStatus.CONFLICT
    title = "Already a member"
    default_detail = (
        "The account is a member of the organization already, and logs in to it. PATCH .../members/{member} "
        "changes its role."
    )


class LastOwner(TenantryError):
    """An organization always has an owner, and would have none; nothing changed."""

    code = "last-owner"
    status = HTTPStatus.CONFLICT
    title = "Last owner"
    default_detail = (
        "The organization would have no owner. Make another member an owner, or delete the organization."
    )


class LinkNotFound(TenantryError):
    """No link of this purpose has the token, or it was used, has expired or is dead; nothing changed."""

    code = "link-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Link not found"
    default_detail = "The link is wrong, has been used, or has expired. Ask for another one."


class AlreadyOwner(TenantryError):
    """The member owns the organization, so that nothing can be handed over to it; nothing changed."""

    code = "already-owner"
    status = HTTPStatus.CONFLICT
    title = "Already an owner"
    default_detail = (
        "The member is an owner of the organization already. To be no owner yourself, change your own role: "
        "PATCH .../members/{member}."
    )


class TransferPending(TenantryError):
    """Another owner has offered ownership to a member, who has not answered; nothing changed."""

    code = "transfer-pending"
    status = HTTPStatus.CONFLICT
    title = "Transfer pending"
    default_detail = "Another owner has offered ownership to a member. Withdraw that offer first."


class TransferNotFound(TenantryError):
    """No ownership is offered to the caller, or to anybody, or no longer; nothing changed."""

    code = "transfer-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Transfer not found"
    default_detail = (
        "No ownership of the organization is offered, or not to the caller. An owner offers it: "
        "PUT .../ownership-transfer."
    )


class OrganizationNotFound(TenantryError):
    """The organization does not exist, or is not the caller's; the answer does not tell which."""

    code = "organization-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Organization not found"
    default_detail = "There is no such organization, or the access token is not for it."


class FormerSlugNotFound(TenantryError):
    """The organization has not left this slug, or it does not name the organization any more."""

    code = "former-slug-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Former slug not found"
    default_detail = "The organization has no such former slug; GET .../former-slugs lists those that it has."


class DeletionNotFound(TenantryError):
    """No deleted organization of this id can be brought back or purged; it is undone or purged already."""

    code = "deletion-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Deletion not found"
    default_detail = (
        "No organization of this id is deleted and kept. GET /operator/deletions and `tenantry deletions` "
        "list those that are."
    )


class OwnerRequired(TenantryError):
    """The account of no former owner is left, so that somebody has to be named; nothing changed."""

    code = "owner-required"
    status = HTTPStatus.CONFLICT
    title = "Owner required"
    default_detail = "No account of a former owner is left. Name the account that is to own the organization."


class InvitationNotFound(TenantryError):
    """The organization has no such invitation; the answer does not tell whether another has it."""

    code = "invitation-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Invitation not found"
    default_detail = "The organization has no invitation of this id. GET .../invitations lists those it has."


class AlreadyInvited(TenantryError):
    """The address has an invitation to this organization, which `invitation` names; nothing changed."""

    code = "already-invited"
    status = HTTPStatus.CONFLICT
    title = "Already invited"
    default_detail = (
        "There is an invitation for this address. Send its mail again (POST .../resend), or revoke it first."
    )


class InvitationExpired(TenantryError):
    """The invitation was not accepted in time; nothing changed."""

    code = "invitation-expired"
    status = HTTPStatus.GONE
    title = "Invitation expired"
    default_detail = "The invitation was not accepted in time. Ask for it to be sent again."


class InvitationRevoked(TenantryError):
    """The organization has revoked the invitation; nothing changed."""

    code = "invitation-revoked"
    status = HTTPStatus.GONE
    title = "Invitation revoked"
    default_detail = "The organization has revoked this invitation. Ask it for another."


class InvitationUsed(TenantryError):
    """The invitation has been accepted before; nothing changed."""

    code = "invitation-used"
    status = HTTPStatus.GONE
    title = "Invitation used"
    default_detail = "This invitation has been accepted. Whoever accepted it logs in."


class InvitationReplaced(TenantryError):
    """The invitation was sent again, and the link of the latest mail alone accepts it; nothing changed."""

    code = "invitation-replaced"
    status = HTTPStatus.GONE
    title = "Invitation replaced"
    default_detail = "The invitation was sent again since. Use the link of the latest mail."


class InvitationVoid(TenantryError):
    """Whoever sent the invitation may not give its role any more; nothing changed."""

    code = "invitation-void"
    status = HTTPStatus.GONE
    title = "Invitation void"
    default_detail = "Whoever sent the invitation may not invite any more. Ask the organization for another."


class InvitationForAnotherAddress(TenantryError):
    """The account that accepts has another address than the one that is invited; nothing changed."""

    code = "invitation-for-another-address"
    status = HTTPStatus.FORBIDDEN
    title = "Invitation for another address"
    default_detail = (
        "The invitation was sent to another address than this account's. Log in with the account of that "
        "address, or sign up with the link."
    )


class OrganizationExists(TenantryError):
    """Another organization holds the slug; nothing changed."""

    code = "organization-exists"
    status = HTTPStatus.CONFLICT
    title = "Organization exists"
    default_detail = "Another organization has this name or slug. Choose a different one."


class EmailTaken(TenantryError):
    """Another account has the e-mail address; nothing changed."""

    code = "email-taken"
    status = HTTPStatus.CONFLICT
    title = "E-mail address taken"
    default_detail = (
        "An account with this e-mail address exists. Log in to create a further organization. If you cannot, "
        "and the address is yours, POST /account/password-reset gives you the account."
    )


class DocumentNotFound(TenantryError):
    """The organization has no document of this id."""

    code = "document-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Document not found"
    default_detail = "The organization has no document of this id."


class DocumentExists(TenantryError):
    """Another document has the id, or the same values in the fields of a unique index; nothing changed.

    The extension `indexes` names the index, which for an id is `_id_`.
    """

    code = "document-exists"
    status = HTTPStatus.CONFLICT
    title = "Document exists"
    default_detail = "Another document has this id."


class DocumentRefused(TenantryError):
    """An index cannot hold the document; nothing changed.

    The extension `indexes` names it, or all that it may be.
    """

    code = "document-refused"
    status = HTTPStatus.CONFLICT
    title = "Document refused"
    default_detail = "An index cannot hold the document. Change it, or drop that index."


class NotAttempted(TenantryError):
    """Documents before this one were refused, so this one was not tried."""

    code = "not-attempted"
    status = HTTPStatus.FAILED_DEPENDENCY
    title = "Not attempted"
    default_detail = "Documents before this one were refused, so it was not tried. Send it again."


class QueryRefused(TenantryError):
    """MongoDB cannot answer the query as it is, however often it is sent; nothing changed."""

    code = "query-refused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Query refused"
    default_detail = "MongoDB refuses the query. Check its regular expressions and the types of its values."


class QueryTooSlow(TenantryError):
    """The query took longer than a request may; nothing changed."""

    code = "query-too-slow"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Query too slow"
    default_detail = "The query takes too long. Narrow its filter, or create an index that serves it."


class CursorOutdated(TenantryError):
    """The document at which the page before ended has changed or is gone, and its place with it."""

    code = "cursor-outdated"
    status = HTTPStatus.CONFLICT
    title = "Cursor outdated"
    default_detail = (
        "The document at which the page before ended has changed or is gone, and the values that are sorted "
        "by were too long for the cursor. Go on with the cursor of an earlier page, or from the beginning."
    )


class AnswerTooLarge(TenantryError):
    """What was asked for is longer than an answer may be."""

    code = "answer-too-large"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Answer too large"
    default_detail = "The document is longer than an answer may be. Ask for some of its `fields` only."


class IndexNotFound(TenantryError):
    """The organization has no index of this name."""

    code = "index-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Index not found"
    default_detail = "The organization has no index of this name."


class IndexRefused(TenantryError):
    """The index contradicts another one, or the documents; nothing changed. `indexes` names it."""

    code = "index-refused"
    status = HTTPStatus.CONFLICT
    title = "Index refused"


class RolloutNotFound(TenantryError):
    """There is no roll-out of this name."""

    code = "rollout-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Roll-out not found"
    default_detail = (
        "There is no roll-out of this name. GET /operator/rollouts and `tenantry rollout list` list those "
        "there are."
    )


class RolloutRefused(TenantryError):
    """The roll-out contradicts another one, or its own state; nothing changed."""

    code = "rollout-refused"
    status = HTTPStatus.CONFLICT
    title = "Roll-out refused"


class ValidationFailed(TenantryError):
    """The service's rules for documents refuse the document; nothing changed."""

    code = "validation-failed"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Validation failed"
    default_detail = "The document does not follow the rules for documents."


class TooManyIndexes(TenantryError):
    """The collection has as many indexes as it may; nothing changed."""

    code = "too-many-indexes"
    status = HTTPStatus.CONFLICT
    title = "Too many indexes"
    default_detail = "The organization has as many indexes as it may. Drop one first."


class ServiceUnavailable(TenantryError):
    """The request cannot be met at the moment, mostly because the database does not answer.

    The outcome may be unknown: a change that was asked for has either happened wholly or will not have
    happened at all once the next request or the reconciler has met it. A repetition changes nothing more,
    except that a POST creates once more what has no name of its own: a document without `_id`, a session.
    Under the same Idempotency-Key, where the route takes one, it does not.
    """

    code = "service-unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Service unavailable"
    default_detail = (
        "The service cannot answer at the moment; what was asked for may have been done all the same. Repeat "
        "the request after a while, a POST that creates something under the same Idempotency-Key."
    )
    default_retry_after_seconds = 2


class NotReady(TenantryError):
    """The service cannot take all requests yet, or not at the moment; `failed` names the checks that fail."""

    code = "not-ready"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Not ready"
    default_detail = "The service is not ready; `failed` names the checks that fail, and its log says why."
    default_retry_after_seconds = 10


class CapacityExhausted(TenantryError):
    """No cluster has room for another organization or index; the operator must add one. Nothing changed."""

    code = "capacity-exhausted"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Capacity exhausted"
    default_detail = "The service has no room for this at the moment. Repeat the request later."
    default_retry_after_seconds = 300


class MailNotConfigured(TenantryError):
    """The deployment sends no mail, so what needs one cannot be done; nothing changed."""

    code = "mail-not-configured"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Mail not configured"
    default_detail = "This service sends no mail. Ask its operator."
    default_retry_after_seconds = 3600  # an operator may configure it, and every 503 says when to come back


class InternalError(TenantryError):
    """A defect of the service; the log has the cause under the request id."""

    code = "internal-error"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    title = "Internal error"
    default_detail = "The service failed. Report the request id in `instance`."


def _named(organizations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"id": organization["_id"], "slug": organization["slug"], "name": organization["name"]}
        for organization in organizations
    ]
