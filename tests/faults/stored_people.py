"""The people around Alpha as they are stored when a case begins, and what is stored of them afterwards."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from tenantry.identity import passwords
from tenantry.identity.links import Purpose
from tenantry.identity.logins import refresh_tokens
from tenantry.identity.logins.refresh_tokens import RefreshToken
from tenantry.identity.members import Membership
from tenantry.identity.sessions import LIFETIME
from tenantry.runtime import moments
from tests.faults.people import (
    ACCOUNTS,
    CLAIMS,
    COLLEAGUE,
    EARLIER,
    EPOCHS,
    GUEST,
    INVITATIONS,
    LINKS,
    MEMBERS,
    OWNER,
    REFRESH_TOKEN,
    ROLES,
    SESSION,
    SESSIONS,
    WAITING,
    digest_of,
)
from tests.support.databases import Databases, Document
from tests.support.owners import PASSWORD

_COLLECTIONS: Final = ("sessions", "links", "mails", "email_holds", "invitations")


class People:
    """What the databases hold about people.

    Parameters
    ----------
    databases
        Where they are stored.
    """

    def __init__(self, databases: Databases) -> None:
        self._master = databases.master
        self._password_hash = passwords.hash_password(PASSWORD)

    def renew(self, alpha: Membership) -> None:
        """Store everybody as they are when a case begins."""
        now = moments.now()
        for name in _COLLECTIONS:
            self._master[name].delete_many({})
        self._master["accounts"].update_one({"_id": alpha.account_id}, {"$set": {"verified_at": now}})
        offer = {"member_id": MEMBERS[COLLEAGUE], "expires_at": now + LIFETIME}
        self._master["members"].update_one({"_id": alpha.member_id}, {"$set": {"ownership_offer": offer}})
        self._master["accounts"].insert_many([self._account(person, now) for person in ACCOUNTS])
        self._master["members"].insert_many([_member(person, alpha, now) for person in MEMBERS])
        self._master["sessions"].insert_many(list(_sessions(alpha, now)))
        links = [_link(purpose, now) for purpose in LINKS]
        self._master["links"].insert_many(links + [_link_to_invitation(each, now) for each in INVITATIONS])
        self._master["invitations"].insert_many([_invitation(each, alpha, now) for each in INVITATIONS])
        self._master["mails"].insert_many([_mail(kind, address, now) for kind, address in WAITING])
        self._master["email_holds"].insert_one(_hold(now))

    def _account(self, person: str, now: datetime) -> Document:
        account = {
            "_id": ACCOUNTS[person],
            "email": person,
            "password_hash": self._password_hash,
            "auth_epoch": EPOCHS[person],
            "created_at": now,
            "updated_at": now,
        }
        more = {COLLEAGUE: {"verified_at": now}, GUEST: {"without_organization_since": now}}
        return account | more.get(person, {})

    def sessions(self, organization_id: str, keys: dict[str, str]) -> dict[str, tuple[str, bool]]:
        """Return whose sessions give access, and whether to an organization of this id; by their ids.

        Parameters
        ----------
        organization_id
            Alpha's.
        keys
            What the model calls accounts, by their ids.
        """
        epochs = self._epochs()
        members = {member["_id"]: member for member in self._master["members"].find()}
        if self._master["organizations"].find_one({"_id": organization_id}):
            of_removed = {"organization_id": organization_id, "member_id": {"$nin": list(members)}}
            assert list(self._master["sessions"].find(of_removed)) == [], "a removed member's session is kept"
        living = [
            session
            for session in self._master["sessions"].find()
            if epochs.get(session["account_id"]) == session["auth_epoch"]
            and (session["member_id"] is None or session["member_id"] in members)
        ]
        return {
            session["_id"]: (
                keys[session["account_id"]],
                session["organization_id"] == organization_id,
            )
            for session in living
        }

    def links(self, keys: dict[str, str]) -> dict[str, str]:
        """Return whose links are there and not dead, by their purposes or the addresses that are invited."""
        epochs = self._epochs()
        to_invitations = {
            (invitation["_id"], invitation["mail_id"]): invitation["email"]
            for invitation in self._master["invitations"].find({"state": "pending"})
        }
        living: dict[str, str] = {}
        for link in self._master["links"].find():
            if link["purpose"] == "invitation":
                invited = to_invitations.get((link["invitation_id"], link["mail_id"]))
                living |= {invited: ""} if invited else {}
            elif link.get("auth_epoch") in (None, epochs.get(link["account_id"])):
                living[link["purpose"]] = keys[link["account_id"]] if "auth_epoch" in link else ""
        return living

    def address_holds(self, keys: dict[str, str]) -> dict[str, str]:
        """Return for whom addresses are held."""
        return {hold["_id"]: keys[hold["account_id"]] for hold in self._master["email_holds"].find()}

    def invitations(self, organization_id: str) -> dict[str, str]:
        """Return the states of an organization's invitations, by address."""
        invitations = self._master["invitations"].find({"organization_id": organization_id})
        return {invitation["email"]: invitation["state"] for invitation in invitations}

    def mails(self) -> Counter[tuple[str, str]]:
        """Return kinds and addresses of the mails that wait."""
        return Counter((mail["kind"], mail["to"]) for mail in self._master["mails"].find())

    def _epochs(self) -> dict[str, int]:
        return {account["_id"]: account["auth_epoch"] for account in self._master["accounts"].find()}


