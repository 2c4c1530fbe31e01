"""Amazon SES, version 2 of its API, and what its errors mean for a mail."""

from functools import cache
from typing import TYPE_CHECKING, Final

from tenantry.identity.mail.texts import Message
from tenantry.runtime import process
from tenantry.runtime.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
_REFUSED: Final = frozenset({"MessageRejected", "BadRequestException"})
_THROTTLED: Final = frozenset({"TooManyRequestsException", "LimitExceededException", "ThrottlingException"})


class NotSent(Exception):
    """SES has not sent a mail, or nobody knows; `reason` is the name of its error and quotes nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(NotSent):
    """SES will never send this mail, mostly because the address cannot be one."""


class Throttled(NotSent):
    """SES sends no more mails at the moment."""


def send(to: str, message: Message) -> None:
    """Send a mail.

    Raises
    ------
    Refused
        It is not sent and never will be.
    Throttled
        It is not sent; any other would not be either, for a while.
    NotSent
        Nobody knows whether it is sent.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - loads botocore

    subject, plain, html = ({"Data": data, "Charset": "UTF-8"} for data in message)
    try:
        _client().send_email(
            FromEmailAddress=settings().mail_from,
            Destination={"ToAddresses": [_with_ascii_domain(to)]},
            Content={
                "Simple": {
                    "Subject": subject,  # type: ignore[typeddict-item]
                    "Body": {"Text": plain, "Html": html},  # type: ignore[typeddict-item]
                    # So that no absent reader's program answers (RFC 3834 section 5).
                    "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
                }
            },
        )
    except ClientError as error:
        refusal = error.response["Error"]  # whose message quotes addresses
        raise _meaning(refusal.get("Code", ""), refusal.get("Message", "")) from None
    except BotoCoreError as error:
        raise NotSent(type(error).__name__) from None


def _meaning(code: str, text: str) -> NotSent:
    if code in _THROTTLED:
        return Throttled(code)
    # An unverified sender is refused like a bad recipient, but it is this deployment's and not the mail's.
    is_about_sender = _address(settings().mail_from) in text.lower()
    if code in _REFUSED and not is_about_sender:
        return Refused(code)
    return NotSent(code)


def _address(mail_from: str) -> str:
    """Return the address of `Name <address>`, in lower case."""
    return mail_from.rpartition("<")[2].removesuffix(">").lower()


def _with_ascii_domain(address: str) -> str:
    """Return an address with its domain in Punycode, in which alone SES takes it."""
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    import idna  # noqa: PLC0415 - few domains need it

    return f"{local}@{idna.encode(domain, uts46=True).decode()}"


@process.forgettable
@cache
def _client() -> "SESV2Client":
    import boto3  # noqa: PLC0415 - a quarter of a second that other functions need not pay
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client(
        "sesv2",
        config=Config(
            connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2}
        ),
    )
