"""Callers without access to an organization: without a token, with another's, or with one that is dead."""

from dataclasses import dataclass, replace
from typing import Final

from tenantry.lifecycle import suspending
from tests.integration.tenants.isolation.observer import Observer
from tests.integration.tenants.isolation.tenants import Tenant, change_password, create_tenant, delete, word
from tests.support.owners import log_in

NOT_FOUND: Final = (404, "organization-not-found")
NOT_AUTHENTICATED: Final = (401, "invalid-token")


@dataclass(frozen=True)
class Stranger:
    """Somebody without access to an organization.

    Parameters
    ----------
    victim
        The organization; it may have been deleted.
    token
        The stranger's.
    by
        The organization that the token opens, if any.
    is_authenticated
        Whether the token is a living one.
    """

    victim: Tenant
    token: str | None
    by: Tenant | None = None
    is_authenticated: bool = False

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and code of every answer that the stranger gets."""
        return NOT_FOUND if self.by or self.is_authenticated else NOT_AUTHENTICATED


STRANGERS: Final = (
    "without a token",
    "member of another organization",
    "member of another organization, where one was deleted",
    "owner, with a token for a second organization",
    "earlier owner, with a token for no organization",
    "earlier holder of the name, renamed since",
    "earlier holder of the name, deleted since",
    "owner, with a token from before the organization was created again",
    "owner, with a token from before the password was changed",
    "owner, logged out",
    "owner of a suspended organization",
    "owner of an organization that was suspended",
)
WITH_DEAD_TOKENS: Final = STRANGERS[6:]
AUTHENTICATED: Final = STRANGERS[1:6]
OF_ANOTHER_ORGANIZATION: Final = (*STRANGERS[1:4], STRANGERS[5])  # which the token opens


def create_strangers(observer: Observer) -> dict[str, Stranger]:
    """Create the organizations and return the strangers, named as in `STRANGERS`."""
    service, databases = observer.service, observer.databases
    neighbour, second = create_tenant(service, databases), create_tenant(service, databases)

    name = word()
    dead = create_tenant(service, databases, name=name)
    delete(service, dead)
    renamed = create_tenant(service, databases, name=name)
    moved = replace(renamed, words=replace(renamed.words, name=word()))
    answer = service.patch(f"/organizations/{moved.id}", {"name": moved.name}, token=moved.token)
    assert answer.status == 200
    before = create_tenant(service, databases, name=name)
    victim = change_password(service, before)

    earlier = create_tenant(service, databases, account=second)
    delete(service, earlier)
    later = create_tenant(service, databases, name=earlier.words.name, account=second)

    deleted, unused = create_tenant(service, databases), create_tenant(service, databases)
    delete(service, deleted)
    delete(service, unused)
    logged_out = create_tenant(service, databases)
    assert service.post("/logout/everywhere", token=logged_out.token).status == 204
    suspended, back = create_tenant(service, databases), create_tenant(service, databases)
    for tenant in (suspended, back):
        suspending.suspend(tenant.id)
    suspending.reactivate(back.id)
    observer.tenants += [neighbour, second, dead, moved, victim, earlier, later]
    observer.tenants += [deleted, logged_out, suspended, back]
    strangers = (
        Stranger(victim, None),
        Stranger(victim, neighbour.token, neighbour),
        Stranger(deleted, neighbour.token, neighbour),
        Stranger(later, second.token, second),
        Stranger(victim, log_in(service, unused.email), is_authenticated=True),
        Stranger(victim, moved.token, moved),
        Stranger(victim, dead.token),
        Stranger(later, earlier.token),
        Stranger(victim, before.token),
        Stranger(logged_out, logged_out.token),
        Stranger(suspended, suspended.token),
        Stranger(back, back.token),
    )
    return dict(zip(STRANGERS, strangers, strict=True))
