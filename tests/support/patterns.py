"""Hypothesis strategies for regular expressions, and for texts that may match them."""

from hypothesis import strategies as st

# None whose other case is in ASCII, as the sign of kelvin: with the option i, RE2 has those in \w, too.
CHARACTERS = st.sampled_from("abAB0_ \n-é\U0001f600")
TEXTS = st.text(CHARACTERS, max_size=8)

_CLASSES = st.sampled_from(
    [r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", "[a-c]", "[^a]", "[^b-]", r"[\w-]", r"[^\s\d]", r"[\n_]",
     "[ -~]", "[]a]", "[a-", "[[:alpha:]]", "[é-ü]"]
)  # fmt: skip
_ATOMS = (
    CHARACTERS
    | st.just(".")
    | _CLASSES
    | st.sampled_from([r"\.", r"\-", r"\n", r"\b", r"\B", "^", "$", "(?i)", "(?=a)", r"\1", r"\Q", "}", "]"])
)
_QUANTIFIERS = st.sampled_from(
    [
        "",
        "",
        "",
        "?",
        "*",
        "+",
        "{2}",
        "{0,2}",
        "{1,3}",
        "{2,}",
        "??",
        "*?",
        "+?",
        "{1,2}?",
        "++",
        "{,2}",
        "{2}{2}",
    ]
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.lists(inner, min_size=1, max_size=4).map("".join)
        | st.lists(inner, min_size=1, max_size=3).map("|".join)
        | st.builds(
            lambda start, group, end: f"{start}{group})", st.sampled_from(["(", "(?:"]), inner, st.just("")
        )
        | st.builds(lambda group, count: f"({group}){count}", inner, _QUANTIFIERS)
    )


PATTERNS = st.builds(
    lambda start, middle, end: start + middle + end,
    st.sampled_from(["", "", "^", ".*"]),
    st.recursive(st.builds("{}{}".format, _ATOMS, _QUANTIFIERS), _larger, max_leaves=6),
    st.sampled_from(["", "", "$", ".*"]),
)
"""Regular expressions, some of which are not allowed."""
