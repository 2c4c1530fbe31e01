"""The root of all errors that Tenantry answers."""

from http import HTTPStatus
from typing import Any, ClassVar


class TenantryError(Exception):
    """Base of all errors that Tenantry answers.

    Parameters
    ----------
    detail : str, optional
        What went wrong and what to do next, safe to show to the client.
    retry_after_seconds : int, optional
        When to try again (RFC 9110 section 10.2.3); 0 where a repetition would not help.
    **extensions
        Further members of the problem document (RFC 9457 section 3.2).
    """

    code: ClassVar[str]
    status: ClassVar[HTTPStatus]
    title: ClassVar[str]
    default_detail: ClassVar[str] = ""
    challenge: ClassVar[str] = ""
    """Value of WWW-Authenticate, which RFC 9110 section 15.5.2 asks for in every 401."""

    default_retry_after_seconds: ClassVar[int] = 0

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 0, **extensions: Any) -> None:
        super().__init__(detail or self.default_detail)
        self.detail = detail or self.default_detail
        self.retry_after_seconds = retry_after_seconds or self.default_retry_after_seconds
        self.extensions = extensions

    @property
    def headers(self) -> dict[str, str]:
        """HTTP header fields that the answer carries besides its content type."""
        fields = {"WWW-Authenticate": self.challenge, "Retry-After": str(self.retry_after_seconds or "")}
        return {name: value for name, value in fields.items() if value}
