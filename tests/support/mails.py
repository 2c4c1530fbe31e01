"""Mails as their readers get them."""

import re
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(r"#token=([\w-]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """A mail that SES has accepted."""

    sender: str
    to: str
    subject: str
    plain: str
    html: str

    @property
    def token(self) -> str:
        """The token of its link."""
        (token,) = _TOKEN.findall(self.plain)
        return str(token)

    @property
    def urls(self) -> set[str]:
        """All URLs in it."""
        return set(re.findall(r"\w+://[^\s\"'<>]+", self.plain + self.html))
