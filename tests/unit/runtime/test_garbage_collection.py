import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tenantry.runtime import garbage_collection

# Counts the collections that a function's imports cause, and prints whether the collector is on afterwards.
PROGRAM = """
import gc
collections = []
gc.callbacks.append(lambda phase, _: collections.append(phase))
from tenantry import http
print(len(collections), gc.isenabled(), gc.get_freeze_count() > 10_000)
"""


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.enable()


def test_nothing_is_collected_while_it_is_paused() -> None:
    with garbage_collection.paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_is_on_again_after_an_import_that_fails() -> None:
    with pytest.raises(ImportError), garbage_collection.paused():
        raise ImportError
    assert gc.isenabled()


def test_the_collector_stays_off_where_somebody_else_has_switched_it_off() -> None:
    gc.disable()
    with garbage_collection.paused():
        pass
    assert not gc.isenabled()


def test_pauses_may_stand_inside_each_other() -> None:
    with garbage_collection.paused():
        with garbage_collection.paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_imported_is_not_looked_at_again() -> None:
    with garbage_collection.paused():
        made = [[number] for number in range(1000)]
    assert not any(tracked is made for tracked in gc.get_objects())


def test_the_imports_of_a_function_are_made_in_a_pause() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    collections, is_on, is_frozen = done.stdout.split()
    assert int(collections) < 10  # of 62; those before and after the pause are left
    assert (is_on, is_frozen) == ("True", "True")
