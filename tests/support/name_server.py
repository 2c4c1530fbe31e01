"""A DNS server (RFC 1035) for the names of tests, over UDP on the loopback interface."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

from local.processes import HOST

TTL_SECONDS = 60


class NameServer:
    """The records that are served, which may change at any time.

    Parameters
    ----------
    port
        Port on the loopback interface.
    """

    def __init__(self, port: int) -> None:
        self.address = f"{HOST}:{port}"
        self._records: dict[tuple[str, str], dns.rrset.RRset] = {}

    def put(self, name: str, kind: str, *values: str) -> None:
        """Let a name have these records of a kind, such as A, and no others of it."""
        self._records[f"{name}.", kind] = dns.rrset.from_text(f"{name}.", TTL_SECONDS, "IN", kind, *values)

    def answer(self, packet: bytes) -> bytes:
        """Return the answer to a query: the records, none of this kind, or no such name."""
        query = dns.message.from_wire(packet)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        (question,) = query.question
        name = question.name.to_text().lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        if records := self._records.get((name, kind)):
            response.answer.append(records)
        elif not any(known == name for known, _ in self._records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


@contextmanager
def running_name_server() -> Iterator[NameServer]:
    """Run a name server for the length of a `with` block."""

    class Handler(socketserver.DatagramRequestHandler):
        def handle(self) -> None:
            self.wfile.write(names.answer(self.rfile.read()))

    with socketserver.ThreadingUDPServer((HOST, 0), Handler) as server:
        names = NameServer(server.server_address[1])
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        try:
            yield names
        finally:
            server.shutdown()
            serving.join()


def resolver_of(names: NameServer) -> dns.resolver.Resolver:
    """Return a resolver that asks this name server and no other."""
    resolver = dns.resolver.Resolver(configure=False)
    host, _, port = names.address.rpartition(":")
    resolver.nameservers, resolver.port = [host], int(port)
    return resolver
