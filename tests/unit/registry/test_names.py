import re
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from tenantry.language import characters
from tenantry.registry.names import (
    COLLECTION_PREFIX,
    NAME_MAX_CHARACTERS,
    RESERVED_SLUGS,
    SLUG_MAX_CHARACTERS,
    SLUG_PATTERN,
    canonical_name,
    check_slug,
    check_slug_form,
    collection_of,
    slug_of,
)

SLUGS = st.from_regex(SLUG_PATTERN.removesuffix("$"), fullmatch=True)
WORDS = st.lists(
    st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=4), min_size=2, max_size=3
)
PUNCTUATION = st.text(" -_!?&/:;()[]{}*+=#@$%^~|<>\"“”„«»–—,.'’`", min_size=1, max_size=3)  # noqa: RUF001


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Google", "Google"),
        ("  Google \t\n", "Google"),
        ("\u3000Google\u00a0", "Google"),
        ("Ｇｏｏｇｌｅ", "Ｇｏｏｇｌｅ"),  # noqa: RUF001 - full width
        ("Acme™", "Acme™"),
        ("ﬁrst №1", "ﬁrst №1"),
        ("Cafe\u0301", "Café"),
        ("日本", "日本"),
        ("e\u0301" * NAME_MAX_CHARACTERS, "é" * NAME_MAX_CHARACTERS),
        ("a" * NAME_MAX_CHARACTERS, "a" * NAME_MAX_CHARACTERS),
        (" " * 300 + "a", "a"),
        ("$ne", "$ne"),
        ("../etc/passwd", "../etc/passwd"),
    ],
)
def test_a_name_is_normalised_and_trimmed(text: str, name: str) -> None:
    assert canonical_name(text) == name


@pytest.mark.parametrize("text", ["", " ", "\u3000\u2003", "a" * (NAME_MAX_CHARACTERS + 1), "e\u0301" * 101])
def test_a_name_of_the_wrong_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 100 characters"):
        canonical_name(text)


@pytest.mark.parametrize(
    "character",
    [
        "\0", "\x07", "\x1b", "\n", "\r", "\t", "\x7f", "\x85",  # controls
        "\u200b", "\u2060", "\ufeff", "\u00ad",  # invisible
        "\u200e", "\u200f", "\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2069",  # bidi
        "\u2028", "\u2029",  # line and paragraph separators
        "\ud800",  # lone surrogates
        "\ue000", "\U000f0000",  # private use
        "\u0378", "\uffff", "\U000e0001", "\U000e0061",  # unassigned, not a character, tags
        "\u200d", "\u200c", "\ufe0f", "\ufe00", "\U000e0100", "\u180b",  # nothing that they join or select
        "\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", "\u17b4", "\u2065", "\ufff0",  # never shown
    ],
)  # fmt: skip
def test_a_name_holds_no_character_that_deceives(character: str) -> None:
    with pytest.raises(ValueError, match="must not hold"):
        canonical_name(f"Goo{character}gle")


@pytest.mark.parametrize(
    "name",
    [
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f FC",  # flag of England
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # flag of Scotland
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 Family",
        "\U0001f9d1\U0001f3fb\u200d\u2764\ufe0f\u200d\U0001f48b\u200d\U0001f9d1\U0001f3fc",  # a kiss
        "\U0001f3f3\ufe0f\u200d\u26a7\ufe0f", "\U0001f408\u200d\u2b1b",  # a flag, a black cat
        "Acme\u2122\ufe0f", "1\ufe0f\u20e3 Choice", "\U0001f1e9\U0001f1ea",
        "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc",  # Persian
        "\u0915\u094d\u200d\u0937", "\u0db1\u0dca\u200d\u0daf",  # Hindi, Sinhala
        "\u09b0\u200d\u09cd\u09af\u09be\u09ac",  # Bengali
        "\u845b\U000e0100\u98fe", "\u182c\u180b",  # a Japanese name's variant, Mongolian
        "\u1000\u1039\u1000\u103c\u103d\u103e\u102f\u1036\u1037",  # Burmese
        "\u05d1\u05bc\u05b0\u05e8\u05b5\u05d0\u05e9\u05c1\u05b4\u05d9\u05ea",  # Hebrew with points
        "\u2803\u2800\u2811", "\u1ea6\u0323", "$", "№", "中", "٣",
    ],
)  # fmt: skip
def test_a_name_in_any_script_is_taken_as_it_is(name: str) -> None:
    assert canonical_name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "text",
    [
        "Zwj\u200dx", "a\u200cb", "\u200d\u0915\u094d\u0937", "\u0915\u094d\u200d\u200d\u0937",
        "\U0001f468\u200d", "\u200d\U0001f468", "\U0001f468\u200dx", "\U0001f468\u200d\u200d\U0001f469",
        "1\ufe0f", "a\ufe0f", "中\ufe0f", "\U0001f468\ufe0f\ufe0f",
        "\U0001f3f4\U000e0067\U000e0062\U000e007f",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067",
        "\U0001f468\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
)  # fmt: skip
def test_what_joins_or_selects_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must not hold"):
        canonical_name(text)


