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
from tests.faults.deletion_operations import (
    keep,
    purge,
    purge_due,
    undo,
    undo_by_link,
    undo_under_another_name,
    undo_with_an_owner,
)
from tests.faults.document_operations import (
    create_index,
    find,
    insert,
    insert_under_key,
    modify_one,
    update_one,
)
from tests.faults.former_slug_operations import expire, leave_slug, release, release_to_all
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
from tests.faults.operation import Caller, Operation, in_pool, member_of
from tests.faults.people import OWNER
from tests.faults.receipt_operations import sign_receipts
from tests.faults.rollout_operations import (
    begin,
    pause,
    resume,
    roll_back,
    roll_out,
    withdraw,
)
from tests.support.owners import PASSWORD, email_of

UNDO: Final = undo()


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
        if slug not in {old_slug, *alpha.former_slugs} and state.is_taken(slug, OWNER):
            raise Refused("organization-exists")
        del state.organizations[old_slug]
        state.organizations[slug] = alpha
        alpha.name = name
        alpha.former_slugs.discard(slug)
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

_LEAVE_SLUG: Final = leave_slug(rename("rename", "Beta"))
OF_FORMER_SLUGS: Final = (release(_LEAVE_SLUG), release_to_all(_LEAVE_SLUG), expire(_LEAVE_SLUG))
OF_ROLL_OUTS: Final = (
    begin(),
    pause(),
    resume(),
    withdraw(),
    roll_out(),
    roll_back(),
    in_pool(roll_out()),
    in_pool(roll_back()),
)
OF_DELETIONS: Final = (
    keep(),
    UNDO,
    undo_by_link(),
    undo_under_another_name(),
    undo_with_an_owner(),
    purge(),
    in_pool(keep()),
    in_pool(UNDO),
    in_pool(purge()),
    in_pool(delete()),
    purge_due(),
    sign_receipts(delete()),
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
        *OF_DELETIONS,
        *OF_ROLL_OUTS,
        *OF_FORMER_SLUGS,
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
