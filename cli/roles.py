"""The MongoDB roles of the functions and of this command line: who may do what with which collection.

docs/database-roles.md explains them.
"""

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


def _together(*grants: Grants) -> Grants:
    names = {name for grant in grants for name in grant}
    return {name: frozenset().union(*(grant.get(name, ()) for grant in grants)) for name in names}


BEGIN_WITH_ROLLOUTS: Final[Grants] = {"rollouts": FIND}  # what a collection is created with
KNOW_ISSUER: Final[Grants] = {"issuer": FIND}
AUTHENTICATE: Final[Grants] = dict.fromkeys(
    ("account_epochs", *KNOW_ISSUER, "members", "organizations", "plans", "sessions", "signing_keys"), FIND
) | dict.fromkeys(("rates", "usage"), frozenset({"insert", "update"}))
KNOW_SCHEMA: Final[Grants] = {EVERY_COLLECTION: {"listCollections"}} | {
    name: {"listIndexes"} for name in INDEXES
}
KNOW_WAITING: Final[Grants] = dict.fromkeys(("erasures", "mails", "moves", "organizations", "outbox"), FIND)
RECORD: Final[Grants] = dict.fromkeys(("audit", "outbox"), frozenset({"insert"}))
COMPLETE_INTENTS: Final[Grants] = _together(
    RECORD,
    {
        "organizations": {"find", "update", "remove"},
        "members": {"find", "remove"},
        "invitations": {"remove"},
        "accounts": {"update", "remove"},
        "name_holds": {"find", "insert", "update"},
        "clusters": {"update"},
        **BEGIN_WITH_ROLLOUTS,
        "receipts": {"insert"},
        "deletions": {"insert"},
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
CREATE_SCHEMA: Final[Grants] = _together(
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


ROLES: Final = (
    Role(
        "login",
        ("login", "refresh", "logout", "change_password", "change_email"),
        _together(
            AUTHENTICATE,
            COUNT_FAILURES,
            RECORD,
            QUEUE_MAILS,
            USE_LINKS,
            {"accounts": {"find", "update"}, "sessions": CHANGE, "email_holds": CHANGE},
        ),
    ),
    Role(
        "account",
        ("account",),
        _together(
            AUTHENTICATE,
            COUNT_FAILURES,
            RECORD,
            QUEUE_MAILS,
            USE_LINKS,
            {
                "accounts": {"find", "update", "remove"},
                "email_holds": {"remove"},
                "members": {"update", "remove"},
                "sessions": {"remove"},
            },
        ),
    ),
    Role(
        "create",
        ("create_organization",),
        _together(
            AUTHENTICATE,
            COUNT_FAILURES,
            CREATE_SCHEMA,
            CREATE_ORGANIZATION,
            COMPLETE_INTENTS,
            QUEUE_MAILS,
            {"idempotency_keys": CHANGE, "sessions": {"remove"}},
        ),
        DEFINE | FIND | {"createIndex"},
    ),
    Role(
        "operate",
        ("operator",),
        _together(
            AUTHENTICATE,
            COUNT_FAILURES,
            CREATE_SCHEMA,
            CREATE_ORGANIZATION,
            COMPLETE_INTENTS,
            QUEUE_MAILS,
            {"idempotency_keys": CHANGE, "sessions": {"remove"}, "plans": CHANGE},
        ),
        DEFINE | FIND | {"createIndex"},
    ),
    Role(
        "change",
        ("update_organization", "delete_organization", "reconcile"),
        _together(
            AUTHENTICATE, COMPLETE_INTENTS, ERASE, SIGN_RECEIPTS, END_ACCOUNTS, END_MOVES, {"clusters": FIND}
        ),
        DEFINE | {"collMod", "createIndex", "dropIndex", "find", "listIndexes", "remove"},
    ),
    Role(
        "data",
        ("get_organization", "documents", "indexes"),
        _together(
            AUTHENTICATE,
            RECORD,
            BEGIN_WITH_ROLLOUTS,
            {"organizations": {"update"}, "clusters": {"update"}},
        ),
        (DEFINE - {"dropCollection"}) | CHANGE | {"createIndex", "dropIndex", "listIndexes"},
    ),
    Role(
        "rotation",
        ("rotate_signing_key",),
        _together(RECORD, {name: {"find", "insert", "update"} for name in ("issuer", "signing_keys")}),
    ),
    Role(
        "invite",
        ("invitations",),
        _together(
            AUTHENTICATE,
            COUNT_FAILURES,
            RECORD,
            QUEUE_MAILS,
            {
                "accounts": {"find", "insert", "update"},
                "members": {"insert", "update"},
                "invitations": {"find", "insert", "update"},
                "links": FIND,
                "email_holds": FIND,
            },
        ),
    ),
    Role(
        "audit",
        ("audit",),
        _together(AUTHENTICATE, dict.fromkeys(("audit", "receipts", "receipt_keys"), FIND)),
    ),
    Role("usage", ("usage",), _together(AUTHENTICATE, dict.fromkeys(("usage", "invitations"), FIND))),
    Role(
        "members",
        ("members",),
        _together(
            AUTHENTICATE,
            RECORD,
            {
                "members": {"find", "update", "remove"},
                "accounts": {"update"},
                "account_addresses": FIND,
                "sessions": {"find", "remove"},
            },
        ),
    ),
    Role("publish", ("publish_events",), _together(KNOW_ISSUER, {"outbox": {"find", "remove"}})),
    Role(
        "mail",
        ("send_mail",),
        _together(
            KNOW_ISSUER,
            {"mails": {"find", "update", "remove"}, "links": {"insert"}},
            dict.fromkeys(("account_addresses", "email_holds", "invitations"), FIND),
        ),
    ),
    Role(
        "move",
        ("move_organization",),
        _together(
            RECORD,
            KNOW_ISSUER,
            BEGIN_WITH_ROLLOUTS,
            {"moves": CHANGE, "organizations": {"find", "update"}, "clusters": {"find", "update"}},
        ),
        DEFINE
        | CHANGE
        | {"bypassDocumentValidation", "changeStream", "collMod", "createIndex", "dropIndex", "listIndexes"},
    ),
    Role(
        "rollout",
        ("rollouts", "roll_out"),
        _together(
            RECORD,
            KNOW_ISSUER,
            {
                "rollouts": {"find", "insert", "update"},
                "organizations": {"find", "update"},
                "clusters": {"find", "update"},
            },
        ),
        (DEFINE - {"dropCollection"}) | {"collMod", "createIndex", "dropIndex", "find", "listIndexes"},
    ),
    Role(
        "measure",
        ("measure_usage",),
        _together(
            KNOW_ISSUER,
            {"organizations": {"find", "update"}, "plans": FIND, "usage": {"insert", "update"}},
        ),
        frozenset({"collStats", "find"}),
    ),
    Role("public", ("jwks", "health"), _together(KNOW_ISSUER, KNOW_SCHEMA, {"signing_keys": FIND})),
    Role(
        "command_line",
        (),
        _together(
            CREATE_SCHEMA,
            CREATE_ORGANIZATION,
            COMPLETE_INTENTS,
            ERASE,
            SIGN_RECEIPTS,
            END_ACCOUNTS,
            END_MOVES,
            KNOW_ISSUER,
            {"moves": {"insert"}, "rollouts": {"find", "insert", "update"}}
            | dict.fromkeys(("signing_keys", "links", "invitations", "usage"), FIND),
            KNOW_SCHEMA,
            KNOW_WAITING,
            {"restorations": CHANGE, "plans": CHANGE, "audit": FIND},
        ),
        frozenset(
            {"find", "insert", "update", "createCollection", "dropCollection", "renameCollectionSameDB"}
        )
        | {"changeStream", "collMod", "createIndex", "dropIndex", "listIndexes", "listCollections", "remove"}
        | {"bypassDocumentValidation", "collStats", "dbStats"},
        KNOW_SERVER,
    ),
)
