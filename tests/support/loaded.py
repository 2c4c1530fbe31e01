"""The functions that processes race with, loaded once by the fork server."""

import zxcvbn

from tests.support.service import handler

__all__ = ["zxcvbn"]

for method in ("create", "get", "update", "delete"):
    handler(f"{method}_organization")
handler("login")
