"""The tests of the console's modules that need no page, run by Node.js."""

import subprocess
from pathlib import Path

HERE = Path(__file__).parent
NODE = HERE.parents[2] / ".venv/bin/node"


def test_modules() -> None:
    files = sorted(str(file) for file in HERE.glob("*.test.mjs"))
    assert files
    run = subprocess.run([NODE, "--test", *files], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
