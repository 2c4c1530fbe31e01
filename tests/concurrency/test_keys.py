"""A storm of API keys: what has ended opens nothing, and what is written is where its organization's is."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest

from tenantry.registry import clusters
from tenantry.storage import pools
from tests.concurrency.keys import EMAILS, ENDS, ROLES, Act
from tests.concurrency.test_storm import settle, violations
from tests.integration.kinds import POOL
from tests.support import library
from tests.support.databases import Databases
from tests.support.fork_server import processes, replace_environment
from tests.support.waiting import wait_until

SECONDS: Final = float(os.environ.get("STORM_SECONDS", "1"))
READY_SECONDS: Final = 120
LEAST: Final = 50  # acts of each, if the machine is not too busy to do them soon
LEAST_WITHIN_SECONDS: Final = 60  # after the storm
LONG_SECONDS: Final = 20  # in which everything happens

pytestmark = [pytest.mark.timeout(300 + 10 * SECONDS), pytest.mark.usefixtures("signing_key")]


def _play(number: int, environment: dict[str, str], place: Path) -> list[Act]:
    """Play a role for the seconds of the storm, which begin when all are there, and until enough is done.

    That may never be: there is nothing to suspend or move if all organizations have been deleted at the end.
    """
    replace_environment(environment)
    library.hash_with_few_rounds(pytest.MonkeyPatch())
    library.sign_without_secrets_manager(pytest.MonkeyPatch())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # where functions log
    actor = ROLES[number](number, place)
    (place / f"{number}.ready").touch()
    wait_until(lambda: len(list(place.glob("*.ready"))) == len(ROLES), READY_SECONDS)
    ends_at = time.monotonic() + SECONDS
    while (now := time.monotonic()) < ends_at or (
        len(actor.acts) < LEAST and now < ends_at + LEAST_WITHIN_SECONDS
    ):
        actor.act()
    return actor.acts


def storm(place: Path) -> list[Act]:
    """Let all of them play; return what they did."""
    numbers = range(len(ROLES))
    with ProcessPoolExecutor(len(ROLES), processes) as pool:
        played = pool.map(_play, numbers, [dict(os.environ)] * len(ROLES), [place] * len(ROLES))
        return list(chain.from_iterable(played))


def opened_after_the_end(acts: Sequence[Act]) -> list[Act]:
    """Return uses that succeeded and began after the end of the key was acknowledged."""
    ended: dict[str, int] = {}
    for act in acts:
        if act.name in ENDS and act.outcome == "done":
            ended[act.subject] = min(act.responded, ended.get(act.subject, act.responded))
    return [
        act
        for act in acts
        if act.key is not None
        and act.outcome == "done"
        and any(ended.get(subject, act.invoked) < act.invoked for subject in act.key.ends_with)
    ]


def opened_while_suspended(acts: Sequence[Act]) -> list[Act]:
    """Return uses that succeeded, all of it between a suspension and the next reactivation."""
    suspended: list[tuple[str, int, float]] = []
    for act in sorted(acts, key=lambda act: act.invoked):
        if (act.name, act.outcome) == ("suspend", "done"):
            ends = (
                later.invoked
                for later in acts
                if (later.name, later.subject) == ("reactivate", act.subject) and later.invoked > act.invoked
            )
            suspended.append((act.subject, act.responded, min(ends, default=float("inf"))))
    return [
        act
        for act in acts
        if act.key is not None
        and act.outcome == "done"
        and any(
            act.key.organization == organization and begun < act.invoked and act.responded < ended
            for organization, begun, ended in suspended
        )
    ]


def strangers_read(acts: Sequence[Act]) -> list[Act]:
    """Return answers with documents of another organization than the key's."""
    return [
        act
        for act in acts
        if (act.name, act.outcome) == ("read", "done")
        and act.key
        and not act.result <= {act.key.organization}
    ]


def misplaced(databases: Databases, acts: Sequence[Act]) -> list[Any]:
    """Return acknowledged insertions that are lost, refused ones that are stored, and foreign documents."""
    wrong: list[Any] = []
    for organization in databases.master["organizations"].find():
        stored = databases.documents(organization["collection"])
        wrong += [document for document in stored if document["owner"] != organization["_id"]]
        ids = {document["_id"] for document in stored}
        for act in acts:
            if act.name == "insert" and act.key and act.key.organization == organization["_id"]:
                is_stored = act.subject in ids
                if is_stored != (act.outcome == "done") and act.outcome != "unknown":
                    wrong.append(act)
    return wrong


def misrecorded(databases: Databases, acts: Sequence[Act]) -> list[str]:
    """Return keys whose record does not say that an account made each secret, once, and what keys did.

    With a key nothing is done that is recorded, whatever it meets: who renames is who wanted it, also where
    the request of a program completes the rename.
    """
    stored = list(databases.master["audit"].find())
    made = Counter(
        record["details"]["secret_id"]
        for record in stored
        if record["action"] in ("key.created", "key.secret_added") and record["actor"]["type"] == "account"
    )
    handed_out = {
        act.result["secrets"][-1]["id"] for act in acts if (act.name, act.outcome) == ("create", "done")
    }
    return [secret_id for secret_id in handed_out if made[secret_id] != 1] + [
        record["action"] for record in stored if record["actor"]["type"] == "key"
    ]


def test_storm_of_keys(
    databases: Databases, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    clusters.register(clusters.MAIN)
    pools.create(clusters.MAIN, POOL)
    for number, email in enumerate(EMAILS):
        library.create(f"First {number}", email)
    acts = storm(tmp_path)
    settle()
    wrong = {
        "opened after the end": opened_after_the_end(acts),
        "opened while suspended": opened_while_suspended(acts),
        "strangers' documents": strangers_read(acts),
        "misplaced": misplaced(databases, acts),
        "misrecorded": misrecorded(databases, acts),
        "violations": violations(databases),
    }
    done = Counter(act.name for act in acts if act.outcome == "done")
    refused = Counter(str(act.result) for act in acts if act.key and act.outcome == "refused")
    record_property("storm", f"{dict(done)}, programs were refused: {dict(refused)}")
    assert {name: items for name, items in wrong.items() if items} == {}
    assert done.keys() >= {"create", "end", "suspend", "insert"}, done
    assert refused["invalid-token"], refused
    if SECONDS >= LONG_SECONDS:
        assert done.keys() >= {"rename", "delete", "move", "read"}, done
        assert refused["organization-suspended"], refused
