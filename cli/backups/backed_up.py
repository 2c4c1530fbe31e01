"""What an archive must hold of the master database, under the rules for what clients send.

So a name, an address or an id is text of its form, and never a query that MongoDB would understand.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from tenantry.http.accounts.bodies import ChosenEmail
from tenantry.http.organizations.bodies import LimitValue, MetadataKey, MetadataValue, check_most
from tenantry.identity.addresses.email_addresses import folded
from tenantry.identity.members import MAX_MEMBERS
from tenantry.identity.passwords import is_verifiable
from tenantry.identity.roles import Role
from tenantry.registry.limits import PLAN_PATTERN
from tenantry.registry.organizations.document import METADATA_MAX_KEYS, Limit

MAX_TEXT: Final = 1000  # of a name that is checked once it is chosen, in characters
MAX_EPOCH: Final = 2**53

OrganizationId = Annotated[str, StringConstraints(pattern=r"^org_[0-9a-f]{32}$")]
ACCOUNT_ID: Final = re.compile(r"acct_[0-9a-f]{32}")
AccountId = Annotated[str, StringConstraints(pattern=f"^{ACCOUNT_ID.pattern}$")]


def _plain(value: Any) -> Any:
    """Return a 64-bit integer of BSON as the integer that a client would have sent."""
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _check_hash(stored_hash: str) -> str:
    if not is_verifiable(stored_hash):
        raise ValueError("is no password hash that Tenantry makes")
    return stored_hash


class _BackedUp(BaseModel):
    """A document of the master database; what it holds beyond the fields that are taken is passed over."""

    model_config = ConfigDict(strict=True, frozen=True)


Properties = dict[MetadataKey, Annotated[MetadataValue, BeforeValidator(_plain)]]
Limits = Annotated[dict[Limit, Annotated[LimitValue, BeforeValidator(_plain)]], AfterValidator(check_most)]


class Organization(_BackedUp):
    """The organization; `--name` may replace its name and slug, which are checked where they are chosen."""

    id: OrganizationId = Field(alias="_id")
    name: str = Field(max_length=MAX_TEXT)
    slug: str = Field(max_length=MAX_TEXT)
    state: Literal["active"]
    metadata: Properties = Field(max_length=METADATA_MAX_KEYS)
    properties: Properties = Field(default={}, max_length=METADATA_MAX_KEYS)
    private: Properties = Field(default={}, max_length=METADATA_MAX_KEYS)
    plan: Annotated[str, StringConstraints(pattern=PLAN_PATTERN)] | None = None
    limits: Limits = {}
    updated_at: datetime

    @property
    def set_by_operator(self) -> dict[str, Any]:
        """The fields that the operator sets, as they are stored."""
        fields = {name: getattr(self, name) for name in ("properties", "private", "plan", "limits")}
        return {name: value for name, value in fields.items() if value}


class Member(_BackedUp):
    """A member's place in it."""

    organization_id: OrganizationId
    account_id: AccountId
    role: Role


class Account(_BackedUp):
    """A member's account."""

    id: AccountId = Field(alias="_id")
    address: ChosenEmail = Field(validation_alias=AliasChoices("address", "email"))
    password_hash: Annotated[str, AfterValidator(_check_hash)]
    auth_epoch: Annotated[int, Field(ge=0, lt=MAX_EPOCH)]
    created_at: datetime

    @property
    def email(self) -> str:
        """The address in its unique form."""
        return folded(self.address)


class Master(_BackedUp):
    """All that is backed up of the master database."""

    organizations: list[Organization] = Field(min_length=1, max_length=1)
    members: list[Member] = Field(max_length=MAX_MEMBERS)
    accounts: list[Account] = Field(max_length=MAX_MEMBERS)

    @property
    def organization(self) -> Organization:
        """The one organization."""
        return self.organizations[0]

    @property
    def owners(self) -> list[Account]:
        """The accounts that own it."""
        return [account for account, role in self._with_roles() if role == "owner"]

    @property
    def colleagues(self) -> list[tuple[Account, Role]]:
        """The accounts of its other members, with their roles."""
        return [(account, role) for account, role in self._with_roles() if role != "owner"]

    def _with_roles(self) -> list[tuple[Account, Role]]:
        roles = {member.account_id: member.role for member in self.members}
        return [(account, roles[account.id]) for account in self.accounts]

    @model_validator(mode="after")
    def _check_members(self) -> Self:
        places = sorted((member.organization_id, member.account_id) for member in self.members)
        if places != sorted((self.organization.id, account.id) for account in self.accounts):
            raise ValueError("members and accounts do not match")
        ids, emails = {account.id for account in self.accounts}, {account.email for account in self.accounts}
        if not len(ids) == len(emails) == len(self.accounts):
            raise ValueError("two members are the same")
        return self
