"""Which versions of TLS the host takes."""

import socket
import ssl
import warnings
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.smoke.api import Api
from tests.smoke.operators import region_of

HTTPS: Final = 443
SECONDS: Final = 10.0


def negotiated(host: str, port: int, newest: ssl.TLSVersion) -> str | None:
    """Return the version that a host takes from a client that knows none newer; None if it takes none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nothing is sent
    context.set_ciphers("ALL:@SECLEVEL=0")  # else OpenSSL itself refuses what is old
    with warnings.catch_warnings(category=DeprecationWarning, action="ignore"):
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
    with socket.create_connection((host, port), SECONDS) as connection:
        try:
            with context.wrap_socket(connection, server_hostname=host) as wrapped:
                return wrapped.version()
        except (ssl.SSLError, ConnectionError):
            return None


def test_old_versions_are_refused(api: Api) -> None:
    """TLS older than 1.2 is refused."""
    address = urlsplit(api.url)
    if address.scheme != "https":
        pytest.skip("the URL is not https")
    assert address.hostname
    version = negotiated(address.hostname, address.port or HTTPS, ssl.TLSVersion.TLSv1_1)
    if version is not None and region_of(api.url):
        pytest.skip(f"API Gateway's own host takes {version}; a domain of yours with TLS_1_2 does not")
    assert version is None, f"The host takes {version}: give the domain the security policy TLS_1_2."