@pytest.mark.parametrize("text", ["\u2800", "\u2800\u2800", "\u0301", "\u0301\u0302", "\u20e3", "\u0903"])
def test_a_name_that_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="that can be seen"):
        canonical_name(text)


@pytest.mark.parametrize("text", ["\u0301a", "Z" + "\u0335" * 7, "\u0e01" + "\u0e47" * 7, "a" + "\u20dd" * 7])
def test_a_heap_of_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="combining mark"):
        canonical_name(text)
    assert canonical_name("a" + "\u0335" * characters.MOST_MARKS)


@pytest.mark.parametrize(
    ("table", "name"),
    [
        (characters.DEFAULT_IGNORABLE, "Default_Ignorable_Code_Point"),
        (characters.PICTOGRAPHIC, "Extended_Pictographic"),
    ],
)
def test_tables_are_those_of_unicode(table: tuple[int, ...], name: str) -> None:
    """As far as `unicodedata` knows the characters; no other is taken."""
    pattern = regex.compile(rf"\p{{{name}}}")
    assigned = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in {"Cn", "Cs"}]
    expected = {character for character in assigned if pattern.match(character)}
    assert {character for character in assigned if characters.is_in(character, table)} == expected
    assert len(expected) > 200


@given(
    st.text(
        st.one_of(st.characters(), st.sampled_from("\u200c\u200d\ufe0f\u094d\U0001f468\u0301\u2800")),
        max_size=12,
    )
)
def test_a_name_shows_something_and_hides_nothing(text: str) -> None:
    try:
        name = canonical_name(text)
    except ValueError:
        return
    visible = r"[\p{L}\p{N}\p{P}\p{S}--[\p{DI}\u2800]]"
    assert any(regex.match(visible, character, regex.V1) for character in name)
    assert not regex.search(r"[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Bidi_Control}]", name)
    assert not regex.search(
        r"[\p{L}\p{N}--[\p{Extended_Pictographic}]]\u200d[\p{Latin}\p{N}]", name, regex.V1
    )


@given(st.text(max_size=120))
def test_the_canonical_form_of_a_name_is_final(text: str) -> None:
    try:
        name = canonical_name(text)
    except ValueError:
        return
    assert canonical_name(name) == name
    assert name == name.strip() == unicodedata.normalize("NFC", name)
    assert 1 <= len(name) <= NAME_MAX_CHARACTERS


@pytest.mark.parametrize("slug", ["a", "0", "a-b", "a--b", "abc--d", "a1", "a" * 63])
def test_a_well_formed_slug_is_taken_as_it_is(slug: str) -> None:
    assert check_slug(slug) == slug


@pytest.mark.parametrize(
    "slug",
    [
        "", "-", "-a", "a-", "A", "Google", "a_b", "a.b", "a b", " a", "a ", "a\n", "a\0", "$ne", "a$", "a/b",
        "..", "é", "а", "٣", "a" * 64, "a" * 1_000_000, "\ud800",  # noqa: RUF001
    ],
)  # fmt: skip
def test_a_malformed_slug_is_refused(slug: str) -> None:
    with pytest.raises(ValueError, match="must be 1 to 63"):
        check_slug(slug)


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_a_reserved_slug_is_refused(slug: str) -> None:
    with pytest.raises(ValueError, match="reserved"):
        check_slug(slug)
    with pytest.raises(ValueError, match="reserved"):
        slug_of(slug.upper())


