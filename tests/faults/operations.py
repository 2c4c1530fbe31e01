"""The operations that the faults hit: what is asked of the library, and what the model says it means."""

import base64
import hashlib
from collections import Counter
from typing import Any, Final

from tenantry.identity import email_change, own_account, password_change
from tenantry.identity.links import Purpose
from tenantry.identity.memberships import changing
from tenantry.identity.memberships.changing import Conditions
from tenantry.identity.owners import ExistingAccount, NewAccount
from tenantry.lifecycle import creating, deleting, idempotency, updating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.lifecycle.updating import Changes
from tenantry.registry.organizations.document import OrganizationDocument
from tests.faults.document_operations import (
    create_index,
    find,
    insert,
    insert_under_key,
    modify_one,
    update_one,
)
from tests.faults.model import Account, Organization, Refused, State
from tests.faults.operation import Caller, Operation, member_of
from tests.support.databases import Document
from tests.support.owners import PASSWORD, email_of

CHANGED_PASSWORD: Final = "another horse battery staple"
STRANGER: Final = "stranger@example.com"
KEPT: Final[Document] = {"_id": "kept", "count": 0}
WANTED: Final = "ada@wanted.example"  # to which a link was sent for Alpha's owner
EARLIER: Final = "ada@earlier.example"  # which Alpha's owner had, and which got a link as well
SESSION: Final = "ses_another"  # of Alpha's owner, in no organization
COLLEAGUE: Final = "mem_colleague"  # of Alpha, an editor
CONDITIONS: Final = Conditions(holds=lambda _: True, has_recent_login=True)


def digest_of(purpose: Purpose) -> bytes:
    """Return the digest that is stored of the token of a link."""
    return hashlib.sha256(_octets_of(purpose)).digest()


def token_of(purpose: Purpose) -> str:
    return base64.urlsafe_b64encode(_octets_of(purpose)).decode().rstrip("=")


def _octets_of(purpose: Purpose) -> bytes:
    return hashlib.sha256(f"token of {purpose}".encode()).digest()


def create(operation: str, name: str, email: str | None, key: str | None = None) -> Operation:
    """Create an organization, for the owner of Alpha if no e-mail address is given."""
    slug = name.lower()

    def request(owner: Caller) -> creating.Created:
        asking = NewAccount(email, PASSWORD) if email else ExistingAccount(owner().account_id)
        under_key = idempotency.Key("scope", key, {"name": name}) if key else None
        return creating.create(NewOrganization(name, slug), asking, under_key)

    def effect(state: State) -> Any:
        answer = name, slug, dict[str, Any]()
        if key is None:
            _create(state, slug, name, email)
        elif key not in state.answers:
            _create(state, slug, name, email)
            state.answers[key] = answer
        return answer

    return Operation(operation, request, effect)


def _create(state: State, slug: str, name: str, email: str | None) -> None:
    owner = email or email_of("Alpha")
    taken = {"organization-exists": state.is_taken(slug, owner), "email-taken": email in state.accounts}
    if any(taken.values()):
        raise Refused(*(code for code, is_taken in taken.items() if is_taken))
    if owner not in state.accounts:
        state.accounts[owner] = Account(PASSWORD, 0)
        state.mails["verify-email"] += 1
    state.organizations[slug] = Organization("later", name, {}, owner, {})
    state.records["organization.created", slug] += 1


def rename(operation: str, name: str) -> Operation:
    """Rename Alpha."""
    slug = name.lower()

    def request(owner: Caller) -> OrganizationDocument:
        return updating.update(member_of(owner), Changes(name=name), lambda _: True)

    def effect(state: State) -> Any:
        old_slug, alpha = state.alpha()
        if slug != old_slug and state.is_taken(slug, alpha.owner):
            raise Refused("organization-exists")
        del state.organizations[old_slug]
        state.organizations[slug] = alpha
        alpha.name = name
        if slug != old_slug:
            state.holds[old_slug] = alpha.owner
            state.records["organization.renamed", old_slug, slug] += 1
        return name, slug, alpha.metadata

    return Operation(operation, request, effect)


def change_metadata() -> Operation:
    def request(owner: Caller) -> OrganizationDocument:
        changes = Changes(metadata={"plan": "pro"})
        return updating.update(member_of(owner), changes, lambda _: True)

    def effect(state: State) -> Any:
        slug, alpha = state.alpha()
        if not alpha.metadata:
            alpha.metadata["plan"] = "pro"
            state.records["organization.changed", "plan"] += 1
        return alpha.name, slug, alpha.metadata

    return Operation("change-metadata", request, effect)


