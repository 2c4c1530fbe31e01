"""Play Secrets Manager's part in the rotation of the signing key."""

import json
import uuid

from local.deployment import LocalAws
from local.errors import LocalStackError

_STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


def rotate_first_key(aws: LocalAws) -> None:
    """Create the signing key, unless the secret holds one already.

    The local AWS has no rotation schedule, so nothing else creates the first key there.
    """
    if not _holds_key(aws):
        rotate_key(aws)


def rotate_key(aws: LocalAws, token: str | None = None) -> None:
    """Call the rotation function as Secrets Manager does: four steps, one token.

    Parameters
    ----------
    aws
        Where the function is.
    token
        Token of an earlier try that failed, which is repeated; another rotation when left out.

    Raises
    ------
    LocalStackError
        When a step of the rotation fails.
    """
    secret = aws.physical_id("SigningKeySecret")
    function = aws.physical_id("RotateSigningKeyFunctionAliaslive")
    token = token or str(uuid.uuid4())
    for step in _STEPS:
        event = {"Step": step, "SecretId": secret, "ClientRequestToken": token}
        answer = aws.functions.invoke(FunctionName=function, Payload=json.dumps(event))
        if "FunctionError" in answer:
            reason = answer["Payload"].read().decode()
            raise LocalStackError(f"The rotation of the signing key failed at {step}: {reason}")


def _holds_key(aws: LocalAws) -> bool:
    secret = aws.physical_id("SigningKeySecret")
    current = aws.secrets.get_secret_value(SecretId=secret)["SecretString"]
    try:
        return "private_key" in json.loads(current)
    except json.JSONDecodeError:
        return False
