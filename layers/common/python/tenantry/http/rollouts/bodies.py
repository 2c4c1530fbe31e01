"""Bodies of requests about roll-outs, and what is in the files of `tenantry rollout`."""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from tenantry.http.indexes.bodies import MAX_FIELDS, IndexKey
from tenantry.http.indexes.indexing import NAME_PATTERN
from tenantry.http.schemas import Request
from tenantry.registry.names import RESERVED_SLUGS
from tenantry.registry.rollouts import Canary, Definition, RolledOutIndex, RolledOutValidator, Selection

MAX_INDEXES = 10
MAX_IDS = 1_000
DEFAULT_PARALLEL = 4  # docs/rollouts.md has the measurement


def _check_name(name: str) -> str:
    """Refuse what is a path of its own, which the limits per client address would take for that."""
    if name in RESERVED_SLUGS:
        raise ValueError("is reserved")
    return name


Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$"), AfterValidator(_check_name)]
OrganizationId = Annotated[
    str,
    StringConstraints(pattern="^org_[0-9a-f]{32}$"),
    Field(examples=["org_6f1d0a52c4b94a0d8e1f7a3c5b2d9e80"]),
]
Ids = Annotated[list[OrganizationId], Field(min_length=1, max_length=MAX_IDS)]


class RollOutIndex(Request):
    """An index that each organization gets."""

    name: Annotated[str, StringConstraints(pattern=f"^{NAME_PATTERN}$")] = Field(examples=["by-date"])
    keys: Annotated[list[IndexKey], Field(min_length=1, max_length=MAX_FIELDS)]
    unique: bool = Field(default=False, description="Refuse two documents with the same values.")
    partial: bool = Field(default=False, description="Leave out documents that lack one of the fields.")


class Validator(Request):
    """What the documents of each organization must be, for its own collection."""

    rule: dict[str, Any] = Field(
        min_length=1,
        description="A query of MongoDB that documents must match, as Extended JSON.",
        examples=[{"$jsonSchema": {"required": ["kind"]}}],
    )
    level: Literal["off", "strict", "moderate"] = Field(
        default="strict", description="MongoDB's validationLevel."
    )
    action: Literal["error", "warn"] = Field(default="error", description="MongoDB's validationAction.")


class Organizations(Request):
    """Which organizations: those that meet each condition; all if there is none."""

    ids: Ids | None = Field(default=None, description="These.")
    kind: Literal["collection", "pooled"] | None = Field(
        default=None, description="With a collection of their own, or in pools."
    )
    cluster: str | None = Field(default=None, max_length=100, description="On this cluster.")
    plan: str | None = Field(default=None, max_length=100, description="With this plan.")
    prefix: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(
        default=None, description="Whose slug or name begins with this."
    )


class FirstOrganizations(Request):
    """The organizations that come first."""

    organizations: Annotated[int, Field(ge=1, le=MAX_IDS)] | Ids = Field(
        description="How many, or the ids of which.", examples=[3]
    )
    then: Literal["stop", "check"] = Field(
        default="stop",
        description="Pause behind them, or only if one has failed, or has documents that the validator "
        "refuses.",
    )


class RollOut(Request):
    """Body of POST /operator/rollouts."""

    name: Name = Field(description="Never used again.", examples=["orders-by-date"])
    organizations: Organizations = Field(default_factory=Organizations)
    indexes: list[RollOutIndex] = Field(default_factory=list, max_length=MAX_INDEXES)
    validator: Validator | None = None
    canary: FirstOrganizations | None = None
    parallel: int = Field(
        default=DEFAULT_PARALLEL, ge=1, le=16, description="How many organizations at a time."
    )
    max_failures: int = Field(
        default=10, ge=1, le=100_000, description="It pauses once so many organizations have failed."
    )

    @model_validator(mode="after")
    def check(self) -> Self:
        """Refuse what no organization could get."""
        if not self.indexes and self.validator is None and self._function() is None:
            raise ValueError("needs indexes, a validator or a function")
        names = [index.name for index in self.indexes]
        if len(set(names)) < len(names):
            raise ValueError("has two indexes of the same name")
        is_for_each = self.validator is not None or any(index.unique for index in self.indexes)
        if is_for_each and self.organizations.kind != "collection":
            raise ValueError(
                "has a validator or a unique index, which the tenants of a pool cannot share: "
                'add "organizations": {"kind": "collection"}'
            )
        return self

    def _function(self) -> str | None:
        return None

    def definition(self) -> Definition:
        """Return what the library rolls out."""
        return {
            "indexes": list(map(_index, self.indexes)),
            "validator": _validator(self.validator) if self.validator else None,
            "function": self._function(),
            "organizations": _selection(self.organizations),
            "canary": _canary(self.canary) if self.canary else None,
            "parallel": self.parallel,
            "max_failures": self.max_failures,
        }


class RollOutFile(RollOut):
    """What is in a file of `tenantry rollout`: as the body of a request, or with a function of Python."""

    function: Annotated[str, StringConstraints(pattern=r"^[\w.]+:\w+$")] | None = None

    def _function(self) -> str | None:
        return self.function


def _index(index: RollOutIndex) -> RolledOutIndex:
    return {
        "name": index.name,
        "keys": [(key.field, key.order) for key in index.keys],
        "unique": index.unique,
        "partial": index.partial,
    }


def _validator(validator: Validator) -> RolledOutValidator:
    return {"rule": json.dumps(validator.rule), "level": validator.level, "action": validator.action}


def _selection(organizations: Organizations) -> Selection:
    return {
        "ids": organizations.ids,
        "kind": organizations.kind,
        "cluster": organizations.cluster,
        "plan": organizations.plan,
        "prefix": organizations.prefix,
    }


def _canary(first: FirstOrganizations) -> Canary:
    return {"organizations": first.organizations, "is_checked": first.then == "check"}