def _member(person: str, alpha: Membership, now: datetime) -> Document:
    return {
        "_id": MEMBERS[person],
        "organization_id": alpha.organization_id,
        "account_id": ACCOUNTS[person],
        "role": ROLES[person],
        "joined_at": now,
    }


def _sessions(alpha: Membership, now: datetime) -> Iterator[Document]:
    yield _session(SESSION, REFRESH_TOKEN, now, account_id=alpha.account_id)
    for session_id, (person, is_in_alpha) in SESSIONS.items():
        if person != OWNER:
            member = {"member_id": MEMBERS.get(person), "organization_id": alpha.organization_id}
            whose = {"account_id": ACCOUNTS[person], "auth_epoch": EPOCHS[person]}
            place = member if is_in_alpha else {}
            yield _session(session_id, refresh_tokens.draw(), now, **whose, **place)


def _session(session_id: str, token: RefreshToken, now: datetime, **whose: Any) -> Document:
    return {
        "_id": session_id,
        "family_hash": token.family_hash,
        "member_id": None,
        "organization_id": None,
        "auth_epoch": 0,
        "authenticated_at": now,
        "current_hash": token.step_hash,
        "expires_at": now + LIFETIME,
        **whose,
    }


def _link(purpose: Purpose, now: datetime) -> Document:
    return {
        "_id": digest_of(purpose),
        "mail_id": f"mail_{purpose}",
        "purpose": purpose,
        "expires_at": now + timedelta(minutes=20),
        **CLAIMS[purpose],
    }


def _link_to_invitation(email: str, now: datetime) -> Document:
    return {
        "_id": digest_of(email),
        "mail_id": f"mail_{email}",
        "purpose": "invitation",
        "invitation_id": INVITATIONS[email],
        "expires_at": now + timedelta(days=1),
    }


def _invitation(email: str, alpha: Membership, now: datetime) -> Document:
    return {
        "_id": INVITATIONS[email],
        "organization_id": alpha.organization_id,
        "email": email,
        "role": "viewer",
        "state": "pending",
        "created_at": now,
        "invited_by": alpha.account_id,
        "mail_id": f"mail_{email}",
        "expires_at": now + timedelta(days=1),
        "removed_at": now + timedelta(days=31),
    }


def _mail(kind: str, address: str, now: datetime) -> Document:
    return {
        "_id": f"mail_{address}",
        "kind": kind,
        "to": address,
        "values": {"organization": "Alpha", "inviter": OWNER} if address == GUEST else {},
        "claims": {"invitation_id": INVITATIONS[GUEST]} if address == GUEST else {},
        "at": now,
        "leased_until": now,
        "expires_at": now + timedelta(minutes=20),
    }


def _hold(now: datetime) -> Document:
    return {
        "_id": EARLIER,
        "address": EARLIER,
        "account_id": ACCOUNTS[COLLEAGUE],
        "auth_epoch": EPOCHS[COLLEAGUE] - 1,
        "held_until": now + timedelta(days=1),
    }
