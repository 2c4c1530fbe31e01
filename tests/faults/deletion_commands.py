"""The database commands of the operations on deletions, receipts and former slugs; see `commands`."""

from collections.abc import Mapping
from typing import Final

from tests.faults.notation import MAIL, RECORD, transaction

LOOK_FOR_HOLD: Final = "find name_holds"
HOLD: Final = (LOOK_FOR_HOLD, "update name_holds")
RESERVE: Final = "update clusters"
LEAVE: Final = (
    "findAndModify organizations",
    "delete invitations",
    "delete api_keys",
    "find members",
    "update accounts",
    "delete members",
    "distinct members",
    "update accounts",
    *HOLD,
    *RECORD,
)
_CHECK_SLUG: Final = ("find organizations", LOOK_FOR_HOLD)
_CHECK_FREE: Final = (*_CHECK_SLUG, "listCollections", "delete sessions")
_KEEP: Final = (*LEAVE, "insert deletions", "find account_addresses", MAIL)
_END: Final = ("insert receipts", *RECORD, RESERVE)
_RETURN: Final = (
    "delete deletions",
    "update accounts",
    "find account_epochs",
    LOOK_FOR_HOLD,
    "insert organizations",
    "find rollouts",
    "insert members",
)
_USE_LINK: Final = ("find links", *["delete links"] * 2, "find account_epochs", "aggregate members")
_RETURN_TO_NAME: Final = (
    "findAndModify organizations",
    "renameCollection deleted_",
    *transaction("findAndModify organizations"),
)
_INSERT: Final = transaction(*_RETURN, "delete links", *RECORD)
_UNDO: Final = (*["find deletions"] * 2, *_CHECK_FREE, *_INSERT, *_RETURN_TO_NAME)
_PURGE: Final = (
    "findAndModify deletions",
    "collStats deleted_",
    "update deletions",
    "drop deleted_",
    *transaction("findAndModify deletions", "delete links", *_END),
)

OF_DELETIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "delete-and-keep": (
        "aggregate deletions",
        "listCollections",
        "findAndModify organizations",
        "renameCollection org_alpha",
        *transaction(*_KEEP),
    ),
    "undo": _UNDO,
    "undo-by-link": (
        "find links",
        "find deletions",
        *_CHECK_FREE,
        *transaction(*_RETURN, *_USE_LINK, "delete links", *RECORD),
        *_RETURN_TO_NAME,
    ),
    "undo-under-another-name": _UNDO,
    "undo-with-an-owner": _UNDO,
    "purge": (*["find deletions"] * 2, *_PURGE),
    "delete-and-keep-in-pool": ("aggregate deletions", *transaction(*_KEEP)),
    "undo-in-pool": (*["find deletions"] * 2, *_CHECK_SLUG, "delete sessions", *_INSERT),
    "purge-in-pool": (
        *["find deletions"] * 2,
        "findAndModify deletions",
        *transaction("findAndModify deletions", "delete links", "insert erasures"),
    ),
    "delete-in-pool": (
        *transaction(*LEAVE, "insert erasures"),
        "collMod pool_0",
        "aggregate pool_0",
        "update erasures",
        "delete pool_0",
        "listIndexes pool_0",
        *transaction("findAndModify erasures", *_END),
    ),
    "purge-due": ("find clusters", "find deletions", *_PURGE, "find deletions"),
    "sign-receipts": (
        "find receipts",
        "find receipt_keys",
        "insert receipt_keys",
        *transaction("update receipts", *RECORD),
        "find receipts",
    ),
}
OF_FORMER_SLUGS: Final[Mapping[str, tuple[str, ...]]] = {
    "release-slug": (
        "find organizations",
        *transaction("findAndModify organizations", "find members", *HOLD, *RECORD),
    ),
    "release-slug-to-all": (
        "find organizations",
        *transaction("findAndModify organizations", "update name_holds", *RECORD),
    ),
    "expire-slugs": ("find organizations", "findAndModify organizations"),
}
