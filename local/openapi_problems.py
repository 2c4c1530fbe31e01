"""Which problems each operation answers, for the OpenAPI document: every `code`, with an example."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from tenantry.errors import TenantryError
from tenantry.identity.roles import ROLES

MEDIA_TYPE: Final = "application/problem+json"
_SCHEMA: Final = {"$ref": "#/components/schemas/Problem"}
_INSTANCE: Final = "urn:tenantry:request:4c7e1b0a-5d2f-4e8b-9a6c-3f1d2b4c5e6f"

_EVERYWHERE: Final = (
    "malformed-request", "payload-too-large", "unsupported-media-type", "unsupported-content-coding",
    "invalid-fields", "too-many-requests", "service-unavailable",
)  # fmt: skip
_QUERY: Final = ("query-refused", "query-too-slow", "answer-too-large")
_STORING: Final = ("limit-reached", "document-exists", "document-refused", "validation-failed")
_IDEMPOTENT: Final = ("idempotency-key-reused", "request-in-flight")
_CREATING: Final = (
    *_IDEMPOTENT, "idempotency-key-spent", "organization-exists", "limit-reached", "capacity-exhausted"
)  # fmt: skip
_RETURNING: Final = ("organization-exists", "limit-reached", "capacity-exhausted", "owner-required")
_LOGIN: Final = ("cross-site-request", "email-not-verified", "organization-suspended")
_ROLLOUT: Final = ("rollout-not-found", "rollout-refused")
_OF_INVITATION: Final = ("invitation-not-found", "invitation-used", "invitation-revoked")
CODES: Final[dict[str, tuple[str, ...]]] = {
    "createOrganization": (*_CREATING, "email-taken", "sign-up-closed"),
    "updateOrganization": ("organization-exists",),
    "deleteOrganization": ("login-too-old", "limit-reached"),
    "releaseFormerSlug": ("former-slug-not-found",),
    "undoDeletion": ("link-not-found", *_RETURNING),
    "deleteAccount": ("login-too-old", "limit-reached", "sole-owner"),
    "endSession": ("session-not-found",),
    "requestEmailVerification": ("mail-not-configured",),
    "completeEmailVerification": ("link-not-found",),
    "requestEmailChange": ("invalid-credentials", "mail-not-configured"),
    "completeEmailChange": ("link-not-found", "email-taken", "mail-not-configured"),
    "undoEmailChange": ("link-not-found", "mail-not-configured"),
    "changePassword": ("invalid-credentials",),
    "requestPasswordReset": ("mail-not-configured",),
    "completePasswordReset": ("link-not-found",),
    "login": ("invalid-credentials", *_LOGIN, "organization-required"),
    "confirmLogin": ("invalid-credentials", *_LOGIN),
    "refresh": ("invalid-refresh-token", *_LOGIN),
    "switchOrganization": (
        "invalid-refresh-token", "organization-not-found", *_LOGIN, "refresh-token-replaced",
    ),
    "logout": ("invalid-refresh-token", "cross-site-request"),
    "logoutEverywhere": ("cross-site-request",),
    "insertDocuments": (*_STORING, *_IDEMPOTENT, "idempotency-key-spent"),
    "listDocuments": (*_QUERY, "cursor-outdated"),
    "countDocuments": ("query-refused", "query-too-slow"),
    "getDocument": ("document-not-found", "answer-too-large"),
    "putDocument": _STORING,
    "patchDocument": (*_STORING, "document-not-found"),
    "deleteDocument": ("document-not-found", "document-refused"),
    "createIndex": (
        "limit-reached", "capacity-exhausted", "index-refused", "too-many-indexes",
    ),
    "dropIndex": ("index-not-found", "index-refused"),
    "listMembers": ("cursor-outdated",),
    "getMember": ("member-not-found",),
    "changeMember": (
        "login-too-old", "role-too-low", "limit-reached", "member-not-found", "last-owner",
    ),
    "removeMember": ("login-too-old", "role-too-low", "member-not-found", "last-owner"),
    "getOwnershipTransfer": ("transfer-not-found",),
    "offerOwnership": ("login-too-old", "already-owner", "transfer-pending"),
    "withdrawOwnership": ("role-too-low", "transfer-not-found",),
    "acceptOwnership": ("login-too-old", "role-too-low", "limit-reached", "transfer-not-found"),
    "invite": (
        "email-not-verified", "limit-reached", "already-member", "already-invited", "mail-not-configured",
    ),
    "listInvitations": ("cursor-outdated",),
    "resendInvitation": (
        *_OF_INVITATION, "invitation-expired", "email-not-verified", "limit-reached", "mail-not-configured",
    ),
    "revokeInvitation": ("invitation-not-found", "invitation-used"),
    "acceptInvitation": (
        "invalid-token", "organization-suspended", "email-not-verified", "limit-reached",
        "invitation-for-another-address", "link-not-found", "organization-not-found", "already-member",
        "email-taken", "invitation-expired", "invitation-revoked", "invitation-used", "invitation-replaced",
        "invitation-void",
    ),
    "createKey": ("login-too-old", "limit-reached"),
    "getKey": ("key-not-found",),
    "revokeKey": ("key-not-found",),
    "addSecret": ("login-too-old", "limit-reached", "key-not-found", "key-expired"),
    "endSecret": ("key-not-found", "last-secret"),
    "listAudit": ("cursor-outdated",),
    "getReadiness": ("not-ready",),
    "listAuditAsOperator": ("cursor-outdated",),
    "listReceipts": ("cursor-outdated",),
    "listDeletions": ("cursor-outdated",),
    "purgeOrganization": ("deletion-not-found",),
    "undoDeletionAsOperator": ("deletion-not-found", *_RETURNING),
    "createOrganizationAsOperator": (*_CREATING, "email-taken"),
    "listOrganizations": ("cursor-outdated",),
    "listOrganizationsOfAddress": ("cursor-outdated",),
    "listOwnersAddresses": ("organization-not-found",),
    "getOrganizationAsOperator": ("organization-not-found",),
    "configureOrganization": ("organization-not-found",),
    "suspendOrganization": ("organization-not-found",),
    "reactivateOrganization": ("organization-not-found",),
    "listKeysAsOperator": ("organization-not-found",),
    "revokeKeyAsOperator": ("key-not-found",),
    "releaseFormerSlugAsOperator": ("former-slug-not-found",),
    "listPlans": ("cursor-outdated",),
    "removePlan": ("plan-not-found", "plan-in-use"),
    "beginRollOut": ("rollout-refused", "capacity-exhausted"),
    "getRollOut": ("rollout-not-found",),
    "pauseRollOut": _ROLLOUT,
    "resumeRollOut": _ROLLOUT,
    "undoRollOut": _ROLLOUT,
    "listUsage": ("cursor-outdated",),
}  # fmt: skip
"""By operation: what it answers besides what follows from who may call it, its conditions and the above."""


def add_problems(document: dict[str, Any]) -> None:
    """Add to each answer that is a problem an example of each problem that it can be.

    Raises
    ------
    ValueError
        A function declares a status of which no problem is known here, or this table names a problem, or an
        operation, that there is not.
    """
    problems = {problem.code: problem for problem in reversed([*_problems(TenantryError)])}
    named: set[str] = set()
    operations = {
        operation["operationId"]: operation
        for item in document["paths"].values()
        for operation in item.values()
    }
    if unknown := CODES.keys() - operations:
        raise ValueError(f"local/openapi_problems.py names operations that there are not: {sorted(unknown)}")
    for operation in operations.values():
        codes = sorted(_codes(operation))
        _describe(operation, [problems[code] for code in codes])
        named.update(codes)
    document["components"]["examples"] = {code: _example(problems[code]) for code in sorted(named)}


def _problems(parent: type[TenantryError]) -> Iterator[type[TenantryError]]:
    """Yield each problem, before those that are special cases of it."""
    for problem in parent.__subclasses__():
        yield problem
        yield from _problems(problem)


def _codes(operation: dict[str, Any]) -> set[str]:
    codes = {*_EVERYWHERE, *CODES.get(operation["operationId"], ())}
    schemes = {name for scheme in operation.get("security", []) for name in scheme}
    if "bearer" in schemes:
        codes |= {"invalid-token", "insufficient-scope", "organization-suspended"}
    if "iam" in schemes:
        codes.add("operator-required")
    if "x-least-role" in operation:
        codes.add("organization-not-found")
    if operation.get("x-least-role", ROLES[0]) != ROLES[0]:
        codes.add("role-too-low")
    if str(HTTPStatus.PRECONDITION_FAILED.value) in operation["responses"]:
        codes.add("precondition-failed")
    return codes


def _describe(operation: dict[str, Any], problems: list[type[TenantryError]]) -> None:
    responses = operation["responses"]
    for problem in problems:
        status = str(problem.status.value)
        described = {"description": problem.status.phrase, "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}
        content = responses.setdefault(status, described)["content"][MEDIA_TYPE]
        examples = content.setdefault("examples", {})
        examples[problem.code] = {"$ref": f"#/components/examples/{problem.code}"}
    for status, response in responses.items():
        if "examples" not in response.get("content", {}).get(MEDIA_TYPE, {"examples": None}):
            raise ValueError(f"{operation['operationId']} answers {status}: name its problems in {__name__}")


def _example(problem: type[TenantryError]) -> dict[str, Any]:
    value = {
        "type": f"urn:tenantry:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status.value,
        "detail": problem.default_detail or f"{problem.title}.",
        "code": problem.code,
        "instance": _INSTANCE,
    }
    return {"summary": problem.title, "value": value}
