"""The console without a mouse: every step is a key, and every place that a key reaches is seen."""

from typing import Final

from playwright.sync_api import Page, expect

from tests.e2e.console.chromium import slow
from tests.support.owners import PASSWORD, Owner

MOST_KEYS: Final = 80
# A heading gets the focus when its view is shown, by no key.
FOCUSED: Final = """() => {
  const {outlineStyle, outlineWidth} = getComputedStyle(document.activeElement);
  return document.activeElement.matches("body, h1") || (outlineStyle !== "none" && outlineWidth !== "0px");
}"""


@slow
def test_document_is_created_and_deleted(page: Page, console: str, owner: Owner) -> None:
    page.goto(console)
    go_to(page, "textbox", "Email")
    page.keyboard.type(owner.email)
    go_to(page, "textbox", "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    press(page, "link", "Documents")
    press(page, "link", "Create")
    go_to(page, "textbox", "Document")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text('{"_id": "milk", "price": 2}')
    press(page, "button", "Create")
    expect(page.get_by_role("heading", level=1, name="milk")).to_be_visible()
    press(page, "button", "Delete")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "button", "Delete")
    expect(page.get_by_text("The document is deleted.")).to_be_visible()
    expect(page.get_by_text("There is no document yet")).to_be_visible()
    press(page, "button", "Log out")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def go_to(page: Page, role: str, name: str) -> None:
    """Press the Tab key until an element has the focus; each one that has it in between is marked."""
    wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type] # one of its literals
    expect(wanted.last).to_be_visible()
    for _ in range(MOST_KEYS):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED), page.evaluate("document.activeElement.outerHTML")
        if wanted.and_(page.locator(":focus")).count():
            return
    raise AssertionError(f"{MOST_KEYS} keys do not reach the {role} {name}")


def press(page: Page, role: str, name: str) -> None:
    go_to(page, role, name)
    page.keyboard.press("Enter")
