"""The operations on Alpha's documents."""

from tenantry.http.documents import inserting
from tenantry.tenants import TenantCollection, collection
from tenantry.tenants.repetitions import Key
from tests.faults.model import Refused, State
from tests.faults.operation import Caller, Operation, member_of
from tests.support.databases import Document


def insert(operation: str, *ids: str, is_open: bool = False) -> Operation:
    """Insert documents into Alpha's collection, which may be open already, under the name of that time."""
    documents: list[Document] = [{"_id": document_id} for document_id in ids]

    def request(owner: Caller) -> None:
        member = member_of(owner)
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
        member = member_of(owner)
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
        TenantCollection(member_of(owner).organization_id).update_one({"_id": "kept"}, {"$inc": {"count": 1}})

    def effect(state: State) -> None:
        _, alpha = state.alpha()
        alpha.documents["kept"]["count"] += 1

    return Operation("update-one", request, effect)


def modify_one() -> Operation:
    """Count up in Alpha's document, by reading it and putting another in its place."""

    def count_up(current: Document | None) -> Document:
        return {"_id": "kept", "count": current["count"] + 1 if current else 0}

    def request(owner: Caller) -> None:
        TenantCollection(member_of(owner).organization_id).modify_one("kept", count_up)

    return Operation("modify-one", request, update_one().effect)


def create_index() -> Operation:
    """Index Alpha's documents, which changes none of them."""

    def request(owner: Caller) -> None:
        TenantCollection(member_of(owner).organization_id).create_index([("count", 1)])

    def effect(state: State) -> None:
        state.alpha()

    return Operation("create-index", request, effect)


def find() -> Operation:
    """Read Alpha's documents."""

    def request(owner: Caller) -> list[Document]:
        return TenantCollection(member_of(owner).organization_id).find({})

    def effect(state: State) -> list[Document]:
        _, alpha = state.alpha()
        return sorted(alpha.documents.values(), key=lambda document: str(document["_id"]))

    return Operation("find", request, effect)
