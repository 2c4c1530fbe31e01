"""The MongoDB roles of the functions and of this command line: who may do what with which collection.

docs/database-roles.md explains them.
"""

from typing import Final

from cli.grants import (
    AUTHENTICATE,
    BEGIN_WITH_ROLLOUTS,
    CHANGE,
    COMPLETE_INTENTS,
    COUNT_FAILURES,
    CREATE_ORGANIZATION,
    CREATE_SCHEMA,
    DEFINE,
    END_ACCOUNTS,
    END_MOVES,
    ERASE,
    FIND,
    KNOW_ISSUER,
    KNOW_SCHEMA,
    KNOW_SERVER,
    KNOW_STATUS,
    QUEUE_MAILS,
    RECORD,
    SIGN_RECEIPTS,
    USE_LINKS,
    Role,
    together,
)

ROLES: Final = (
    Role(
        "login",
        ("login", "refresh", "logout", "change_password", "change_email"),
        together(
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
        together(
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
        together(
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
        ("deletions", "operator"),
        together(
            AUTHENTICATE,
            COUNT_FAILURES,
            CREATE_SCHEMA,
            CREATE_ORGANIZATION,
            COMPLETE_INTENTS,
            QUEUE_MAILS,
            USE_LINKS,
            {"idempotency_keys": CHANGE, "sessions": {"remove"}, "plans": CHANGE},
            {"deletions": CHANGE, "erasures": {"insert"}, "rollouts": {"update"}, "api_key_uses": FIND},
        ),
        DEFINE | FIND | {"createIndex"},
    ),
    Role(
        "change",
        ("update_organization", "delete_organization", "reconcile"),
        together(
            AUTHENTICATE, COMPLETE_INTENTS, ERASE, SIGN_RECEIPTS, END_ACCOUNTS, END_MOVES, {"clusters": FIND}
        ),
        DEFINE | {"collMod", "createIndex", "dropIndex", "find", "listIndexes", "remove"},
    ),
    Role(
        "data",
        ("get_organization", "documents", "indexes"),
        together(
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
        together(RECORD, {name: {"find", "insert", "update"} for name in ("issuer", "signing_keys")}),
    ),
    Role(
        "invite",
        ("invitations",),
        together(
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
        "keys",
        ("keys",),
        together(
            AUTHENTICATE,
            RECORD,
            {"api_keys": CHANGE, "api_key_uses": FIND, "members": {"find", "update"}},
        ),
    ),
    Role(
        "audit",
        ("audit",),
        together(AUTHENTICATE, dict.fromkeys(("audit", "receipts", "receipt_keys"), FIND)),
    ),
    Role("usage", ("usage",), together(AUTHENTICATE, dict.fromkeys(("usage", "invitations"), FIND))),
    Role("authorize", ("authorize", "introspect"), AUTHENTICATE),
    Role("status", ("status",), together(KNOW_ISSUER, KNOW_SCHEMA, KNOW_STATUS), cluster=KNOW_SERVER),
    Role(
        "members",
        ("members",),
        together(
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
    Role("publish", ("publish_events",), together(KNOW_ISSUER, {"outbox": {"find", "remove"}})),
    Role(
        "mail",
        ("send_mail",),
        together(
            KNOW_ISSUER,
            {"mails": {"find", "update", "remove"}, "links": {"insert"}},
            dict.fromkeys(("account_addresses", "email_holds", "invitations"), FIND),
        ),
    ),
    Role(
        "move",
        ("move_organization",),
        together(
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
        together(
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
        together(
            KNOW_ISSUER,
            {"organizations": {"find", "update"}, "plans": FIND, "usage": {"insert", "update"}},
        ),
        frozenset({"collStats", "find"}),
    ),
    Role(
        "overview",
        ("overview",),
        together(
            RECORD,
            KNOW_ISSUER,
            dict.fromkeys(
                ("account_addresses", "members", "moves", "organizations", "plans", "sessions"), FIND
            ),
        ),
        frozenset({"collStats", "find"}),
    ),
    Role("public", ("jwks", "health"), together(KNOW_ISSUER, KNOW_SCHEMA, {"signing_keys": FIND})),
    Role(
        "command_line",
        (),
        together(
            CREATE_SCHEMA,
            CREATE_ORGANIZATION,
            COMPLETE_INTENTS,
            ERASE,
            SIGN_RECEIPTS,
            END_ACCOUNTS,
            END_MOVES,
            KNOW_ISSUER,
            {"moves": {"insert"}, "rollouts": {"find", "insert", "update"}}
            | dict.fromkeys(("api_keys", "api_key_uses", "signing_keys", "links", "invitations"), FIND)
            | dict.fromkeys(("account_addresses", "account_epochs", "sessions"), FIND)
            | {"usage": {"find", "insert", "update"}},
            KNOW_SCHEMA,
            KNOW_STATUS,
            {"restorations": CHANGE, "plans": CHANGE, "audit": FIND},
        ),
        frozenset({"find", "insert", "update", "remove", "createCollection", "dropCollection"})
        | {"renameCollectionSameDB", "changeStream", "collMod", "createIndex", "dropIndex", "listIndexes"}
        | {"listCollections", "bypassDocumentValidation", "collStats", "dbStats"},
        KNOW_SERVER,
    ),
)
