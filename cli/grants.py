"""What a MongoDB role is, and what several roles may do, by what it is for."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from cli.connection import Target
from tenantry.registry.schema import INDEXES, VIEWS

Actions = AbstractSet[str]
Grants = Mapping[str, Actions]  # by collection of the master database

EVERY_COLLECTION: Final = ""
FIND: Final = frozenset({"find"})
CHANGE: Final = frozenset({"find", "insert", "update", "remove"})
KNOW_SERVER: Final = frozenset({"getParameter", "replSetGetConfig", "serverStatus"})
DEFINE: Final = frozenset(
    {"collStats", "createCollection", "dropCollection", "listCollections", "renameCollectionSameDB"}
)


def together(*grants: Grants) -> Grants:
    """Return all that several grants allow."""
    names = {name for grant in grants for name in grant}
    return {name: frozenset().union(*(grant.get(name, ()) for grant in grants)) for name in names}


BEGIN_WITH_ROLLOUTS: Final[Grants] = {"rollouts": FIND}  # what a collection is created with
KNOW_ISSUER: Final[Grants] = {"issuer": FIND}
AUTHENTICATE: Final[Grants] = dict.fromkeys(
    (
        "account_epochs",
        "api_keys",
        *KNOW_ISSUER,
        "members",
        "organizations",
        "plans",
        "sessions",
        "signing_keys",
    ),
    FIND,
) | dict.fromkeys(("api_key_uses", "rates", "usage"), frozenset({"insert", "update"}))
KNOW_SCHEMA: Final[Grants] = {EVERY_COLLECTION: {"listCollections"}} | {
    name: {"listIndexes"} for name in INDEXES
}
KNOW_STATUS: Final[Grants] = dict.fromkeys(
    (
        *("audit", "clusters", "deletions", "erasures", "login_attempts", "mails", "moves"),
        *("organizations", "outbox", "receipts", "rollouts", "signing_keys"),
    ),
    FIND,
)
RECORD: Final[Grants] = dict.fromkeys(("audit", "outbox"), frozenset({"insert"}))
COMPLETE_INTENTS: Final[Grants] = together(
    RECORD,
    {
        "organizations": {"find", "update", "remove"},
        "members": {"find", "remove"},
        "invitations": {"remove"},
        "api_keys": {"remove"},
        "accounts": {"update", "remove"},
        "name_holds": {"find", "insert", "update"},
        "clusters": {"update"},
        **BEGIN_WITH_ROLLOUTS,
        "receipts": {"insert"},
        "deletions": {"insert"},
        "account_addresses": FIND,
        "mails": {"insert"},
    },
)
ERASE: Final[Grants] = {"deletions": CHANGE, "erasures": CHANGE}
END_ACCOUNTS: Final[Grants] = {"unused_accounts": FIND} | dict.fromkeys(
    ("sessions", "links", "email_holds"), frozenset({"remove"})
)
SIGN_RECEIPTS: Final[Grants] = {"receipts": {"find", "update"}, "receipt_keys": {"find", "insert"}}
END_MOVES: Final[Grants] = {"moves": {"find", "update", "remove"}}
COUNT_FAILURES: Final[Grants] = {"login_attempts": {"find", "insert", "update"}}
QUEUE_MAILS: Final[Grants] = {"mails": {"insert"}}
USE_LINKS: Final[Grants] = {"links": {"find", "remove"}}
CREATE_SCHEMA: Final[Grants] = together(
    {name: {"createIndex"} for name in INDEXES},
    {name: {"createCollection"} for name in VIEWS},
    {"accounts": FIND},
)
CREATE_ORGANIZATION: Final[Grants] = {
    "organizations": {"find", "insert"},
    "accounts": {"find", "insert", "update"},
    "members": {"insert"},
    "clusters": {"find", "insert", "update"},
    "email_holds": FIND,
}


@dataclass(frozen=True, slots=True)
class Role:
    """A role.

    Parameters
    ----------
    kind : str
        The part of its name that comes after the master database's.
    functions : tuple of str
        Directories of the functions that have it.
    master : mapping of str to set of str
        What it may do with each collection of the master database.
    tenants : set of str
        What it may do with every collection of the tenant database.
    cluster : set of str
        What it may do with the cluster as a whole.
    """

    kind: str
    functions: tuple[str, ...]
    master: Grants
    tenants: Actions = field(default_factory=frozenset)
    cluster: Actions = frozenset()

    def privileges(self, target: Target) -> Iterator[tuple[str, str, list[str]]]:
        """Yield database, collection and actions."""
        for name, actions in sorted(self.master.items()):
            yield target.master_database, name, sorted(actions)
        if self.tenants:
            yield target.tenant_database, EVERY_COLLECTION, sorted(self.tenants)
