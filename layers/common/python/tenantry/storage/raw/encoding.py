"""Documents as the bytes that MongoDB stores, so that a copy equals its original to the last bit.

Decoding would lose deprecated types, repeated fields and the order of DBRefs. In a pool a document's `_id` is
`{tenant, id}`; here its bytes are put around the original one and taken off again. A stored document begins
with its `_id`: https://www.mongodb.com/docs/manual/core/document/#the-_id-field
"""

import struct
from collections.abc import Sequence
from typing import Any, Final

import bson
from bson import Timestamp
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.raw_bson import RawBSONDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

CODEC_OPTIONS: Final = CodecOptions(
    document_class=RawBSONDocument,
    datetime_conversion=DatetimeConversion.DATETIME_MS,
    unicode_decode_error_handler="replace",
)

_LENGTH_BYTES: Final = 4  # before the elements of a document, which a zero byte ends
_NAME: Final = b"_id\0"
_NAME_IN_POOL: Final = b"id\0"
_EMPTY_TIMESTAMP: Final = Timestamp(0, 0)
_EMBEDDED_DOCUMENT: Final = b"\x03"  # https://bsonspec.org/spec.html

DocumentId = bytes  # the BSON document {_id: ...}


class ForeignId(Exception):
    """The `_id` is nothing that a driver writes: of a type long gone, or text that is not UTF-8."""


def document(content: bytes) -> RawBSONDocument:
    """Return bytes as a document."""
    return RawBSONDocument(content, CODEC_OPTIONS)


def id_of(stored: RawBSONDocument) -> DocumentId:
    """Return what tells a document from all others of its organization or pool.

    Raises
    ------
    ForeignId
    """
    return _document(_id_element(stored))


def with_tenant(original: RawBSONDocument, tenant: str) -> RawBSONDocument:
    """Return a document, or the id of one, as a pool holds it.

    Raises
    ------
    ForeignId
    """
    element = _id_element(original)
    kind, value = element[:1], element[1 + len(_NAME) :]
    composite = _document(_tenant_element(tenant) + kind + _NAME_IN_POOL + value)
    further_elements = original.raw[_LENGTH_BYTES + len(element) : -1]
    return document(_document(_EMBEDDED_DOCUMENT + _NAME + composite + further_elements))


def without_tenant(stored: RawBSONDocument, tenant: str) -> RawBSONDocument:
    """Return a document, or the id of one, as its organization knows it; the reverse of `with_tenant`."""
    composite: bytes = stored["_id"].raw
    before_id = _LENGTH_BYTES + len(_tenant_element(tenant))
    kind, value = composite[before_id : before_id + 1], composite[before_id + 1 + len(_NAME_IN_POOL) : -1]
    further_elements = stored.raw[_LENGTH_BYTES + 1 + len(_NAME) + len(composite) : -1]
    return document(_document(kind + _NAME + value + further_elements))


def insert(
    collection: Collection[Any], documents: Sequence[RawBSONDocument], session: ClientSession | None = None
) -> None:
    """Insert documents as they are, with the empty timestamps that an insertion fills with the present time.

    No validator refuses them: they are copies, and were stored before.

    Parameters
    ----------
    collection : Collection
        Where to.
    documents : sequence of RawBSONDocument
        At least one, made by `document`.
    session : ClientSession, optional
        Of the transaction that they belong to.

    Raises
    ------
    pymongo.errors.BulkWriteError
        One was refused.
    """
    collection.insert_many(documents, bypass_document_validation=True, session=session)
    for document in filter(_has_empty_timestamp, documents):
        whole = [{"$replaceWith": {"$literal": document}}]
        collection.update_one(
            {"_id": {"$eq": document["_id"]}}, whole, bypass_document_validation=True, session=session
        )


def _has_empty_timestamp(stored: RawBSONDocument) -> bool:
    """Tell whether a field holds the timestamp that MongoDB takes for the present time.

    See https://www.mongodb.com/docs/manual/reference/bson-types/#timestamps
    """
    # Looking for its bytes, behind those of a name, is quicker than decoding all fields.
    return bytes(1 + 8) in bytes(stored.raw) and any(value == _EMPTY_TIMESTAMP for value in stored.values())


def _tenant_element(tenant: str) -> bytes:
    return bson.encode({"tenant": tenant})[_LENGTH_BYTES:-1]


def _id_element(stored: RawBSONDocument) -> bytes:
    """Return type, name and value of `_id` as they are stored."""
    encoded = bson.encode({"_id": stored["_id"]}, codec_options=CODEC_OPTIONS)
    element = bytes(stored.raw[_LENGTH_BYTES : len(encoded) - 1])
    # The type may be a deprecated one that has the same bytes, such as symbol, which is read as string.
    if element[1:] != encoded[_LENGTH_BYTES + 1 : -1]:
        raise ForeignId
    return element


def _document(elements: bytes) -> bytes:
    return struct.pack("<i", _LENGTH_BYTES + len(elements) + 1) + elements + b"\0"
