"""Regular expressions that pass mean to the server what they mean to RE2, which takes linear time."""

from typing import Any

import re2
from bson import Regex
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo.collection import Collection

from tenantry.language import regular_expressions
from tenantry.language.matching_steps import RefusedExpression
from tests.support.patterns import PATTERNS, TEXTS
from tests.support.sampling import examples

EXAMPLES = examples(600)


def for_re2(pattern: str) -> str:
    r"""Spell what PCRE writes otherwise: `\s` has a vertical tab, and `$` is also before a last line feed."""
    return pattern.removesuffix("$") + r"\n?\z" if pattern.endswith("$") else pattern


def test_what_passes_means_the_same_to_a_linear_matcher(stored: Collection[dict[str, Any]]) -> None:
    passed = matched = 0

    @settings(deadline=None, derandomize=True, database=None, max_examples=EXAMPLES)
    @given(PATTERNS, st.sampled_from(["", "i", "s", "is"]), st.lists(TEXTS, min_size=5, max_size=20))
    def check(pattern: str, options: str, texts: list[str]) -> None:
        nonlocal passed, matched
        regex = Regex(pattern, options)
        try:
            regular_expressions.steps(regex.pattern, regex.flags)
        except RefusedExpression:
            return
        stored.delete_many({})
        stored.insert_many([{"text": text} for text in texts])
        matching = {document["text"] for document in stored.find({"text": regex})}
        judge = re2.compile(f"(?{options}:{for_re2(pattern)})" if options else for_re2(pattern))
        assert matching == {text for text in texts if judge.search(text)}
        passed += 1
        matched += bool(matching)

    check()
    assert passed > EXAMPLES / 4
    assert matched > passed / 4
