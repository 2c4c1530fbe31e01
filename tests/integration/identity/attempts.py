"""Attempts to log in, however they end."""

from tests.support.service import Answer, Service

WRONG = "not the password at all"


def attempt(service: Service, email: str, password: str = WRONG, organization: str | None = None) -> Answer:
    fields = {"email": email, "password": password}
    return service.post("/login", fields | ({"organization": organization} if organization else {}))
