import unicodedata
from datetime import UTC, datetime

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from cli.checks.organization_facts import Facts
from cli.checks.organization_names import name_folded
from tenantry.language import characters
from tenantry.registry.names import (
    FOLDED_MAX_CHARACTERS,
    NAME_MAX_CHARACTERS,
    canonical_name,
    folded,
)


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


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Café", "cafe"),
        ("ΑΘΉΝΑΣ", "αθηνασ"),
        ("Ｇoogle ﬁne", "google fine"),  # noqa: RUF001 - full width, a ligature
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("हिन्दी", "हिनदी"),  # vowels stay
        ("\u0301", ""),
    ],
)
def test_a_folded_name_has_neither_case_nor_accents(name: str, expected: str) -> None:
    assert folded(name) == expected


@given(st.text(max_size=30), st.integers(0, 30))
def test_what_a_name_begins_with_is_what_its_folded_form_begins_with(name: str, length: int) -> None:
    assert folded(name).startswith(folded(name[:length]))
    assert folded(folded(name)) == folded(name)


@given(st.text(max_size=60))
def test_the_checker_folds_as_the_library_does(name: str) -> None:
    facts = Facts({"name": name, "folded_name": folded(name)}, {}, True, {}, datetime.now(UTC), {None})
    assert name_folded(facts) is None


def test_a_folded_name_is_no_longer_than_an_index_should_hold() -> None:
    assert len(folded("\ufdfa" * NAME_MAX_CHARACTERS)) == FOLDED_MAX_CHARACTERS
