"""A broken invariant, as the checks find it and the command prints it."""

from dataclasses import dataclass, field
from typing import Any

from cli.connection import Document


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that one thing breaks.

    Parameters
    ----------
    rule : str
        Name of the rule, in kebab case.
    detail : str
        What is wrong.
    key : Any
        What to examine again.
    organization_id, slug : str, optional
        The organization that it is about, as far as there is one; for who reads it.
    version : str
        The document's version, so that the violation of another version is another violation.
    """

    rule: str
    detail: str
    key: Any
    organization_id: str | None = field(default=None, compare=False)
    slug: str | None = field(default=None, compare=False)
    version: str = ""


def text_of(value: Any) -> str | None:
    """Return what stands in a document as text, whatever it is; None if nothing does."""
    return None if value is None else str(value)


def of_organization(organization: Document, rule: str, detail: str) -> Violation:
    """Make the violation of a rule about organizations."""
    return Violation(
        rule,
        detail,
        key=organization["_id"],
        organization_id=text_of(organization["_id"]),
        slug=text_of(organization.get("slug")),
        version=repr(organization.get("version")),
    )
