"""Who owns a restored organization.

An account is told by its id. An address alone proves nothing: whoever has it now may have signed up since,
and is not given the data.
"""

from dataclasses import dataclass
from typing import Final

from pymongo.client_session import ClientSession

from cli.backups import candidates
from cli.backups.backed_up import ACCOUNT_ID, Account
from cli.backups.content import Content
from cli.backups.errors import BackupError
from tenantry.errors import EmailTaken, InvalidToken
from tenantry.identity import accounts
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses.email_addresses import canonical_email
from tenantry.identity.owners import NewMember

YOUNGER: Final = "--even-though-younger"


@dataclass(frozen=True, slots=True)
class NamedOwner:
    """The account that an operator names.

    Parameters
    ----------
    reference : str
        What stands after `--owner`.
    even_though_younger : bool
        Whether it may have been created after the backup was made.
    """

    reference: str
    even_though_younger: bool


def join(owners: list[NewMember], organization_id: str, session: ClientSession) -> None:
    """Let accounts become an organization's owners within the transaction that inserts it.

    Raises
    ------
    BackupError
        One of them has gone, or another has come to have its e-mail address, since it was looked for.
    """
    for owner in owners:
        account_id, email = owner.account["_id"], accounts.address_of(owner.account)
        try:
            owner.join(organization_id, session)
        except InvalidToken:
            raise BackupError(
                f"The account {account_id} ({email}) was deleted a moment ago; try again"
            ) from None
        except EmailTaken:
            raise BackupError(f"The address {email} was taken a moment ago; try again") from None


def named(owner: NamedOwner, content: Content) -> list[NewMember]:
    """Return the account that an operator names as the only owner.

    Raises
    ------
    BackupError
        There is no account of this id, or it is younger than the backup; or an address was named, which is
        no proof: the message tells about the account that has it.
    """
    if not ACCOUNT_ID.fullmatch(owner.reference):
        raise BackupError(_by_address(owner.reference, content))
    account = accounts.find(owner.reference)
    if account is None:
        raise BackupError(f"There is no account {owner.reference}; nothing was changed")
    if candidates.is_younger(account, content) and not owner.even_though_younger:
        raise BackupError(
            f"It was nobody's when the backup was made: account {candidates.described(account, content)}. "
            f"If it is the owner's now, add {YOUNGER}"
        )
    return [NewMember(account, exists=True)]


def _by_address(text: str, content: Content) -> str:
    try:
        account = accounts.find_by_email(canonical_email(text))
    except ValueError:
        return f"{text} is no account's id, and no e-mail address either; see --owner"
    if account is None:
        return f"There is no account of {text}, and owners are named by their account's id; see --owner"
    return (
        f"Owners are named by their account's id, for {text} may be somebody else's by now: it belongs to "
        f"the account {candidates.described(account, content)}. {_advice(account, content)}"
    )


def _advice(account: AccountDocument, content: Content) -> str:
    option = f" {YOUNGER}" if candidates.is_younger(account, content) else ""
    return f"Once you are sure that it is the owner's, name it with --owner {account['_id']}{option}"


def backed_up(content: Content) -> list[NewMember]:
    """Return the owners in a backup: those that exist as they are now, the others as they were.

    Raises
    ------
    BackupError
        Another account has the id or the address of one of them, or the backup has no owner.
    """
    if not content.owners:
        raise BackupError("The backup holds no owner; name one with --owner ACCOUNT_ID")
    return [_owner(account, content) for account in content.owners]


def _owner(account: Account, content: Content) -> NewMember:
    existing = accounts.find(account.id)
    if existing is not None:
        if not is_same(account, existing):
            raise _replaced(account, existing, content, "is not what it was")
        return NewMember(existing, exists=True)
    holder = accounts.find_by_email(account.email)
    if holder is not None:
        raise _replaced(account, holder, content, "is gone, and its address is another's")
    return NewMember(recreated(account), exists=False)


def is_same(account: Account, existing: AccountDocument) -> bool:
    """Tell whether an account that has the id of one in a backup is the same as then."""
    return (existing["email"], existing["created_at"]) == (account.email, account.created_at)


def recreated(account: Account) -> AccountDocument:
    """Make the document of an account that is gone, as it was.

    Tokens from after the backup do not open it, and its address is not verified.
    """
    kept = {"_id": account.id, "auth_epoch": account.auth_epoch + 1, "created_at": account.created_at}
    return accounts.create_document(account.address, account.password_hash) | kept  # type: ignore[return-value]


def _replaced(account: Account, present: AccountDocument, content: Content, what: str) -> BackupError:
    return BackupError(
        f"The owner's account {account.id} ({account.address}), created "
        f"{candidates.moment(account.created_at)}, {what}: account {candidates.described(present, content)}. "
        f"{_advice(present, content)}"
    )
