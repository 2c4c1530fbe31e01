"""PyJWT, without what it imports that no function uses.

`import jwt` brings a client that fetches keys over HTTP, and X.509 for keys in certificates: four fifths of
what it costs. Both are postponed until somebody uses them.
"""

from tenantry.runtime.postponing import postpone

postpone("jwt")
postpone("cryptography.x509")

from jwt.algorithms import OKPAlgorithm  # noqa: E402
from jwt.api_jwk import PyJWK  # noqa: E402
from jwt.api_jws import get_unverified_header  # noqa: E402
from jwt.api_jwt import decode, encode  # noqa: E402
from jwt.exceptions import PyJWTError  # noqa: E402

__all__ = ["OKPAlgorithm", "PyJWK", "PyJWTError", "decode", "encode", "get_unverified_header"]
