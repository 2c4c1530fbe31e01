"""The receipt of an organization's deletion on the deployed stack: signed, and public keys verify it."""

from tests.e2e import jose
from tests.e2e.calls_to_aws import invoke
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService
from tests.e2e.test_moves import SCHEDULED
from tests.support.owners import Owner


def test_receipt_of_a_deletion_is_signed_and_says_what_was_removed(
    deployment: Deployment, service: HttpService, operator: HttpService, owner: Owner
) -> None:
    documents = [{"number": number} for number in range(3)]
    assert service.post(f"{owner.path}/documents", documents, token=owner.token).status == 201
    assert service.delete(f"{owner.path}?immediately=true", token=owner.token).status == 204
    invoke(deployment, "ReconcileFunction", SCHEDULED)

    page = operator.get(f"/operator/receipts?organization={owner.id}").json
    (receipt,) = page["receipts"]
    keys = {key["kid"]: key for key in page["keys"]}
    header = jose.header_of(receipt["signed"])
    assert header["typ"] == "receipt+jwt"
    jose.verify(receipt["signed"], keys[header["kid"]])
    claims = jose.claims_of(receipt["signed"])
    assert (claims["jti"], claims["sub"], claims["documents"]) == (receipt["id"], owner.id, 3)
    assert header["kid"] not in {key["kid"] for key in service.get("/.well-known/jwks.json").json["keys"]}
