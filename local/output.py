"""What the terminal shows."""

import contextlib
import json
import time
from collections.abc import Iterator

from rich.console import Console

from local.stack import Stack

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


class ConsoleProgress:
    """Progress of a start: a spinner for the step that runs, a line for each that is done."""

    @contextlib.contextmanager
    def step(self, description: str) -> Iterator[None]:
        """Show a step for as long as it runs."""
        started = time.monotonic()
        with console.status(description):
            yield
        console.print(f"[green]✓[/green] {description} [dim]{time.monotonic() - started:.1f} s[/dim]")

    def warn(self, message: str) -> None:
        """Show a warning."""
        console.print(f"[bold yellow]Warning:[/bold yellow] {message}")


def print_lines(text: str) -> None:
    """Print text exactly as it is, so that it can be copied: no wrapping, no markup."""
    console.print(text, markup=False, soft_wrap=True)


def print_error(message: str) -> None:
    """Print why the program ends."""
    errors.print(message, style="bold red", markup=False, soft_wrap=True)


def print_guide(stack: Stack) -> None:
    """Print where the stack is and the story of an organization as curl lines."""
    console.rule("Tenantry is running")
    print_lines(
        _GUIDE.format(
            api_url=stack.api_url,
            mongodb_uri=stack.mongodb_uri,
            mongodb_server=stack.mongodb_server,
            mails_url=stack.mails_url,
        )
    )
    if stack.mongodb_clusters:
        uris, name = json.dumps(stack.mongodb_clusters), next(iter(stack.mongodb_clusters))
        print_lines(_GUIDE_TO_CLUSTERS.format(mongodb_uri=stack.mongodb_uri, uris=uris, name=name))
    console.rule("Ctrl-C stops it")


_GUIDE = """\
API         {api_url}
Swagger UI  {api_url}/docs
Console     {api_url}/console
MongoDB     {mongodb_uri}
            {mongodb_server}
Sent mails  {mails_url}

# Paste these lines into another terminal.
API='{api_url}'

# Create an organization and its first account
curl -s -w '\\n' -X POST "$API/organizations" -H 'Content-Type: application/json' \\
  -d '{{"name": "Google", "email": "admin@google.example", "password": "a long walk by the sea"}}'

# Log in and keep the token
TOKEN=$(curl -s -X POST "$API/login" -H 'Content-Type: application/json' \\
  -d '{{"email": "admin@google.example", "password": "a long walk by the sea"}}' \\
  | sed -E 's/.*"access_token": *"([^"]+)".*/\\1/')

# Read it
curl -s -w '\\n' "$API/organizations/google" -H "Authorization: Bearer $TOKEN"

# Insert a document, and find it
curl -s -w '\\n' -X POST "$API/organizations/google/documents" -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '{{"text": "buy milk", "due": {{"$date": "2026-12-01T09:00:00Z"}}}}'
curl -s -w '\\n' -G "$API/organizations/google/documents" -H "Authorization: Bearer $TOKEN" \\
  --data-urlencode 'filter={{"due": {{"$lt": {{"$date": "2027-01-01T00:00:00Z"}}}}}}'

# Rename it: its collection org_google becomes org_alphabet, with every document
curl -s -w '\\n' -X PATCH "$API/organizations/google" -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '{{"name": "Alphabet"}}'

# Delete it: 204 has no body, and the token is dead at once
curl -s -i -X DELETE "$API/organizations/alphabet" -H "Authorization: Bearer $TOKEN"
"""

_GUIDE_TO_CLUSTERS = """\
# Let organizations be placed on another cluster, too
export MONGODB_URI='{mongodb_uri}'
export MONGODB_CLUSTERS='{uris}'
.venv/bin/tenantry cluster add {name} --pools 2

# Create an organization, and move it there, and then into a collection that it shares
curl -s -w '\\n' -X POST "$API/organizations" -H 'Content-Type: application/json' \\
  -d '{{"name": "Amazon", "email": "admin@amazon.example", "password": "a long walk by the sea"}}'
.venv/bin/tenantry move amazon --to {name}
.venv/bin/tenantry move amazon --to {name}/pooled
"""
