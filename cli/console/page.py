"""The console's page, as GET /console serves it, marked as the operator's."""

from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

from cli.console.problems import Answer, not_found
from tenantry.http import console

FOLDER: Final = "/console/"
PATH: Final = FOLDER + console.INDEX
# By this the page knows that no account logs in here.
MARK: Final = '<meta name="tenantry-console" content="operator">'


def is_of(path: str) -> bool:
    """Tell whether a path is one of the page's."""
    return path in {"/", "/console"} or path.startswith(FOLDER)


def answer(path: str, known: str | None) -> Answer:
    """Return a file of the console's folder.

    Parameters
    ----------
    path : str
        Of the request.
    known : str or None
        The entity tag of what the browser has.

    Raises
    ------
    Problem
        There is no such file.
    """
    if not path.startswith(FOLDER):
        return Answer(HTTPStatus.FOUND, {**console.header_fields(), "Location": PATH}, b"")
    name = unquote(path.removeprefix(FOLDER))
    served = console.files().get(name)
    if served is None:
        raise not_found()
    fields = dict(console.header_fields(name))
    if name == console.INDEX:
        content = served.content.replace("<title>", f"{MARK}<title>", 1)
        return Answer(HTTPStatus.OK, fields | {"Content-Type": served.media_type}, content.encode())
    fields["ETag"] = served.etag
    if known == served.etag:
        return Answer(HTTPStatus.NOT_MODIFIED, fields, b"")
    return Answer(HTTPStatus.OK, fields | {"Content-Type": served.media_type}, served.content.encode())
