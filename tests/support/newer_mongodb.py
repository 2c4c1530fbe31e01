"""A proxy in front of MongoDB 6.0 that answers as MongoDB 7.0 and 8.0 do where their answers differ.

The real server does all the work, so nothing but its answers can be tested in this way. docs/mongodb.md lists
what else differs.
"""

import contextlib
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, override

from bson import Binary
from pymongo import MongoClient
from pymongo.uri_parser import parse_uri

from local.processes import HOST
from tenantry.runtime import server_errors
from tests.support.forwarder import Forwarder
from tests.support.wire_protocol import Document, Message, receive

_WRITES: Final = frozenset({"insert", "update", "delete", "findAndModify", "create", "createIndexes"})
# What `create` may hold besides the options: https://www.mongodb.com/docs/manual/reference/command/create/
_NO_OPTIONS: Final = frozenset({"create", "writeConcern", "comment", "lsid", "apiVersion", "maxTimeMS"})
_TRANSLATED: Final = _WRITES | {"hello", "isMaster", "ismaster", "buildInfo", "buildinfo", "drop"}


@dataclass(frozen=True)
class Version:
    """A version of MongoDB and the newest wire version that it speaks.

    https://github.com/mongodb/specifications/blob/master/source/wireversion-featurelist/wireversion-featurelist.md
    """

    number: tuple[int, int, int]
    wire_version: int

    @property
    def text(self) -> str:
        return ".".join(map(str, self.number))


VERSIONS: Final = {"7.0": Version((7, 0, 28), 21), "8.0": Version((8, 0, 17), 25)}


@contextlib.contextmanager
def answering_as_configured(uri: str) -> Iterator[str]:
    """Put a proxy in front of a server if the variable MONGODB_VERSION names one of `VERSIONS`.

    Yields
    ------
    str
        Connection string of the proxy, or of the server itself.
    """
    name = os.environ.get("MONGODB_VERSION")
    if not name:
        yield uri
        return
    assert name in VERSIONS, f"MONGODB_VERSION is one of {', '.join(VERSIONS)}"
    with NewerMongoDB(uri, VERSIONS[name]) as proxy:
        yield proxy.uri


class NewerMongoDB(Forwarder):
    """A proxy that answers as a newer version of MongoDB.

    Parameters
    ----------
    uri
        Connection string of a replica set of one server; its user may list collections.
    version
        As what it answers.
    """

    def __init__(self, uri: str, version: Version) -> None:
        ((host, port),) = parse_uri(uri)["nodelist"]
        super().__init__(port)
        self._version = version
        self._catalog = MongoClient[Document](uri)
        self._address = f"{HOST}:{self.port}"
        self.uri: Final = uri.replace(f"{host}:{port}", self._address)

    @override
    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self._catalog.close()

    @override
    def _exchange(self, client: socket.socket, server: socket.socket) -> bool:
        """Pass a request on, and then its reply, or all of its replies if it has several."""
        request = receive(client)
        server.sendall(request.octets)
        expects_reply = not request.has_more_to_come
        while expects_reply:
            reply = receive(server)
            expects_reply = reply.has_more_to_come
            client.sendall(self._translated(request, reply).octets)
        return True

    def _translated(self, request: Message, reply: Message) -> Message:
        command = request.command
        if command not in _TRANSLATED:
            return reply
        answer = reply.document
        if "failpoint" in answer.get("errmsg", ""):  # which every version gives as the test wants it
            return reply
        translated = self._answer(command, request, answer)
        return reply if translated == answer else reply.with_document(translated)

    def _answer(self, command: str, request: Message, answer: Document) -> Document:
        match command, answer.get("code"):
            case (("hello" | "isMaster" | "ismaster"), None):
                return answer | self._greeting(answer)
            case (("buildInfo" | "buildinfo"), None):
                return answer | {"version": self._version.text, "versionArray": [*self._version.number, 0]}
            case "create", server_errors.NAMESPACE_EXISTS:
                return self._created(request.document, answer)
            case "drop", server_errors.NAMESPACE_NOT_FOUND:
                return self._dropped(request.document, answer)
            case _, server_errors.SNAPSHOT_UNAVAILABLE if command in _WRITES:
                return _conflicting(request.document[command], answer)
        return answer

    def _greeting(self, answer: Document) -> Document:
        """Return what a server says of itself; a replica set of one gives the proxy's address as its own."""
        own: Document = {"maxWireVersion": self._version.wire_version}
        for name in ("me", "primary"):
            if name in answer:
                own[name] = self._address
        return own | ({"hosts": [self._address]} if "hosts" in answer else {})

    def _created(self, command: Document, refusal: Document) -> Document:
        """Return success if the collection or view is as it was to be, but not in a transaction.

        typedRun, checkCollectionOptions in
        https://github.com/mongodb/mongo/blob/v8.0/src/mongo/db/commands/create_command.cpp
        """
        if "autocommit" in command:  # only a transaction's commands hold it
            return refusal
        wanted = {name: value for name, value in command.items() if not _is_no_option(name)}
        present = self._described(command["$db"], {"name": command["create"]})
        return _success(refusal) if present and present["options"] == wanted else refusal

    def _dropped(self, command: Document, refusal: Document) -> Document:
        """Return success if no collection was expected, else where the expected collection is.

        _dropCollection in https://github.com/mongodb/mongo/blob/v7.0/src/mongo/db/catalog/drop_collection.cpp
        """
        uuid: Binary | None = command.get("collectionUUID")
        if uuid is None:
            return _success(refusal)
        actual = self._described(command["$db"], {"info.uuid": uuid})
        return refusal | {
            "code": server_errors.COLLECTION_UUID_MISMATCH,
            "codeName": "CollectionUUIDMismatch",
            "errmsg": "Collection UUID does not match that specified",
            "db": command["$db"],
            "collectionUUID": uuid,
            "expectedCollection": command["drop"],
            "actualCollection": actual and actual["name"],
        }

    def _described(self, database: str, query: Document) -> Document | None:
        return next((dict(found) for found in self._catalog[database].list_collections(filter=query)), None)


def _is_no_option(name: str) -> bool:
    return name.startswith("$") or name in _NO_OPTIONS


def _success(refusal: Document) -> Document:
    kept = {name: value for name, value in refusal.items() if name not in ("errmsg", "code", "codeName")}
    return kept | {"ok": 1.0}


def _conflicting(collection: Any, refusal: Document) -> Document:
    """Return a conflict, where 6.0 says that the collection has changed since the transaction's snapshot.

    https://github.com/mongodb/mongo/blob/v7.0/src/mongo/db/shard_role.cpp
    """
    what = f"Unable to write to collection '{collection}' due to catalog changes"
    return refusal | {
        "code": server_errors.WRITE_CONFLICT,
        "codeName": "WriteConflict",
        "errmsg": f"{what}; please retry the operation",
    }
