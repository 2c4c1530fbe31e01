"""The function in the README does what the README says."""

import json
import re
from typing import Any

from tests.support.databases import Databases
from tests.support.owners import Owner, sign_up
from tests.support.proxy_events import proxy_event
from tests.support.service import PROJECT, LambdaContext, Service

(SOURCE,) = re.findall(r"```python\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL)


def get_notes(owner: Owner | None) -> dict[str, Any]:
    function: dict[str, Any] = {}
    exec(compile(SOURCE, "README.md", "exec"), function)  # noqa: S102 - the README is ours
    headers = {"Authorization": f"Bearer {owner.token}"} if owner else {}
    event = proxy_event("GET", "/health", headers, None) | {"path": "/notes", "resource": "/notes"}
    answer = function["lambda_handler"](event, LambdaContext("notes"))
    return {"status": answer["statusCode"], "body": json.loads(answer["body"])}


def test_each_caller_gets_its_own_notes_also_after_a_rename(service: Service, databases: Databases) -> None:
    google, amazon = sign_up(service, "Google"), sign_up(service, "Amazon")
    databases.tenants["org_google"].insert_one({"kind": "note", "text": "of Google"})
    databases.tenants["org_amazon"].insert_one({"kind": "note", "text": "of Amazon"})
    assert service.patch(google.path, {"name": "Alphabet"}, token=google.token).status == 200
    assert get_notes(google) == {"status": 200, "body": ["of Google"]}
    assert get_notes(amazon) == {"status": 200, "body": ["of Amazon"]}


def test_a_stranger_gets_nothing(service: Service, databases: Databases) -> None:
    answer = get_notes(None)
    assert (answer["status"], answer["body"]["code"]) == (401, "invalid-token")
