"""Who is to own an organization: an account that exists, or one that is created together with it."""

from dataclasses import dataclass, field
from typing import ClassVar, Self

from pymongo.client_session import ClientSession

from tenantry.errors import EmailTaken, InvalidToken
from tenantry.identity import accounts, members
from tenantry.identity.accounts import AccountDocument
from tenantry.identity.addresses import email_holds
from tenantry.identity.addresses.email_addresses import folded
from tenantry.identity.memberships import locking
from tenantry.identity.passwords import hash_password, refuse_guessable


@dataclass(frozen=True, slots=True)
class NewMember:
    """An account that becomes the owner of an organization.

    Parameters
    ----------
    account : AccountDocument
        As it is stored or, if it does not exist yet, as it will be.
    exists : bool
        Whether it is stored already.
    """

    account: AccountDocument
    exists: bool

    def join(self, organization_id: str, session: ClientSession) -> None:
        """Become the owner, within the transaction that inserts the organization.

        An account that exists is locked, so that its transactions of this kind run one by one.

        Raises
        ------
        InvalidToken
            The account has been deleted since it was read; the transaction is aborted.
        EmailTaken
            Another account has come to have the address of the one to create; the transaction is aborted.
        """
        account_id = self.account["_id"]
        if not self.exists:
            accounts.insert(self.account, session)
        elif not locking.lock_to_join([account_id], session):
            raise InvalidToken
        members.insert(organization_id, account_id, "owner", session)


@dataclass(frozen=True, slots=True)
class ExistingAccount:
    """The account of this id owns one more organization."""

    account_id: str

    def member(self) -> NewMember:
        """Return the account as it is stored.

        Raises
        ------
        InvalidToken
            It is gone.
        """
        account = accounts.find(self.account_id)
        if account is None:
            raise InvalidToken
        return NewMember(account, exists=True)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account is created for the owner.

    Parameters
    ----------
    address : str
        The e-mail address, as `tenantry.identity.addresses.email_addresses.check_address` gives it.
    password : str
        In the form that `tenantry.identity.passwords.canonical_password` gives.
    """

    address: str
    password: str = field(repr=False)
    account_id: ClassVar[None] = None

    @classmethod
    def chosen(cls, address: str, password: str, organization_name: str) -> Self:
        """Return the account that somebody wants for an organization of this name.

        Raises
        ------
        InvalidFields
            The password is guessable.
        """
        refuse_guessable("password", password, [address, organization_name])
        return cls(address, password)

    def member(self) -> NewMember:
        """Make the account, which is not stored yet; hashing its password takes a few tenths of a second.

        Raises
        ------
        EmailTaken
            Another account has the address, or had it until lately.
        """
        email = folded(self.address)
        if accounts.find_by_email(email):
            raise EmailTaken
        email_holds.check(email)
        return NewMember(accounts.create_document(self.address, hash_password(self.password)), exists=False)


Owner = ExistingAccount | NewAccount
