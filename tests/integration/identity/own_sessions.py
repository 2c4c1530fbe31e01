"""Sessions as the owner of their account sees them."""

from typing import Any

from tenantry.http.accounts.answers import Sessions
from tests.support.owners import Owner, tokens
from tests.support.service import Answer, Service


def listed(service: Service, token: str) -> list[dict[str, Any]]:
    answer = service.get("/account/sessions", token=token)
    assert answer.status == 200, answer.text
    Sessions.model_validate(answer.json, strict=True)
    shown: list[dict[str, Any]] = answer.json["sessions"]
    return shown


def end(owner: Owner, session_id: str) -> Answer:
    return owner.service.delete(f"/account/sessions/{session_id}", token=owner.token)


def another_session(owner: Owner) -> tuple[str, dict[str, Any]]:
    """Log in once more; return the id of the session and its tokens."""
    given = tokens(owner.service, owner.email, owner.id)
    (current,) = [each for each in listed(owner.service, given["access_token"]) if each["current"]]
    return current["id"], given
