"""What clients asked of the service, when, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from pymongo.errors import DuplicateKeyError, PyMongoError

from tenantry.errors import TenantryError
from tests.concurrency.api import Refused

DUPLICATE: Final = "duplicate"

Outcome = Literal["done", "refused", "unknown"]


@dataclass(frozen=True)
class Operation:
    """One operation on one organization, with its times on the machine's monotonic clock.

    `organization` is its id, empty where a creation failed; `result` is what was returned, the code of the
    refusal, or why the outcome is unknown.
    """

    name: str
    organization: str
    argument: Any
    outcome: Outcome
    result: Any
    invoked: int
    responded: int

    @property
    def ended(self) -> int | None:
        """When it had taken effect for certain; None if it may happen yet."""
        return None if self.outcome == "unknown" else self.responded


class Creation(NamedTuple):
    """Argument of `create`; the mark is kept in the metadata, by which an organization is found again."""

    slug: str
    mark: str


class Change(NamedTuple):
    """Argument of `update`: no slug means a change of metadata alone, a version is a precondition."""

    slug: str | None
    version: int | None


class Seen(NamedTuple):
    """Result of `read`, whose argument is the mark that was found."""

    state: Literal["absent", "active", "renaming", "deleting", "deleted"]
    version: int = 0
    slug: str = ""


class Document(NamedTuple):
    """Argument of the operations on a tenant's document."""

    id: str
    value: str = ""


def outcome_of(function: Callable[[], Any]) -> tuple[Outcome, Any]:
    """Ask something and return what may be concluded; nothing may, where the database is at fault."""
    try:
        return "done", function()
    except DuplicateKeyError:
        return "refused", DUPLICATE
    except (TenantryError, Refused) as error:
        return "refused", error.code
    except PyMongoError as error:
        return "unknown", repr(error)
