"""Owners of organizations, signed up and logged in through the API."""

from dataclasses import dataclass
from typing import Any

from tests.support.service import Service

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Owner:
    """An account, one of its organizations, and a token for it."""

    service: Service
    email: str
    organization: dict[str, Any]
    token: str

    @property
    def id(self) -> str:
        return str(self.organization["id"])

    @property
    def slug(self) -> str:
        return str(self.organization["slug"])

    @property
    def path(self) -> str:
        """The organization's path, by id, which survives a rename."""
        return f"/organizations/{self.id}"


def email_of(name: str) -> str:
    return f"owner@{name.lower().replace(' ', '-')}.example"


def sign_up(service: Service, name: str, *, email: str | None = None, **fields: Any) -> Owner:
    """Create an organization with an account of its own, and log in."""
    address = email or email_of(name)
    answer = service.post("/organizations", {"name": name, "email": address, "password": PASSWORD} | fields)
    assert answer.status == 201, answer.text
    organization = answer.json["organization"]
    return Owner(service, address, organization, log_in(service, address, organization["id"]))


def log_in(service: Service, email: str, organization: str | None = None, password: str = PASSWORD) -> str:
    """Return an access token."""
    return str(tokens(service, email, organization, password)["access_token"])


def tokens(
    service: Service, email: str, organization: str | None = None, password: str = PASSWORD
) -> dict[str, Any]:
    """Log in and return the answer, with its access token and refresh token."""
    fields = {"email": email, "password": password}
    if organization is not None:
        fields["organization"] = organization
    answer = service.post("/login", fields)
    assert answer.status == 200, answer.text
    return dict(answer.json)
