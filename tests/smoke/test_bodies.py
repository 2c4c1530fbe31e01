"""How long bodies may be: for the functions 4 MB, for API Gateway 10 MB."""

from typing import Final

from tests.smoke.throw_aways import ThrowAway

MEGABYTE: Final = 1024 * 1024
LONG: Final = 480_000  # characters; a document has 512 KB at most
COUNT: Final = 8


def test_accepted(tenant: ThrowAway) -> None:
    """A body of 3.8 MB is stored, and read again."""
    path = f"{tenant.path}/documents"
    before = tenant.api.get(f"{tenant.path}/count", tenant.token).expect(200).json["count"]
    documents = [{"_id": f"long-{number}", "text": "a" * LONG} for number in range(COUNT)]
    tenant.api.post(path, documents, tenant.token).expect((201, 207))
    after = tenant.api.get(f"{tenant.path}/count", tenant.token).expect(200).json["count"]
    assert after - before == COUNT, f"Of {COUNT} documents {after - before} were stored."
    read = tenant.api.get(f"{path}?limit=1000", tenant.token).expect(200)
    assert read.text.count("a" * LONG) == COUNT, "They are not read as they were stored."


def test_too_long_for_the_function(tenant: ThrowAway) -> None:
    """A body of 5 MB is refused."""
    refused(tenant, 5 * MEGABYTE)


def test_too_long_for_api_gateway(tenant: ThrowAway) -> None:
    """A body of 11 MB is refused by API Gateway."""
    refused(tenant, 11 * MEGABYTE)


def refused(tenant: ThrowAway, octets: int) -> None:
    answer = tenant.api.post(f"{tenant.path}/documents", {"text": "a" * octets}, tenant.token)
    answer.expect(413, "payload-too-large")
