"""One client after the other: the library does what a model of a page does, whatever the order."""

import os
from collections.abc import Callable
from functools import partial
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from pymongo.errors import DuplicateKeyError

from tenantry.errors import (
    EmailTaken,
    InvalidCredentials,
    InvalidToken,
    OrganizationExists,
    OrganizationNotFound,
    OrganizationRequired,
    ServiceUnavailable,
    TenantryError,
)
from tenantry.identity import authentication, password_change, throttling
from tenantry.identity.keys import public_keys
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.identity.logins import issuing, login
from tenantry.identity.owners import ExistingAccount, NewAccount
from tenantry.identity.sessions import Identity
from tenantry.lifecycle import creating, deleting, updating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.lifecycle.updating import Changes
from tenantry.registry import schema
from tenantry.runtime import ids, moments
from tenantry.runtime.settings import settings as configuration
from tenantry.tenants import TenantCollection
from tests.concurrency.sequential_inputs import (
    Settling,
    crashes,
    document_ids,
    emails,
    existing,
    issued,
    metadata,
    names,
    passwords,
    settle_by_reconciling,
    settle_directly,
    settlings,
    signed_up,
    slugs,
)
from tests.concurrency.sequential_model import SLUGS, Account, Model, Organization, Token
from tests.support.databases import Databases
from tests.support.intents import (
    Crash,
    intend_deletion,
    intend_rename,
    let_connections_end,
)

EXAMPLES: Final = int(os.environ.get("SEQUENTIAL_EXAMPLES", "20"))
SETTINGS: Final = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def has_organizations(service: Model) -> bool:
    return bool(service.organizations)


def refused(problem: type[TenantryError], request: Callable[[], object]) -> None:
    with pytest.raises(problem):
        request()


