"""Lists of organizations: what is on their pages, what they cost, and what changes do to them."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import Any

import pytest

from tenantry.errors import CursorOutdated, InvalidFields
from tenantry.language import cursors
from tenantry.lifecycle import deleting
from tenantry.registry import schema
from tenantry.registry.organizations import index_scan
from tenantry.registry.organizations.listing import ORDERS, Filter, Order, find_page
from tests.support import library, plans
from tests.support.databases import Databases, Document
from tests.support.listed import BEGINNING, WANTED, all_pages, made_up, matches, sorted_by
from tests.support.recorder import recording

STORED = 300
CHANGES = 5  # of others while the lists are read
FEW = 40  # organizations that one page examines in these tests
BLOCKING = {"COLLSCAN", "SORT", "SCAN"}  # as both of the server's engines call them


@pytest.fixture
def stored(databases: Databases) -> list[Document]:
    schema.ensure_schema()
    choice = random.Random(7)  # noqa: S311
    documents = [made_up(number, choice) for number in range(STORED)]
    databases.master["organizations"].insert_many(documents)
    return documents


def listed(pages: list[list[str]]) -> list[str]:
    return [organization_id for page in pages for organization_id in page]


def filters(at_most: int) -> Iterator[Filter]:
    """Yield every combination of up to so many conditions, and one of all."""
    for number in (*range(at_most + 1), len(WANTED)):
        for names in combinations(WANTED, number):
            for value in range(2 if number <= 1 else 1):
                yield Filter(**{name: WANTED[name][value % len(WANTED[name])] for name in names})


@pytest.mark.parametrize("examined", [FEW, STORED + 1])
def test_all_that_match_are_on_exactly_one_page_in_order(
    stored: list[Document], monkeypatch: pytest.MonkeyPatch, examined: int
) -> None:
    monkeypatch.setattr(index_scan, "EXAMINED_AT_ONCE", examined)
    choice = random.Random(8)  # noqa: S311
    for wanted in choice.sample(list(filters(3)), 60):
        order = choice.choice(ORDERS)
        pages = all_pages(wanted, order, limit=choice.choice([1, 7, 20, STORED]))
        expected = sorted_by([document for document in stored if matches(document, wanted)], order)
        assert listed(pages) == [document["_id"] for document in expected], wanted


def test_every_combination_reads_a_bounded_part_of_an_index_in_its_order(
    databases: Databases, stored: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_scan, "EXAMINED_AT_ONCE", FEW)
    limit = 5
    with recording(monkeypatch) as recorder:
        for wanted in filters(2):
            for order in ORDERS:
                if cursor := find_page(wanted, order, limit, None).next_cursor:
                    find_page(wanted, order, limit, cursor)
    # Commands that differ in values alone have the same plan.
    commands = {shape_of(command): command for _, command in recorder.commands if "find" in command}
    assert len(commands) > 1000
    for command in commands.values():
        (query,) = plans.queries_of(command)
        explanation = plans.explain(databases, query)
        stages = {part["stage"].upper() for part in plans.parts(explanation) if "stage" in part}
        assert not stages & BLOCKING, query
        assert plans.examined(explanation) <= max(FEW, limit + 1) + 1, query


def shape_of(command: Document) -> str:
    bounds = [part in command for part in ("min", "max", "skip")]
    conditions = {
        path: sorted(condition) if isinstance(condition, dict) else condition
        for path, condition in command["filter"].items()
    }
    return f"{command['hint']} {dict(command['sort'])} {bounds} {conditions}"


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        (Filter(), "-created"),
        (Filter(suspended=True), "-created"),
        (Filter(changed_since=BEGINNING), "-changed"),
        (Filter(name_prefix="Goo"), "name"),
        (Filter(name_prefix="Goo", slug_prefix="a"), "slug"),
    ],
)
def test_the_order_is_the_one_that_costs_least(stored: list[Document], wanted: Filter, order: Order) -> None:
    assert all_pages(wanted, None, 20) == all_pages(wanted, order, 20)


def test_what_nobody_wants_costs_no_page_of_all(
    stored: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few are suspended, moving or being changed, so no page of the others is looked at for them."""
    monkeypatch.setattr(index_scan, "EXAMINED_AT_ONCE", len(stored) * 2 // 3)
    assert len(all_pages(Filter(suspended=True), None, STORED)) == 1
    assert len(all_pages(Filter(suspended=True), "created", STORED)) == 1
    assert len(all_pages(Filter(suspended=True), "name", STORED)) > 1


def test_organizations_of_earlier_versions_are_listed_by_name(
    databases: Databases, stored: list[Document]
) -> None:
    databases.master["organizations"].update_many({"slug": {"$gt": "b"}}, {"$unset": {"folded_name": ""}})
    pages = all_pages(Filter(), "name", 7)
    assert sorted(listed(pages)) == sorted(document["_id"] for document in stored)
    assert len(listed(pages)) == len(stored)


def test_a_cursor_is_of_one_filter_and_order(stored: list[Document]) -> None:
    wanted = Filter(plan="pro")
    cursor = find_page(wanted, "created", 1, None).next_cursor
    searches: list[tuple[Filter, Order]] = [
        (Filter(plan="default"), "created"),
        (wanted, "-created"),
        (wanted, "name"),
    ]
    for other, order in searches:
        with pytest.raises(InvalidFields):
            find_page(other, order, 1, cursor)


@pytest.mark.parametrize(
    "sort_key", [[["x"], ["org_1"]], [[1], ["org_1"]], [[BEGINNING], [1]], [[{"$gt": ""}], ["org_1"]]]
)
def test_what_no_organization_has_is_no_cursor(databases: Databases, sort_key: Any) -> None:
    cursor = cursors.cursor_of({}, [("created_at", 1), ("_id", 1)], sort_key)
    with pytest.raises(InvalidFields):
        find_page(Filter(), "created", 1, cursor)


def test_a_cursor_of_a_place_is_outdated(databases: Databases) -> None:
    long = [["x" * 3000], ["org_1"]]
    with pytest.raises(CursorOutdated):
        find_page(Filter(), "name", 1, cursors.cursor_of({}, [("folded_name", 1), ("_id", 1)], long))


def test_a_prefix_of_marks_is_refused(databases: Databases) -> None:
    with pytest.raises(InvalidFields):
        find_page(Filter(name_prefix="\u0301"), None, 1, None)


def test_no_database_is_an_empty_list(databases: Databases) -> None:
    assert all_pages(Filter(suspended=True), None, 1) == [[]]


def test_what_stays_is_neither_missed_nor_doubled_while_others_change(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_scan, "EXAMINED_AT_ONCE", 10)
    staying = {library.create(f"Stay {number}").organization_id for number in range(25)}
    changes: list[int] = []
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            member = library.create(f"Go {len(changes)}")
            library.rename(member, f"Stay away {len(changes)}")
            deleting.delete(library.membership(member.account_id, member.organization_id))
            changes.append(1)

    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(change)
        try:
            while len(changes) < CHANGES and not changing.done():
                for order in ORDERS:
                    for wanted in (Filter(), Filter(name_prefix="stay", suspended=False)):
                        ids = listed(all_pages(wanted, order, 3))
                        assert Counter(filter(staying.__contains__, ids)) == Counter(staying)
        finally:
            stop.set()
        changing.result()
