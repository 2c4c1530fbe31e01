"""Asking AWS, whose refusals are findings."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import boto3
import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from tenantry.lifecycle.oversight.findings import Finding, failed, warning

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


def guarded(check: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what a look finds, and what AWS refuses as a finding of the check."""
    try:
        yield from look()
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code in DENIED:
            yield warning(check, message or code, "allow what docs/monitoring.md lists for `tenantry doctor`")
            return
        yield failed(check, f"{error.operation_name}: {message or code}", "see what AWS says, and try again")
    except (BotoCoreError, urllib3.exceptions.HTTPError) as error:
        advice = "set AWS_PROFILE and AWS_REGION, and see whether AWS can be reached"
        yield failed(check, f"AWS cannot be asked: {error}", advice)


def described(stack: str) -> "StackTypeDef | None":
    """Return what CloudFormation says of a stack; None if there is none of this name."""
    try:
        (description,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        return None
    return description
