"""Requests that are recorded, and that an owner makes."""

import json
from collections.abc import Callable
from typing import Any

from tenantry.identity.logins import refreshing
from tests.support.owners import PASSWORD, Owner, tokens
from tests.support.service import Answer

CHANGED = PASSWORD + " changed"
WRONG = "not the password at all"
Request = Callable[[Owner], Answer]


def ask(method: str, path: str, body: Any = None) -> Request:
    """A request with the owner's token; an empty path is the organization's."""

    def send(owner: Owner) -> Answer:
        text = None if body is None else json.dumps(body)
        return owner.service.request(method, path or owner.path, body=text, token=owner.token)

    return send


def log_in(password: str = PASSWORD, organization: str | None = None) -> Request:
    return lambda owner: owner.service.post(
        "/login",
        {"email": owner.email, "password": password}
        | ({"organization": organization} if organization else {}),
    )


def log_out(owner: Owner) -> Answer:
    token = tokens(owner.service, owner.email)["refresh_token"]
    return owner.service.post("/logout", {"refresh_token": token})


def end_another_session(owner: Owner) -> Answer:
    tokens(owner.service, owner.email)
    session = owner.service.get("/account/sessions", token=owner.token).json["sessions"][0]
    return owner.service.delete(f"/account/sessions/{session['id']}", token=owner.token)


def reuse(owner: Owner) -> Answer:
    first = token = tokens(owner.service, owner.email)["refresh_token"]
    for _ in range(refreshing.MAX_REPLACED + 1):
        token = owner.service.post("/login/refresh", {"refresh_token": token}).json["refresh_token"]
    return owner.service.post("/login/refresh", {"refresh_token": first})


def confirm(password: str) -> Request:
    return ask("POST", "/login/confirm", {"password": password})


def switch(owner: Owner) -> Answer:
    """Switch another session to a second organization, and back."""
    token = tokens(owner.service, owner.email)["refresh_token"]
    owner.service.post("/organizations", {"name": "Second"}, token=owner.token)
    answer = owner.service.post("/login/switch", {"refresh_token": token, "organization": "second"})
    back = {"refresh_token": answer.json["refresh_token"], "organization": owner.id}
    return owner.service.post("/login/switch", back)


def change_password(current: str) -> Request:
    return ask("PUT", "/account/password", {"current_password": current, "new_password": CHANGED})
