"""What the checker takes for canonical."""

import pytest

from cli.checks.accounts import is_canonical
from cli.checks.organization_names import SLUG
from tenantry.identity.addresses.email_addresses import canonical_email
from tenantry.registry.names import SLUG_PATTERN


@pytest.mark.parametrize(
    "written",
    [
        "ada@example.com",
        "Ada.Lovelace+notes@Example.COM",
        "o'brien@xn--bcher-kva.example",
        "jose\u0301@example.com",
        "\u0391\u03a3@example.com",
        "straße@faß.example",
        "用户@例子.广告",
    ],
)
def test_canonical_addresses_of_the_library_are_canonical(written: str) -> None:
    assert is_canonical(canonical_email(written))


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "ada@example.com ",
        "Ada@example.com",
        "ada@Example.com",
        "ada@example..com",
        "ada@@example.com",
        "ada@example.com\n",
        "a da@example.com",
        "jose\u0301@example.com",
        "straße@example.com",
        "\u03b1\u03c2@example.com",
        "ada@xn--bcher-kva.example",
        "ada@mail.xn--bcher-kva.example",
        f"{'a' * 250}@example.com",
    ],
)
def test_other_addresses_are_not(stored: str) -> None:
    assert not is_canonical(stored)


def test_slugs_are_those_of_the_library() -> None:
    assert f"^{SLUG.pattern}$" == SLUG_PATTERN
