"""What somebody else asks for while an operation is under way, and what follows it."""

from typing import Final

from tests.faults.account_operations import delete_account, reset_password
from tests.faults.deletion_operations import PURGE_DUE, keep, purge
from tests.faults.document_operations import create_index, insert
from tests.faults.former_slug_operations import release
from tests.faults.invitation_operations import revoke
from tests.faults.mail_operations import SEND_MAIL
from tests.faults.member_operations import accept_ownership, change_role, leave, remove_member
from tests.faults.operation import Operation
from tests.faults.operations import (
    OF_DELETIONS,
    OF_FORMER_SLUGS,
    OF_ROLL_OUTS,
    OPERATIONS,
    UNDO,
    create,
    delete,
    rename,
)
from tests.faults.people_commands import OF_PEOPLE
from tests.faults.receipt_operations import SIGN_RECEIPTS
from tests.faults.rollout_operations import ROLL_BACK, ROLL_OUT, pause, resume, withdraw

STRANGER: Final = "stranger@example.com"
BACK: Final = rename("rename", "Alpha")
RETURNING: Final = {  # to a name that an interrupted change may have left
    BACK,
    UNDO,
    OPERATIONS["undo-by-link"],
    OPERATIONS["undo-with-an-owner"],
    OPERATIONS["undo-in-pool"],
}
# Those that are asked for again and again, until nothing is left to do.
COMING_AGAIN: Final = {
    SEND_MAIL,
    PURGE_DUE,
    SIGN_RECEIPTS,
    *(f"{work}{place}" for work in (ROLL_OUT, ROLL_BACK) for place in ("", "-in-pool")),
}
_HEIRS: Final = (create("create", "Alpha", STRANGER), create("create", "Alpha", None))


def contending(operation: str) -> dict[str, tuple[Operation, ...]]:
    """Return what somebody else may ask for meanwhile: a few requests, about names or people."""
    if operation in OF_PEOPLE:
        return _CONTENDING_FOR_PEOPLE
    for operations, requests in (
        (OF_DELETIONS, _CONTENDING_FOR_KEPT),
        (OF_FORMER_SLUGS, _CONTENDING_FOR_FORMER_SLUG),
        (OF_ROLL_OUTS, _CONTENDING_FOR_ROLL_OUT),
    ):
        if operation in {each.name for each in operations}:
            return requests
    wants_beta = operation in {"sign-up", "sign-up-with-key", "create", "create-with-key"}
    wanted = "Beta" if wants_beta or operation == "rename" else "Alpha"
    return {
        "rename": (rename("rename", "Beta" if wants_beta else "Gamma"),),
        "create": (create("create", wanted, STRANGER),),
        "delete": (delete(),),
        "write": (insert("write", "of another request"),),
        "heir": (rename("rename", "Gamma"), *_HEIRS),
        "successor": (delete(), *_HEIRS),
        "back": (rename("rename", "Beta" if operation == "rename" else "Gamma"), BACK),
    }


_CONTENDING_FOR_PEOPLE: Final[dict[str, tuple[Operation, ...]]] = {
    "promotion": (change_role("change-role", "owner"),),
    "removal": (remove_member(),),
    "departure": (leave(),),
    "transfer": (accept_ownership(),),
    "reset": (reset_password(),),
    "account-deletion": (delete_account(),),
    "deletion": (delete(),),
    "revocation": (revoke(),),
}


_CONTENDING_FOR_KEPT: Final[dict[str, tuple[Operation, ...]]] = {
    "deletion": (keep(),),
    "undo": (UNDO,),
    "again": (UNDO, keep(), UNDO),
    "purge": (purge(),),
    "heir": _HEIRS,
    "write": (insert("write", "of another request"),),
}


_CONTENDING_FOR_FORMER_SLUG: Final[dict[str, tuple[Operation, ...]]] = {
    "rename": (rename("rename", "Gamma"),),
    "return": (BACK,),
    "release": (release(),),
    "heir": _HEIRS,
    "deletion": (keep(),),
}


_CONTENDING_FOR_ROLL_OUT: Final[dict[str, tuple[Operation, ...]]] = {
    "pause": (pause(),),
    "resumption": (pause(), resume()),
    "withdrawal": (withdraw(),),
    "rename": (rename("rename", "Gamma"),),
    "deletion": (keep(),),
    "return": (keep(), UNDO),
    "write": (insert("write", "of another request"),),
    "index": (create_index(),),
}


def continuations(operation: str) -> tuple[str, ...]:
    """Return the names of all that may follow an operation."""
    return ("retry", "reconcile", *contending(operation))
