"""What the policies of a role allow, decided as IAM does.

Only what this project's policies are made of is understood; anything else is refused with a LookupError, so
that nothing is judged by half of what it says. A role may do what one of its policies allows, for no resource
policy and no boundary of this project says otherwise:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

VERSION: Final = "2012-10-17"
# The last part of an ARN may hold further colons.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
PARTS_OF_ARN: Final = 6


@dataclass(frozen=True)
class Request:
    """What a call asks IAM for.

    Parameters
    ----------
    action
        As the service authorization reference names it, such as ``events:PutEvents``.
    resource
        An ARN.
    context
        Condition keys, in lower case, and their values.
    """

    action: str
    resource: str
    context: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Permission:
    """One action on one resource that a statement allows, under all of its conditions."""

    action: str
    resource: str
    conditions: frozenset[tuple[str, tuple[str, ...]]] = field(default=frozenset())

    def covers(self, request: Request) -> bool:
        """Tell whether a request is allowed by this."""
        context = dict(request.context)
        return (
            _matches(self.action.lower(), request.action.lower())  # an action is in any case
            and _matches_arn(self.resource, request.resource)
            and all(context.get(key) in values for key, values in self.conditions)
        )


def permissions(document: Mapping[str, Any]) -> Iterator[Permission]:
    """Yield what a policy allows, action by action and resource by resource.

    Raises
    ------
    LookupError
        The policy holds what is not understood here.
    """
    if document["Version"] != VERSION or document.keys() != {"Version", "Statement"}:
        raise LookupError(f"a policy with {sorted(document)} of {document['Version']}")
    for statement in _listed(document["Statement"]):
        if statement["Effect"] != "Allow" or not statement.keys() <= {
            "Sid",
            "Effect",
            "Action",
            "Resource",
            "Condition",
        }:
            raise LookupError(f"a statement {statement}")
        conditions = frozenset(_conditions(statement.get("Condition", {})))
        for action in _listed(statement["Action"]):
            for resource in _listed(statement["Resource"]):
                yield Permission(action, _without_variables(resource), conditions)


def _conditions(written: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield condition keys with their values, of which one has to be that of the request.

    A key that the request does not have is not equal to anything:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    for operator, keys in written.items():
        if operator != "StringEquals":
            raise LookupError(f"a condition {operator}")
        for key, values in keys.items():
            yield key.lower(), tuple(_without_variables(value) for value in _listed(values))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _without_variables(text: Any) -> str:
    if not isinstance(text, str) or "${" in text:
        raise LookupError(f"a value {text}")
    return text


def _matches_arn(pattern: str, arn: str) -> bool:
    """Compare part by part, for a wildcard stays within its part.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    if pattern == "*":
        return True
    patterns, parts = (text.split(":", PARTS_OF_ARN - 1) for text in (pattern, arn))
    return len(patterns) == len(parts) and all(map(_matches, patterns, parts))


def _matches(pattern: str, text: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None


def is_allowed(granted: Iterable[Permission], request: Request) -> bool:
    """Tell whether a role with these permissions may do what is requested."""
    return any(permission.covers(request) for permission in granted)


def unneeded(granted: Collection[Permission], requests: Collection[Request]) -> list[Permission]:
    """Return the permissions without which every request is allowed all the same."""
    return [
        permission
        for permission in granted
        if all(is_allowed([other for other in granted if other is not permission], each) for each in requests)
    ]
