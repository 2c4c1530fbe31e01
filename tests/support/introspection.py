"""Asking about a token, as a service of the operator."""

from typing import Any
from urllib.parse import urlencode

from tenantry.http.bodies import FORM
from tenantry.http.discovery import INTROSPECTION_PATH
from tests.support.openapi import OPERATOR_ARN
from tests.support.proxy_events import proxy_event
from tests.support.service import Answer, Service


def introspect(service: Service, body: str, media_type: str = FORM) -> Answer:
    """Send a form, signed by the operator."""
    event = proxy_event("POST", INTROSPECTION_PATH, {"Content-Type": media_type}, body)
    event["requestContext"]["identity"]["userArn"] = OPERATOR_ARN
    return service.send(event)


def about(service: Service, token: str) -> dict[str, Any]:
    """Return what is answered about a token."""
    answer = introspect(service, urlencode({"token": token, "token_type_hint": "access_token"}))
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json)
