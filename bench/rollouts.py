"""Rolling one index out: how many organizations a second, several at a time; what creation costs then.

PYTHONPATH=layers/common/python python -m bench.rollouts
"""

import json
import statistics
import time
from itertools import count
from typing import Any, Final

from bench.rounds import running_database, save
from tenantry.lifecycle.intents import creation
from tenantry.lifecycle.rollouts import operations, shapes
from tenantry.lifecycle.rollouts.work import Means
from tenantry.registry import clusters, rollouts, schema
from tenantry.registry.organizations.document import OWN_NAMESPACES, create_document
from tenantry.registry.rollouts import Definition
from tenantry.runtime import mongodb

ORGANIZATIONS: Final = 400
AT_A_TIME: Final = (1, 2, 4, 8)
CREATED: Final = 200
MEANS: Final = Means(lambda: True, 60, lambda *_: None)
NUMBERS: Final = count()


def main() -> None:
    """Roll out with several parallelisms, and save the figures."""
    with running_database():
        schema.ensure_schema()
        clusters.register("main", 1_000_000)
        figures: dict[str, Any] = {"creation_ms": {"0 indexes": _create(CREATED)}}
        _create(ORGANIZATIONS - CREATED)
        figures["organizations_a_second"] = {str(parallel): _roll_out(parallel) for parallel in AT_A_TIME}
        operations.begin("current", _definition("current", 3, 4))
        operations.apply("current", MEANS)
        figures["creation_ms"]["3 indexes"] = _create(CREATED)
    save("rollouts", figures)
    print(json.dumps(figures, indent=2))  # noqa: T201 - what the command is for


def _create(number: int) -> float:
    milliseconds = []
    for _ in range(number):
        began = time.perf_counter()
        name = f"o-{next(NUMBERS)}"
        organization = create_document(name, name, {})
        assert organization.get("namespaces") == OWN_NAMESPACES  # noqa: S101 - or the cluster's counter is wrong
        shapes.note_all(organization, rollouts.find_current())

        def insert(session: Any, organization: Any = organization) -> None:
            creation.insert(organization, session)
            creation.reserve(organization, session)

        mongodb.run_transaction(insert)
        milliseconds.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(milliseconds), 1)


def _roll_out(parallel: int) -> float:
    name = f"at-{parallel}"
    operations.begin(name, _definition(name, 1, parallel))
    began = time.perf_counter()
    done = operations.apply(name, MEANS).done
    seconds = time.perf_counter() - began
    operations.begin_undoing(name)
    operations.undo(name, MEANS)
    return round(done / seconds, 1)


def _definition(name: str, indexes: int, parallel: int) -> Definition:
    return {
        "indexes": [
            {"name": f"{name}-{number}", "keys": [(f"field_{number}", 1)], "unique": False, "partial": False}
            for number in range(indexes)
        ],
        "validator": None,
        "function": None,
        "organizations": {"ids": None, "kind": None, "cluster": None, "plan": None, "prefix": None},
        "canary": None,
        "parallel": parallel,
        "max_failures": 1,
    }


if __name__ == "__main__":
    main()
