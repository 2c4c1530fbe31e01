import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.names import (
    COLLECTION_PREFIX,
    NAME_MAX_CHARACTERS,
    RESERVED_SLUGS,
    SLUG_MAX_CHARACTERS,
    SLUG_PATTERN,
    canonical_name,
    check_slug,
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
        ("Ｇｏｏｇｌｅ", "Google"),  # noqa: RUF001 - full width
        ("ﬁrst", "first"),
        ("Cafe\u0301", "Café"),
        ("日本", "日本"),
        ("\u200d\u0915\u094d\u200dष", "\u200d\u0915\u094d\u200dष"),  # joiners spell Indic words
        ("a" * NAME_MAX_CHARACTERS, "a" * NAME_MAX_CHARACTERS),
        (" " * 300 + "a", "a"),
        ("$ne", "$ne"),
        ("../etc/passwd", "../etc/passwd"),
    ],
)
def test_a_name_is_normalised_and_trimmed(text: str, name: str) -> None:
    assert canonical_name(text) == name


@pytest.mark.parametrize("text", ["", " ", "\u3000\u2003", "a" * (NAME_MAX_CHARACTERS + 1), "\ufdfa" * 6])
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
        "\u0378", "\uffff", "\U000e0001",  # unassigned, not a character, a tag
    ],
)  # fmt: skip
def test_a_name_holds_no_character_that_deceives(character: str) -> None:
    with pytest.raises(ValueError, match="must not hold"):
        canonical_name(f"Goo{character}gle")


@given(st.text(max_size=120))
def test_the_canonical_form_of_a_name_is_final(text: str) -> None:
    try:
        name = canonical_name(text)
    except ValueError:
        return
    assert canonical_name(name) == name
    assert name == name.strip() == unicodedata.normalize("NFKC", name)
    assert 1 <= len(name) <= NAME_MAX_CHARACTERS


@pytest.mark.parametrize("slug", ["a", "0", "a-b", "a--b", "a1", "xn--80ak6aa92e", "a" * 63])
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
def test_case_and_punctuation_make_no_other_slug(words: list[str], one: str, other: str) -> None:
    name = one.join(words)
    assert {
        slug_or_refusal(variant) for variant in (other.join(words), name.upper(), name.lower(), name.title())
    } == {slug_or_refusal(name)}


@pytest.mark.parametrize("letter", ["Ξ", "Є", "Ʃ", "ẞ", "İ", "Σ"])
def test_letters_that_are_transliterated_by_case_give_one_slug(letter: str) -> None:
    assert slug_of(f"x{letter}") == slug_of(f"x{letter.lower()}") == slug_of(f"x{letter.casefold()}")


@pytest.mark.parametrize("separator", [",", ".", "'", "’", "`", "´"])  # noqa: RUF001
@pytest.mark.parametrize(("left", "right"), [("o", "neil"), ("1", "000")])
def test_marks_within_words_and_numbers_are_punctuation_too(left: str, right: str, separator: str) -> None:
    assert slug_of(left + separator + right) == slug_of(f"{left} {right}")


@given(SLUGS, SLUGS)
def test_two_slugs_never_share_a_collection(one: str, other: str) -> None:
    assert (collection_of(one) == collection_of(other)) == (one == other)


@given(SLUGS)
def test_a_collection_name_gives_its_slug_back(slug: str) -> None:
    name = collection_of(slug)
    assert re.fullmatch(r"org_[a-z0-9_]{1,63}", name)
    assert name.removeprefix(COLLECTION_PREFIX).replace("_", "-") == slug
