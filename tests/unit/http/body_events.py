"""Requests with bodies, and whether they pass."""

from typing import Any

from tenantry.errors import TenantryError
from tenantry.http.bodies import check_body


def event(
    body: Any, content_type: str | None = "application/json", *, is_base64: bool = False
) -> dict[str, Any]:
    headers = None if content_type is None else {"Content-Type": content_type}
    return {"body": body, "headers": headers, "isBase64Encoded": is_base64}


def accepted(checked: dict[str, Any]) -> bool:
    """Whether the body passes; anything but an error for the client fails the test."""
    try:
        check_body(checked)
    except TenantryError as error:
        assert error.status in {400, 413, 415}  # noqa: PT017 - it may be raised and need not be
        return False
    return True
