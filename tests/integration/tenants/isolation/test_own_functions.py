"""A function that a user builds on the layer logs no document, not even one that is refused."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from tenantry import http, tenants
from tenantry.http.callers import Editor
from tests.integration.tenants.isolation.observer import Observer
from tests.integration.tenants.isolation.tenants import Tenant
from tests.support.proxy_events import proxy_event
from tests.support.service import LambdaContext


def test_documents_that_the_server_refuses_are_not_logged(observer: Observer, caller: Tenant) -> None:
    app = APIGatewayRestResolver(enable_validation=True)

    @app.get("/health")
    def insert_again(member: Editor) -> None:
        tenants.collection(member).insert_many(caller.documents)

    event = proxy_event("GET", "/health", {"Authorization": f"Bearer {caller.token}"}, None)
    context: Any = LambdaContext("mine")
    answer = http.lambda_handler(app)(event, context)
    logged = observer.output.getvalue()
    assert answer["statusCode"] == 503
    assert '"exception_name":"BulkWriteError"' in logged
    assert [secret for secret in vars(caller.words).values() if secret in logged + answer["body"]] == []
