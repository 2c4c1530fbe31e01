"""Create the first signing key by playing Secrets Manager's part in a rotation."""

import json
import uuid

from local.deployment import LocalAws
from local.errors import LocalStackError

_STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


def rotate_first_key(aws: LocalAws) -> None:
    """Call the rotation function as Secrets Manager does, unless the secret holds a key already.

    The local AWS has no rotation schedule, so nothing else creates the first key there.

    Raises
    ------
    LocalStackError
        When a step of the rotation fails.
    """
    secret = aws.physical_id("SigningKeySecret")
    if _holds_key(aws, secret):
        return
    function = aws.physical_id("RotateSigningKeyFunction")
    token = str(uuid.uuid4())
    for step in _STEPS:
        event = {"Step": step, "SecretId": secret, "ClientRequestToken": token}
        answer = aws.functions.invoke(FunctionName=function, Payload=json.dumps(event))
        if "FunctionError" in answer:
            reason = answer["Payload"].read().decode()
            raise LocalStackError(f"The rotation of the signing key failed at {step}: {reason}")


def _holds_key(aws: LocalAws, secret: str) -> bool:
    current = aws.secrets.get_secret_value(SecretId=secret)["SecretString"]
    try:
        return "private_key" in json.loads(current)
    except json.JSONDecodeError:
        return False
