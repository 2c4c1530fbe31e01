"""The operations that the faults hit: what is asked of the library, and what the model says it means."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from tenantry.errors import InvalidToken, OrganizationNotFound, ServiceUnavailable, TenantryError
from tenantry.http.documents import inserting
from tenantry.identity import password_change
from tenantry.identity.members import Membership
from tenantry.identity.owners import ExistingAccount, NewAccount
from tenantry.identity.sessions import Identity
from tenantry.lifecycle import creating, deleting, idempotency, updating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.lifecycle.updating import Changes
from tenantry.registry.organizations.document import OrganizationDocument
from tenantry.tenants import TenantCollection, collection
from tenantry.tenants.repetitions import Key
from tests.faults.model import UNKNOWN, Account, Answer, Effect, Organization, Refused, State
from tests.support.databases import Document
from tests.support.owners import PASSWORD, email_of

CHANGED_PASSWORD: Final = "another horse battery staple"
STRANGER: Final = "stranger@example.com"
KEPT: Final[Document] = {"_id": "kept", "count": 0}

Caller = Callable[[], Identity]  # without a membership where it is gone
Request = Callable[[Caller], Any]


@dataclass(frozen=True)
class Operation:
    """A request of an organization's owner, and its meaning."""

    name: str
    request: Request
    effect: Effect

    def attempt(self, caller: Caller) -> Answer:
        """Make the request and say what a client may conclude from how it ended."""
        try:
            result = self.request(caller)
        except (ServiceUnavailable, PyMongoError) as error:
            return Answer("refused", "duplicate") if _is_duplicate(error) else UNKNOWN
        except (InvalidToken, OrganizationNotFound):
            # A deletion that comes second finds the token dead, or sees it die on the way.
            return Answer("done") if self.name == "delete" else Answer("refused", "gone")
        except TenantryError as error:
            return _refusal(error)
        if isinstance(result, creating.Created):
            return Answer("done", _summary(result.organization), result.organization["_id"])
        return Answer("done", _summary(result) if isinstance(result, dict) else result)


def _member(owner: Caller) -> Membership:
    membership = owner().membership
    if membership is None:
        raise InvalidToken
    return membership


def _refusal(error: TenantryError) -> Answer:
    assert 400 <= error.status < 500, f"{error} tells a client nothing"
    return Answer("refused", error.code)


def _is_duplicate(error: Exception) -> bool:
    if isinstance(error, BulkWriteError):
        return {write_error["code"] for write_error in error.details["writeErrors"]} == {11000}
    return isinstance(error, DuplicateKeyError)


def _summary(organization: OrganizationDocument | dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    return organization["name"], organization["slug"], organization["metadata"]


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
    state.accounts.setdefault(owner, Account(PASSWORD, 0))
    state.organizations[slug] = Organization("later", name, {}, owner, {})
    state.records["organization.created", slug] += 1


def rename(operation: str, name: str) -> Operation:
    """Rename Alpha."""
    slug = name.lower()

    def request(owner: Caller) -> OrganizationDocument:
        return updating.update(_member(owner), Changes(name=name), lambda _: True)

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
        return updating.update(_member(owner), changes, lambda _: True)

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
        state.holds[slug] = alpha.owner
        state.records["organization.deleted", slug] += 1

    return Operation("delete", lambda owner: deleting.delete(_member(owner)), effect)


def insert(operation: str, *ids: str, is_open: bool = False) -> Operation:
    """Insert documents into Alpha's collection, which may be open already, under the name of that time."""
    documents: list[Document] = [{"_id": document_id} for document_id in ids]

    def request(owner: Caller) -> None:
        member = _member(owner)
        stored = collection(member) if is_open else TenantCollection(member.organization_id)
        if len(documents) == 1:
            stored.insert_one(documents[0])
        else:
            stored.insert_many(documents)

    def effect(state: State) -> None:
        _, alpha = state.alpha()
        if alpha.documents.keys() & set(ids):
            raise Refused("duplicate")
        alpha.documents |= {document["_id"]: document for document in documents}

    return Operation(operation, request, effect)


def insert_under_key() -> Operation:
    """Insert a document into Alpha's collection, once however often it is asked for under the key."""
    key, written = "key", {"_id": "written"}

    def request(owner: Caller) -> None:
        member = _member(owner)
        of_caller = Key.of(member.organization_id, member.account_id, key, "request")
        inserting.insert(TenantCollection(member.organization_id), dict(written), of_caller)

    def effect(state: State) -> None:
        _, alpha = state.alpha()
        if key in state.answers:
            return
        if "written" in alpha.documents:
            raise Refused("document-exists")
        alpha.documents["written"] = written
        state.answers[key] = None

    return Operation("insert-with-key", request, effect)


def update_one() -> Operation:
    """Count up in Alpha's document, which tells once from twice."""

    def request(owner: Caller) -> None:
        TenantCollection(_member(owner).organization_id).update_one({"_id": "kept"}, {"$inc": {"count": 1}})

    def effect(state: State) -> None:
        _, alpha = state.alpha()
        alpha.documents["kept"]["count"] += 1

    return Operation("update-one", request, effect)


def modify_one() -> Operation:
    """Count up in Alpha's document, by reading it and putting another in its place."""

    def count_up(current: Document | None) -> Document:
        return {"_id": "kept", "count": current["count"] + 1 if current else 0}

    def request(owner: Caller) -> None:
        TenantCollection(_member(owner).organization_id).modify_one("kept", count_up)

    return Operation("modify-one", request, update_one().effect)


def create_index() -> Operation:
    """Index Alpha's documents, which changes none of them."""

    def request(owner: Caller) -> None:
        TenantCollection(_member(owner).organization_id).create_index([("count", 1)])

    def effect(state: State) -> None:
        state.alpha()

    return Operation("create-index", request, effect)


def find() -> Operation:
    """Read Alpha's documents."""

    def request(owner: Caller) -> list[Document]:
        return TenantCollection(_member(owner).organization_id).find({})

    def effect(state: State) -> list[Document]:
        _, alpha = state.alpha()
        return sorted(alpha.documents.values(), key=lambda document: str(document["_id"]))

    return Operation("find", request, effect)


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

    return Operation("change-password", request, effect)


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
