"""What a person does with an account in the console, from signing up to its end."""

from playwright.sync_api import Page, expect

from tests.e2e.console.chromium import axe, log_in, slow
from tests.e2e.console.conftest import OpenPage
from tests.e2e.console.forms import fill, follow, heading
from tests.e2e.http_service import HttpService, unique
from tests.e2e.mailbox import Mailbox
from tests.support.owners import PASSWORD, Owner, sign_up

NEXT_PASSWORD = "a long walk by the sea"


def address(name: str) -> str:
    return f"{unique(name).lower().replace(' ', '-')}@example.com"


def test_person_signs_up_verifies_the_address_and_changes_the_password(
    page: Page, console: str, mailbox: Mailbox
) -> None:
    name, email = unique("Signing up"), address("signing-up")
    page.goto(console)
    page.get_by_role("link", name="Create an organization").click()
    fill(page, {"Organization": name, "Email": email, "Password": "short"})
    page.get_by_role("button", name="Create it").click()
    assert page.get_by_label("Password", exact=True).evaluate("field => field.validity.tooShort")
    axe(page)
    fill(page, {"Password": PASSWORD})
    page.get_by_role("button", name="Create it").click()
    heading(page, name)
    expect(page.get_by_label("Your address")).to_contain_text(email)
    axe(page)

    follow(page, console, "verify-email", mailbox.to(email)[-1].token)
    heading(page, "Your address is confirmed")
    page.get_by_role("link", name="To the console", exact=True).click()
    page.get_by_role("link", name="Account").click()
    expect(page.get_by_text("confirmed", exact=True)).to_be_visible()
    axe(page)

    fill(page, {"Current password": "not the password", "New password": NEXT_PASSWORD})
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("alert")).to_be_visible()
    fill(page, {"Current password": PASSWORD})
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("all other sessions are ended")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    fill(page, {"Email": email, "Password": NEXT_PASSWORD})
    page.get_by_role("button", name="Log in").click()
    heading(page, name)


@slow
def test_forgotten_password_is_reset_by_the_link(
    page: Page, console: str, mailbox: Mailbox, owner: Owner
) -> None:
    page.goto(console)
    page.get_by_role("link", name="Forgotten password?").click()
    fill(page, {"Email": owner.email})
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("status").filter(has_text="If an account has the address")).to_be_visible()
    axe(page)
    mail = mailbox.to(owner.email, at_least=2)[-1]
    follow(page, console, "reset-password", mail.token)
    fill(page, {"New password": NEXT_PASSWORD})
    axe(page)
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("status").filter(has_text="The password is changed")).to_be_visible()
    fill(page, {"Email": owner.email, "Password": NEXT_PASSWORD})
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()

    follow(page, console, "reset-password", mail.token)
    fill(page, {"New password": NEXT_PASSWORD})
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("alert")).to_contain_text("has been used")


@slow
def test_account_in_several_organizations_chooses_one_and_switches(
    page: Page, console: str, service: HttpService, owner: Owner
) -> None:
    name = unique("Amazon")
    assert service.post("/organizations", {"name": name}, token=owner.token).status == 201
    page.goto(console)
    fill(page, {"Email": owner.email, "Password": PASSWORD})
    page.get_by_role("button", name="Log in").click()
    heading(page, "Choose an organization")
    axe(page)
    page.get_by_role("button", name=name).click()
    heading(page, name)
    page.get_by_role("button", name="Organization:").click()
    axe(page)
    page.get_by_role("dialog").get_by_role("button", name=owner.organization["name"]).click()
    heading(page, owner.organization["name"])
    expect(page.get_by_role("dialog")).to_have_count(0)


@slow
def test_invited_person_joins_with_an_account_and_without_one(
    open_page: OpenPage, console: str, mailbox: Mailbox, service: HttpService, owner: Owner
) -> None:
    proof = {"token": mailbox.to(owner.email)[-1].token}
    assert service.post("/account/email-verification/complete", proof, token=owner.token).status == 204
    stranger, member = address("stranger"), sign_up(service, unique("Member"))

    def link_to(email: str, mails: int) -> str:
        body = {"email": email, "role": "editor"}
        assert service.post(f"{owner.path}/invitations", body, token=owner.token).status == 201
        return mailbox.to(email, at_least=mails)[-1].token

    page = open_page()
    follow(page, console, "accept-invitation", link_to(stranger, 1))
    axe(page)
    fill(page, {"Password": PASSWORD})
    page.get_by_role("button", name="Create the account and accept").click()
    heading(page, owner.organization["name"])
    expect(page.get_by_text("You are in")).to_contain_text("as editor")
    expect(page.get_by_label("Your address")).to_have_count(0)

    page = open_page()
    token = link_to(member.email, 2)
    log_in(page, console, owner)
    follow(page, console, "accept-invitation", token)
    page.get_by_role("button", name="Accept it").click()
    expect(page.get_by_role("alert")).to_be_visible()  # it is for another address
    page.get_by_role("button", name="Use another account").click()
    page.get_by_role("link", name="Log in").click()
    fill(page, {"Email": member.email, "Password": PASSWORD})
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Accept it").click()
    heading(page, owner.organization["name"])


@slow
def test_address_is_changed_and_the_change_taken_back(
    page: Page, console: str, mailbox: Mailbox, service: HttpService, owner: Owner
) -> None:
    proof = {"token": mailbox.to(owner.email)[-1].token}
    assert service.post("/account/email-verification/complete", proof, token=owner.token).status == 204
    email = address("changed")
    log_in(page, console, owner)
    page.get_by_role("link", name="Account").click()
    page.get_by_role("button", name="Change the address").click()
    fill(page, {"New address": email, "Password": PASSWORD}, inside=page.get_by_role("dialog"))
    axe(page)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("status").filter(has_text=email)).to_be_visible()

    follow(page, console, "change-email", mailbox.to(email)[-1].token)
    page.get_by_role("button", name="Use the address").click()
    fill(page, {"Email": email, "Password": PASSWORD})
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()

    follow(page, console, "undo-email-change", mailbox.to(owner.email, at_least=2)[-1].token)
    page.get_by_role("button", name="Take it back").click()
    heading(page, "You have your address back")


@slow
def test_account_is_deleted_when_no_organization_needs_it(
    page: Page, console: str, service: HttpService, owner: Owner
) -> None:
    log_in(page, console, owner)
    page.get_by_role("link", name="Account").click()
    page.get_by_role("button", name="Delete the account").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Delete the account")).to_be_disabled()
    dialog.get_by_label("to confirm").fill(owner.email)
    axe(page)
    dialog.get_by_role("button", name="Delete the account").click()
    expect(dialog.get_by_role("alert")).to_contain_text(owner.organization["name"])
    assert service.delete(owner.path, token=owner.token).status == 204
    dialog.get_by_role("button", name="Delete the account").click()
    heading(page, "Log in")
    fill(page, {"Email": owner.email, "Password": PASSWORD})
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Delete the account").click()
    dialog.get_by_label("to confirm").fill(owner.email)
    dialog.get_by_role("button", name="Delete the account").click()
    expect(page.get_by_role("status").filter(has_text="The account is deleted")).to_be_visible()
