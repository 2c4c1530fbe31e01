"""What clients see of documents: MongoDB Extended JSON, as `tenantry.http.documents.answers` describes it."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from json.encoder import encode_basestring_ascii
from types import MappingProxyType
from typing import Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.request import Request

from tenantry.errors import AnswerTooLarge, TenantryError
from tenantry.http.accept import preferred
from tenantry.http.bodies import JSON
from tenantry.http.documents.changing import version_of
from tenantry.http.documents.finding import Page
from tenantry.http.documents.requests import CANONICAL
from tenantry.http.documents.rules import format_document_id
from tenantry.http.header_fields import value_of
from tenantry.http.preconditions import etag
from tenantry.language import extended_json
from tenantry.runtime.mongodb import Document

MAX_ANSWER_BYTES: Final = 5_500_000  # Lambda takes 6 MB, in which the body stands as a JSON string
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


def document_answer(
    document: Document,
    request: Request,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] = _NO_HEADERS,
) -> Response[str]:
    """Answer one document.

    Parameters
    ----------
    document : dict
        What is stored, or some fields of it.
    request : Request
        Its Accept field chooses canonical (``application/ejson``) or relaxed Extended JSON.
    status : http.HTTPStatus
        The answer's.
    headers : mapping
        Further header fields.

    Raises
    ------
    AnswerTooLarge
    """
    canonical = _is_canonical(request)
    text = extended_json.encode(document, canonical=canonical)
    if _length(text) > MAX_ANSWER_BYTES:
        raise AnswerTooLarge
    return _answer(text, status, headers, canonical=canonical)


def identification(document: Document, request: Request) -> dict[str, str]:
    """Return the header fields of a document that has just been stored: where it is, and its entity tag."""
    path = request.resolved_event["requestContext"]["path"]
    return {
        "Location": f"{path}/{format_document_id(document['_id'])}",
        **entity_tag(document, request),
    }


def entity_tag(document: Document, request: Request) -> dict[str, str]:
    """Return the header field that identifies a whole document's version, in the form that is answered."""
    return {"ETag": etag(version_of(document), canonical=_is_canonical(request))}


def page_answer(page: Page, request: Request) -> Response[str]:
    """Answer as many documents of a page as fit, and the cursor of the next page.

    Raises
    ------
    AnswerTooLarge
        The first document alone does not fit.
    """
    canonical = _is_canonical(request)
    texts: list[str] = []
    remaining_bytes = MAX_ANSWER_BYTES
    for document in page.documents:
        text = extended_json.encode(document, canonical=canonical)
        remaining_bytes -= _length(text)
        if remaining_bytes < 0:
            break
        texts.append(text)
    if page.documents and not texts:
        raise AnswerTooLarge
    cursor = json.dumps(page.cursor(len(texts)))
    text = f'{{"documents":[{",".join(texts)}],"next_cursor":{cursor}}}'
    return _answer(text, HTTPStatus.OK, canonical=canonical)


def outcomes_answer(outcomes: Sequence[Document | TenantryError], request: Request) -> Response[str]:
    """Answer what became of each of many documents; 207 if that is not the same of all (RFC 4918)."""
    inserted = sum(not isinstance(outcome, TenantryError) for outcome in outcomes)
    status = HTTPStatus.CREATED if inserted == len(outcomes) else HTTPStatus.MULTI_STATUS
    canonical = _is_canonical(request)
    results = ",".join(_outcome(outcome, canonical=canonical) for outcome in outcomes)
    return _answer(f'{{"inserted":{inserted},"results":[{results}]}}', status, canonical=canonical)


def _outcome(outcome: Document | TenantryError, *, canonical: bool) -> str:
    if isinstance(outcome, TenantryError):
        problem = {"status": int(outcome.status), "code": outcome.code, "detail": outcome.detail}
        return json.dumps(problem | outcome.extensions)
    document_id = extended_json.encode(outcome["_id"], canonical=canonical)
    return f'{{"status":{int(HTTPStatus.CREATED)},"_id":{document_id}}}'


def _is_canonical(request: Request) -> bool:
    accept = value_of(request.resolved_event.raw_event, "accept")
    return preferred(accept, (JSON, CANONICAL)) == CANONICAL


def _length(text: str) -> int:
    """Return how long a text is as the JSON string in which Lambda's runtime sends it."""
    return len(encode_basestring_ascii(text))


def _answer(
    text: str, status: HTTPStatus, headers: Mapping[str, str] = _NO_HEADERS, *, canonical: bool
) -> Response[str]:
    media_type = CANONICAL if canonical else JSON
    fields = {"Vary": "Accept", **headers}
    return Response(status_code=int(status), content_type=media_type, headers=fields, body=text)
