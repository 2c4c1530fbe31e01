"""Looking at the encryption of the connection to a cluster, and at its certificate."""

import socket  # nosemgrep: client-of-any-address - it connects to what the client is connected to
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final

from cryptography import x509
from pymongo import MongoClient

from tenantry.lifecycle.oversight.findings import Finding, judged, ok, warning
from tenantry.runtime import moments
from tenantry.runtime.clients import CONNECT_TIMEOUT_MS
from tenantry.runtime.mongodb import Document

RENEWED_BEFORE: Final = timedelta(days=21)  # authorities renew certificates a month before they end


def examine_encryption(cluster: str, client: MongoClient[Document]) -> Iterator[Finding]:
    """Yield whether the connection to the primary is encrypted, and until when its certificate is valid."""
    check, address = f"encryption {cluster}", client.address
    options = client.options.pool_options
    context = options._ssl_context
    if context is None:
        yield _unencrypted(check, address[0] if address else "")
        return
    verifies = not (options.tls_allow_invalid_hostnames or context.verify_mode == ssl.CERT_NONE)
    if not isinstance(context, ssl.SSLContext) or address is None:
        yield ok(check, "TLS")
        return
    try:
        version, ends_at = _handshake(address, context)
    except OSError as error:
        yield warning(check, f"TLS, and a further handshake fails: {type(error).__name__}", "try again")
        return
    yield judged(
        check,
        f"{version}{'' if verifies else ', and the certificate is not verified'}",
        "leave tlsInsecure, tlsAllowInvalidCertificates and tlsAllowInvalidHostnames out of the URI",
        is_well=verifies,
        otherwise="failed",
    )
    yield _certificate(f"certificate {cluster}", ends_at)


def _unencrypted(check: str, host: str) -> Finding:
    if _is_loopback(host):
        return ok(check, "none, and the server is on this machine")
    return warning(
        check, "none", "add tls=true to the connection string: passwords and data cross the network"
    )


def _is_loopback(host: str) -> bool:
    if host.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _handshake(address: tuple[str, int | None], context: ssl.SSLContext) -> tuple[str, datetime]:
    """Return the version of TLS, and until when the server's certificate is valid.

    A certificate that is not verified is told by Python in binary form alone:
    https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.getpeercert
    """
    with (
        socket.create_connection((address[0], address[1] or 27017), CONNECT_TIMEOUT_MS / 1000) as plain,
        context.wrap_socket(plain, server_hostname=address[0]) as encrypted,
    ):
        certificate = x509.load_der_x509_certificate(encrypted.getpeercert(binary_form=True) or b"")
        return encrypted.version() or "TLS", certificate.not_valid_after_utc


def _certificate(check: str, ends_at: datetime) -> Finding:
    days = (ends_at - moments.now()) / timedelta(days=1)
    return judged(
        check,
        f"valid until {ends_at:%Y-%m-%d}, for {days:.0f} days",
        "renew it on the server",
        is_well=ends_at - moments.now() > RENEWED_BEFORE,
    )
