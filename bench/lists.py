"""What pages of the operator's lists cost at 1,000, 10,000 and 100,000 organizations."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import batched
from typing import Any, Final

from bench.rounds import medians, running_database, save
from tenantry.registry import schema
from tenantry.registry.organizations.document import create_document, organizations
from tenantry.registry.organizations.listing import Filter, Order, find_page
from tenantry.runtime import mongodb

SIZES: Final = (1_000, 10_000, 100_000)
BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS: Final = 30
WAYS: Final[dict[str, tuple[Filter, Order | None]]] = {
    "all": (Filter(), None),
    "all, by name": (Filter(), "name"),
    "name_prefix": (Filter(name_prefix="Company 99"), None),
    "changed_since": (Filter(changed_since=BEGINNING), None),
    "plan that a third has": (Filter(plan="pro"), None),
    "cluster that nobody has": (Filter(cluster="nowhere"), None),
    "suspended, one in a thousand": (Filter(suspended=True), None),
    "suspended, by name": (Filter(suspended=True), "name"),
}


def main() -> None:
    """Measure the first page of each list: milliseconds, and keys of indexes that the server reads for it."""
    results: dict[str, dict[str, dict[str, float]]] = {}
    with running_database():
        schema.ensure_schema()
        for size in SIZES:
            fill(size)
            pages = {name: partial(find_page, *way, 100, None) for name, way in WAYS.items()}
            taken = medians(f"{size} organizations", pages, ROUNDS, 3)
            results[str(size)] = {
                name: {"milliseconds": round(taken[name], 1), "keys": keys_examined(page)}
                for name, page in pages.items()
            }
    save("lists", results)


def keys_examined(find: Callable[[], Any]) -> int:
    """Return how many keys of indexes the server reads meanwhile; nobody else uses it."""
    before = _scanned()
    find()
    return _scanned() - before


def _scanned() -> int:
    status = mongodb.master().command("serverStatus")
    return int(status["metrics"]["queryExecutor"]["scanned"])


def fill(size: int) -> None:
    """Insert organizations until there are so many."""
    choice = random.Random(size)  # noqa: S311 - no secret
    present = organizations().estimated_document_count()
    for batch in batched(made_up(range(present, size), choice), 1_000, strict=False):
        organizations().insert_many(list(batch))


def made_up(numbers: range, choice: random.Random) -> Iterator[Any]:
    """Yield organizations with ten keys of metadata, a third of which have a plan."""
    for number in numbers:
        metadata = {f"key_{key}": "x" * 50 for key in range(10)}
        document: Any = create_document(f"Company {number}", f"company-{number}", metadata)
        document["created_at"] = BEGINNING + timedelta(seconds=choice.randrange(10**7))
        document["updated_at"] = BEGINNING + timedelta(seconds=choice.randrange(10**7))
        if number % 3 == 0:
            document["plan"] = "pro"
        if number % 1_000 == 0:
            document["suspended_at"] = BEGINNING
        yield document


if __name__ == "__main__":
    main()
