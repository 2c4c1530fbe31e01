"""What is stored when an operation starts, and what is stored when all is over, as the model sees it."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from tenantry.identity import members, passwords
from tenantry.identity.members import Membership
from tenantry.identity.sessions import Identity
from tenantry.registry.organizations.document import OWN_NAMESPACES
from tenantry.registry.rollouts import WORKING
from tenantry.runtime import ids, moments
from tests.faults.model import Account, State
from tests.faults.operation import Operation
from tests.faults.people import ACCOUNTS, CHANGED_PASSWORD, OWNER
from tests.faults.sent_mails import SentMails
from tests.faults.stored_organizations import Organizations
from tests.faults.stored_people import People
from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.owners import PASSWORD

_BYSTANDER: Final = "Bystander"
_MOST_SENT: Final = 2  # once by a sender that is killed, and by the next one
_PAST: Final = datetime(2020, 1, 1, tzinfo=UTC)


class World:
    """Alpha, with one document, that the operations are about, and an organization that they must not touch.

    Parameters
    ----------
    databases
        Empty databases.
    sent
        What the library sends.
    """

    def __init__(self, databases: Databases, sent: SentMails) -> None:
        self.databases = databases
        self._sent = sent
        self.people = People(databases)
        self._organizations = Organizations(databases, self.people)
        self.bystander = library.create(_BYSTANDER)
        databases.tenants["org_bystander"].insert_one({"_id": "of the bystander"})
        databases.tenants.create_collection("idempotency_keys")
        self._untouched = self._of_bystander()

    def caller(self) -> Identity:
        """The bystander's owner."""
        return _identity(self.bystander, self.bystander)

    def renew(self, operation: Operation | None = None) -> "Start":
        """Remove all but the bystander, create Alpha, and let be done what comes before an operation."""
        kind = operation.kind if operation else "collection"
        self._remove_all_but_bystander()
        self._sent.clear()
        self._organizations.make_room(kind)
        alpha = library.create("Alpha", kind=kind)
        self.people.renew(alpha)
        uuid = self._organizations.fill(alpha.organization_id, kind)
        for name in ("audit", "outbox"):
            self.databases.master[name].delete_many({})
        start = Start(alpha, uuid)
        for earlier in operation.before if operation else ():
            assert earlier.attempt(start.authenticated).kind == "done"
        return start

    def let_time_pass(self) -> None:
        """Let claims of idempotency keys and leases run out, and let come what is postponed."""
        master = self.databases.master
        master["idempotency_keys"].update_many({}, [{"$set": {"claimed_until": _PAST}}])
        master["deletions"].update_many({}, {"$unset": {"repeat_at": ""}})
        for name in ("mails", "rollouts"):
            master[name].update_many({}, {"$set": {"leased_until": _PAST}})
        master["organizations"].update_many(
            {"intent.leased_until": {"$exists": True}}, {"$set": {"intent.leased_until": _PAST}}
        )

    def state(self, start: "Start") -> State:
        """Return what is stored and sent; check that the bystander is as it was, and no mail a nuisance."""
        assert self._of_bystander() == self._untouched
        sent = Counter(self._sent.keys())
        assert max(sent.values(), default=0) <= _MOST_SENT
        accounts = self._stored_in("accounts")
        keys = {account["_id"]: account["email"] for account in accounts} | start.keys()
        alpha = start.alpha.organization_id, start.uuid
        return State(
            organizations={
                organization["slug"]: self._organizations.present(organization, *alpha, keys)
                for organization in self._stored_in("organizations")
            },
            kept={
                deletion["organization"]["slug"]: self._organizations.kept(deletion, *alpha, keys)
                for deletion in self.databases.master["deletions"].find()
            },
            accounts={keys[account["_id"]]: _account(account) for account in accounts},
            holds={
                hold["_id"]: frozenset(keys[account_id] for account_id in hold["account_ids"])
                for hold in self.databases.master["name_holds"].find({"held_until": {"$gt": moments.now()}})
            },
            records=Counter(
                _record_key(record)
                for record in self.databases.master["audit"].find({"result": "success"})
                if record["action"] != "rollout.finished"  # which is no state of its own here
            ),
            sessions=self.people.sessions(start.alpha.organization_id, keys),
            links=self.people.links(keys),
            address_holds=self.people.address_holds(keys),
            mails=self.people.mails(),
            sent=set(sent),
            rollout=self._rollout(),
        )

    def _rollout(self) -> Any:
        rollout = self.databases.master["rollouts"].find_one() or {"state": None}
        return "begun" if rollout["state"] in WORKING else rollout["state"]

    def _ids_of_bystander(self) -> list[str]:
        return [self.bystander.account_id, self.bystander.organization_id]

    def _stored_in(self, collection: str) -> list[Document]:
        return list(self.databases.master[collection].find(self._all_but_bystander(collection)))

    def _all_but_bystander(self, collection: str) -> dict[str, Any]:
        field = "account_id" if collection == "members" else "_id"
        return {field: {"$nin": self._ids_of_bystander()}}

    def _remove_all_but_bystander(self) -> None:
        for name in (
            "organizations",
            "accounts",
            "members",
            "idempotency_keys",
            "login_attempts",
            "deletions",
            "name_holds",
            "receipts",
            "receipt_keys",
            "erasures",
            "rollouts",
        ):
            self.databases.master[name].delete_many(self._all_but_bystander(name))
        self.databases.tenants["idempotency_keys"].delete_many({})
        for name in self.databases.collections().keys() - {"org_bystander"}:
            self.databases.tenants[name].drop()
        self.databases.master["clusters"].update_one(
            {}, {"$set": {"namespaces": OWN_NAMESPACES, "pools": []}}
        )

    def _of_bystander(self) -> list[Any]:
        master = self.databases.master
        documents = [
            master["organizations"].find_one({"_id": self.bystander.organization_id}),
            master["accounts"].find_one({"_id": self.bystander.account_id}),
            list(master["members"].find({"account_id": self.bystander.account_id})),
            list(self.databases.tenants["org_bystander"].find()),
        ]
        return [*documents, self.databases.collections()["org_bystander"]]


