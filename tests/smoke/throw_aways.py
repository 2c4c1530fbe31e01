"""Organizations and accounts that last as long as the checks, and their end."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from tests.smoke.api import Answer, Api, Unexpected
from tests.smoke.operators import Operator

# Amazon SES takes what is sent there, also in its sandbox, and it counts for no quota and no reputation:
# https://docs.aws.amazon.com/ses/latest/DeveloperGuide/mailbox-simulator.html
EMAIL: Final = "success+{}@simulator.amazonses.com"
DELETED_WITHIN_SECONDS: Final = 60.0
MADE_WITHIN_SECONDS: Final = 29.0  # API Gateway waits no longer for a function
PAUSE_SECONDS: Final = 2.0


@dataclass
class ThrowAway:
    """An organization with an account of its own.

    Parameters
    ----------
    api
        Where it is.
    name, email, password
        What it was asked for with; each contains something random.
    asked_at, is_answered
        When it was asked for, by `time.monotonic`, and whether the answer told if it was made.
    organization, token
        What was answered; empty before.
    is_suspended, is_over
        Whether the organization was suspended, and whether organization and account are deleted.
    """

    api: Api
    name: str
    email: str
    password: str = field(repr=False)
    asked_at: float = field(default_factory=time.monotonic)
    is_answered: bool = False
    organization: dict[str, Any] = field(default_factory=dict)
    token: str = field(default="", repr=False)
    is_suspended: bool = False
    is_over: bool = False

    @property
    def path(self) -> str:
        return f"/organizations/{self.organization['id']}"

    def log_in(self) -> Answer:
        """Log in and keep the token."""
        answer = self.api.post("/login", {"email": self.email, "password": self.password})
        self.token = answer.json["access_token"] if answer.status == 200 else ""
        return answer


class ThrowAways:
    """Makes throw-aways, and deletes them whatever has become of them meanwhile.

    Parameters
    ----------
    api
        Where.
    operator
        Creates organizations where sign-up is closed, if there is one.
    """

    def __init__(self, api: Api, operator: Operator | None) -> None:
        self._api = api
        self._operator = operator
        self.made: list[ThrowAway] = []

    def sign_up(self) -> ThrowAway:
        """Create an organization and log in; skip the check if nobody here may create one."""
        random = secrets.token_hex(6)
        made = ThrowAway(
            self._api, f"Smoke {random}", EMAIL.format(f"smoke-{random}"), secrets.token_urlsafe(24)
        )
        self.made.append(made)  # before it is asked for, since an answer may be lost
        wanted = {"name": made.name, "email": made.email, "password": made.password}
        answer = self._api.post("/organizations", wanted)
        if answer.code == "sign-up-closed":
            if self._operator is None:
                made.is_over = True
                pytest.skip(
                    "sign-up is closed; with an operator's AWS_PROFILE an organization is made for it"
                )
            answer = self._operator.request("POST", "/operator/organizations", wanted)
        made.is_answered = answer.status < 500
        made.organization = answer.expect(201).json["organization"]
        made.log_in().expect(200)
        return made

    def delete_all(self) -> list[str]:
        """Delete what is there, and return what could not be deleted, with the reason."""
        return [reason for made in self.made if not made.is_over and (reason := self._deleted(made))]

    def _deleted(self, made: ThrowAway) -> str | None:
        give_up_at = time.monotonic() + DELETED_WITHIN_SECONDS
        while True:
            try:
                self._delete(made)
            except Unexpected as error:
                if time.monotonic() > give_up_at:
                    return f"{made.name} of {made.email}: {error}"
                time.sleep(PAUSE_SECONDS)
            else:
                return None

    def _delete(self, made: ThrowAway) -> None:
        """Delete organization and account, or as much as there is of them."""
        if made.is_suspended and self._operator is not None:
            self._operator.request("DELETE", f"/operator{made.path}/suspension").expect(204)
            made.is_suspended = False
        login = made.log_in()
        if login.status == 401:  # it was never made, or is gone already
            if not made.is_answered and time.monotonic() < made.asked_at + MADE_WITHIN_SECONDS:
                raise Unexpected("It may still be made")
            made.is_over = True
            return
        if organization := login.expect(200).json["organization"]:
            path = f"/organizations/{organization['id']}"
            self._api.request("DELETE", f"{path}?immediately=true", token=made.token).expect(204)
            made.log_in().expect(200)
        self._api.request("DELETE", "/account", token=made.token).expect(204)
        made.is_over = True
