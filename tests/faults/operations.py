"""The operations that the faults hit: what is asked of the library, and what the model says it means."""

from typing import Any, Final

from tenantry.identity.owners import ExistingAccount, NewAccount
from tenantry.lifecycle import creating, deleting, idempotency, updating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.lifecycle.updating import Changes
from tenantry.registry.organizations.document import OrganizationDocument
from tests.faults.account_operations import (
    ask_for_email_change,
    ask_for_reset,
    ask_for_verification,
    change_email,
    change_password,
    confirm_login,
    delete_account,
    end_session,
    reset_password,
    switch,
    undo_email_change,
    verify_address,
)
from tests.faults.deletion_operations import keep, purge, undo
from tests.faults.document_operations import (
    create_index,
    find,
    insert,
    insert_under_key,
    modify_one,
    update_one,
)
from tests.faults.invitation_operations import accept, accept_by_sign_up, invite, resend, revoke
from tests.faults.mail_operations import send_mail
from tests.faults.member_operations import (
    accept_ownership,
    change_role,
    decline_ownership,
    leave,
    offer_ownership,
    remove_member,
    withdraw_ownership,
)
from tests.faults.model import Account, Organization, Refused, State
from tests.faults.operation import Caller, Operation, member_of
from tests.faults.people import OWNER
from tests.faults.people_commands import OF_PEOPLE
from tests.support.owners import PASSWORD, email_of

UNDO: Final = undo()
STRANGER: Final = "stranger@example.com"


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
    owner = email or OWNER
    taken = {"organization-exists": state.is_taken(slug, owner), "email-taken": state.has_address(email)}
    if any(taken.values()):
        raise Refused(*(code for code, is_taken in taken.items() if is_taken))
    if email:
        state.accounts[email] = Account(email, PASSWORD, 0)
        state.mails["verify-email", email] += 1
    state.organizations[slug] = Organization("later", name, {}, {owner: "owner"}, {})
    state.records["organization.created", slug] += 1


def rename(operation: str, name: str) -> Operation:
    """Rename Alpha."""
    slug = name.lower()

    def request(owner: Caller) -> OrganizationDocument:
        return updating.update(member_of(owner), Changes(name=name), lambda _: True)

    def effect(state: State) -> Any:
        old_slug, alpha = state.alpha()
        if slug != old_slug and state.is_taken(slug, OWNER):
            raise Refused("organization-exists")
        del state.organizations[old_slug]
        state.organizations[slug] = alpha
        alpha.name = name
        if slug != old_slug:
            state.holds[old_slug] = alpha.owners
            state.records["organization.renamed", old_slug, slug] += 1
        return name, slug, alpha.metadata

    return Operation(operation, request, effect)


def change_metadata() -> Operation:
    def request(owner: Caller) -> OrganizationDocument:
        changes = Changes(metadata={"color": "green"})
        return updating.update(member_of(owner), changes, lambda _: True)

    def effect(state: State) -> Any:
        slug, alpha = state.alpha()
        if not alpha.metadata:
            alpha.metadata["color"] = "green"
            state.records["organization.changed", "color"] += 1
        return alpha.name, slug, alpha.metadata

    return Operation("change-metadata", request, effect)


def delete() -> Operation:
    def effect(state: State) -> None:
        try:
            slug, alpha = state.alpha()
        except Refused:
            return
        state.end(slug, alpha)
        state.records["organization.erased", f"{len(alpha.documents)} documents"] += 1

    return Operation("delete", lambda owner: deleting.delete(member_of(owner)), effect)


_BETA: Final = email_of("Beta")

_PEOPLE: Final = (
    change_role("change-role", "admin"),
    remove_member(),
    leave(),
    offer_ownership(),
    withdraw_ownership(),
    decline_ownership(),
    accept_ownership(),
    ask_for_verification(),
    verify_address(),
    ask_for_reset(),
    reset_password(),
    ask_for_email_change(),
    change_email(),
    undo_email_change(),
    confirm_login(),
    switch(),
    delete_account(),
    invite(),
    resend(),
    revoke(),
    accept(),
    accept_by_sign_up(),
    send_mail(),
)

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
        keep(),
        UNDO,
        purge(),
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
        *_PEOPLE,
    )
}


BACK: Final = rename("rename", "Alpha")
_OF_DELETIONS: Final = {"delete-and-keep", "undo", "purge"}


def contending(operation: str) -> dict[str, tuple[Operation, ...]]:
    """Return what somebody else may ask for meanwhile: a few requests, about names or people."""
    if operation in OF_PEOPLE:
        return _CONTENDING_FOR_PEOPLE
    if operation in _OF_DELETIONS:
        return _CONTENDING_FOR_KEPT
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


_CONTENDING_FOR_PEOPLE: Final[dict[str, tuple[Operation, ...]]] = {
    "promotion": (change_role("change-role", "owner"),),
    "removal": (remove_member(),),
    "departure": (leave(),),
    "transfer": (accept_ownership(),),
    "reset": (reset_password(),),
    "account-deletion": (delete_account(),),
    "deletion": (delete(),),
    "revocation": (revoke(),),
}


_CONTENDING_FOR_KEPT: Final[dict[str, tuple[Operation, ...]]] = {
    "deletion": (keep(),),
    "undo": (UNDO,),
    "again": (UNDO, keep(), UNDO),
    "purge": (purge(),),
    "heir": (create("create", "Alpha", STRANGER), create("create", "Alpha", None)),
    "write": (insert("write", "of another request"),),
}


def continuations(operation: str) -> tuple[str, ...]:
    """Return the names of all that may follow an operation."""
    return ("retry", "reconcile", *contending(operation))
