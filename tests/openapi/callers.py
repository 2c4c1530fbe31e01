"""The organizations that Schemathesis creates, and their owners' tokens."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from tests.support.owners import PASSWORD

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Caller:
    """The owner of an organization."""

    id: str
    slug: str
    email: str
    password: str

    @property
    def credentials(self) -> dict[str, Any]:
        """The body of a login."""
        return {"email": self.email, "password": self.password, "organization": self.id}


class Callers:
    """The owners of all organizations of a run; each has a token for one organization at a time.

    Parameters
    ----------
    api_url
        Of the API.
    """

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        self._by_organization: dict[str, Caller] = {}
        self._current: Caller | None = None

    def __contains__(self, organization: object) -> bool:
        return organization in self._by_organization

    def token_for(self, organization: str) -> str:
        """Return a token for an organization, or for the current caller's if it is unknown or gone."""
        named = self._by_organization.get(organization)
        if named is not None and (token := self._log_in(named)):
            return token
        self._by_organization.pop(organization, None)
        return self._log_in(self.current) or self._log_in(self._sign_up())

    @property
    def current(self) -> Caller:
        """Who calls where no organization is named."""
        return self._current or self._sign_up()

    def remember(self, sent: Mapping[str, Any], organization: Mapping[str, Any]) -> None:
        """Keep the credentials for an organization that Schemathesis has created."""
        email, password = sent.get("email"), sent.get("password")
        if not (email and password):
            email, password = self.current.email, self.current.password
        self._add(Caller(organization["id"], organization["slug"], email, password))

    def _add(self, caller: Caller) -> Caller:
        self._by_organization |= {caller.id: caller, caller.slug: caller}
        return caller

    def _sign_up(self) -> Caller:
        word = secrets.token_hex(6)
        body = {"name": f"Caller {word}", "email": f"{word}@example.com", "password": PASSWORD}
        answer = requests.post(f"{self._api_url}/organizations", json=body, timeout=TIMEOUT_SECONDS)
        organization = answer.json()["organization"]
        self._current = self._add(Caller(organization["id"], organization["slug"], body["email"], PASSWORD))
        return self._current

    def _log_in(self, caller: Caller) -> str:
        answer = requests.post(f"{self._api_url}/login", json=caller.credentials, timeout=TIMEOUT_SECONDS)
        return str(answer.json().get("access_token", ""))
