"""Characters of names: which are visible, and where invisible ones are allowed.

The tables are those of the Unicode Character Database that Python's `unicodedata` leaves out.
"""

import unicodedata
from bisect import bisect
from typing import Final

_Table = tuple[int, ...]  # the start of each range and the code point that follows it, in turns


def _table(text: str) -> _Table:
    ranges = (item.partition("-") for item in text.split())
    return tuple(bound for first, _, last in ranges for bound in (int(first, 16), int(last or first, 16) + 1))


# Default_Ignorable_Code_Point: nothing is shown for them.
DEFAULT_IGNORABLE: Final = _table("""
    AD 34F 61C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0
    FFF0-FFF8 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF
""")
# Extended_Pictographic: what emoji begin with (UTS #51).
PICTOGRAPHIC: Final = _table("""
    A9 AE 203C 2049 2122 2139 2194-2199 21A9-21AA 231A-231B 2328 23CF 23E9-23F3 23F8-23FA 24C2 25AA-25AB
    25B6 25C0 25FB-25FE 2600-2604 260E 2611 2614-2615 2618 261D 2620 2622-2623 2626 262A 262E-262F 2638-263A
    2640 2642 2648-2653 265F-2660 2663 2665-2666 2668 267B 267E-267F 2692-2697 2699 269B-269C 26A0-26A1 26A7
    26AA-26AB 26B0-26B1 26BD-26BE 26C4-26C5 26C8 26CE-26CF 26D1 26D3-26D4 26E9-26EA 26F0-26F5 26F7-26FA 26FD
    2702 2705 2708-270D 270F 2712 2714 2716 271D 2721 2728 2733-2734 2744 2747 274C 274E 2753-2755 2757
    2763-2764 2795-2797 27A1 27B0 27BF 2934-2935 2B05-2B07 2B1B-2B1C 2B50 2B55 3030 303D 3297 3299 1F004
    1F02C-1F02F 1F094-1F09F 1F0AF-1F0B0 1F0C0 1F0CF-1F0D0 1F0F6-1F0FF 1F170-1F171 1F17E-1F17F 1F18E
    1F191-1F19A 1F1AF-1F1E5 1F201-1F20F 1F21A 1F22F 1F232-1F23A 1F23C-1F23F 1F249-1F25F 1F266-1F321
    1F324-1F393 1F396-1F397 1F399-1F39B 1F39E-1F3F0 1F3F3-1F3F5 1F3F7-1F3FA 1F400-1F4FD 1F4FF-1F53D
    1F549-1F54E 1F550-1F567 1F56F-1F570 1F573-1F57A 1F587 1F58A-1F58D 1F590 1F595-1F596 1F5A4-1F5A5 1F5A8
    1F5B1-1F5B2 1F5BC 1F5C2-1F5C4 1F5D1-1F5D3 1F5DC-1F5DE 1F5E1 1F5E3 1F5E8 1F5EF 1F5F3 1F5FA-1F64F
    1F680-1F6C5 1F6CB-1F6D2 1F6D5-1F6E5 1F6E9 1F6EB-1F6F0 1F6F3-1F6FF 1F7DC-1F7F0 1F80C-1F80F 1F848-1F84F
    1F85A-1F85F 1F888-1F88F 1F8AE-1F8AF 1F8BC-1F8BF 1F8C2-1F8CF 1F8D9-1F8FF 1F90C-1F93A 1F93C-1F945
    1F947-1F9FF 1FA58-1FA5F 1FA6E-1FAFF 1FC00-1FFFD
""")

BLANK: Final = "\u2800"  # a symbol by its category, in which no dot of Braille is raised
ZERO_WIDTH_NON_JOINER: Final = "\u200c"
ZERO_WIDTH_JOINER: Final = "\u200d"
EMOJI_STYLE: Final = "\ufe0f"
TEXT_STYLE: Final = "\ufe0e"
KEYCAP: Final = "\u20e3"
VIRAMA: Final = 9  # canonical combining class
MOST_MARKS: Final = 6  # on one letter; Burmese and Tibetan have five
# The emoji tag sequences of Unicode, whose other tags would be hidden text: England, Scotland, Wales.
TAGGED_FLAGS: Final = tuple(
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
)


def is_in(character: str, table: _Table) -> bool:
    """Tell whether a character has the property that a table is of."""
    return bisect(table, ord(character)) % 2 == 1


def is_visible(character: str) -> bool:
    """Tell whether a character by itself shows anything."""
    is_shown = unicodedata.category(character)[0] in "LNPS" and character != BLANK
    return is_shown and not is_in(character, DEFAULT_IGNORABLE)


def has_stray(text: str) -> bool:
    """Tell whether a text holds a control, bidirectional, private or unassigned character, or a line's end.

    An invisible character is stray, too, unless it changes how its neighbours look.
    """
    for flag in TAGGED_FLAGS:
        text = text.replace(flag, flag[0])
    return any(_is_stray(text, position) for position in range(len(text)))


def has_heap_of_marks(text: str) -> bool:
    """Tell whether marks stand on nothing, or more of them on one letter than any language writes."""
    marks = MOST_MARKS
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks > MOST_MARKS:
            return True
    return False


def _is_stray(text: str, position: int) -> bool:
    character, before, after = text[position], text[:position], text[position + 1 :]
    if character == ZERO_WIDTH_JOINER:
        return not (_joins_emoji(before, after) or _joins_letters(text, position))
    if character == ZERO_WIDTH_NON_JOINER:
        return not _joins_letters(text, position)
    if unicodedata.category(character)[0] == "C" or unicodedata.category(character) in {"Zl", "Zp"}:
        return True
    return is_in(character, DEFAULT_IGNORABLE) and not _selects_variation(character, before, after)


def _joins_emoji(before: str, after: str) -> bool:
    """Tell whether a joiner stands between two emoji (UTS #51, ED-16)."""
    emoji = before.rstrip(EMOJI_STYLE + "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
    return bool(emoji and after) and is_in(emoji[-1], PICTOGRAPHIC) and is_in(after[0], PICTOGRAPHIC)


def _joins_letters(text: str, position: int) -> bool:
    """Tell whether a joiner is one that a script needs: by RFC 5892, appendix A.1 and A.2, or in Bengali.

    Bengali writes it between RA and a virama (Unicode standard, section 12.2).
    """
    from idna import valid_contextj  # noqa: PLC0415 - few names have joiners

    following = text[position + 1 : position + 2]
    if following and unicodedata.combining(following) == VIRAMA:
        return position > 0 and unicodedata.category(text[position - 1]) == "Lo"
    try:
        return valid_contextj(text, position)
    except ValueError:  # a neighbour is unassigned
        return False


def _selects_variation(character: str, before: str, after: str) -> bool:
    """Tell whether a variation selector stands behind a character that has variations."""
    base = before[-1:]
    if not base:
        return False
    if character in {EMOJI_STYLE, TEXT_STYLE} and is_in(base, PICTOGRAPHIC):
        return True
    if character == EMOJI_STYLE and base in "0123456789#*":
        return after.startswith(KEYCAP)
    script = unicodedata.name(base, "").partition(" ")[0]
    if "\u180b" <= character <= "\u180f":
        return script == "MONGOLIAN"
    is_of_ideographs = "\ufe00" <= character <= "\ufe02" or "\U000e0100" <= character <= "\U000e01ef"
    return is_of_ideographs and script == "CJK"
