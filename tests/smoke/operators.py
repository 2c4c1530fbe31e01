"""The operator, who signs requests with AWS Signature Version 4."""

import json
import os
import re
from typing import Any, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from tests.smoke.api import Answer, Api, Unexpected

HOST_OF_API_GATEWAY: Final = re.compile(
    r"https://[a-z0-9]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/"
)


class Operator:
    """Sends signed requests.

    Parameters
    ----------
    api
        Where to.
    credentials, region
        What signs them.
    """

    def __init__(self, api: Api, credentials: Credentials | ReadOnlyCredentials, region: str) -> None:
        self._api = api
        self._signer = SigV4Auth(credentials, "execute-api", region)

    def request(self, method: str, path: str, json_body: Any = None) -> Answer:
        content = None if json_body is None else json.dumps(json_body).encode()
        headers = self.signed_headers(method, path, content)
        return self._api.request(method, path, content=content, headers=headers)

    def signed_headers(self, method: str, path: str, content: bytes | None = None) -> dict[str, str]:
        """Return the header fields that sign a request."""
        signed = AWSRequest(method, self._api.url + path, {}, content)
        self._signer.add_auth(signed)
        return dict(signed.headers)


def forger(api: Api) -> Operator:
    """Return an operator whose key AWS has never given to anybody."""
    return Operator(api, Credentials("forged", "forged"), region_of(api.url) or "us-east-1")


def operator_of_environment(api: Api) -> Operator | None:
    """Return the operator whose credentials botocore finds, as every AWS tool; None if there are none.

    Raises
    ------
    Unexpected
        They cannot be used; the message says why.
    """
    session = Session()
    try:
        credentials = session.get_credentials()
        if credentials is None:
            return None
        frozen = credentials.get_frozen_credentials()
        region = region_of(api.url) or os.environ.get("AWS_REGION") or session.get_config_variable("region")
    except BotoCoreError as error:
        raise Unexpected(f"The AWS credentials cannot be used: {error}") from error
    if not region:
        raise Unexpected("The URL names no region, nor does AWS_REGION: set it to that of the API.")
    return Operator(api, frozen, region)


def region_of(url: str) -> str | None:
    """Return the region that an address of API Gateway names; a custom domain names none."""
    match = HOST_OF_API_GATEWAY.match(f"{url}/")
    return match[1] if match else None
