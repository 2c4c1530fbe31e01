"""In which order the OpenAPI document names operations: that in which a user meets them."""

from typing import Any, Final

TAGS: Final = {
    "Organizations": "Create an organization, read, rename and delete it.",
    "Accounts": "Log in and stay logged in; an account's password, e-mail address and sessions.",
    "Documents": "An organization's data: insert, find, read, replace, change and delete documents.",
    "Indexes": "Make queries of documents fast, and keep values unique.",
    "Members": "Who belongs to an organization, in which role, and who owns it.",
    "Invitations": "Bring people into an organization.",
    "API keys": "Let programs reach an organization's data.",
    "Usage": "What an organization uses of what it may.",
    "Audit": "Who has done what in an organization.",
    "Service": "What the service says of itself, to everybody.",
    "Operator": "For the operator of the service alone, who signs requests with AWS Signature Version 4.",
}
"""All tags, and what their operations are for."""

_METHODS: Final = ("post", "get", "put", "patch", "delete")


def put_in_order(document: dict[str, Any]) -> None:
    """Sort tags and paths of a document, and the methods of each path; the root of a resource comes first.

    Raises
    ------
    ValueError
        A function has a tag that is not among `TAGS`.
    """
    places = list(TAGS)
    paths = document["paths"]
    tags = {tag for item in paths.values() for operation in item.values() for tag in operation["tags"]}
    if tags != set(TAGS):
        raise ValueError(f"TAGS in local/openapi_order.py differ from the functions': {tags ^ set(TAGS)}")

    def place(path: str) -> tuple[int, int, str]:
        tag = min(places.index(tag) for operation in paths[path].values() for tag in operation["tags"])
        return tag, path.count("/"), path

    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    document["paths"] = {
        path: dict(sorted(paths[path].items(), key=lambda operation: _METHODS.index(operation[0])))
        for path in sorted(paths, key=place)
    }
    for item in paths.values():
        for operation in item.values():
            operation["responses"] = dict(sorted(operation["responses"].items()))
