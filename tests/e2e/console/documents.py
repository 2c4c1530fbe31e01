"""The views of documents, as a person uses them."""

import json
from typing import Any

from playwright.sync_api import Locator, Page

from tests.support.owners import Owner

CANONICAL = {"Accept": "application/ejson"}


def show(page: Page, path: str) -> None:
    """Follow a link to a view, such as ``/documents?do=import``."""
    page.evaluate("hash => { window.location.hash = hash }", path)


def insert(owner: Owner, *texts: str) -> None:
    """Store documents, each as its text is."""
    lines = {"Content-Type": "application/x-ndjson"}
    answer = owner.service.post(
        f"{owner.path}/documents", token=owner.token, body="\n".join(texts), headers=lines
    )
    assert answer.status == 201, answer.text


def stored(owner: Owner, document: str) -> Any:
    """Return a document as the API has it, with its types, as lists of members: their order counts."""
    answer = owner.service.get(f"{owner.path}/documents/{document}", token=owner.token, headers=CANONICAL)
    return json.loads(answer.text, object_pairs_hook=list)


def all_stored(owner: Owner) -> list[str]:
    """Return the texts of all documents, in canonical Extended JSON, in the order of their ids."""
    texts, cursor = [], ""
    while True:
        path = f"{owner.path}/documents?limit=1000{cursor}"
        page = owner.service.get(path, token=owner.token, headers=CANONICAL).json
        texts += [json.dumps(document, separators=(",", ":")) for document in page["documents"]]
        if page["next_cursor"] is None:
            return texts
        cursor = f"&cursor={page['next_cursor']}"


def editor(page: Page) -> Locator:
    """Return where a document is written."""
    return page.get_by_role("textbox", name="Document")


def edit(page: Page, old: str, new: str) -> None:
    """Replace a part of the document that is shown, and save it."""
    page.get_by_role("button", name="Edit").click()
    text = editor(page).input_value()
    assert text.count(old) == 1, text[:1000]
    editor(page).fill(text.replace(old, new))
    page.get_by_role("button", name="Save").click()
