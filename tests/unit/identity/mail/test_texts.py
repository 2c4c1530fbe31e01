"""What mails look like, and what strangers cannot make of them."""

import unicodedata
from html.parser import HTMLParser

import pytest

from tenantry.identity.mail import sending, texts
from tenantry.identity.mail.kinds.kind import Kind, LinkText, Text
from tenantry.identity.mail.texts import WORD_JOINER

URL = "https://app.example.com/welcome#token=abc_-123"
TEXT = Text(
    subject="Join {organization}",
    opening=("Somebody invites you to “{organization}” at {app}.",),
    closing=("Until tomorrow.",),
    link=LinkText("invitation", "welcome", "Join"),
)


class Elements(HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def written(organization: str, text: Text = TEXT, url: str | None = URL) -> texts.Message:
    return texts.write(text, {"organization": organization}, "app.example.com", url)


def test_plain_text_has_the_link_on_a_line_of_its_own() -> None:
    message = written("Zoë & Ж 会社 👩‍💻")
    assert message.subject == "Join Zoë & Ж 会社 👩‍💻"
    assert message.plain == (
        "Somebody invites you to “Zoë & Ж 会社 👩‍💻” at app.example.com.\n\n" + URL + "\n\nUntil tomorrow.\n"
    )


def test_html_says_the_same_and_loads_nothing() -> None:
    page = Elements(written("Zoë & Ж").html)
    assert {tag for tag, _ in page.found} == {"html", "head", "meta", "title", "body", "p", "a", "br"}
    assert [attributes for tag, attributes in page.found if tag == "a"] == [
        {"ses:no-track": None, "href": URL}
    ]
    loading = {"src", "srcset", "background", "poster", "data", "action", "onload"}
    assert not any(loading & attributes.keys() for _, attributes in page.found)
    for part in ("Somebody invites you to “Zoë & Ж” at app.example.com.", "Until tomorrow.", URL):
        assert part in page.text


def test_a_text_without_a_link_has_none() -> None:
    message = written("Alpha", Text("Changed", ("It was changed at {app}.",)), None)
    assert message.plain == "It was changed at app.example.com.\n"
    assert "href" not in message.html


@pytest.mark.parametrize("name", ["<script>x</script>", '"><img src=x onerror=y>', "&lt;b&gt;", "'\"", "]]>"])
def test_values_are_text_in_html(name: str) -> None:
    page = Elements(written(name).html)
    assert {tag for tag, _ in page.found} == {"html", "head", "meta", "title", "body", "p", "a", "br"}
    assert name.replace("/", f"{WORD_JOINER}/") in page.text


@pytest.mark.parametrize(
    "end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\0", "\u202e", "\ufeff"]
)
def test_values_hold_no_line_and_change_no_direction(end: str) -> None:
    message = written(f"Alpha{end}Bcc: eve{end}{end}Body")
    assert message.subject == f"Join Alpha Bcc{WORD_JOINER}: eve Body"
    assert message.subject.isprintable() or WORD_JOINER in message.subject
    assert len(message.plain.splitlines()) == len(written("Alpha").plain.splitlines())


@pytest.mark.parametrize(
    "name",
    [
        "Visit https://evil.example/x",
        "evil.example",
        "www.evil.example",
        "write to eve@evil.example",
        "evil\u3002example",
        "evil\uff0eexample",
        "//evil.example",
        "mailto:eve@evil.example",
        "\\\\evil\\share",
    ],
)
def test_values_become_no_links(name: str) -> None:
    shown = texts.shown(name)
    assert unicodedata.normalize("NFC", shown.replace(WORD_JOINER, "")) == name
    for linking in ".:/@\\\u3002\uff0e":
        assert linking not in shown.replace(f"{WORD_JOINER}{linking}", "")


def test_long_values_are_cut() -> None:
    assert texts.shown("x" * 60) == "x" * 60
    assert texts.shown("x" * 61) == "x" * 59 + "…"


def test_values_are_not_templates() -> None:
    assert written("{app} {0} {organization.__class__}").subject == (
        f"Join {{app}} {{0}} {{organization{WORD_JOINER}.__class__}}"
    )


@pytest.mark.parametrize("kind", sending.KINDS.values(), ids=sending.KINDS)
def test_what_kinds_say_is_plain_text(kind: Kind) -> None:
    text = kind.text
    for paragraph in (text.subject, *text.opening, *text.closing):
        assert paragraph == " ".join(paragraph.split())
        assert "://" not in paragraph
    assert sending.KINDS[kind.name] is kind
