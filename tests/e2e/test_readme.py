"""The story in the README: its lines can be pasted, and the answers are those that it shows."""

import json
import os
import re
import shutil
import subprocess
from typing import Any, NamedTuple

from local.deployment import PROJECT
from local.processes import HOST
from tests.e2e.deployment import Deployment

README = (PROJECT / "README.md").read_text()
STORY = README[README.index("## The story") : README.index("## What it promises")]
BASH = shutil.which("bash") or "bash"
ANOTHER_EACH_TIME = {
    "id", "at", "created_at", "updated_at", "$oid", "instance", "request_id", "next_cursor",
    "started_at", "last_used_at", "expires_at", "user_agent", "account_id", "joined_at",
}  # fmt: skip


class Step(NamedTuple):
    """A command and what the README says it prints."""

    command: str
    output: str


def steps() -> list[Step]:
    """Return the commands of the story with their output, each of which may take several lines."""
    told = []
    for block in re.findall(r"```console\n(.*?)```", STORY, re.DOTALL):
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


def test_lines_of_the_story_print_what_the_readme_shows(deployment: Deployment) -> None:
    told = steps()
    assert len(told) > 10
    printed = run([step.command for step in told], deployment.stack.api_url)
    for step, output in zip(told, printed, strict=True):
        assert comparable(output) == comparable(step.output), step.command
