"""Indexes of the caller's documents: list, create, drop."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import unquote

from tenantry import http, tenants
from tenantry.http.callers import Organization, may, may_be_presumed
from tenantry.http.indexes import answers, bodies, indexing
from tenantry.http.indexes.representations import created, index_of
from tenantry.identity.authentication import Caller

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

app = APIGatewayRestResolver(enable_validation=True)

IndexName = Annotated[str, Path(description="The index's name", json_schema_extra={"example": "by-date"})]
Reader = Annotated[Caller, may_be_presumed("read indexes")]
Changer = Annotated[Caller, may("change indexes")]
TAGS = ["Indexes"]
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}]


@app.get(
    "/organizations/<organization>/indexes",
    summary="List indexes",
    operation_id="listIndexes",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK, "tenantry.http.indexes.answers:Indexes", HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND
    ),
)
def list_indexes(organization: Organization, member: Reader) -> answers.Indexes:
    """List the indexes of the organization's documents."""
    indexes = indexing.find_all(tenants.collection(member))
    return answers.Indexes(indexes=[index_of(index) for index in indexes])


@app.post(
    "/organizations/<organization>/indexes",
    summary="Create an index",
    operation_id="createIndex",
    tags=TAGS,
    security=SECURITY,
    status_code=HTTPStatus.CREATED,
    responses=http.responses(
        HTTPStatus.CREATED,
        "tenantry.http.indexes.answers:Index",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
    ),
)
def create_index(
    organization: Organization, index: Annotated[bodies.CreateIndex, Body()], member: Changer
) -> Response[answers.Index]:
    """Create an index, which stays when the organization is renamed; an equal one is left as it is."""
    keys = [(key.field, key.order) for key in index.keys]
    name = indexing.create(
        tenants.collection(member), keys, unique=index.unique, partial=index.partial, name=index.name
    )
    path = app.current_event.request_context.path
    return Response(
        status_code=HTTPStatus.CREATED,
        content_type="application/json",
        headers={"Location": f"{path}/{name}"},
        body=created(name, index),
    )


@app.delete(
    "/organizations/<organization>/indexes/<name>",
    summary="Drop an index",
    operation_id="dropIndex",
    tags=TAGS,
    security=SECURITY,
    status_code=HTTPStatus.NO_CONTENT,
    responses=http.responses(
        HTTPStatus.NO_CONTENT, None, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
    ),
)
def drop_index(organization: Organization, name: IndexName, member: Changer) -> Response[None]:
    """Drop an index; that on `_id` stays."""
    indexing.drop(tenants.collection(member), unquote(name))
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app)
