"""Slugs, and the collections that are named after them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.registry.names import (
    COLLECTION_PREFIX,
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
