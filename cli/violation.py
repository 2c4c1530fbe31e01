"""A broken invariant."""

from dataclasses import dataclass, field
from typing import Any

from cli.connection import Document


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that one document, collection or index breaks.

    Parameters
    ----------
    rule : str
        Name of the rule, in kebab case.
    detail : str
        What is wrong.
    key : Any
        The key to examine again.
    organization_id, slug : str, optional
        The organization that it is about, if there is one; shown, but not compared.
    version : str
        The document's version: violations of two versions are different ones.
    """

    rule: str
    detail: str
    key: Any
    organization_id: str | None = field(default=None, compare=False)
    slug: str | None = field(default=None, compare=False)
    version: str = ""


def text_of(value: Any) -> str | None:
    """Return the value of a field as text, whatever its type; None if it is missing or null."""
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