class Service(Model):
    """The requests, one after the other, to a library on a real server."""

    @rule(name=names, email=emails, password=passwords)
    def sign_up(self, name: str, email: str, password: str) -> None:
        create = partial(creating.create, NewOrganization(name, SLUGS[name]), NewAccount(email, password))
        if self.is_taken(SLUGS[name], by=""):
            refused(OrganizationExists, create)
        elif email in self.accounts:
            refused(EmailTaken, create)
        else:
            organization, account = create()
            self.organizations[SLUGS[name]] = Organization(organization["_id"], email, name)
            self.accounts[email] = Account(account["_id"], password)

    @precondition(lambda self: bool(self.accounts))
    @rule(email=signed_up, name=names)
    def create_next(self, email: str, name: str) -> None:
        owner = ExistingAccount(self.accounts[email].id)
        create = partial(creating.create, NewOrganization(name, SLUGS[name]), owner)
        if self.is_taken(SLUGS[name], email):
            refused(OrganizationExists, create)
        else:
            created = create().organization
            self.organizations[SLUGS[name]] = Organization(created["_id"], email, name)

    @rule(email=emails, password=passwords, slug=st.none() | slugs)
    def log_in(self, email: str, password: str, slug: str | None) -> None:
        account = self.accounts.get(email)
        organizations = self.organizations.items()
        own_slugs = [own_slug for own_slug, organization in organizations if organization.email == email]
        chosen = [own_slug for own_slug in own_slugs if slug in (None, own_slug)]
        if account is None or account.password != password or not (chosen or slug is None):
            refused(InvalidCredentials, lambda: login.login(email, password, slug))
        elif len(chosen) > 1:
            refused(OrganizationRequired, lambda: login.login(email, password, slug))
        else:
            session = login.login(email, password, slug)
            organization_id = self.organizations[chosen[0]].id if chosen else None
            assert (session.organization["_id"] if session.organization else None) == organization_id
            self.tokens.append(Token(session.access_token, organization_id, account, account.epoch))

    @precondition(lambda self: bool(self.tokens))
    @rule(token=issued)
    def authenticate(self, token: Token) -> None:
        ids = {None, *(organization.id for organization in self.organizations.values())}
        is_there = token.organization_id in ids
        if is_there and token.account.epoch == token.epoch:
            membership = authentication.authenticate(token.text).membership
            assert (membership.organization_id if membership else None) == token.organization_id
        else:
            refused(InvalidToken, lambda: authentication.authenticate(token.text))

    @precondition(lambda self: bool(self.accounts))
    @rule(email=signed_up, current=passwords, chosen=passwords)
    def change_password(self, email: str, current: str, chosen: str) -> None:
        account = self.accounts[email]
        caller = Identity(ids.random_id("ses"), account.id, account.epoch, moments.now(), None)
        if account.password != current:
            refused(InvalidCredentials, lambda: password_change.change_password(caller, current, chosen))
        else:
            password_change.change_password(caller, current, chosen)
            account.password = chosen
            account.epoch += 1

    @precondition(has_organizations)
    @rule(slug=existing, name=names)
    def rename(self, slug: str, name: str) -> None:
        member, changes = self.membership(slug), Changes(name=name)
        if SLUGS[name] != slug and self.is_taken(SLUGS[name], self.organizations[slug].email):
            refused(OrganizationExists, lambda: updating.update(member, changes, lambda _: True))
        elif SLUGS[name] in self.organizations[slug].vacated - {slug}:
            refused(ServiceUnavailable, lambda: updating.update(member, changes, lambda _: True))
        else:
            updating.update(member, changes, lambda _: True)
            if SLUGS[name] != slug:
                self.hold(slug)
            if self.organizations[slug].name != name:
                self.move(slug, name)

    @precondition(has_organizations)
    @rule(slug=existing, changes=metadata)
    def change_metadata(self, slug: str, changes: dict[str, str | bool | int | float | None]) -> None:
        organization = self.organizations[slug]
        updating.update(self.membership(slug), Changes(metadata=changes), lambda _: True)
        merged = organization.metadata | changes
        after = {key: value for key, value in merged.items() if value is not None}
        organization.version += after != organization.metadata
        organization.metadata = after

    @precondition(has_organizations)
    @rule(slug=existing)
    def delete(self, slug: str) -> None:
        deleting.delete(self.membership(slug))
        self.remove(slug)

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

    @precondition(has_organizations)
    @rule(slug=existing, to=slugs, crash=crashes, settled=settlings)
    def rename_by_a_process_that_dies(self, slug: str, to: str, crash: Crash, settled: Settling) -> None:
        if to in self.organizations.keys() | self.organizations[slug].vacated:
            return
        organization_id = self.organizations[slug].id
        crash(intend_rename(organization_id, to))
        settled(organization_id)
        self.organizations[slug].vacated.add(slug)
        self.move(slug, to)

    @rule()
    def let_connections_end(self) -> None:
        let_connections_end(self.databases)
        for organization in self.organizations.values():
            organization.vacated.clear()

    @precondition(has_organizations)
    @rule(slug=existing, crash=crashes, settled=st.sampled_from([settle_directly, settle_by_reconciling]))
    def delete_by_a_process_that_dies(self, slug: str, crash: Crash, settled: Settling) -> None:
        organization_id = self.organizations[slug].id
        crash(intend_deletion(organization_id))
        refused(OrganizationNotFound, lambda: TenantCollection(organization_id).find_one({}))
        settled(organization_id)
        self.remove(slug)


@pytest.mark.timeout(300 + 10 * EXAMPLES)
@pytest.mark.parametrize("days", [0, 7])
def test_service_one_request_after_the_other(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    monkeypatch.setenv("NAME_HOLD_DAYS", str(days))
    configuration.cache_clear()
    monkeypatch.setattr(Service, "holds_names", days > 0, raising=False)
    key = SigningKey.generate()
    monkeypatch.setattr(issuing, "read_secret", lambda *_: key.to_json())
    monkeypatch.setattr(throttling, "FREE_FAILURES", 1_000_000)
    monkeypatch.setattr(Service, "databases", databases, raising=False)
    schema.ensure_schema()
    public_keys.publish(key.public_jwk)
    run_state_machine_as_test(Service, settings=SETTINGS)
