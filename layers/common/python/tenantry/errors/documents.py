"""What stands in the way of a tenant's documents, queries and indexes."""

from http import HTTPStatus

from tenantry.errors.base import TenantryError


class DocumentNotFound(TenantryError):
    """The organization has no document of this id."""

    code = "document-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Document not found"
    default_detail = "The organization has no document of this id."


class DocumentExists(TenantryError):
    """Another document has the id, or the same values in the fields of a unique index; nothing changed.

    The extension `indexes` names the index, which for an id is `_id_`.
    """

    code = "document-exists"
    status = HTTPStatus.CONFLICT
    title = "Document exists"
    default_detail = "Another document has this id."


class DocumentRefused(TenantryError):
    """An index cannot hold the document; nothing changed.

    The extension `indexes` names it, or all that it may be.
    """

    code = "document-refused"
    status = HTTPStatus.CONFLICT
    title = "Document refused"
    default_detail = "An index cannot hold the document. Change it, or drop that index."


class NotAttempted(TenantryError):
    """Documents before this one were refused, so this one was not tried."""

    code = "not-attempted"
    status = HTTPStatus.FAILED_DEPENDENCY
    title = "Not attempted"
    default_detail = "Documents before this one were refused, so it was not tried. Send it again."


class QueryRefused(TenantryError):
    """MongoDB cannot answer the query as it is, however often it is sent; nothing changed."""

    code = "query-refused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Query refused"
    default_detail = "MongoDB refuses the query. Check its regular expressions and the types of its values."


class QueryTooSlow(TenantryError):
    """The query took longer than a request may; nothing changed."""

    code = "query-too-slow"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Query too slow"
    default_detail = "The query takes too long. Narrow its filter, or create an index that serves it."


class CursorOutdated(TenantryError):
    """The document at which the page before ended has changed or is gone, and its place with it."""

    code = "cursor-outdated"
    status = HTTPStatus.CONFLICT
    title = "Cursor outdated"
    default_detail = (
        "The document at which the page before ended has changed or is gone, and the values that are sorted "
        "by were too long for the cursor. Go on with the cursor of an earlier page, or from the beginning."
    )


class AnswerTooLarge(TenantryError):
    """What was asked for is longer than an answer may be."""

    code = "answer-too-large"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Answer too large"
    default_detail = "The document is longer than an answer may be. Ask for some of its `fields` only."


class IndexNotFound(TenantryError):
    """The organization has no index of this name."""

    code = "index-not-found"
    status = HTTPStatus.NOT_FOUND
    title = "Index not found"
    default_detail = "The organization has no index of this name."


class IndexRefused(TenantryError):
    """The index contradicts another one, or the documents; nothing changed. `indexes` names it."""

    code = "index-refused"
    status = HTTPStatus.CONFLICT
    title = "Index refused"


class TooManyIndexes(TenantryError):
    """The collection has as many indexes as it may; nothing changed."""

    code = "too-many-indexes"
    status = HTTPStatus.CONFLICT
    title = "Too many indexes"
    default_detail = "The organization has as many indexes as it may. Drop one first."
