"""Answers that are no success."""

from typing import Any

import httpx


class NotModified(Exception):
    """What the client has is what there is (304), as it asked by If-None-Match."""


class Problem(Exception):
    """A problem document (RFC 9457), or another answer that is no success.

    Parameters
    ----------
    status : int
        Of the answer.
    content : dict
        The document; empty if the answer was none.
    retry_after_seconds : int, optional
        How long to wait before the next request, if the answer says it.
    """

    def __init__(self, status: int, content: dict[str, Any], retry_after_seconds: int | None = None) -> None:
        self.status = status
        self.code = str(content.get("code", ""))
        self.title = str(content.get("title", ""))
        self.detail = str(content.get("detail", ""))
        self.instance = str(content.get("instance", ""))
        self.content = content
        self.retry_after_seconds = retry_after_seconds
        wrong = [f"{field['field']} {field['message']}" for field in content.get("errors") or ()]
        super().__init__(f"{status} {self.code}: {'; '.join(wrong) or self.detail}")


def of(response: httpx.Response) -> Problem:
    """Return the problem that an answer is; the answer has been read."""
    try:
        content = response.json()
    except ValueError:
        content = {}
    return Problem(
        response.status_code, content if isinstance(content, dict) else {}, retry_after_seconds(response)
    )


def retry_after_seconds(response: httpx.Response) -> int | None:
    """Return the seconds of Retry-After, which the service gives as a number (RFC 9110 section 10.2.3)."""
    text = response.headers.get("Retry-After", "")
    return int(text) if text.isascii() and text.isdecimal() else None
