"""AWS Signature Version 4, as API Gateway checks it where a method asks for IAM.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
"""

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

# Of the only user whom the local AWS knows.
ACCESS_KEY: Final = "test"
SECRET_KEY: Final = "test"  # noqa: S105 - opens nothing but the local AWS
USER_ARN: Final = "arn:aws:iam::000000000000:user/test"

SERVICE: Final = "execute-api"
MAX_AGE: Final = timedelta(minutes=5)
_FIELD: Final = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([a-z0-9-]+)/execute-api/aws4_request, ?"
    r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)


class InvalidSignature(Exception):
    """The request is not signed as it must be.

    Parameters
    ----------
    kind : str
        Type of the gateway response that tells so.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def check_signature(method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
    """Raise unless the local user signed a request within the last minutes.

    Parameters
    ----------
    method, url, body
        Of the request, as they were sent.
    headers : mapping
        Its header fields, by names in lower case.

    Raises
    ------
    InvalidSignature
        There is no signature, or it is another's or that of another request.
    """
    authorization = headers.get("authorization")
    if authorization is None:
        raise InvalidSignature("MISSING_AUTHENTICATION_TOKEN")
    signature = _FIELD.fullmatch(authorization)
    if signature is None:
        raise InvalidSignature("DEFAULT_4XX")
    access_key, day, region, signed, given = signature.groups()
    at = headers.get("x-amz-date", "")
    if access_key != ACCESS_KEY or not at.startswith(day) or not _is_recent(at) or "host" not in signed:
        raise InvalidSignature("INVALID_SIGNATURE")
    signer = SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), SERVICE, region)
    fields = {name: headers.get(name, "") for name in signed.split(";")}
    request = AWSRequest(method, url, fields, body)
    request.context["timestamp"] = at
    expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    if not hmac.compare_digest(expected, given):
        raise InvalidSignature("INVALID_SIGNATURE")


def _is_recent(at: str) -> bool:
    try:
        signed_at = datetime.strptime(at, SIGV4_TIMESTAMP).replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(datetime.now(UTC) - signed_at) <= MAX_AGE
