"""Every request of the collection, sent to the deployed stack as Postman sends it, as a story."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import jsonschema  # type: ignore[import-untyped]

from local.deployment import PROJECT
from local.ministack import REGION
from local.signatures import ACCESS_KEY, SECRET_KEY
from tests.clients.test_collection import DOCUMENT, FILE, OPERATIONS
from tests.e2e.deployment import Deployment
from tests.e2e.mailbox import Mailbox
from tests.support import documented

NODE: Final = Path(sys.executable).with_name("node")
SEND: Final = PROJECT / "clients/collection/send.mjs"
SECONDS: Final = 120
KEYS: Final = {operation["operationId"]: key for key, operation in OPERATIONS.items()}
# Requests, and the mail whose token the next ones take: the how-manieth to an address with a subject.
STORY: Final = [
    (
        "createOrganization login requestEmailVerification",
        (2, "ada@example.com", "Confirm your e-mail address"),
    ),
    (
        "completeEmailVerification getAccount getOrganization updateOrganization listFormerSlugs"
        " releaseFormerSlug listSessions confirmLogin refresh switchOrganization insertDocuments putDocument"
        " listDocuments"
        " countDocuments getDocument patchDocument deleteDocument createIndex listIndexes dropIndex"
        " createKey listKeys getKey addSecret endSecret revokeKey getUsage listAudit"
        " getHealth getReadiness getOpenApiDocument getSwaggerUi getKeySet getIssuer"
        " invite listInvitations resendInvitation",
        (2, "grace@example.com", "You are invited"),
    ),
    (
        "acceptInvitation revokeInvitation listMembers getMember changeMember removeMember offerOwnership"
        " getOwnershipTransfer withdrawOwnership acceptOwnership requestEmailChange",
        (1, "ada@example.org", "Confirm your other e-mail address"),
    ),
    ("completeEmailChange", (1, "ada@example.com", "Your e-mail address was changed")),
    ("undoEmailChange requestPasswordReset", (1, "ada@example.com", "Choose another password")),
    (
        "completePasswordReset login changePassword login listSessions endSession login logout login"
        " logoutEverywhere login deleteOrganization",
        (1, "ada@example.com", "An organization of yours was deleted"),
    ),
    (
        "undoDeletion putPlan listPlans configureOrganization removePlan listAuditAsOperator listDeletions"
        " examine introspectToken createOrganizationAsOperator listOrganizations getOrganizationAsOperator"
        " listUsage listOrganizationsOfAddress listOwnersAddresses listReceipts getStatus"
        " releaseFormerSlugAsOperator beginRollOut listRollOuts getRollOut pauseRollOut resumeRollOut"
        " undoRollOut suspendOrganization reactivateOrganization login createKey"
        " listKeysAsOperator revokeKeyAsOperator deleteAccount deleteOrganization"
        " undoDeletionAsOperator purgeOrganization",
        None,
    ),
]
# Of requests that find nothing to do in a story of one owner; all others succeed.
PROBLEMS: Final = {
    "releaseFormerSlug": "former-slug-not-found",
    "revokeInvitation": "invitation-used",
    "changeMember": "last-owner",
    "removeMember": "last-owner",
    "offerOwnership": "already-owner",
    "getOwnershipTransfer": "transfer-not-found",
    "withdrawOwnership": "transfer-not-found",
    "acceptOwnership": "transfer-not-found",
    "deleteAccount": "sole-owner",
    "createOrganizationAsOperator": "organization-exists",
    "removePlan": "plan-in-use",
    "undoDeletionAsOperator": "invalid-fields",  # its example names an account
    "releaseFormerSlugAsOperator": "former-slug-not-found",
}


class Postman:
    """Sends requests of the collection, and keeps its variables in between."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables

    def send(self, operations: list[str]) -> list[dict[str, Any]]:
        """Return the status, media type and body of each answer."""
        asked = {
            "collection": json.loads(FILE.read_text()),
            "variables": self.variables,
            "requests": [" ".join(KEYS[operation]) for operation in operations],
        }
        run = subprocess.run(
            [NODE, SEND],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        told = json.loads(run.stdout)
        self.variables = told["variables"]
        return list(told["answers"])


def check(operation: str, answer: dict[str, Any]) -> str:
    """Raise unless an answer is as the document says; return the code of a problem, or nothing."""
    status, body = answer["status"], answer["body"]
    response = OPERATIONS[KEYS[operation]]["responses"].get(str(status))
    assert response is not None, f"{operation} answers {status}: {body}"
    content = response.get("content", {})
    if not content:
        assert body == "", operation
        return ""
    media_type = answer["type"].split(";")[0]
    assert media_type in content, f"{operation} answers {media_type}"
    if not media_type.endswith("json"):
        return ""
    jsonschema.validate(
        json.loads(body), content[media_type]["schema"] | {"components": DOCUMENT["components"]}
    )
    code = json.loads(body)["code"] if media_type == "application/problem+json" else ""
    assert not code or code in documented.codes_of(*KEYS[operation], status), f"{operation} answers {code}"
    return str(code)


def test_every_request_is_answered_as_the_document_says(deployment: Deployment) -> None:
    mailbox = Mailbox(deployment.stack.mails_url)
    postman = Postman(
        {
            "baseUrl": deployment.stack.api_url,
            "awsAccessKeyId": ACCESS_KEY,
            "awsSecretAccessKey": SECRET_KEY,
            "awsRegion": REGION,
        }
    )
    sent = set[str]()
    for names, mail in STORY:
        operations = names.split()
        for operation, answer in zip(operations, postman.send(operations), strict=True):
            code = check(operation, answer)
            assert code == PROBLEMS.get(operation, ""), f"{operation} answers {answer}"
            sent.add(operation)
        if mail:
            postman.variables["mailToken"] = mailbox.numbered(*mail).token
    assert sent == set(KEYS)
