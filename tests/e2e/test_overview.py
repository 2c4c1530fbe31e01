"""The operator sees organizations on the deployed stack, and addresses of owners by routes of their own."""

import json
from typing import Any

from tests.e2e.http_service import HttpService
from tests.support.owners import Owner


def test_organizations_are_listed_and_shown_without_addresses(
    service: HttpService, operator: HttpService, owner: Owner
) -> None:
    def ask(path: str) -> Any:
        answer = operator.get(f"/operator/{path}")
        assert answer.status == 200, answer
        return answer.json

    assert service.post(f"{owner.path}/documents", {"_id": "one"}, token=owner.token).status == 201
    page = ask(f"organizations?slug_prefix={owner.slug}&suspended=false")
    (listed,) = [each for each in page["organizations"] if each["id"] == owner.id]
    shown = ask(f"organizations/{owner.slug}")
    assert shown["usage"]["documents"] >= 1
    assert owner.email not in json.dumps([listed, shown])
    (address,) = ask(f"addresses/owners?organization={owner.id}")["owners"]
    assert (address["email"], [address["account_id"]]) == (owner.email, shown["owners"])
    owned = ask(f"addresses/owned?address={owner.email}")["organizations"]
    assert owner.id in [each["id"] for each in owned]


def test_lists_and_addresses_are_closed_to_tokens_and_to_nobody(service: HttpService, owner: Owner) -> None:
    for path in ("organizations", f"addresses/owners?organization={owner.id}"):
        assert service.get(f"/operator/{path}").code == "not-found"
        assert service.get(f"/operator/{path}", token=owner.token).code == "operator-required"
