"""The schema names every collection of the master database that the library opens."""

import re
from pathlib import Path

import tenantry
from tenantry.registry import schema

OPENED = re.compile(r'\bcollection\("(\w+)"\)')


def test_every_collection_that_is_opened_is_in_the_schema() -> None:
    sources = [path.read_text() for path in Path(str(tenantry.__file__)).parent.rglob("*.py")]
    opened = [name for source in sources for name in OPENED.findall(source)]
    assert sorted(opened) == sorted([*schema.INDEXES, *schema.WITHOUT_INDEXES, *schema.VIEWS])
