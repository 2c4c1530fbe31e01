import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from passlib.hash import pbkdf2_sha256

from tenantry.identity import passwords
from tenantry.identity.passwords import (
    ROUNDS,
    hash_password,
    is_guessable,
    is_verifiable,
    needs_rehash,
    unusable_hash,
    verify_password,
)

PASSWORD = "correct horse battery staple"


def test_a_password_is_hashed_with_the_rounds_of_today(kdf_calls: list[int]) -> None:
    stored = hash_password(PASSWORD)
    assert stored.startswith(f"$pbkdf2-sha256${ROUNDS}$")
    assert not needs_rehash(stored)
    assert verify_password(PASSWORD, stored)
    assert not verify_password(PASSWORD, None)
    assert kdf_calls == [ROUNDS] * 3
    assert ROUNDS >= 600_000


@pytest.mark.usefixtures("few_rounds")
def test_salts_are_random() -> None:
    stored = {hash_password(PASSWORD) for _ in range(20)}
    assert len({text.split("$")[3] for text in stored}) == 20


@pytest.mark.usefixtures("few_rounds")
@pytest.mark.parametrize(
    "password",
    ["a" * 15, "a" * 1024, "pässwörd with ümlauts", "密码" * 8, "🔑" * 15, "spaces  in it   "],
)
def test_any_characters_make_a_password(password: str) -> None:
    stored = hash_password(password)
    assert verify_password(password, stored)
    assert not verify_password(password + " ", stored)
    assert not verify_password(password[:-1], stored)
    assert not verify_password(password.swapcase() + "x", stored)


@pytest.mark.usefixtures("few_rounds")
def test_the_last_of_1024_characters_counts() -> None:
    stored = hash_password("a" * 1023 + "b")
    assert not verify_password("a" * 1024, stored)


@pytest.mark.usefixtures("few_rounds")
def test_no_password_is_the_password_of_nobody() -> None:
    assert not any(verify_password(password, None) for password in ("", "A", PASSWORD, "nobody"))


@pytest.mark.usefixtures("few_rounds")
@pytest.mark.parametrize("stored", [None, "right", "wrong"])
def test_every_verification_costs_one_kdf_call(stored: str | None, kdf_calls: list[int]) -> None:
    stored_hash = hash_password(PASSWORD) if stored else None
    kdf_calls.clear()
    assert verify_password(PASSWORD if stored == "right" else "other", stored_hash) == (stored == "right")
    assert len(kdf_calls) == 1


BASE64 = string.ascii_letters + string.digits + "./"
CORRUPT = [
    "",
    "x",
    "$",
    "$pbkdf2-sha256$",
    "$pbkdf2-sha256$10$AAAA",
    "$pbkdf2-sha256$10$AAAA$AAAA",
    "$pbkdf2-sha256$ten$AAAA$" + "A" * 43,
    "$pbkdf2-sha256$-1$AAAA$" + "A" * 43,
    "$pbkdf2-sha256$0$AAAA$" + "A" * 43,
    "$pbkdf2-sha256$010$AAAA$" + "A" * 43,
    "$pbkdf2-sha256$10$A\0$" + "A" * 43,
    "$pbkdf2-sha256$10$AAAA$" + "A" * 42,
    "$pbkdf2-sha256$10$AAAA$" + "A" * 42 + "ä",
    "$pbkdf2-sha256$10$AAAAA$" + "A" * 43,
    "$pbkdf2-sha512$10$AAAA$" + "A" * 86,
    "$2b$12$" + "A" * 53,
    "\ud800",
    "$pbkdf2-sha256$4294967295$" + "A" * 22 + "$" + "A" * 43,
    "$pbkdf2-sha256$2147483648$" + "A" * 22 + "$" + "A" * 43,
    f"$pbkdf2-sha256${passwords.MAX_ROUNDS + 1}$" + "A" * 22 + "$" + "A" * 43,
    "$pbkdf2-sha256$" + "9" * 5000 + "$AAAA$" + "A" * 43,
    "$pbkdf2-sha256$10$" + "A" * 1_000_000 + "$" + "A" * 43,
    "$pbkdf2-sha256$\u0661\u0660$AAAA$" + "A" * 43,
    "$pbkdf2-sha256$10$AAAA$" + "A" * 43 + "\n",
    "$argon2id$v=19$m=1048576,t=99,p=1$AAAA$AAAA",
    5,
    b"x",
    {"$gt": ""},
    [],
]