def delete() -> Operation:
    def effect(state: State) -> None:
        try:
            slug, alpha = state.alpha()
        except Refused:
            return
        del state.organizations[slug]
        state.colleague = None
        state.holds[slug] = alpha.owner
        state.records["organization.deleted", slug] += 1

    return Operation("delete", lambda owner: deleting.delete(member_of(owner)), effect)


def change_password() -> Operation:
    def request(owner: Caller) -> None:
        password_change.change_password(owner(), PASSWORD, CHANGED_PASSWORD)

    def effect(state: State) -> None:
        account = state.accounts[email_of("Alpha")]
        if account.password != PASSWORD:
            raise Refused("invalid-credentials")
        account.password = CHANGED_PASSWORD
        account.epoch += 1
        state.records["password.changed",] += 1
        state.mails["password-changed"] += 1

    return Operation("change-password", request, effect)


def end_session() -> Operation:
    def effect(state: State) -> None:
        if not state.has_session:
            raise Refused("session-not-found")
        state.has_session = False
        state.records["session.ended",] += 1

    return Operation("end-session", lambda owner: own_account.end_session(owner(), SESSION), effect)


def change_role() -> Operation:
    def request(owner: Caller) -> None:
        changing.change_role(member_of(owner), COLLEAGUE, "viewer", CONDITIONS)

    def effect(state: State) -> None:
        state.alpha()
        if state.colleague is None:
            raise Refused("member-not-found")
        if state.colleague != "viewer":
            state.colleague = "viewer"
            state.records["member.role_changed",] += 1

    return Operation("change-role", request, effect)


def remove_member() -> Operation:
    def effect(state: State) -> None:
        state.alpha()
        if state.colleague is None:
            raise Refused("member-not-found")
        state.colleague = None
        state.records["member.removed",] += 1

    return Operation(
        "remove-member", lambda owner: changing.remove(member_of(owner), COLLEAGUE, CONDITIONS), effect
    )


def complete_email_change() -> Operation:
    def effect(state: State) -> None:
        account = state.accounts[email_of("Alpha")]
        if account.epoch != 0 or "change-email" not in state.links:
            raise Refused("link-not-found")
        state.links.remove("change-email")
        state.held_addresses.add(account.address or email_of("Alpha"))
        account.address = WANTED
        account.epoch += 1
        state.records["account.email_changed",] += 1
        state.mails["email-changed"] += 1

    token = token_of("change-email")
    return Operation("complete-email-change", lambda owner: email_change.complete(owner(), token), effect)


def undo_email_change() -> Operation:
    def effect(state: State) -> None:
        if "undo-email-change" not in state.links:
            raise Refused("link-not-found")
        state.links.remove("undo-email-change")
        state.held_addresses.clear()
        account = state.accounts[email_of("Alpha")]
        account.address, account.password = EARLIER, ""
        account.epoch += 1
        state.records["account.email_change_undone",] += 1
        state.mails += Counter({"email-change-undone": 1, "reset-password": 1})

    token = token_of("undo-email-change")
    return Operation("undo-email-change", lambda owner: email_change.undo(token), effect)


_BETA: Final = email_of("Beta")

OPERATIONS: Final = {
    operation.name: operation
    for operation in (
        create("sign-up", "Beta", _BETA),
        create("sign-up-with-key", "Beta", _BETA, "key"),
        create("sign-up-under-taken-name", "Alpha", _BETA, "key"),
        create("create", "Beta", None),
        create("create-with-key", "Beta", None, "key"),
        rename("rename", "Beta"),
        change_metadata(),
        delete(),
        insert("insert-one", "written"),
        insert("insert-one-into-open-collection", "written", is_open=True),
        insert("insert-many", "first", "second", "third"),
        insert_under_key(),
        update_one(),
        modify_one(),
        create_index(),
        find(),
        change_password(),
        end_session(),
        change_role(),
        remove_member(),
        complete_email_change(),
        undo_email_change(),
    )
}


BACK: Final = rename("rename", "Alpha")


def contending(operation: str) -> dict[str, tuple[Operation, ...]]:
    """Return what somebody else may ask for meanwhile: each a few requests, contending for names."""
    wants_beta = operation in {"sign-up", "sign-up-with-key", "create", "create-with-key"}
    wanted = "Beta" if wants_beta or operation == "rename" else "Alpha"
    take_alpha = create("create", "Alpha", STRANGER), create("create", "Alpha", None)
    return {
        "rename": (rename("rename", "Beta" if wants_beta else "Gamma"),),
        "create": (create("create", wanted, STRANGER),),
        "delete": (delete(),),
        "write": (insert("write", "of another request"),),
        "heir": (rename("rename", "Gamma"), *take_alpha),
        "successor": (delete(), *take_alpha),
        "back": (rename("rename", "Beta" if operation == "rename" else "Gamma"), BACK),
    }


CONTINUATIONS: Final = ("retry", "reconcile", *contending(""))
