"""Who owns a restored organization."""

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo.client_session import ClientSession

from cli.backups.archive import Document
from cli.backups.errors import BackupError
from tenantry import accounts, database
from tenantry.accounts import AccountDocument
from tenantry.addresses import canonical_email
from tenantry.errors import EmailTaken


@dataclass(frozen=True, slots=True)
class Owner:
    """An account that owns the restored organization."""

    account: AccountDocument
    exists: bool

    def join(self, organization_id: str, session: ClientSession) -> None:
        """Become the organization's owner within the transaction that inserts it.

        Raises
        ------
        BackupError
            The account has gone, or another has come to have its e-mail address, since it was looked for.
        """
        try:
            if not self.exists:
                accounts.insert(self.account, session)
            elif not accounts.lock_to_join(self.account["_id"], session):
                raise BackupError(
                    f"The account of {self.account['email']} was deleted a moment ago; try again"
                )
        except EmailTaken:
            raise _taken(self.account["email"]) from None
        accounts.add_member(organization_id, self.account["_id"], session)


def named(email: str) -> list[Owner]:
    """Return the existing account with an e-mail address as the only owner.

    Raises
    ------
    BackupError
        There is none.
    """
    try:
        account = accounts.find_by_email(canonical_email(email))
    except ValueError as error:
        raise BackupError(f"{email} {error}") from None
    if account is None:
        raise BackupError(f"There is no account of {email}; let them sign up first, or leave out --owner")
    return [Owner(account, exists=True)]


def backed_up(found: Sequence[Document]) -> list[Owner]:
    """Return the accounts of a backup: those that exist as they are now, the others as they were.

    An account is told by its id. An e-mail address alone proves nothing: whoever has it now may have signed
    up since, and is not given the data.

    Raises
    ------
    BackupError
        Another account has the address of one that is gone, or the backup has no owner.
    """
    if not found:
        raise BackupError("The backup holds no owner; name one with --owner EMAIL")
    return [_owner(document) for document in found]


def _owner(document: Document) -> Owner:
    existing = accounts.find(document["_id"])
    if existing is not None:
        return Owner(existing, exists=True)
    if accounts.find_by_email(document["email"]) is not None:
        raise _taken(document["email"])
    # Tokens from after the backup must not open the account that is made again.
    changes = {"auth_epoch": document["auth_epoch"] + 1, "updated_at": database.now()}
    recreated: AccountDocument = document | changes  # type: ignore[assignment]  # `accounts` wrote it
    return Owner(recreated, exists=False)


def _taken(email: str) -> BackupError:
    return BackupError(
        f"The owner's account is gone, and {email} belongs to another account by now; "
        "if that is the owner, name it with --owner EMAIL"
    )
