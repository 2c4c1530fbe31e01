"""Collections of the master database with their indexes, and its views."""

from functools import cache
from typing import Final

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import OperationFailure

from tenantry.registry import rates
from tenantry.runtime import mongodb, process, server_errors
from tenantry.runtime.mongodb import Document

API_KEYS_KEPT_SECONDS: Final = 30 * 24 * 3600  # after their expiry, so that admins see why they are refused
API_KEY_USES_KEPT_SECONDS: Final = 400 * 24 * 3600
INDEXES: Final[dict[str, list[IndexModel]]] = {
    "organizations": [
        # `slugs` has both slugs of an organization that is being renamed, and former ones: all are taken.
        IndexModel([("slugs", ASCENDING)], name="slugs", unique=True),
        IndexModel([("collection", ASCENDING)], name="collection", unique=True),
        IndexModel([("intent.created_at", ASCENDING)], name="intent_created_at", sparse=True),
        IndexModel([("index_changes.created_at", ASCENDING)], name="index_changes", sparse=True),
        IndexModel([("former_slugs.until", ASCENDING)], name="former_slugs_until", sparse=True),
        IndexModel([("plan", ASCENDING)], name="plan", sparse=True),
        # One for each order in which the operator lists organizations, and one of the few that need a look.
        *(
            IndexModel([(field, ASCENDING), ("_id", ASCENDING)], name=field)
            for field in ("created_at", "updated_at", "folded_name", "slug")
        ),
        IndexModel(
            [("created_at", ASCENDING), ("_id", ASCENDING)],
            name="exceptional_created_at",
            partialFilterExpression={
                "$or": [
                    {field: {"$exists": True}} for field in ("suspended_at", "move.id", "intent.created_at")
                ]
            },
        ),
        IndexModel([("measure_at", ASCENDING)], name="measure_at"),
        IndexModel(
            [("rollouts.name", ASCENDING), ("rollouts.state", ASCENDING), ("_id", ASCENDING)],
            name="rollouts",
        ),
    ],
    "accounts": [
        IndexModel([("email", ASCENDING)], name="email", unique=True),
        IndexModel(
            [("without_organization_since", ASCENDING)], name="without_organization_since", sparse=True
        ),
    ],
    "members": [
        IndexModel(
            [("organization_id", ASCENDING), ("account_id", ASCENDING)],
            name="organization_account",
            unique=True,
        ),
        IndexModel([("account_id", ASCENDING)], name="account"),
    ],
    "invitations": [
        IndexModel(
            [("organization_id", ASCENDING), ("email", ASCENDING)],
            name="pending_organization_email",
            unique=True,
            partialFilterExpression={"state": "pending"},
        ),
        IndexModel(
            [("organization_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)],
            name="organization_created_at",
        ),
        IndexModel([("removed_at", ASCENDING)], name="removed_at", expireAfterSeconds=0),
    ],
    "name_holds": [
        IndexModel([("account_ids", ASCENDING)], name="accounts"),
        IndexModel([("held_until", ASCENDING)], name="held_until", expireAfterSeconds=0),
    ],
    "email_holds": [
        IndexModel([("account_id", ASCENDING)], name="account"),
        IndexModel([("held_until", ASCENDING)], name="held_until", expireAfterSeconds=0),
    ],
    "deletions": [
        IndexModel([("cluster", ASCENDING), ("purge_at", ASCENDING)], name="cluster_purge_at"),
        IndexModel([("purge_at", ASCENDING), ("_id", ASCENDING)], name="purge_at"),
        IndexModel([("organization.slug", ASCENDING), ("_id", ASCENDING)], name="slug"),
        IndexModel([("organization.folded_name", ASCENDING), ("_id", ASCENDING)], name="folded_name"),
        IndexModel([("members.account_id", ASCENDING)], name="accounts"),
        IndexModel([("deletion_id", ASCENDING)], name="deletion_id", unique=True),
    ],
    "erasures": [IndexModel([("created_at", ASCENDING)], name="created_at")],
    "receipts": [
        IndexModel(
            [("organization_id", ASCENDING), ("erased_at", DESCENDING), ("_id", DESCENDING)],
            name="organization_erased_at",
        ),
        IndexModel([("erased_at", DESCENDING), ("_id", DESCENDING)], name="erased_at"),
        IndexModel([("unsigned_since", ASCENDING)], name="unsigned_since", sparse=True),
        IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0),
    ],
    "idempotency_keys": [IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0)],
    "login_attempts": [IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0)],
    "sessions": [
        IndexModel([("family_hash", ASCENDING)], name="family_hash", unique=True),
        IndexModel([("organization_id", ASCENDING)], name="organization"),
        IndexModel([("account_id", ASCENDING), ("expires_at", DESCENDING)], name="account_expires_at"),
        IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0),
    ],
    "api_keys": [
        IndexModel([("organization_id", ASCENDING), ("_id", ASCENDING)], name="organization"),
        IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=API_KEYS_KEPT_SECONDS),
    ],
    "api_key_uses": [
        IndexModel([("at", ASCENDING)], name="at", expireAfterSeconds=API_KEY_USES_KEPT_SECONDS)
    ],
    "mails": [
        IndexModel([("kind", ASCENDING), ("at", ASCENDING)], name="kind_at"),
        IndexModel([("at", ASCENDING)], name="at"),
        IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0),
    ],
    "links": [
        IndexModel([("account_id", ASCENDING)], name="account", sparse=True),
        IndexModel([("invitation_id", ASCENDING)], name="invitation", sparse=True),
        IndexModel([("deletion_id", ASCENDING)], name="deletion", sparse=True),
        IndexModel([("email", ASCENDING)], name="email", sparse=True),
        IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0),
    ],
    # A bucket that nobody has taken from for as long as it takes to fill up is as good as none.
    "rates": [IndexModel([("at", ASCENDING)], name="at", expireAfterSeconds=rates.FILLS_UP_WITHIN_SECONDS)],
    "usage": [
        IndexModel([("month", ASCENDING), ("_id", ASCENDING)], name="month"),
        IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0),
    ],
    "signing_keys": [IndexModel([("not_after", ASCENDING)], name="not_after", expireAfterSeconds=0)],
    "audit": [
        IndexModel(
            [("organization_ids", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)], name="organization_at"
        ),
        IndexModel(
            [("account_id", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)],
            name="account_at",
            partialFilterExpression={"account_id": {"$exists": True}},
        ),
        IndexModel([("at", DESCENDING), ("_id", DESCENDING)], name="at"),
        IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0),
    ],
    "rollouts": [
        IndexModel([("reserves", ASCENDING)], name="reserves", unique=True),
        IndexModel([("state", ASCENDING)], name="state"),
    ],
    "outbox": [
        IndexModel([("at", ASCENDING)], name="at"),
        IndexModel([("expires_at", ASCENDING)], name="expires_at", expireAfterSeconds=0),
    ],
}
# But that on `_id`
WITHOUT_INDEXES: Final = frozenset({"clusters", "issuer", "moves", "plans", "receipt_keys"})
VIEWS: Final[dict[str, Document]] = {
    # So that whoever checks a token, ends an account, shows whose it is or sends a mail need not be
    # allowed to read password hashes.
    "account_epochs": {"viewOn": "accounts", "pipeline": [{"$project": {"auth_epoch": 1}}]},
    "account_addresses": {
        "viewOn": "accounts",
        "pipeline": [{"$project": {"email": 1, "address": 1, "auth_epoch": 1, "verified_at": 1}}],
    },
    "unused_accounts": {"viewOn": "accounts", "pipeline": [{"$project": {"without_organization_since": 1}}]},
}


@process.forgettable
@cache
def ensure_schema() -> None:
    """Create the indexes and views of the master database where they are missing; once per process.

    Uniqueness of slugs and e-mail addresses rests on them, and so does every check of a token. So whatever
    inserts calls this first. A view that is there stays as it is, for no function may change one; see
    `update_views`.
    """
    for name, indexes in INDEXES.items():
        mongodb.collection(name).create_indexes(indexes)
    for name, view in VIEWS.items():
        _create_view(name, view)


def update_views() -> None:
    """Give views that an earlier version made the definitions of this one; for an administrator.

    Raises
    ------
    pymongo.errors.PyMongoError
        Some may have them, none is lost; repeat it.
    """
    for name, view in VIEWS.items():
        mongodb.run_majority_command(mongodb.master(), {"collMod": name} | view)


def _create_view(name: str, view: Document) -> None:
    try:
        mongodb.run_majority_command(mongodb.master(), {"create": name} | view)
    except OperationFailure as error:
        if error.code != server_errors.NAMESPACE_EXISTS:
            raise
