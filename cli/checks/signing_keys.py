"""What holds for each public key: it belongs to the one issuer that the master database belongs to."""

from collections.abc import Sequence
from typing import Any

from cli.checks.documents import Documents
from cli.connection import Databases
from cli.violation import Violation


def issuer_of(databases: Databases) -> str | None:
    """Return the issuer that the master database belongs to; None before the first signing key."""
    issuer = databases.master["issuer"].find_one({"_id": "issuer"})
    return None if issuer is None else str(issuer["iss"])


class SigningKeys(Documents):
    """All public keys."""

    name = "signing keys"

    def __init__(self, databases: Databases) -> None:
        super().__init__(databases)
        self._documents = self._master["signing_keys"]
        self._databases = databases

    def examine(self, keys: Sequence[Any]) -> list[Violation]:
        """Return what is wrong with these keys."""
        owner = issuer_of(self._databases)
        return [
            Violation(
                "signing-key-of-the-issuer",
                f"signing key {key['_id']} is of the issuer {key.get('iss')}, and the database of {owner}",
                key=key["_id"],
            )
            for key in self._documents.find({"_id": {"$in": list(keys)}}, {"iss": 1})
            if key.get("iss") != owner
        ]
