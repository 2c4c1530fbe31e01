import contextlib
import datetime
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local.processes import HOST
from tests.smoke.test_tls import negotiated


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of a private key and its certificate, which nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.example.com")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@contextlib.contextmanager
def serving(certificate: Path, oldest: ssl.TLSVersion) -> Iterator[int]:
    """Take one connection; yields the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(category=DeprecationWarning, action="ignore"):
        context.minimum_version = oldest

    def take(server: socket.socket) -> None:
        connection, _ = server.accept()
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(1)

    with socket.create_server((HOST, 0)) as server:
        thread = threading.Thread(target=take, args=(server,))
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join()


@pytest.mark.parametrize(
    ("oldest", "negotiates"), [(ssl.TLSVersion.TLSv1, "TLSv1.1"), (ssl.TLSVersion.TLSv1_2, None)]
)
def test_what_a_host_takes_of_an_old_client(
    certificate: Path, oldest: ssl.TLSVersion, negotiates: str | None
) -> None:
    with serving(certificate, oldest) as port:
        assert negotiated(HOST, port, ssl.TLSVersion.TLSv1_1) == negotiates
