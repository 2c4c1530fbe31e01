"""What IAM is asked for by a call to AWS, told by botocore's models of the services.

An operation of a service whose resources are not known here is refused with a LookupError.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from botocore.loaders import Loader
from botocore.model import ServiceModel

from local.calls import Call
from tests.support.iam import Request

# By the name in a signature, which is the prefix of IAM's actions too.
MODELS: Final = {"events": "events", "lambda": "lambda", "secretsmanager": "secretsmanager", "ses": "sesv2"}
# An operation is an action of the same name, but for these:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
ACTIONS: Final = {"lambda:Invoke": "lambda:InvokeFunction"}

Parameters = dict[str, str]


@dataclass(frozen=True)
class Account:
    """The account and region that calls are made in.

    Parameters
    ----------
    partition, region, number
        As ARNs have them.
    keys
        The customer-managed KMS key of each secret that has one, ARN by ARN.
    """

    region: str
    number: str
    keys: Mapping[str, str]
    partition: str = "aws"

    def requests(self, call: Call) -> Iterator[Request]:
        """Yield what a call asks for, and what a service asks for in the name of its caller."""
        operation, parameters = _operation(call)
        named = f"{call.service}:{operation}"
        requests = REQUESTS.get(call.service)
        if requests is None:
            raise LookupError(f"the resources of {named}")
        yield from requests(self, ACTIONS.get(named, named), parameters)

    def arn(self, service: str, kind: str, name: str) -> str:
        """Return the ARN of a resource, whose name may be its ARN already."""
        if name.startswith("arn:"):
            return name
        return f"arn:{self.partition}:{service}:{self.region}:{self.number}:{kind}{name}"


def _of_secret(account: Account, action: str, parameters: Parameters) -> Iterator[Request]:
    """Yield the request for a secret, and for the key that its value is encrypted with.

    Secrets Manager uses a customer-managed key with the permissions of its caller:
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    arn = parameters["SecretId"]
    if not arn.startswith("arn:"):
        raise LookupError(f"the ARN of the secret {arn}")
    yield Request(action, arn)
    if arn in account.keys and action == "secretsmanager:GetSecretValue":
        context = {
            "kms:viaservice": f"secretsmanager.{account.region}.amazonaws.com",
            "kms:encryptioncontext:secretarn": arn,
        }
        yield Request("kms:Decrypt", account.keys[arn], frozenset(context.items()))
    elif arn in account.keys and action != "secretsmanager:DescribeSecret":
        raise LookupError(f"what {action} does with a key")


def _of_bus(account: Account, action: str, parameters: Parameters) -> Iterator[Request]:
    yield Request(action, account.arn("events", "event-bus/", parameters["EventBusName"]))


def _of_function(account: Account, action: str, parameters: Parameters) -> Iterator[Request]:
    arn = account.arn("lambda", "function:", parameters["FunctionName"])
    yield Request(action, ":".join(filter(None, [arn, parameters.get("Qualifier")])))


def _of_sender(account: Account, action: str, parameters: Parameters) -> Iterator[Request]:
    """Yield the request for the identity that mail comes from.

    https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
    """
    if parameters.keys() != {"FromEmailAddress"}:
        raise LookupError(f"a mail with {sorted(parameters)}")
    address = parameters["FromEmailAddress"].rpartition("<")[2].removesuffix(">")
    context = frozenset({("ses:fromaddress", address)})
    yield Request(action, account.arn("ses", "identity/", address), context)


REQUESTS: Final[Mapping[str, Callable[[Account, str, Parameters], Iterator[Request]]]] = {
    "events": _of_bus,
    "lambda": _of_function,
    "secretsmanager": _of_secret,
    "ses": _of_sender,
}


@cache
def _model(service: str) -> ServiceModel:
    name = MODELS.get(service)
    if name is None:
        raise LookupError(f"the service {service}")
    return ServiceModel(Loader().load_service_model(name, "service-2"))


def _operation(call: Call) -> tuple[str, Parameters]:
    """Return the name of the operation that a request asks for, and the parameters that decide."""
    model, parameters = _model(call.service), dict(call.parameters)
    if "targetPrefix" in model.metadata:
        prefix, _, name = call.target.partition(".")
        if prefix == model.metadata["targetPrefix"] and name in model.operation_names:
            return name, parameters
    else:
        for name in model.operation_names:
            http: dict[str, Any] = model.operation_model(name).http
            if http["method"] == call.method and (match := re.fullmatch(_pattern(http), call.path)):
                return name, parameters | match.groupdict() | _qualifier(call.query)
    raise LookupError(f"the operation of {json.dumps(call.__dict__)}")


def _pattern(http: Mapping[str, str]) -> str:
    path = re.escape(http["requestUri"].partition("?")[0])
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", path)


def _qualifier(query: str) -> Parameters:
    name, _, value = query.partition("=")
    if name not in {"", "Qualifier"}:
        raise LookupError(f"a query {query}")
    return {name: value} if name else {}
