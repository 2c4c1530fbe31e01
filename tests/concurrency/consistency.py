"""Why a history is not linearizable, by organization, by name and by document."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace

from tests.concurrency import document_model, name_model, organization_model
from tests.concurrency.document_model import document_calls
from tests.concurrency.history import Operation
from tests.concurrency.linearizability import contradiction
from tests.concurrency.name_model import Names
from tests.concurrency.organization_model import organization_calls


def contradictions(operations: Sequence[Operation], former_slugs: int = 0) -> list[str]:
    """Return a reason for each organization, name and document whose history no order explains.

    Parameters
    ----------
    operations
        The history.
    former_slugs
        How many an organization may have.
    """
    operations = _identified(operations)
    organizations = _grouped(operations, lambda operation: operation.organization)
    documents = _grouped(
        (operation for operation in operations if operation.name in document_model.OPERATIONS),
        lambda operation: (operation.organization, operation.argument.id),
    )
    reasons = [
        *(contradiction(organization_model.ABSENT, organization_calls(history)) for history in organizations),
        *(
            contradiction(name_model.FREE, calls)
            for calls in Names(operations, former_slugs).calls().values()
        ),
        *(contradiction(document_model.ABSENT, document_calls(history)) for history in documents),
    ]
    return [reason for reason in reasons if reason is not None]


def _identified(operations: Sequence[Operation]) -> list[Operation]:
    """Say which organization a creation of unknown outcome made; one that nobody ever saw has not happened.

    The last reads of a history see all that is there, and nobody can delete what nobody has seen.
    """
    marked = {
        operation.argument: operation.organization
        for operation in operations
        if operation.name == "read" and operation.outcome == "done"
    }
    identified = []
    for operation in operations:
        if (operation.name, operation.outcome) != ("create", "unknown"):
            identified.append(operation)
        elif operation.argument.mark in marked:
            identified.append(replace(operation, organization=marked[operation.argument.mark]))
    return identified


def _grouped(
    operations: Iterable[Operation], key: Callable[[Operation], Hashable]
) -> Iterable[list[Operation]]:
    groups = defaultdict[Hashable, list[Operation]](list)
    for operation in operations:
        groups[key(operation)].append(operation)
    return groups.values()
