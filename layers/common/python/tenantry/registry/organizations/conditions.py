"""Conditions on fields of organizations, as several searches have them."""

from typing import Final

from tenantry.errors import InvalidFields
from tenantry.registry import limits, names
from tenantry.registry.clusters import MAIN
from tenantry.registry.organizations.document import Kind
from tenantry.runtime.mongodb import Document

_BEHIND_ALL: Final = "\U0010ffff"  # no character, so behind all that a text can go on with


def of_cluster(cluster: str) -> Document:
    """Return the condition on `cluster` for the organizations whose documents are on a cluster."""
    return _or_missing(cluster, MAIN)


def of_plan(plan: str) -> Document:
    """Return the condition on `plan` for the organizations that have a plan."""
    return _or_missing(plan, limits.DEFAULT)


def of_kind(kind: Kind) -> Document:
    """Return the condition on `pool` for the organizations whose documents are, or are not, in a pool."""
    return {"$ne" if kind == "pooled" else "$eq": None}


def beginning_with(prefix: str) -> Document:
    """Return the condition on a text for what begins with a prefix."""
    return {"$gte": prefix, "$lt": behind(prefix)}


def behind(prefix: str) -> str:
    """Return a text that is behind all that begin with a prefix, and in front of all behind these."""
    return prefix + _BEHIND_ALL


def folded_prefix(name_prefix: str) -> str:
    """Return how folded names begin if the names begin like this; see `names.folded`.

    Raises
    ------
    InvalidFields
        The prefix holds no letter, digit or sign.
    """
    folded = names.folded(name_prefix)
    if not folded:
        raise InvalidFields.of("name_prefix", "must hold a letter, a digit or a sign")
    return folded


def _or_missing(value: str, initial: str) -> Document:
    return {"$in": [value, None] if value == initial else [value]}
