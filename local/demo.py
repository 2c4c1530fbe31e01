"""The story of two organizations and their documents, told request by request."""

import json
import re
import secrets
import time
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
from rich.json import JSON
from rich.rule import Rule
from rich.text import Text

from local.errors import LocalStackError
from local.output import console
from local.stack import Stack

_PASSWORD = "a long walk by the sea"  # noqa: S105 - of accounts that live as long as the story
_LINES = '{"text": "buy milk", "urgent": true}\n{"text": "call Ada", "urgent": false}'
_JSON: Mapping[str, str] = MappingProxyType({"Content-Type": "application/json"})
_CHOSEN_PASSWORD = "seven islands in a quiet sea"  # noqa: S105 - as above
_REQUEST_SECONDS = 30.0
_MAIL_SECONDS = 70.0  # with the next run of the sender at the latest
_POLL_SECONDS = 0.2


class Client(NamedTuple):
    """Sends requests below a path, prints each with its answer, and insists on the expected status."""

    http: httpx.Client
    path: str = ""
    token: str = ""

    def request(
        self,
        method: str,
        path: str,
        expected: int,
        body: dict[str, Any] | str | None = None,
        headers: Mapping[str, str] = _JSON,
    ) -> httpx.Response:
        """Send a request and return the answer.

        Raises
        ------
        LocalStackError
            When the answer has another status than the expected one.
        """
        fields = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        fields |= headers if body else {}
        text = json.dumps(body) if isinstance(body, dict) else body
        _print_request(method, self.path + path, fields, text)
        answer = self.http.request(method, self.path + path, content=text, headers=fields)
        _print_answer(answer)
        if answer.status_code != expected:
            raise LocalStackError(f"{method} {path} answered {answer.status_code}, expected {expected}.")
        return answer

    def sign_up(self, name: str, email: str) -> "Client":
        """Create an organization, log in, and return a client of the organization."""
        login = {"email": email, "password": _PASSWORD}
        created = self.request("POST", "/organizations", 201, {"name": name, **login}).json()
        organization = self._replace(path=f"/organizations/{created['organization']['id']}")
        return organization.log_in(email)

    def log_in(self, email: str, password: str = _PASSWORD) -> "Client":
        """Log in, and return a client with the token."""
        login = {"email": email, "password": password}
        answer = self.anybody().request("POST", "/login", 200, login)
        return self._replace(token=answer.json()["access_token"])

    def account(self) -> "Client":
        """Return a client with the same token for paths below no organization."""
        return self._replace(path="")

    def anybody(self) -> "Client":
        """Return a client without a token for paths below no organization."""
        return self._replace(path="", token="")


def tell_story(stack: Stack) -> None:
    """Tell the whole story against a running stack.

    Raises
    ------
    LocalStackError
        When an answer is not the expected one, or a document is lost.
    """
    suffix = secrets.token_hex(3)
    with httpx.Client(base_url=stack.api_url, timeout=_REQUEST_SECONDS, trust_env=False) as http:
        client = Client(http)
        _chapter("Two organizations sign up, and their owners log in")
        google = client.sign_up(f"Google {suffix}", f"admin@google-{suffix}.example")
        amazon = client.sign_up(f"Amazon {suffix}", f"admin@amazon-{suffix}.example")
        _tell_documents(google, amazon)
        _tell_versions(google)
        _tell_rename(google, f"Alphabet {suffix}")
        _tell_members(google, stack.mails_url, suffix)
        _tell_isolation(google, amazon)
        _tell_deletion(google)
        _tell_forgotten_password(client, stack.mails_url, f"admin@google-{suffix}.example")
        root = f"root@amazon-{suffix}.example"
        _tell_change_of_address(amazon, stack.mails_url, root)
        _tell_end_of_account(amazon, root)
    console.print("\n[bold green]Every answer was as expected.[/bold green]")


def _tell_documents(google: Client, amazon: Client) -> None:
    _chapter("Each has documents of its own, in a collection of its own")
    at = {"$date": "2026-01-31T12:00:00Z"}
    google.request("POST", "/documents", 201, {"_id": "plants", "text": "water the plants", "at": at})
    google.request("POST", "/documents", 201, _LINES, {"Content-Type": "application/x-ndjson"})
    amazon.request("POST", "/documents", 201, {"text": "of Amazon"})
    query = urlencode({"filter": '{"urgent":{"$exists":true}}', "sort": "-urgent", "fields": "text"})
    google.request("GET", f"/documents?{query}", 200)
    seen = amazon.request("GET", "/documents", 200).json()["documents"]
    if [document["text"] for document in seen] != ["of Amazon"]:
        raise LocalStackError("One organization sees the documents of another.")


def _tell_versions(google: Client) -> None:
    _chapter("A change is bound to the version that was read")
    read = google.request("GET", "/documents/plants", 200)
    version = {"If-Match": read.headers["etag"], "Content-Type": "application/merge-patch+json"}
    google.request("PATCH", "/documents/plants", 200, {"done": True, "at": None}, version)
    google.request("PATCH", "/documents/plants", 412, {"done": False}, version)


