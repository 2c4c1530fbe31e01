"""Documents of the caller's organization: insert, find, count, replace, patch, delete."""

from http import HTTPStatus
from typing import Annotated

from tenantry import http, tenants
from tenantry.http.callers import Organization, may_be_presumed
from tenantry.http.documents import (
    answers,
    bodies,
    changing,
    finding,
    inserting,
    representations,
    requests,
)
from tenantry.http.documents.parameters import (
    Cursor,
    DocumentId,
    DocumentPath,
    Fields,
    Filter,
    Limit,
    MergePatch,
    Ordered,
    SentDocument,
    SentDocuments,
    Sort,
)
from tenantry.http.parameters import IdempotencyKey, OnlyDeclared
from tenantry.http.preconditions import Precondition
from tenantry.identity.authentication import Caller
from tenantry.language import fields as projections
from tenantry.language import filters, sorting

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.request import Request

app = APIGatewayRestResolver(enable_validation=True)

Reader = Annotated[Caller, may_be_presumed("read documents")]
Writer = Annotated[Caller, may_be_presumed("write documents")]
TAGS = ["Documents"]
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}]


@app.post(
    "/organizations/<organization>/documents",
    summary="Insert one document or many",
    operation_id="insertDocuments",
    tags=TAGS,
    security=SECURITY,
    responses=answers.responses(
        HTTPStatus.CREATED,
        "Inserted",
        HTTPStatus.CONFLICT,
        alternatives={HTTPStatus.MULTI_STATUS: "InsertedDocuments"},
    ),
    openapi_extensions=bodies.request_body(bodies.DOCUMENTS),
)
def insert_documents(
    request: Request,
    organization: Organization,
    member: Writer,
    _: OnlyDeclared,
    sent: SentDocuments,
    *,
    ordered: Ordered = True,
    idempotency_key: IdempotencyKey = None,
) -> Response[str]:
    """Insert one document, or a list of them as a JSON array or as lines of JSON (NDJSON).

    A list is answered with what became of each: 201 if all are stored, 207 if not. Repeated with the same
    Idempotency-Key within 24 hours, no document is stored twice, and those of a list that are not stored yet
    are tried again.
    """
    collection = tenants.collection(member)
    key = requests.key_of(request, member, idempotency_key)
    if isinstance(sent, list):
        outcomes = inserting.insert_many(collection, sent, ordered=ordered, key=key)
        return representations.outcomes_answer(outcomes, request)
    stored = inserting.insert(collection, sent, key)
    headers = representations.identification(stored, request)
    return representations.document_answer(stored, request, HTTPStatus.CREATED, headers)


