"""Messages of MongoDB's wire protocol, as they are read from a connection and written to one.

https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
"""

import socket
import struct
from dataclasses import dataclass, replace
from typing import Any, Final

import bson
from bson.codec_options import CodecOptions

_HEADER: Final = struct.Struct("<iiii")  # length, request id, id of the request replied to, operation
_INT32: Final = struct.Struct("<i")
_MORE_TO_COME: Final = 1 << 1
_OP_MSG: Final = 2013
_EXACT: Final = CodecOptions[dict[str, Any]](tz_aware=True)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A message.

    Parameters
    ----------
    request_id
        Its id.
    response_to
        Id of the message that it replies to, or 0.
    operation
        Its opcode.
    content
        All behind the header.
    """

    request_id: int
    response_to: int
    operation: int
    content: bytes

    @property
    def octets(self) -> bytes:
        """The message as it is sent."""
        length = _HEADER.size + len(self.content)
        return _HEADER.pack(length, self.request_id, self.response_to, self.operation) + self.content

    @property
    def has_more_to_come(self) -> bool:
        """Whether the receiver must not reply, as further messages of the sender follow."""
        return self.operation == _OP_MSG and bool(_INT32.unpack_from(self.content)[0] & _MORE_TO_COME)

    @property
    def command(self) -> str:
        """Name of the command, which is the first name of the document."""
        start = self._document_at() + _INT32.size + 1  # behind the length, and the type of the first value
        return self.content[start : self.content.index(0, start)].decode()

    @property
    def document(self) -> Document:
        """The command or reply, without documents that an insertion has in sections of their own."""
        start, end = self._document_range()
        return bson.decode(self.content[start:end], _EXACT)

    def with_document(self, document: Document) -> "Message":
        """Return the same message with another document."""
        start, end = self._document_range()
        octets = bson.encode(document, codec_options=_EXACT)
        return replace(self, content=self.content[:start] + octets + self.content[end:])

    def _document_range(self) -> tuple[int, int]:
        start = self._document_at()
        return start, start + int(_INT32.unpack_from(self.content, start)[0])

    def _document_at(self) -> int:
        match self.operation:
            case 2013:  # OP_MSG: flags, and the kind of the first section
                assert self.content[_INT32.size] == 0, "the first section is not the document"
                return _INT32.size + 1
            case 2004:  # OP_QUERY: flags, name of the collection, documents to skip and to return
                return self.content.index(0, _INT32.size) + 1 + 2 * _INT32.size
            case 1:  # OP_REPLY: flags, id of the cursor, where it is, how many documents follow
                return 5 * _INT32.size
        raise AssertionError(f"opcode {self.operation} is not expected")


def receive(connection: socket.socket) -> Message:
    """Read a message.

    Raises
    ------
    EOFError
        The other end has closed the connection.
    """
    header = _receive_exactly(connection, _HEADER.size)
    length, request_id, response_to, operation = _HEADER.unpack(header)
    content = _receive_exactly(connection, length - _HEADER.size)
    return Message(request_id, response_to, operation, content)


def _receive_exactly(connection: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise EOFError
        received += part
    return bytes(received)
