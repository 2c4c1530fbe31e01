"""What is stored when an operation starts, and what is stored when all is over, as the model sees it."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from tenantry.identity import accounts, email_holds, links, members, passwords, sessions
from tenantry.identity.links import Claims, Purpose
from tenantry.identity.members import Membership
from tenantry.identity.sessions import Identity
from tenantry.registry.organizations.document import OWN_NAMESPACES
from tenantry.runtime import ids, moments, mongodb
from tests.faults.model import Account, Organization, State
from tests.faults.operations import (
    CHANGED_PASSWORD,
    COLLEAGUE,
    EARLIER,
    KEPT,
    SESSION,
    WANTED,
    digest_of,
)
from tests.support import library
from tests.support.databases import Databases, Document
from tests.support.owners import PASSWORD, email_of

COLLEAGUES_EMAIL: Final = "colleague@alpha.example"
_BYSTANDER: Final = "Bystander"
_PAST: Final = datetime(2020, 1, 1, tzinfo=UTC)


class World:
    """Alpha, with one document, that the operations are about, and an organization that they must not touch.

    Parameters
    ----------
    databases
        Empty databases.
    """

    def __init__(self, databases: Databases) -> None:
        self.databases = databases
        self.bystander = library.create(_BYSTANDER)
        databases.tenants["org_bystander"].insert_one({"_id": "of the bystander"})
        databases.tenants.create_collection("idempotency_keys")
        self._untouched = self._of_bystander()

    def caller(self) -> Identity:
        """The bystander's owner."""
        return _identity(self.bystander, self.bystander)

    def renew(self) -> "Start":
        """Remove all but the bystander, and create Alpha."""
        self._remove_all_but_bystander()
        alpha = library.create("Alpha")
        self._start_session(alpha)
        self._add_colleague(alpha)
        self._send_links(alpha.account_id)
        self.databases.tenants["org_alpha"].insert_one(KEPT)
        for name in ("audit", "outbox", "mails"):
            self.databases.master[name].delete_many({})
        return Start(alpha, self.databases.collections()["org_alpha"])

    def _start_session(self, alpha: Membership) -> None:
        account = accounts.find(alpha.account_id)
        assert account is not None
        session = sessions.start(account, None).session
        stored = self.databases.master["sessions"]
        stored.delete_many({})
        stored.insert_one({**session, "_id": SESSION})

    def _add_colleague(self, alpha: Membership) -> None:
        owner = accounts.find(alpha.account_id)
        assert owner is not None
        account = accounts.create_document(COLLEAGUES_EMAIL, owner["password_hash"])
        member = members.create_document(alpha.organization_id, account["_id"], "editor")
        self.databases.master["accounts"].insert_one(dict(account))
        self.databases.master["members"].insert_one({**member, "_id": COLLEAGUE})

    def _send_links(self, account_id: str) -> None:
        """Let a link go to an address that the account wants, and one to an address that it had."""
        proved = {"$set": {"verified_at": moments.now()}}
        self.databases.master["accounts"].update_one({"_id": account_id}, proved)
        mongodb.run_transaction(lambda session: email_holds.hold(EARLIER, account_id, 0, session))
        claims: dict[Purpose, Claims] = {
            "change-email": {"account_id": account_id, "auth_epoch": 0, "address": WANTED},
            "undo-email-change": {"account_id": account_id, "email": EARLIER},
        }
        self.databases.master["links"].insert_many(
            {
                **claimed,
                "_id": digest_of(purpose),
                "mail_id": "mail_1",
                "purpose": purpose,
                "expires_at": moments.now() + links.LIFETIMES[purpose],
            }
            for purpose, claimed in claims.items()
        )

    def let_time_pass(self) -> None:
        """Let claims of idempotency keys and leases of intents run out."""
        master = self.databases.master
        master["idempotency_keys"].update_many({}, [{"$set": {"claimed_until": _PAST}}])
        master["organizations"].update_many(
            {"intent.leased_until": {"$exists": True}}, {"$set": {"intent.leased_until": _PAST}}
        )

    def state(self, start: "Start") -> State:
        """Return what is stored, and check that the bystander is as it was."""
        assert self._of_bystander() == self._untouched
        emails = {account["_id"]: account["email"] for account in self._stored_in("accounts")}
        address, emails[start.alpha.account_id] = emails[start.alpha.account_id], email_of("Alpha")
        owners = {
            member["organization_id"]: emails[member["account_id"]]
            for member in self._stored_in("members")
            if member["role"] == "owner"
        }
        colleague = self.databases.master["members"].find_one({"_id": COLLEAGUE})
        state = State(
            organizations={
                organization["slug"]: self._organization(organization, owners[organization["_id"]], start)
                for organization in self._stored_in("organizations")
            },
            accounts={
                emails[account["_id"]]: Account(_password_of(account), account["auth_epoch"])
                for account in self._stored_in("accounts")
            },
            holds={
                hold["_id"]: emails[account_id]
                for hold in self.databases.master["name_holds"].find()
                for account_id in hold["account_ids"]
            },
            records=Counter(
                _record_key(record) for record in self.databases.master["audit"].find({"result": "success"})
            ),
            colleague=colleague["role"] if colleague else None,
            links={link["purpose"] for link in self.databases.master["links"].find()},
            held_addresses={hold["_id"] for hold in self.databases.master["email_holds"].find()},
            mails=Counter(mail["kind"] for mail in self.databases.master["mails"].find()),
            has_session=self.databases.master["sessions"].find_one({"_id": SESSION}) is not None,
        )
        if address != email_of("Alpha"):
            state.accounts[email_of("Alpha")].address = address
        return state

    def _organization(self, stored: Document, owner: str, start: "Start") -> Organization:
        is_alpha = stored["_id"] == start.alpha.organization_id
        is_same_collection = self.databases.collections()[stored["collection"]] == start.uuid
        assert is_alpha == is_same_collection, "an organization has another's collection"
        assert stored["version"] >= 1
        collection = self.databases.tenants[stored["collection"]]
        indexes = collection.index_information().keys()
        assert indexes <= {"_id_", "count_1"} if is_alpha else indexes == {"_id_"}, "another's index"
        documents = {document["_id"]: document for document in collection.find()}
        identity = "alpha" if is_alpha else "later"
        return Organization(identity, stored["name"], stored["metadata"], owner, documents)  # type: ignore[arg-type]

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
            "name_holds",
            "email_holds",
            "links",
            "mails",
        ):
            self.databases.master[name].delete_many(self._all_but_bystander(name))
        self.databases.tenants["idempotency_keys"].delete_many({})
        for name in self.databases.collections().keys() - {"org_bystander"}:
            self.databases.tenants[name].drop()
        self.databases.master["clusters"].update_one({}, {"$set": {"namespaces": OWN_NAMESPACES}})

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
    uuid: UUID

    def model(self) -> State:
        owner = email_of("Alpha")
        organization = Organization("alpha", "Alpha", {}, owner, {"kept": dict(KEPT)})
        return State(
            {"alpha": organization},
            {email: Account(PASSWORD, 0) for email in (owner, COLLEAGUES_EMAIL)},
            links={"change-email", "undo-email-change"},
            held_addresses={EARLIER},
        )

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
    return (record["action"],)


def _password_of(account: Document) -> str:
    matching = (
        password
        for password in (PASSWORD, CHANGED_PASSWORD)
        if passwords.verify_password(password, account["password_hash"])
    )
    return next(matching, "")
