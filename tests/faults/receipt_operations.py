"""Signing the receipts of what is erased, and checking what is signed."""

from typing import Final

from tenantry.lifecycle.receipts import keys, signing
from tenantry.lifecycle.receipts.adding import receipts
from tests.faults.configuration import setting
from tests.faults.model import State
from tests.faults.operation import Caller, Operation

SIGN_RECEIPTS: Final = "sign-receipts"
_SECRET: Final = "a secret text"  # under the same name


def sign_receipts(*before: Operation) -> Operation:
    """Sign all receipts that wait, as the reconciler does each time that it comes."""

    def request(_: Caller) -> None:
        with setting("RECEIPT_KEY_SECRET_ARN", _SECRET):
            signing.sign_waiting()

    def effect(state: State) -> None:
        erased = sum(number for (action, *_), number in state.records.items() if action.endswith(".erased"))
        state.records["receipt.signed",] = erased

    return Operation(SIGN_RECEIPTS, request, effect, before=before)


def check_signed() -> None:
    """Check that each signature is of its receipt, and of a key that is published."""
    for receipt in receipts().find({"signed": {"$exists": True}}):
        said = signing.verify(receipt["signed"], keys.find_all())
        assert said.items() >= signing.content(receipt).items()
        assert "unsigned_since" not in receipt
