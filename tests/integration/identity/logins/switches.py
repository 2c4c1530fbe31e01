"""Sessions that switch to another organization of their account."""

from typing import Any

from tests.support.owners import Owner
from tests.support.service import Answer, Service


def create(owner: Owner, name: str) -> dict[str, Any]:
    """Create another organization of an owner."""
    created = owner.service.post("/organizations", {"name": name}, token=owner.token)
    assert created.status == 201
    return dict(created.json["organization"])


def switch(service: Service, token: str, organization: str) -> Answer:
    """Switch a session to an organization."""
    return service.post("/login/switch", {"refresh_token": token, "organization": organization})


def refresh(service: Service, token: str) -> Answer:
    """Refresh a session."""
    return service.post("/login/refresh", {"refresh_token": token})


def reads(service: Service, token: str, organization: str) -> int:
    """Return the status of reading an organization with an access token."""
    return service.get(f"/organizations/{organization}", token=token).status
