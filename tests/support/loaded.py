"""The functions that processes race with, loaded once by the fork server."""

import zxcvbn

from tests.support.service import handler

__all__ = ["zxcvbn"]

for function in ("create_organization", "update_organization"):
    handler(function)
