"""Requests are limited, measured and counted, on the deployed stack."""

from tests.e2e.calls_to_aws import invoke
from tests.e2e.deployment import Deployment
from tests.e2e.http_service import HttpService
from tests.e2e.test_moves import SCHEDULED
from tests.support.databases import Databases
from tests.support.owners import Owner

LIMIT = 6


def test_use_is_limited_and_reaches_the_operators_spreadsheet(
    deployment: Deployment,
    service: HttpService,
    operator: HttpService,
    databases: Databases,
    owner: Owner,
) -> None:
    databases.master["organizations"].update_one(
        {"_id": owner.id}, {"$set": {"limits": {"requests_per_minute": LIMIT}}}
    )
    assert service.post(f"{owner.path}/documents", {"_id": "one"}, token=owner.token).status == 201
    invoke(deployment, "MeasureUsageFunction", SCHEDULED)
    use = service.get(f"{owner.path}/usage", token=owner.token)
    assert use.status == 200
    assert (use.json["requests_per_minute"], use.json["limits"]["documents"]["use"]) == (LIMIT, 1)
    answers = [service.get(owner.path, token=owner.token) for _ in range(LIMIT)]
    refused = next(answer for answer in answers if answer.status == 429)
    assert (refused.code, refused.headers["retry-after"]) == ("too-many-requests", "10")

    sheet = operator.get("/operator/usage?limit=1000", headers={"Accept": "text/csv"})
    (row,) = [line for line in sheet.text.splitlines() if line.startswith(f"{owner.id},")]
    _, slug, _, plan, month, requests, documents, *_ = row.split(",")
    assert (slug, plan, month, documents) == (owner.slug, "default", use.json["month"], "1")
    assert int(requests) >= 1
