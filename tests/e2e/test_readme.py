"""The story in README and documents: its lines can be pasted, and the answers are those that they show."""

import json
import os
import re
import shutil
import subprocess
from typing import Any, NamedTuple

from local.deployment import PROJECT
from local.processes import HOST
from tests.e2e.deployment import Deployment

# In the order in which the lines of one go on where those of another end.
STORY = [PROJECT / "README.md"] + [
    PROJECT / "docs" / f"{name}.md" for name in ("audit", "documents", "accounts", "deletion")
]
BASH = shutil.which("bash") or "bash"
ANOTHER_EACH_TIME = {
    "id", "at", "created_at", "updated_at", "$oid", "instance", "request_id", "next_cursor",
    "started_at", "last_used_at", "expires_at", "user_agent", "account_id", "joined_at",
}  # fmt: skip


class Step(NamedTuple):
    """A command and what the document says it prints."""

    command: str
    output: str


def steps() -> list[Step]:
    """Return the commands of the story with their output, each of which may take several lines."""
    told = []
    text_of_all = "".join(document.read_text() for document in STORY)
    for block in re.findall(r"```console\n(.*?)```", text_of_all, re.DOTALL):
        for text in block.removeprefix("$ ").split("\n$ "):
            command, _, output = re.sub(r"(\\|\|)\n", "\\1\0", text).partition("\n")
            told.append(Step(command.replace("\0", "\n"), output.strip().replace("\n", "")))
    return told


def run(commands: list[str], api_url: str) -> list[str]:
    """Run commands in one shell, as if pasted, and return what each prints."""
    script = "\n".join(f"{command}\nprintf '\\0'" for command in commands)
    environment = os.environ | {"API": api_url, "NO_PROXY": HOST}
    done = subprocess.run(
        [BASH, "-euo", "pipefail", "-c", script], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.removesuffix("\0").split("\0")


def comparable(text: str) -> Any:
    """Return what must be the same each time."""
    if not text.startswith("{"):
        return [line.rstrip() for line in text.splitlines()[:1]]
    return json.loads(
        text, object_hook=lambda fields: fields | dict.fromkeys(fields.keys() & ANOTHER_EACH_TIME)
    )


def test_lines_of_the_story_print_what_the_documents_show(deployment: Deployment) -> None:
    told = steps()
    assert len(told) > 10
    printed = run([step.command for step in told], deployment.stack.api_url)
    for step, output in zip(told, printed, strict=True):
        assert comparable(output) == comparable(step.output), step.command
