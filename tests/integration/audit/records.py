"""The audit record as it is stored, and requests of the operator."""

import json
from typing import Any, Final

from tests.support.databases import Databases, Document
from tests.support.proxy_events import proxy_event
from tests.support.service import Answer, Service

ADDRESS: Final = "203.0.113.7"  # that all requests of the tests come from
OPERATOR: Final = "arn:aws:iam::123456789012:user/operator"


def recorded(databases: Databases) -> list[Document]:
    """Return all records in the order in which they were made; each waits to be published."""
    records = list(databases.master["audit"].find())
    waiting = {event["_id"]: event for event in databases.master["outbox"].find()}
    assert {record["_id"]: {**record, "expires_at": None} for record in records} == {
        name: {**event, "expires_at": None} for name, event in waiting.items()
    }
    return records


def actions(databases: Databases) -> list[str]:
    return [record["action"] for record in recorded(databases)]


def of_operator(service: Service, method: str, path: str, body: Any = None) -> Answer:
    """Send a request that API Gateway has authenticated as the operator's."""
    text = None if body is None else json.dumps(body)
    event = proxy_event(method, path, {"Content-Type": "application/json"}, text)
    event["requestContext"]["identity"]["userArn"] = OPERATOR
    return service.send(event)
