"""What the operations of a sequential history are given, and how interrupted changes are settled."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st

from tenantry.lifecycle.intents.settling import settle
from tenantry.lifecycle.reconciling import reconcile
from tenantry.tenants import TenantCollection
from tests.concurrency.sequential_model import SLUGS, Token
from tests.support.intents import (
    collection_done,
    only_intent,
    stored,
)

Settling = Callable[[str], None]

EMAILS: Final = ("ada@example.com", "bob@example.com", "eve@example.com")
PASSWORDS: Final = ("correct horse battery staple", "wrong cattle charger clip")


def settle_directly(organization_id: str) -> None:
    settle(stored(organization_id))


def settle_by_reconciling(organization_id: str) -> None:
    assert reconcile(timedelta(seconds=-1)).settled == [organization_id]


def settle_by_use(organization_id: str) -> None:
    TenantCollection(organization_id).find_one({})


names = st.sampled_from(sorted(SLUGS))
emails = st.sampled_from(EMAILS)
passwords = st.sampled_from(PASSWORDS)
slugs = st.sampled_from(sorted(set(SLUGS.values())))
existing: st.SearchStrategy[str] = st.runner().flatmap(
    lambda model: st.sampled_from(sorted(model.organizations))
)
deleted: st.SearchStrategy[str] = st.runner().flatmap(lambda model: st.sampled_from(sorted(model.kept)))
signed_up: st.SearchStrategy[str] = st.runner().flatmap(lambda model: st.sampled_from(sorted(model.accounts)))
issued: st.SearchStrategy["Token"] = st.runner().flatmap(lambda model: st.sampled_from(model.tokens))
crashes = st.sampled_from([only_intent, collection_done])
settlings = st.sampled_from([settle_directly, settle_by_reconciling, settle_by_use])
document_ids = st.integers(1, 3)
metadata = st.dictionaries(st.sampled_from("ab"), st.none() | st.integers(0, 2), min_size=1)
