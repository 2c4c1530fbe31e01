"""The requests of a sequential history that write tenants' documents."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from pymongo.errors import DuplicateKeyError

from tenantry.tenants import TenantCollection
from tests.concurrency.sequential_inputs import document_ids, existing
from tests.concurrency.sequential_model import Model


def has_organizations(service: Model) -> bool:
    return bool(service.organizations)


class Documents(Model):
    """Writes to the collections of organizations, one after the other."""

    @precondition(has_organizations)
    @rule(slug=existing, document_id=document_ids, value=st.integers(0, 9))
    def insert(self, slug: str, document_id: int, value: int) -> None:
        organization = self.organizations[slug]
        document = {"_id": document_id, "value": value}
        if document_id in organization.documents:
            with pytest.raises(DuplicateKeyError):
                TenantCollection(organization.id).insert_one(document)
        else:
            TenantCollection(organization.id).insert_one(document)
            organization.documents[document_id] = value

    @precondition(has_organizations)
    @rule(slug=existing, document_id=document_ids, value=st.integers(0, 9), upsert=st.booleans())
    def update(self, slug: str, document_id: int, value: int, *, upsert: bool) -> None:
        organization, change = self.organizations[slug], {"$set": {"value": value}}
        is_there = document_id in organization.documents
        done = TenantCollection(organization.id).update_one({"_id": document_id}, change, upsert=upsert)
        assert done.matched_count == is_there
        if is_there or upsert:
            organization.documents[document_id] = value

    @precondition(has_organizations)
    @rule(slug=existing, document_id=document_ids)
    def delete_document(self, slug: str, document_id: int) -> None:
        organization = self.organizations[slug]
        done = TenantCollection(organization.id).delete_one({"_id": document_id})
        assert done.deleted_count == (organization.documents.pop(document_id, None) is not None)
