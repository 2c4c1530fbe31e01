import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.http.accept import preferred

RELAXED, CANONICAL = FORMS = ("application/json", "application/ejson")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, RELAXED),
        ("", RELAXED),
        ("*/*", RELAXED),
        ("application/*", RELAXED),
        ("text/html", RELAXED),
        ("application/ejson", CANONICAL),
        ("Application/EJSON", CANONICAL),
        ("application/ejson; charset=utf-8", CANONICAL),
        ("text/html, application/ejson", CANONICAL),
        ("application/ejson;q=0", RELAXED),
        ("application/ejson;q=0.000, */*;q=0.001", RELAXED),
        ("application/ejson;q=0, application/json", RELAXED),
        ("application/json;q=0, */*", CANONICAL),
        ("application/json;q=0, application/*", CANONICAL),
        ("application/json, application/ejson", RELAXED),
        ("application/ejson, application/json", RELAXED),
        ("application/json;q=0.9, application/ejson", CANONICAL),
        ("application/json;q=0.5, application/ejson; Q=0.6", CANONICAL),
        ("application/json, application/ejson;q=0.9", RELAXED),
        ("application/*;q=0.5, application/ejson", CANONICAL),
        ("application/ejson;q=0.4, */*;q=0.5", RELAXED),
        ("application/ejsonx", RELAXED),
        ("xapplication/ejson", RELAXED),
        ("application/ejson+x, application/json", RELAXED),
        ("application/vnd.application/ejson", RELAXED),
        ('text/html;x="application/ejson"', RELAXED),
        ("application/ejson;q=2", RELAXED),
        ("application/ejson;q=-1", RELAXED),
        ("application/ejson;q=0.1234", RELAXED),
        ("application/ejson;q=", RELAXED),
        ("application/ejson;q=nan", RELAXED),
    ],
)
def test_the_form_that_the_client_prefers(accept: str | None, expected: str) -> None:
    assert preferred(accept, FORMS) == expected


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_greater_weight_wins(relaxed: float, canonical: float) -> None:
    weights = {RELAXED: f"{relaxed:.3f}", CANONICAL: f"{canonical:.3f}"}
    accept = ", ".join(f"{form};q={weight}" for form, weight in weights.items())
    assert preferred(accept, FORMS) == (CANONICAL if weights[CANONICAL] > weights[RELAXED] else RELAXED)


@given(st.text('aplictonejsu/*;q=01., \t"', max_size=40) | st.text(max_size=20))
def test_any_text_prefers_something(accept: str) -> None:
    assert preferred(accept, FORMS) in FORMS
