import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.identity.addresses.email_addresses import canonical_email, check_address, folded


@pytest.mark.parametrize(
    ("text", "email", "shown"),
    [
        ("ada@example.com", "ada@example.com", "ada@example.com"),
        ("Ada.Lovelace+Tag@EXAMPLE.Com", "ada.lovelace+tag@example.com", "Ada.Lovelace+Tag@example.com"),
        ("ADA@xn--mnchen-3ya.de", "ada@münchen.de", "ADA@münchen.de"),
        ("ada@MÜNCHEN.de", "ada@münchen.de", "ada@münchen.de"),
        ("JOSE\u0301@example.com", "josé@example.com", "JOSÉ@example.com"),
        ("Ada@Acme.Test", "ada@acme.test", "Ada@acme.test"),
        ("ada@intranet.local", "ada@intranet.local", "ada@intranet.local"),
        ("Straße@example.com", "strasse@example.com", "Straße@example.com"),
        ("ada@xn--fa-hia.example", "ada@fass.example", "ada@faß.example"),
    ],
)
def test_an_address_is_unique_in_one_form_and_shown_as_it_is_written(
    text: str, email: str, shown: str
) -> None:
    assert canonical_email(text) == email
    assert check_address(text) == shown


@pytest.mark.parametrize(
    "spellings",
    [
        ("strasse@example.com", "straße@example.com", "STRASSE@example.com", "STRAẞE@example.com"),
        ("\u03b1\u03c3@example.com", "\u03b1\u03c2@example.com", "\u0391\u03a3@example.com"),
        ("\u03bcm@example.com", "\u00b5m@example.com", "\u039cM@example.com"),  # micro sign
        ("super@example.com", "\u017fuper@example.com"),  # long s
        ("office@example.com", "o\ufb03ce@example.com"),  # a ligature
        ("kelvin@example.com", "\u212aelvin@example.com"),  # Kelvin sign
        ("ada@münchen.example", "ada@xn--mnchen-3ya.example", "ada@MU\u0308NCHEN.example"),
        ("ada@strasse.example", "ada@straße.example", "ada@xn--strae-oqa.example"),
    ],
)
def test_spellings_of_one_mailbox_are_one_address(spellings: tuple[str, ...]) -> None:
    assert len({canonical_email(spelling) for spelling in spellings}) == 1


NO_ADDRESSES = [
    "", " ", "ada", "@", "ada@", "@example.com", "ada@@example.com", "ada@example", "ada@localhost",
    "ada@-example.com", "ada@example..com", ".ada@example.com", "a..b@example.com", "a b@example.com",
    "ada@example.com\n", "ada@exam\0ple.com", "ada\r\nBcc: x@example.com", "ada@[127.0.0.1]",
    "Ada <ada@example.com>", "ada@example.com, x@example.com", "ada\u202e@example.com",
    "\ud800@example.com", "a" * 65 + "@example.com", "ada@" + "a" * 64 + ".com",
    "ada@" + "a." * 126 + "com", "ada@xn--\ud800.com", "ada@xn--a.example",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_refused(text: str) -> None:
    for check in (canonical_email, check_address):
        with pytest.raises(ValueError, match=r"e-mail|domain"):
            check(text)


@pytest.mark.parametrize("character", ["\u034f", "\u115f", "\u3164", "\ufe0f", "\U000e0100"])
def test_address_with_what_cannot_be_seen_is_not_chosen(character: str) -> None:
    with pytest.raises(ValueError, match="invisible"):
        check_address(f"ad{character}a@example.com")


@pytest.mark.parametrize("local", ['"ada"', '"a b"', '"a@b"', '"', '""'])
def test_quoted_local_part_is_refused_by_name(local: str) -> None:
    for check in (canonical_email, check_address):
        with pytest.raises(ValueError, match="must not be quoted"):
            check(f"{local}@example.com")


@pytest.mark.parametrize(
    "text",
    [
        "é" * 33 + "@example.com",
        "\u0149" * 30 + "@example.com",  # 60 bytes, and 90 when folded
        "a" * 64 + "@" + ".".join(["b" * 60] * 4),
    ],
)
def test_address_beyond_the_limits_of_smtp_is_not_chosen(text: str) -> None:
    with pytest.raises(ValueError, match=r"too long|not a valid"):
        check_address(text)


@pytest.mark.parametrize("local", ["a" * 64, "é" * 32])
def test_the_longest_local_part_is_taken(local: str) -> None:
    assert check_address(f"{local}@example.com") == f"{local}@example.com"


LETTERS = st.one_of(
    st.characters(codec="utf-8", categories=["L", "Nd"]),
    st.sampled_from("ßẞſσςΣµμΜİıŉǰΐΰᾳᾼﬁﬀﬃﬅՙև\u0345\u0301\u0307\u0323"),
)
LOCAL_PARTS = st.text(LETTERS, min_size=1, max_size=10)
DOMAINS = st.sampled_from(
    ["example.com", "EXAMPLE.com", "münchen.de", "MÜNCHEN.DE", "faß.de", "xn--fa-hia.de"]
)


def shouted(text: str) -> str:
    """Return it in upper case, except the dotless i and the like, whose upper case is another letter's."""
    return "".join(
        letter.upper() if letter.upper().casefold() == letter.casefold() else letter for letter in text
    )


@given(LOCAL_PARTS, DOMAINS)
def test_case_and_normal_form_make_no_other_address(local: str, domain: str) -> None:
    try:
        shown = check_address(f"{local}@{domain}")
    except ValueError:
        return
    email = folded(shown)
    assert canonical_email(email) == canonical_email(shown) == canonical_email(f"{local}@{domain}") == email
    assert check_address(shown) == shown
    for form in ("NFC", "NFD"):
        written = unicodedata.normalize(form, f"{local}@{domain}")
        assert canonical_email(written) == email
        assert folded(shouted(written)) == folded(written.lower()) == folded(written.casefold())
    assert email == unicodedata.normalize("NFC", email)


@given(st.text(LETTERS, max_size=12))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert folded(unicodedata.normalize("NFD", text)) == folded(unicodedata.normalize("NFC", text)) == once


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    try:
        email = canonical_email(text)
    except ValueError:
        return
    assert email.count("@") == 1
