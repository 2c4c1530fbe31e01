"""One client after the other: the library does what a model of a page does, whatever the order."""

import os
from functools import partial
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from tenantry.errors import (
    DeletionNotFound,
    EmailTaken,
    InvalidCredentials,
    InvalidToken,
    OrganizationExists,
    OrganizationNotFound,
    OrganizationRequired,
    ServiceUnavailable,
)
from tenantry.identity import authentication, password_change, throttling
from tenantry.identity.keys import public_keys
from tenantry.identity.keys.signing_key import SigningKey
from tenantry.identity.logins import issuing, login
from tenantry.identity.owners import ExistingAccount, NewAccount
from tenantry.identity.sessions import Identity
from tenantry.lifecycle import creating, deleting, former_slugs, purging, undoing, updating
from tenantry.lifecycle.creating import NewOrganization
from tenantry.lifecycle.undoing import Wanted
from tenantry.lifecycle.updating import Changes
from tenantry.registry import deletions, schema
from tenantry.runtime import ids, moments
from tenantry.runtime.settings import settings as configuration
from tenantry.tenants import TenantCollection
from tests.concurrency.sequential_documents import Documents, has_organizations
from tests.concurrency.sequential_inputs import (
    Settling,
    crashes,
    deleted,
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
from tests.concurrency.sequential_model import SLUGS, Account, Organization, Token, refused
from tests.support.databases import Databases
from tests.support.intents import (
    Crash,
    intend_deletion,
    intend_rename,
    let_connections_end,
)

EXAMPLES: Final = int(os.environ.get("SEQUENTIAL_EXAMPLES", "10"))
SETTINGS: Final = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


class Service(Documents):
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
        own = {
            own_slug: organization for own_slug, organization in organizations if organization.email == email
        }
        chosen = [own_slug for own_slug in own if slug in (None, own_slug, *own[own_slug].former)]
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
        own, email = {slug, *self.organizations[slug].former}, self.organizations[slug].email
        if SLUGS[name] not in own and self.is_taken(SLUGS[name], email):
            refused(OrganizationExists, lambda: updating.update(member, changes, lambda _: True))
        elif SLUGS[name] in self.organizations[slug].vacated - {slug}:
            refused(ServiceUnavailable, lambda: updating.update(member, changes, lambda _: True))
        else:
            updating.update(member, changes, lambda _: True)
            if SLUGS[name] != slug:
                self.hold(slug, slug)
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
    @rule(slug=existing, immediately=st.booleans())
    def delete(self, slug: str, *, immediately: bool) -> None:
        deleting.delete(self.membership(slug), immediately=immediately)
        self.end(slug, is_kept=self.keeps and not immediately)

    @precondition(lambda self: bool(self.kept))
    @rule(organization_id=deleted)
    def undo(self, organization_id: str) -> None:
        slug, organization = self.kept[organization_id]
        undo = partial(undoing.undo, organization_id, Wanted())
        if self.is_taken(slug, organization.email):
            refused(OrganizationExists, undo)
        elif slug in organization.vacated:
            refused(ServiceUnavailable, undo)
        else:
            undo()
            self.bring_back(organization_id)

    @precondition(lambda self: bool(self.kept))
    @rule(organization_id=deleted)
    def purge(self, organization_id: str) -> None:
        purging.purge(organization_id)
        del self.kept[organization_id]
        refused(DeletionNotFound, lambda: undoing.undo(organization_id, Wanted()))

    @precondition(has_organizations)
    @rule(slug=existing, to=slugs, crash=crashes, settled=settlings)
    def rename_by_a_process_that_dies(self, slug: str, to: str, crash: Crash, settled: Settling) -> None:
        organization = self.organizations[slug]
        is_in_use = self.is_in_use(to) and to not in organization.former
        if is_in_use or to in organization.vacated:
            return
        organization_id = organization.id
        crash(intend_rename(organization_id, to))
        settled(organization_id)
        organization.vacated.add(slug)
        self.move(slug, to)

    @rule()
    def let_connections_end(self) -> None:
        let_connections_end(self.databases)
        for organization in (*self.organizations.values(), *(kept for _, kept in self.kept.values())):
            organization.vacated.clear()

    @rule()
    def let_former_slugs_end(self) -> None:
        update = {"$set": {"former_slugs.$[].until": moments.now()}}
        self.databases.master["organizations"].update_many({"former_slugs": {"$exists": True}}, update)
        former_slugs.drop_all_expired()
        for organization in self.organizations.values():
            organization.version += bool(organization.former)
            organization.former.clear()

    @precondition(has_organizations)
    @rule(slug=existing, crash=crashes, settled=st.sampled_from([settle_directly, settle_by_reconciling]))
    def delete_by_a_process_that_dies(self, slug: str, crash: Crash, settled: Settling) -> None:
        organization_id = self.organizations[slug].id
        crash(intend_deletion(organization_id, deletions.next_purge()))
        refused(OrganizationNotFound, lambda: TenantCollection(organization_id).find_one({}))
        settled(organization_id)
        self.organizations[slug].vacated.add(slug)
        self.end(slug, is_kept=self.keeps)


@pytest.mark.timeout(300 + 10 * EXAMPLES)
@pytest.mark.parametrize("keeps", [False, True], ids=["nothing-kept", "kept-as-by-default"])
def test_service_one_request_after_the_other(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, *, keeps: bool
) -> None:
    for name in ("NAME_HOLD_DAYS", "FORMER_SLUG_DAYS", "DELETION_GRACE_DAYS"):
        monkeypatch.setenv(name, "0")
        if keeps:
            monkeypatch.delenv(name)
    configuration.cache_clear()
    monkeypatch.setattr(Service, "keeps", keeps, raising=False)
    key = SigningKey.generate()
    monkeypatch.setattr(issuing, "read_secret", lambda *_: key.to_json())
    monkeypatch.setattr(throttling, "FREE_FAILURES", 1_000_000)
    monkeypatch.setattr(Service, "databases", databases, raising=False)
    schema.ensure_schema()
    public_keys.publish(key.public_jwk)
    run_state_machine_as_test(Service, settings=SETTINGS)
