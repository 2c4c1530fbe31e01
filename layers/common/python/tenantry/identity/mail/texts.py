"""Writing a mail from its text and values, as plain text and as HTML that loads nothing.

Values may be what a stranger chose: whoever names an organization "Visit evil.example" and invites people to
it would have his advertisement sent by this service. So they are cut, hold no line's end, and nothing that
mail programs make a link of.
"""

import html
import re
import textwrap
import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple

from tenantry.identity.mail.kinds.kind import Text
from tenantry.language.characters import ZERO_WIDTH_JOINER, ZERO_WIDTH_NON_JOINER

VALUE_MAX_CHARACTERS: Final = 60
LINE_CHARACTERS: Final = 72
# Invisible, and in no host's name (RFC 5892 section 2.6), so before these it ends what looks like a link.
WORD_JOINER: Final = "\u2060"
_LINKING: Final = re.compile(r"([.:/@\\\u3002\uff0e\uff61])")

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{subject}</title></head>
<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em">
{paragraphs}
</body>
</html>
"""
# Amazon SES may be told to count clicks, and would then redirect them; it removes `ses:no-track`.
# https://docs.aws.amazon.com/ses/latest/dg/faqs-metrics.html
_LINK: Final = """\
<p><a ses:no-track href="{url}">{label}</a></p>
<p>If that does not work, copy this into your browser:<br>{url}</p>"""


class Message(NamedTuple):
    """A mail as it is sent."""

    subject: str
    plain: str
    html: str


def write(text: Text, values: Mapping[str, str], app: str, url: str | None) -> Message:
    """Write a mail.

    Parameters
    ----------
    text : Text
        What it says.
    values : mapping of str to str
        What its text names.
    app : str
        Host of the product, which `{app}` stands for.
    url : str, optional
        Of its link, if the text has one.
    """
    shown_values = {name: shown(value) for name, value in values.items()} | {"app": app}
    opening, closing = (
        [paragraph.format_map(shown_values) for paragraph in paragraphs]
        for paragraphs in (text.opening, text.closing)
    )
    subject = text.subject.format_map(shown_values)
    lines = [_wrapped(paragraph) for paragraph in opening]
    elements = [_element(paragraph) for paragraph in opening]
    if text.link and url:
        lines.append(url)
        elements.append(_LINK.format(url=html.escape(url), label=html.escape(text.link.label)))
    lines += [_wrapped(paragraph) for paragraph in closing]
    elements += [_element(paragraph) for paragraph in closing]
    page = _PAGE.format(subject=html.escape(subject), paragraphs="\n".join(elements))
    return Message(subject, "\n\n".join(lines) + "\n", page)


def shown(value: str) -> str:
    """Return a value as mails show it: one line, not long, and nothing that becomes a link."""
    line = " ".join("".join(map(_visible, value)).split())
    if len(line) > VALUE_MAX_CHARACTERS:
        line = line[: VALUE_MAX_CHARACTERS - 1] + "…"
    return _LINKING.sub(rf"{WORD_JOINER}\1", line)


def _visible(character: str) -> str:
    """Return a character, or a space for one that controls something; joiners make emoji and some letters."""
    is_joiner = character in {ZERO_WIDTH_JOINER, ZERO_WIDTH_NON_JOINER}
    category = unicodedata.category(character)
    return " " if not is_joiner and (category[0] == "C" or category in {"Zl", "Zp"}) else character


def _wrapped(paragraph: str) -> str:
    return textwrap.fill(paragraph, LINE_CHARACTERS, break_long_words=False, break_on_hyphens=False)


def _element(paragraph: str) -> str:
    return f"<p>{html.escape(paragraph)}</p>"
