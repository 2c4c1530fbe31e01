"""The story of two organizations, told request by request."""

import os
import secrets
from http import HTTPStatus
from typing import Any

import httpx
from rich.json import JSON
from rich.rule import Rule
from rich.text import Text

from local.errors import LocalStackError
from local.output import console
from local.stack import Stack
from tenantry import tenants

_PASSWORD = "a long walk by the sea"  # noqa: S105 - of accounts that live as long as the story
_NOTES = ("buy milk", "call Ada", "water the plants")
_REQUEST_SECONDS = 30.0


class Story:
    """Sends requests, prints each with its answer, and insists on the expected status."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def request(
        self, method: str, path: str, expected: int, token: str = "", body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a request and return the answer's JSON body.

        Raises
        ------
        LocalStackError
            When the answer has another status than the expected one.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self._client.request(method, path, headers=headers, json=body)
        _print_request(method, path, token, body)
        _print_answer(answer)
        if answer.status_code != expected:
            raise LocalStackError(f"{method} {path} answered {answer.status_code}, expected {expected}.")
        return answer.json() if answer.content else {}

    def sign_up(self, name: str, email: str) -> dict[str, Any]:
        """Create an organization and return it."""
        body = {"name": name, "email": email, "password": _PASSWORD}
        organization: dict[str, Any] = self.request("POST", "/organizations", 201, body=body)["organization"]
        return organization

    def log_in(self, email: str) -> str:
        """Log in and return the access token."""
        body = {"email": email, "password": _PASSWORD}
        token: str = self.request("POST", "/login", 200, body=body)["access_token"]
        return token


def tell_story(stack: Stack) -> None:
    """Tell the whole story against a running stack.

    Raises
    ------
    LocalStackError
        When an answer is not the expected one, or a document is lost.
    """
    suffix = secrets.token_hex(3)
    with httpx.Client(base_url=stack.api_url, timeout=_REQUEST_SECONDS, trust_env=False) as client:
        story = Story(client)
        _chapter("Two organizations sign up")
        google = story.sign_up(f"Google {suffix}", f"admin@google-{suffix}.example")
        amazon = story.sign_up(f"Amazon {suffix}", f"admin@amazon-{suffix}.example")
        _chapter("Their administrators log in")
        google_token = story.log_in(f"admin@google-{suffix}.example")
        amazon_token = story.log_in(f"admin@amazon-{suffix}.example")
        _tell_rename(story, stack, google, google_token, f"Alphabet {suffix}")
        _tell_isolation(story, google, google_token, amazon_token)
        _tell_deletion(story, google, google_token)
        story.request("DELETE", f"/organizations/{amazon['id']}", 204, amazon_token)
    console.print("\n[bold green]Every answer was as expected.[/bold green]")


def _tell_rename(story: Story, stack: Stack, organization: dict[str, Any], token: str, name: str) -> None:
    _chapter(f"Documents in {organization['collection']} survive a rename")
    notes = _tenant_collection(stack, organization)
    notes.insert_many([{"text": text} for text in _NOTES])
    _print_notes(notes)
    renamed = story.request("PATCH", f"/organizations/{organization['slug']}", 200, token, {"name": name})
    console.print(f"The collection is now {renamed['collection']}, and the token still works:")
    story.request("GET", f"/organizations/{renamed['slug']}", 200, token)
    if _print_notes(notes) != list(_NOTES):
        raise LocalStackError("The rename lost documents.")


def _tell_isolation(story: Story, organization: dict[str, Any], own_token: str, other_token: str) -> None:
    _chapter("Nobody sees another's organization, nor that it exists")
    path = f"/organizations/{organization['id']}"
    story.request("GET", path, 200, own_token)
    story.request("GET", path, 404, other_token)
    story.request("DELETE", path, 404, other_token)
    story.request("GET", path, 401)


def _tell_deletion(story: Story, organization: dict[str, Any], token: str) -> None:
    _chapter("A deleted organization's token is dead at once")
    path = f"/organizations/{organization['id']}"
    story.request("DELETE", path, 204, token)
    story.request("GET", path, 401, token)


def _tenant_collection(stack: Stack, organization: dict[str, Any]) -> tenants.TenantCollection:
    os.environ["MONGODB_URI"] = stack.mongodb_uri
    os.environ["MASTER_DATABASE"] = stack.master_database
    os.environ["TENANT_DATABASE"] = stack.tenant_database
    return tenants.TenantCollection(organization["id"])


def _print_notes(notes: tenants.TenantCollection) -> list[str]:
    texts = [note["text"] for note in notes.find({})]
    console.print(f"The tenant's documents: {texts}", markup=False)
    return texts


def _chapter(title: str) -> None:
    console.print()
    console.print(Rule(title, align="left", style="cyan"))


def _print_request(method: str, path: str, token: str, body: dict[str, Any] | None) -> None:
    console.print()
    console.print(Text(f"→ {method} {path}", style="bold"))
    if token:
        console.print(Text(f"  Authorization: Bearer {token[:12]}…", style="dim"))
    if body:
        console.print(JSON.from_data(body), soft_wrap=True)


def _print_answer(answer: httpx.Response) -> None:
    phrase = HTTPStatus(answer.status_code).phrase
    console.print(Text(f"← {answer.status_code} {phrase}", style="bold magenta"))
    if answer.content:
        console.print(JSON(answer.text), soft_wrap=True)
