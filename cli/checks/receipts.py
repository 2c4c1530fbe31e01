"""What holds for each receipt of erasure: it is signed, says what was signed, and nothing is left."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import jwt

from cli.checks.documents import DocumentsInTime
from cli.connection import Document
from cli.violation import Violation

SIGNED_WITHIN: Final = timedelta(hours=1)  # the reconciler comes every five minutes
TYPE: Final = "receipt+jwt"


class Receipts(DocumentsInTime):
    """All receipts."""

    name = "receipts"

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with these receipts."""
        public = {key["_id"]: key["jwk"] for key in self._master["receipt_keys"].find()}
        receipts = list(self._documents.find({"_id": {"$in": list(keys)}}))
        ids = [receipt.get("organization_id") for receipt in receipts]
        present = {document["_id"] for document in self._master["organizations"].find({"_id": {"$in": ids}})}
        return [
            Violation(rule, f"receipt {receipt['_id']} {detail}", key=receipt["_id"], version="")
            for receipt in receipts
            for rule, detail in self._wrong(receipt, public, present)
        ]

    def _wrong(
        self, receipt: Document, public: dict[str, Document], present: set[Any]
    ) -> Iterator[tuple[str, str]]:
        if receipt.get("organization_id") in present:
            yield "receipt-of-the-erased", f"is of {receipt['organization_id']}, which is there"
        signed = receipt.get("signed")
        if signed is not None:
            if (wrong := _mismatch(receipt, signed, public)) is not None:
                yield "receipt-genuine", wrong
            return
        since = receipt.get("unsigned_since")
        if since is None or (public and since < self._now - SIGNED_WITHIN):
            yield "receipt-signed", f"waits for its signature since {since}"


def _mismatch(receipt: Document, signed: str, public: dict[str, Document]) -> str | None:
    """Return how a stored receipt differs from what was signed."""
    try:
        # nosemgrep: jwt-without-verification - it only chooses the key that has to have signed it, too
        header = jwt.get_unverified_header(signed)
        key = jwt.PyJWK.from_dict(dict(public[header["kid"]]), "EdDSA")
        # nosemgrep: jwt-without-verification - receipts name no audience; the signature is verified
        claims = jwt.decode(signed, key, algorithms=["EdDSA"], options={"verify_aud": False})
    except (jwt.PyJWTError, KeyError) as error:
        return f"has a signature that does not match: {error!r}"
    if header.get("typ") != TYPE:
        return "is signed as something else"
    stored = {
        "jti": receipt["_id"],
        "sub": receipt.get("organization_id"),
        **{name: receipt.get(name) for name in ("documents", "bytes", "cluster", "kind", "decided_by")},
        **{name: _text(receipt.get(name)) for name in ("deleted_at", "erased_at")},
    }
    changed = sorted(name for name in stored if claims.get(name, ...) != stored[name])
    return f"differs from what was signed: {', '.join(changed)}" if changed else None


def _text(moment: Any) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else str(moment)