@app.get(
    "/organizations/<organization>/documents",
    summary="List documents",
    operation_id="listDocuments",
    tags=TAGS,
    security=SECURITY,
    responses=answers.responses(HTTPStatus.OK, "DocumentPage", HTTPStatus.CONFLICT),
)
def list_documents(
    request: Request,
    organization: Organization,
    member: Reader,
    _: OnlyDeclared,
    filter: Filter = None,  # noqa: A002 - the parameter's name in the URL
    sort: Sort = None,
    fields: Fields = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response[str]:
    """List the documents that match a filter, page by page.

    A page may be shorter than `limit` where documents are large; `next_cursor` is null on the last one. What
    is inserted or deleted between two pages makes no other document appear twice or not at all.

    Where the values that are sorted by are too long for a cursor, it names the document at which its page
    ends. Once that document has other values, or is gone, the cursor is outdated (409); go on with the
    cursor of an earlier page.
    """
    query, order, projection = filters.parse(filter), sorting.parse(sort), projections.parse(fields)
    search = finding.Search(query, order, projection, limit, cursor)
    return representations.page_answer(finding.find_page(tenants.collection(member), search), request)


@app.get(
    "/organizations/<organization>/count",
    summary="Count documents",
    operation_id="countDocuments",
    tags=TAGS,
    security=SECURITY,
    responses=http.responses(
        HTTPStatus.OK,
        "tenantry.http.documents.answers:DocumentCount",
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
    ),
)
def count_documents(
    organization: Organization,
    member: Reader,
    _: OnlyDeclared,
    filter: Filter = None,  # noqa: A002 - the parameter's name in the URL
) -> answers.DocumentCount:
    """Count the documents that match a filter."""
    return answers.DocumentCount(count=finding.count(tenants.collection(member), filters.parse(filter)))


@app.get(
    "/organizations/<organization>/documents/<document>",
    summary="Read a document",
    operation_id="getDocument",
    tags=TAGS,
    security=SECURITY,
    responses=answers.responses(HTTPStatus.OK, "Document", HTTPStatus.PRECONDITION_FAILED),
)
def get_document(
    request: Request,
    organization: Organization,
    document: DocumentPath,
    member: Reader,
    document_id: DocumentId,
    _: OnlyDeclared,
    fields: Fields = None,
) -> Response[str]:
    """Read one document; the whole of it comes with its ETag."""
    stored = finding.find(tenants.collection(member), document_id, projections.parse(fields))
    headers = representations.entity_tag(stored, request) if fields is None else {}
    return representations.document_answer(stored, request, HTTPStatus.OK, headers)


@app.put(
    "/organizations/<organization>/documents/<document>",
    summary="Store a document under an id",
    operation_id="putDocument",
    tags=TAGS,
    security=SECURITY,
    responses=answers.responses(
        HTTPStatus.OK,
        "Document",
        HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED,
        alternatives={HTTPStatus.CREATED: "Document"},
    ),
    openapi_extensions=bodies.request_body(bodies.DOCUMENT),
)
def put_document(
    request: Request,
    organization: Organization,
    document: DocumentPath,
    member: Writer,
    document_id: DocumentId,
    _: OnlyDeclared,
    sent: SentDocument,
    holds: Precondition,
) -> Response[str]:
    """Replace the document of this id, or store one under it if there is none."""
    put = changing.put(tenants.collection(member), document_id, sent, holds)
    status = HTTPStatus.CREATED if put.is_created else HTTPStatus.OK
    headers = representations.entity_tag(put.document, request)
    return representations.document_answer(put.document, request, status, headers)


@app.patch(
    "/organizations/<organization>/documents/<document>",
    summary="Change a document",
    operation_id="patchDocument",
    tags=TAGS,
    security=SECURITY,
    responses=answers.responses(
        HTTPStatus.OK, "Document", HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED
    ),
    openapi_extensions=bodies.request_body(bodies.PATCH),
)
def patch_document(
    request: Request,
    organization: Organization,
    document: DocumentPath,
    member: Writer,
    document_id: DocumentId,
    _: OnlyDeclared,
    changes: MergePatch,
    holds: Precondition,
) -> Response[str]:
    """Change a document by a JSON merge patch (RFC 7396): null removes a field."""
    patched = changing.patch(tenants.collection(member), document_id, changes, holds)
    headers = representations.entity_tag(patched, request)
    return representations.document_answer(patched, request, HTTPStatus.OK, headers)


@app.delete(
    "/organizations/<organization>/documents/<document>",
    summary="Delete a document",
    operation_id="deleteDocument",
    tags=TAGS,
    security=SECURITY,
    status_code=HTTPStatus.NO_CONTENT,
    responses=answers.responses(HTTPStatus.NO_CONTENT, None, HTTPStatus.PRECONDITION_FAILED),
)
def delete_document(
    organization: Organization,
    document: DocumentPath,
    member: Writer,
    document_id: DocumentId,
    _: OnlyDeclared,
    holds: Precondition,
) -> Response[None]:
    """Delete one document."""
    changing.delete(tenants.collection(member), document_id, holds)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = http.lambda_handler(app, check=requests.check_documents)