def _tell_rename(google: Client, name: str) -> None:
    _chapter("Documents and indexes survive a rename, and so does the token")
    google.request("POST", "/indexes", 201, {"keys": [{"field": "text"}], "unique": True, "name": "by-text"})
    kept = ("/documents", "/indexes")
    before = [google.request("GET", path, 200).json() for path in kept]
    google.request("PATCH", "", 200, {"name": name})
    if [google.request("GET", path, 200).json() for path in kept] != before:
        raise LocalStackError("The rename lost documents or indexes.")


def _tell_members(google: Client, mails_url: str, suffix: str) -> None:
    _chapter("Whoever has verified the own address invites others, who join by a mailed link")
    admin, guest = f"admin@google-{suffix}.example", f"grace@google-{suffix}.example"
    link = {"token": _mailed_token(google.http, mails_url, admin, "verify-email")}
    google.account().request("POST", "/account/email-verification/complete", 204, link)
    google.request("POST", "/invitations", 201, {"email": guest, "role": "viewer"})
    link = {"token": _mailed_token(google.http, mails_url, guest, "accept-invitation")}
    google.anybody().request("POST", "/invitations/accept", 200, link | {"password": _PASSWORD})

    _chapter("A role, and its end, count from the next request on")
    grace = google.log_in(guest)
    grace.request("POST", "/documents", 403, {"text": "a viewer's"})
    owner, member = google.request("GET", "/members", 200).json()["members"]
    google.request("PATCH", f"/members/{member['id']}", 200, {"role": "editor"})
    grace.request("POST", "/documents", 201, {"text": "an editor's"})
    google.request("DELETE", f"/members/{member['id']}", 204)
    grace.request("GET", "/documents", 401)

    _chapter("An organization always has an owner")
    google.request("DELETE", f"/members/{owner['id']}", 409)


def _tell_isolation(google: Client, amazon: Client) -> None:
    _chapter("Nobody sees another's organization, nor that it exists")
    stranger, nobody = google._replace(token=amazon.token), google._replace(token="")
    stranger.request("GET", "", 404)
    stranger.request("GET", "/documents/plants", 404)
    stranger.request("DELETE", "", 404)
    nobody.request("GET", "/documents", 401)


def _tell_deletion(google: Client) -> None:
    _chapter("The password is shown once more before the end, and all tokens are dead after it")
    confirmed = google.account().request("POST", "/login/confirm", 200, {"password": _PASSWORD})
    google = google._replace(token=confirmed.json()["access_token"])
    google.request("DELETE", "", 204)
    google.request("GET", "/documents", 401)


def _tell_forgotten_password(client: Client, mails_url: str, email: str) -> None:
    _chapter("Whoever has forgotten the password gets a link, and chooses another one")
    client.request("POST", "/account/password-reset", 202, {"email": email})
    chosen = {
        "token": _mailed_token(client.http, mails_url, email, "reset-password"),
        "new_password": _CHOSEN_PASSWORD,
    }
    client.request("POST", "/account/password-reset/complete", 204, chosen)
    client.request("POST", "/login", 401, {"email": email, "password": _PASSWORD})
    client.log_in(email, _CHOSEN_PASSWORD)


def _tell_change_of_address(amazon: Client, mails_url: str, email: str) -> None:
    _chapter("Another address takes the password, its mailbox and the account")
    account = amazon.account()
    wanted = {"new_email": email, "current_password": _PASSWORD}
    account.request("POST", "/account/email-change", 202, wanted)
    link = {"token": _mailed_token(account.http, mails_url, email, "change-email")}
    account.request("POST", "/account/email-change/complete", 204, link)
    account.request("GET", "/account", 401)


def _tell_end_of_account(amazon: Client, email: str) -> None:
    _chapter("An account goes once no organization would be left without an owner")
    amazon = amazon.log_in(email)
    amazon.account().request("DELETE", "/account", 409)
    amazon.request("DELETE", "", 204)
    amazon.log_in(email).account().request("DELETE", "/account", 204)


def _mailed_token(http: httpx.Client, mails_url: str, email: str, page: str) -> str:
    """Wait for the mail to an address whose link leads to a page, and return the token of the link."""
    give_up_at = time.monotonic() + _MAIL_SECONDS
    while time.monotonic() < give_up_at:
        sent = http.get(mails_url).json()["messages"].values()
        for mail in (mail for mails in sent for mail in mails if mail["To"] == [email]):
            if match := re.search(rf"/{page}#token=(\S+)", mail["BodyText"]):
                return match[1]
        time.sleep(_POLL_SECONDS)
    raise LocalStackError(f"No mail to {email} has arrived.")


def _chapter(title: str) -> None:
    console.print()
    console.print(Rule(title, align="left", style="cyan"))


def _print_request(method: str, path: str, fields: Mapping[str, str], body: str | None) -> None:
    console.print()
    console.print(Text(f"→ {method} {path}", style="bold"), soft_wrap=True)
    for name, value in fields.items():
        shown = f"{value[:19]}…" if name == "Authorization" else value
        console.print(Text(f"  {name}: {shown}", style="dim"))
    if body:
        console.print(Text(body) if "\n" in body else JSON(body), soft_wrap=True)


def _print_answer(answer: httpx.Response) -> None:
    phrase = HTTPStatus(answer.status_code).phrase
    console.print(Text(f"← {answer.status_code} {phrase}", style="bold magenta"))
    if "etag" in answer.headers:
        console.print(Text(f"  ETag: {answer.headers['etag']}", style="dim"))
    if answer.content:
        console.print(JSON(answer.text), soft_wrap=True)
