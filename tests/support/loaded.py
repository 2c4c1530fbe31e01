"""The functions and the command line that processes race with, loaded once by the fork server."""

import zxcvbn

import cli.app
from tests.support.service import handler

__all__ = ["cli", "zxcvbn"]

for method in ("create", "get", "update", "delete"):
    handler(f"{method}_organization")
for name in ("login", "keys", "documents", "indexes"):
    handler(name)