@pytest.mark.usefixtures("few_rounds")
@pytest.mark.parametrize("stored_hash", CORRUPT)
def test_a_corrupt_hash_is_an_error_that_costs_one_kdf_call_too(
    stored_hash: object, kdf_calls: list[int]
) -> None:
    assert not is_verifiable(stored_hash)
    with pytest.raises(ValueError, match="the stored password hash is corrupt"):
        verify_password(PASSWORD, stored_hash)
    assert len(kdf_calls) == 1


@pytest.mark.usefixtures("few_rounds")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 99),
    st.text(BASE64, max_size=24),
    st.one_of(st.text(BASE64, min_size=43, max_size=43), st.text(BASE64, max_size=45)),
)
def test_whatever_is_stored_it_is_verified_or_corrupt(rounds: int, salt: str, digest: str) -> None:
    try:
        assert not verify_password(PASSWORD, f"$pbkdf2-sha256${rounds}${salt}${digest}")
    except ValueError as error:
        assert str(error) == "the stored password hash is corrupt"  # noqa: PT017 - both ends are right


def test_nobody_costs_as_much_as_somebody() -> None:
    assert pbkdf2_sha256.from_string(passwords._NOBODY).rounds == ROUNDS
    assert len(pbkdf2_sha256.from_string(passwords._NOBODY).salt) == 16


def test_a_hash_of_fewer_rounds_is_due_for_another() -> None:
    weak = pbkdf2_sha256.using(rounds=29_000).hash(PASSWORD)
    assert needs_rehash(weak)


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "aaaaaaaaaaaaaaaa",
        "123456789012345",
        "qwertyuiopasdfgh",
        "abcdefghijklmnop",
        "ada@example.com",
        "googlegooglegoogle",
        "ADA@EXAMPLE.COM",
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str) -> None:
    assert is_guessable(password, ["ada@example.com", "Google"])


@pytest.mark.parametrize(
    "password",
    [PASSWORD, "Tr0ub4dor&3-more", "vK3!pQz9@LmW2#x", "日本語の長い合言葉をひとつ選ぶ", "a" * 15 + PASSWORD],
)
def test_a_password_that_resists_guessing_is_fine(password: str) -> None:
    assert not is_guessable(password, ["ada@example.com", "Google"])


def test_only_the_beginning_of_a_long_password_is_estimated() -> None:
    assert not is_guessable(PASSWORD * 36, [])
    assert is_guessable("a" * 1024, [])


def test_no_password_is_hard_to_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    # zxcvbn tries to read these as letters, each in several ways: seconds for 72 of them.
    estimated: list[str] = []

    def estimate(password: str, **_: object) -> dict[str, int]:
        estimated.append(password)
        return {"score": 4}

    monkeypatch.setattr("zxcvbn.zxcvbn", estimate)
    assert not is_guessable("4@8({[<369!1|0$5+7%2" * 51, ["ada@example.com", "Google"])
    assert [len(password) for password in estimated] == [passwords.ESTIMATED_CHARACTERS]
    assert passwords.ESTIMATED_CHARACTERS <= 32


def test_a_hash_that_nobody_knows_a_password_for_costs_nothing_to_make_and_a_refusal_what_others_cost(
    kdf_calls: list[int],
) -> None:
    hashes = {unusable_hash() for _ in range(100)}
    assert len(hashes) == 100
    assert kdf_calls == []
    for stored in [*hashes][:3]:
        assert is_verifiable(stored)
        assert not needs_rehash(stored)
        assert not verify_password(PASSWORD, stored)
    assert kdf_calls == [ROUNDS] * 3
