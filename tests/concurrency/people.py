"""People who invite, join, promote and remove each other, and use their accounts, all at the same time.

Links are made as the sender of mails makes them. Everybody is verified as soon as there is an account.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from pymongo.errors import OperationFailure, PyMongoError

from tenantry.errors import ServiceUnavailable
from tenantry.identity import accounts, links
from tenantry.identity.invitations.document import invitations
from tenantry.identity.links import Claims, Purpose
from tenantry.identity.roles import ROLES
from tenantry.runtime import moments
from tests.concurrency.api import Api, Refused

ADDRESSES: Final = tuple(f"{number}@people.example" for number in range(4))
PASSWORDS: Final = ("correct horse battery staple", "another horse battery staple")
_NAMES: Final = ("North", "South")
_KEPT_TOKENS: Final = 30
_PLACE: Final = "/organizations"


class Person:
    """Whoever uses any of the accounts.

    Parameters
    ----------
    seed
        Of all that is chosen.
    """

    def __init__(self, seed: int) -> None:
        self.tokens: list[str] = []
        self.done: dict[str, int] = {}
        self.failures: list[str] = []
        self._random = random.Random(seed)  # noqa: S311 - nothing secret
        self._api = Api()

    def act(self) -> None:
        """Be somebody, log in, and do a few things."""
        address = self._random.choice(ADDRESSES)
        token = self._log_in(address)
        if token is None:
            self._without_token(address)
            return
        for _ in range(self._random.randrange(1, 5)):
            self._do(self._random.choice(_ACTIONS), token)

    def _log_in(self, address: str) -> str | None:
        accounts.accounts().update_one(
            {"email": address, "verified_at": {"$exists": False}}, {"$set": {"verified_at": moments.now()}}
        )
        for password in PASSWORDS:
            listed: list[Any] = []
            body = {"email": address, "password": password}
            session = self._try("log in", "POST", "/login", body, listed=listed)
            if session is None and listed:
                chosen = {"organization": self._random.choice(listed)["id"]}
                session = self._try("log in", "POST", "/login", body | chosen)
            if session is not None:
                token = str(session["access_token"])
                self.tokens = [*self.tokens[-_KEPT_TOKENS:], token]
                return token
        return None

    def _without_token(self, address: str) -> None:
        """Forget the password, or sign up, or accept an invitation by a sign-up."""
        account = accounts.find_by_email(address)
        if account is not None:
            claims: Claims = {"account_id": account["_id"], "auth_epoch": account["auth_epoch"]}
            body = {"token": _link("reset-password", claims), "new_password": self._password()}
            self._try("reset", "POST", "/account/password-reset/complete", body)
        elif self._random.random() < 0.5 and (token := self._invitation(address)):
            body = {"token": token, "password": self._password()}
            self._try("accept by sign-up", "POST", "/invitations/accept", body)
        else:
            name = self._random.choice(_NAMES)
            body = {"name": name, "email": address, "password": self._password()}
            self._try("sign up", "POST", _PLACE, body)

    def _do(self, action: "Action", token: str) -> None:
        account = self._try("read the account", "GET", "/account", token=token)
        if account is None:
            return
        organizations = account["organizations"]
        organization_id = self._random.choice(organizations)["id"] if organizations else "org_none"
        action(self, token, f"{_PLACE}/{organization_id}", account)

    def invite(self, token: str, path: str, _: Any) -> None:
        body = {"email": self._random.choice(ADDRESSES), "role": self._random.choice(ROLES[:-1])}
        self._try("invite", "POST", f"{path}/invitations", body, token)

    def accept(self, token: str, _: str, account: Any) -> None:
        if invitation := self._invitation(account["email"]):
            self._try("accept", "POST", "/invitations/accept", {"token": invitation}, token)

    def change_role(self, token: str, path: str, _: Any) -> None:
        body = {"role": self._random.choice(ROLES)}
        self._try("change a role", "PATCH", f"{path}/members/{self._member(token, path)}", body, token)

    def remove(self, token: str, path: str, _: Any) -> None:
        self._try("remove", "DELETE", f"{path}/members/{self._member(token, path)}", token=token)

    def hand_over(self, token: str, path: str, _: Any) -> None:
        body = {"member": self._member(token, path)}
        self._try("offer", "PUT", f"{path}/ownership-transfer", body, token)

    def take_over(self, token: str, path: str, _: Any) -> None:
        self._try("take ownership over", "POST", f"{path}/ownership-transfer/accept", token=token)

    def change_address(self, token: str, _: str, account: Any) -> None:
        stored = accounts.find(account["id"])
        if stored is not None:
            address = self._random.choice(ADDRESSES)
            claims: Claims = {
                "account_id": stored["_id"],
                "auth_epoch": stored["auth_epoch"],
                "address": address,
            }
            body = {"token": _link("change-email", claims)}
            self._try("change the address", "POST", "/account/email-change/complete", body, token)

    def create(self, token: str, _: str, __: Any) -> None:
        self._try("create", "POST", _PLACE, {"name": self._random.choice(_NAMES)}, token)

    def delete_organization(self, token: str, path: str, _: Any) -> None:
        self._try("delete an organization", "DELETE", path, token=token)

    def delete_account(self, token: str, _: str, __: Any) -> None:
        self._try("delete an account", "DELETE", "/account", token=token)

    def _password(self) -> str:
        """Return one of the passwords, mostly the one that is tried first."""
        return PASSWORDS[self._random.random() < 0.1]

    def _member(self, token: str, path: str) -> str:
        page = self._try("list members", "GET", f"{path}/members", token=token)
        members = page["members"] if page else []  # none either if the organization is deleted meanwhile
        return str(self._random.choice(members)["id"]) if members else "mem_nobody"

    def _invitation(self, address: str) -> str | None:
        """Return the token of a link to an invitation for this address."""
        invitation = invitations().find_one({"email": address, "state": "pending"})
        if invitation is None:
            return None
        return _link("invitation", {"invitation_id": invitation["_id"]}, invitation["mail_id"])

    def _try(
        self,
        name: str,
        method: str,
        path: str,
        body: Any = None,
        token: str | None = None,
        *,
        listed: list[Any] | None = None,
    ) -> Any:
        parts: dict[str, Any] = {"token": token} if body is None else {"token": token, "json_body": body}
        try:
            answer = self._api.request(method, path, **parts)
        except Refused as refused:
            if listed is not None:
                listed += refused.problem.get("organizations", [])
            return None
        except (PyMongoError, ServiceUnavailable) as error:
            if isinstance(error, OperationFailure):
                self.failures.append(f"{name}: {error!r}")
            return None
        self.done[name] = self.done.get(name, 0) + 1
        return answer or {}


Action = Callable[[Person, str, str, Any], None]
_ACTIONS: Final[tuple[Action, ...]] = (
    *[Person.invite] * 8,
    *[Person.accept] * 10,
    *[Person.change_role] * 10,
    *[Person.remove] * 3,
    *[Person.hand_over] * 4,
    *[Person.take_over] * 4,
    Person.change_address,
    Person.create,
    Person.delete_organization,
    Person.delete_account,
)


def _link(purpose: Purpose, claims: Claims, mail_id: str = "mail_1") -> str:
    return links.create(mail_id, purpose, claims, moments.now() + timedelta(minutes=1))
