"""A request of the library, and what the model says it means."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from tenantry.errors import InvalidToken, OrganizationNotFound, ServiceUnavailable, TenantryError
from tenantry.identity.members import Membership
from tenantry.identity.sessions import Identity
from tenantry.lifecycle import creating
from tenantry.registry.organizations.document import Kind, OrganizationDocument
from tests.faults.model import UNKNOWN, Answer, Effect

DELETIONS: Final = {"delete", "delete-and-keep", "delete-in-pool", "delete-and-keep-in-pool"}

Caller = Callable[[], Identity]  # without a membership where it is gone
Request = Callable[[Caller], Any]


@dataclass(frozen=True)
class Operation:
    """A request of an organization's owner or of another person, and its meaning.

    `may_have_happened` has the codes of refusals after which it may have happened all the same. `before` are
    done before a case begins, in which Alpha's documents are placed as `kind` says.
    """

    name: str
    request: Request
    effect: Effect
    may_have_happened: frozenset[str] = frozenset()
    before: "tuple[Operation, ...]" = ()
    kind: Kind = "collection"

    def attempt(self, caller: Caller) -> Answer:
        """Make the request and say what a client may conclude from how it ended."""
        try:
            result = self.request(caller)
        except (ServiceUnavailable, PyMongoError) as error:
            return Answer("refused", "duplicate") if _is_duplicate(error) else UNKNOWN
        except (InvalidToken, OrganizationNotFound):
            # A deletion that comes second finds the token dead, or sees it die on the way.
            return Answer("done") if self.name in DELETIONS else Answer("refused", "gone")
        except TenantryError as error:
            return _refusal(error)
        if isinstance(result, creating.Created):
            return Answer("done", _summary(result.organization), result.organization["_id"])
        return Answer("done", _summary(result) if isinstance(result, dict) else result)


def in_pool(operation: Operation) -> Operation:
    """Return the same operation while Alpha's documents are in a pool."""
    return replace(operation, name=f"{operation.name}-in-pool", kind="pooled")


def member_of(owner: Caller) -> Membership:
    membership = owner().membership
    if membership is None:
        raise InvalidToken
    return membership


def _refusal(error: TenantryError) -> Answer:
    assert 400 <= error.status < 500, f"{error} tells a client nothing"
    return Answer("refused", error.code)


def _is_duplicate(error: Exception) -> bool:
    if isinstance(error, BulkWriteError):
        return {write_error["code"] for write_error in error.details["writeErrors"]} == {11000}
    return isinstance(error, DuplicateKeyError)


def _summary(organization: OrganizationDocument | dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    return organization["name"], organization["slug"], organization["metadata"]
