"""What a kind of mail is: its text, what its link is for, and to whom it goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypedDict

from tenantry.identity.links import LIFETIMES, Claims, Purpose

NOTICE_LIFETIME: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LinkText:
    """The link of a mail.

    Parameters
    ----------
    purpose : Purpose
        What its token can be used for.
    page : str
        Path of the page below AppUrl that takes the token.
    label : str
        What the link is called in HTML.
    """

    purpose: Purpose
    page: str
    label: str


@dataclass(frozen=True, slots=True)
class Text:
    """What a mail says, in plain text; HTML is made of it.

    `{name}` stands for a value that the mail was queued with, and `{app}` for the host of AppUrl. Values are
    cut and escaped, for they may have been chosen by a stranger.

    Parameters
    ----------
    subject : str
        Without a line's end.
    opening, closing : tuple of str
        Paragraphs before and after the link.
    link : LinkText, optional
        What the reader is to follow.
    """

    subject: str
    opening: tuple[str, ...]
    closing: tuple[str, ...] = ()
    link: LinkText | None = None


class MailDocument(TypedDict):
    """A mail that waits, as it is stored; it holds no token.

    `at` is when it was queued, `leased_until` until when one sender has it. At `expires_at` its link would
    end, so it is not sent afterwards.
    """

    _id: str
    kind: str
    to: str
    values: dict[str, str]
    claims: Claims
    at: datetime
    leased_until: datetime
    expires_at: datetime


class Letter(NamedTuple):
    """What is sent: a text to an address, with whatever the token of its link says."""

    to: str
    text: Text
    claims: Claims
    values: Mapping[str, str]


Resolve = Callable[[MailDocument], Letter | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mail.

    Parameters
    ----------
    name : str
        Stored in mails that wait.
    text : Text
        What it says.
    resolve : callable, optional
        Decides, when the mail is sent, what goes to whom, or that nothing is sent. For mails to whoever has
        an address: the request that queues one must not depend on whether there is an account.
    shortened_to : timedelta, optional
        For how long its link can be used, where that is shorter than its purpose allows.
    """

    name: str
    text: Text
    resolve: Resolve | None = None
    shortened_to: timedelta | None = None

    @property
    def lifetime(self) -> timedelta:
        """For how long after it was queued a mail may be sent, and its link be used."""
        if self.shortened_to is not None:
            return self.shortened_to
        return LIFETIMES[self.text.link.purpose] if self.text.link else NOTICE_LIFETIME

    def letter(self, mail: MailDocument) -> Letter | None:
        """Return what is sent for a mail of this kind; None for nothing."""
        if self.resolve:
            return self.resolve(mail)
        return Letter(mail["to"], self.text, mail["claims"], mail["values"])