@dataclass(frozen=True)
class Start:
    """Alpha as it was before anything happened."""

    alpha: Membership
    uuid: UUID | None

    def keys(self) -> dict[str, str]:
        """Return what the model calls those who are there from the start, by the ids of their accounts."""
        return {account_id: person for person, account_id in ACCOUNTS.items()} | {
            self.alpha.account_id: OWNER
        }

    def stale(self) -> Identity:
        """The caller of a request that was authenticated before anything else happened."""
        return _identity(self.alpha, self.alpha)

    def authenticated(self) -> Identity:
        """The caller of a request that begins now, with a login for no organization once Alpha is gone."""
        memberships = members.memberships(self.alpha.account_id)
        by_organization = {membership.organization_id: membership for membership in memberships}
        return _identity(self.alpha, by_organization.get(self.alpha.organization_id))


def _identity(owner: Membership, membership: Membership | None) -> Identity:
    session_id = ids.random_id("ses")
    return Identity(session_id, owner.account_id, owner.auth_epoch, moments.now(), membership)


def _record_key(record: Document) -> tuple[str, ...]:
    match record["details"]:
        case {"slug": {"from": before, "to": after}}:
            return record["action"], before, after
        case {"slug": slug}:
            return record["action"], slug
        case {"metadata": keys}:
            return record["action"], *keys
        case {"receipt_id": _, "documents": documents}:
            return record["action"], f"{documents} documents"
    return (record["action"],)


def _account(stored: Document) -> Account:
    is_verified = "verified_at" in stored
    return Account(stored["email"], _password_of(stored), stored["auth_epoch"], is_verified)


def _password_of(account: Document) -> str:
    """Return the password of an account; empty if it has none."""
    stored = account["password_hash"]
    matching = (each for each in (PASSWORD, CHANGED_PASSWORD) if passwords.verify_password(each, stored))
    return next(matching, "")
