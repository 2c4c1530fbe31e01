"""Twins for all tests of a module, empty at the start of each."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest
from pymongo import MongoClient

from tenantry.language.extended_json import CODEC_OPTIONS
from tenantry.storage import index_reservations
from tenantry.storage.index_reservations import Reservation
from tests.integration.storage.pooled.twins import Twins
from tests.support.databases import Document


@pytest.fixture(scope="module", autouse=True)
def unreserved() -> Iterator[None]:
    """Create and drop indexes without counting them, for there is no master database here."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(index_reservations, "creating", lambda *_: nullcontext(Reservation()))
        monkeypatch.setattr(index_reservations, "dropping", lambda *_: nullcontext())
        yield


@pytest.fixture(scope="module")
def new_twins(server_client: MongoClient[Document]) -> Iterator[Callable[[], Twins]]:
    """Make twins that nobody else uses."""
    database = server_client.get_database(f"twins_{uuid.uuid4().hex}", codec_options=CODEC_OPTIONS)
    yield lambda: Twins(database[f"org_{uuid.uuid4().hex}"], database[f"pool_{uuid.uuid4().hex}"])
    server_client.drop_database(database.name)


@pytest.fixture(scope="module")
def twins_of_module(new_twins: Callable[[], Twins]) -> Twins:
    return new_twins()


@pytest.fixture
def twins(twins_of_module: Twins) -> Twins:
    twins_of_module.clear()
    return twins_of_module
