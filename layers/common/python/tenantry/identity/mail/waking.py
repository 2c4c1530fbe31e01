"""Waking the function that sends mails, once the request that queued some has been answered.

The schedule of that function comes within a minute anyway, so a call that fails is logged and nothing more.
"""

from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Final

from tenantry.runtime import process
from tenantry.runtime.observability import logger
from tenantry.runtime.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_has_queued: Final = ContextVar("has_queued_mail", default=False)


def note() -> None:
    """Note that the present request has queued a mail."""
    _has_queued.set(True)


def wake_sender() -> None:
    """Wake the sender if the present request has queued a mail; do not wait until it has sent it."""
    if not _has_queued.get():
        return
    _has_queued.set(False)
    if function := settings().mail_function:
        _invoke(function)


def _invoke(function: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - loads botocore

    try:
        _client().invoke(FunctionName=function, InvocationType="Event")
    except (BotoCoreError, ClientError) as error:
        logger.warning("The sender of mails was not woken", exception_name=type(error).__name__)


@process.forgettable
@cache
def _client() -> "LambdaClient":
    import boto3  # noqa: PLC0415 - a quarter of a second that most functions need not pay
    from botocore.config import Config  # noqa: PLC0415

    return boto3.Session().client(  # of a session of its own: the shared one keeps credentials in a snapshot
        "lambda", config=Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
    )