@pytest.mark.parametrize("slug", ["xn--80ak6aa92e", "xn--a", "ab--c", "r3--x"])
def test_a_slug_that_reads_as_an_encoded_host_name_is_refused(slug: str) -> None:
    with pytest.raises(ValueError, match="third and fourth"):
        check_slug(slug)
    assert check_slug_form(slug) == slug


@pytest.mark.parametrize("host", ["localhost", "wpad", "mail", "auth", "autodiscover", "isatap", "mta-sts"])
def test_a_host_that_computers_ask_for_is_no_slug(host: str) -> None:
    with pytest.raises(ValueError, match="reserved"):
        check_slug(host)


def test_reserved_slugs_are_well_formed() -> None:
    assert all(re.fullmatch(SLUG_PATTERN, slug) for slug in RESERVED_SLUGS)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Google", "google"),
        ("Gооgle", "google"),  # noqa: RUF001 - a homoglyph
        ("Rock & Roll", "rock-roll"),
        ("O'Neil", "o-neil"),
        ("Straße", "strasse"),
        ("Acme™", "acmetm"),
        ("Ｇｏｏｇｌｅ", "google"),  # noqa: RUF001 - full width
        ("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc", "nmhy"),
        ("日本", "ri-ben"),
        ("&amp; &#38; &#x26;", "amp-38-x26"),  # text, not HTML
        ("../../etc/passwd", "etc-passwd"),
        ("$where", "where"),
        ("system.profile", "system-profile"),
        ("a" * 100, "a" * 63),
        ("a" * 62 + " b", "a" * 62),
    ],
)
def test_a_name_gives_a_slug(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@pytest.mark.parametrize("name", ["!", "---", "😀", "$$$", "…", "_"])
def test_a_name_without_letters_and_digits_gives_none(name: str) -> None:
    with pytest.raises(ValueError, match="gives no slug"):
        slug_of(name)


@given(st.text(min_size=1, max_size=100))
def test_a_slug_is_always_well_formed_and_gives_itself(text: str) -> None:
    try:
        slug = slug_of(canonical_name(text))
    except ValueError:
        return
    assert re.fullmatch(SLUG_PATTERN, slug)
    assert len(slug) <= SLUG_MAX_CHARACTERS
    assert check_slug(slug) == slug
    assert slug_of(slug) == slug


def slug_or_refusal(name: str) -> str:
    try:
        return slug_of(canonical_name(name))
    except ValueError as error:
        return str(error)


@given(WORDS, PUNCTUATION, PUNCTUATION)
def test_case_and_punctuation_make_no_other_slug(
    words: list[str], separator: str, other_separator: str
) -> None:
    name = separator.join(words)
    variants = (other_separator.join(words), name.upper(), name.lower(), name.title())
    assert {slug_or_refusal(variant) for variant in variants} == {slug_or_refusal(name)}


@pytest.mark.parametrize("letter", ["Ξ", "Є", "Ʃ", "ẞ", "İ", "Σ"])
def test_letters_that_are_transliterated_by_case_give_one_slug(letter: str) -> None:
    assert slug_of(f"x{letter}") == slug_of(f"x{letter.lower()}") == slug_of(f"x{letter.casefold()}")


@pytest.mark.parametrize("separator", [",", ".", "'", "’", "`", "´"])  # noqa: RUF001
@pytest.mark.parametrize(("before", "after"), [("o", "neil"), ("1", "000")])
def test_marks_within_words_and_numbers_are_punctuation_too(before: str, after: str, separator: str) -> None:
    assert slug_of(before + separator + after) == slug_of(f"{before} {after}")


@given(SLUGS, SLUGS)
def test_two_slugs_never_share_a_collection(first: str, second: str) -> None:
    assert (collection_of(first) == collection_of(second)) == (first == second)


@given(SLUGS)
def test_a_collection_name_gives_its_slug_back(slug: str) -> None:
    name = collection_of(slug)
    assert re.fullmatch(r"org_[a-z0-9_]{1,63}", name)
    assert name.removeprefix(COLLECTION_PREFIX).replace("_", "-") == slug
