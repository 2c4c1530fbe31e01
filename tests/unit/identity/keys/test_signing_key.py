import json
from dataclasses import asdict
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from tenantry.identity.keys.signing_key import InvalidSigningKey, SigningKey

KEY: Final = SigningKey.generate()


def test_a_key_keeps_its_private_half_to_itself() -> None:
    key = SigningKey.generate()
    assert key.private_key["d"] not in repr(key)
    assert key.private_key["d"] not in str(key)
    assert key.public_jwk == {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": key.private_key["x"],
        "kid": key.kid,
        "use": "sig",
        "alg": "EdDSA",
    }


def test_keys_are_random_and_survive_storage() -> None:
    keys = [SigningKey.generate() for _ in range(5)]
    assert len({key.kid for key in keys}) == len({key.private_key["d"] for key in keys}) == 5
    assert SigningKey.from_json(keys[0].to_json()) == keys[0]


def test_a_key_is_kept_as_deployed_secrets_have_it() -> None:
    jwk = KEY.private_key
    text = f'{{"kty":"OKP","crv":"Ed25519","x":"{jwk["x"]}","d":"{jwk["d"]}"}}'
    assert KEY.to_json() == f'{{"kid":"{KEY.kid}","private_key":{text}}}'


def test_a_key_is_its_two_halves() -> None:
    for key in (SigningKey.generate() for _ in range(5)):
        private = OKPAlgorithm.from_jwk(key.private_key)
        assert isinstance(private, Ed25519PrivateKey)
        public = {name: key.private_key[name] for name in ("kty", "crv", "x")}
        assert OKPAlgorithm.to_jwk(private.public_key(), as_dict=True).items() >= public.items()


NO_KEYS: Final = {
    "the placeholder": "placeholder",
    "empty": "",
    "null": "null",
    "a list": json.dumps([KEY.kid, KEY.private_key]),
    "nested deeply": "[" * 100_000,
    "no members": "{}",
    "without its id": json.dumps({"private_key": KEY.private_key}),
    "one member more": json.dumps(asdict(KEY) | {"use": "sig"}),
    "an id that is a number": json.dumps(asdict(KEY) | {"kid": 7}),
    "in PEM": json.dumps(asdict(KEY) | {"private_key": "-----BEGIN"}),
    "the public half alone": json.dumps(asdict(KEY) | {"private_key": KEY.public_jwk}),
    "a parameter more": json.dumps(asdict(KEY) | {"private_key": KEY.private_key | {"use": "sig"}}),
    "a number as a parameter": json.dumps(asdict(KEY) | {"private_key": KEY.private_key | {"d": 7}}),
    "of another curve": json.dumps(asdict(KEY) | {"private_key": KEY.private_key | {"crv": "X25519"}}),
    "of another type": json.dumps(asdict(KEY) | {"private_key": KEY.private_key | {"kty": "EC"}}),
}


@pytest.mark.parametrize("name", NO_KEYS)
def test_what_is_no_key_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(InvalidSigningKey) as caught:
        SigningKey.from_json(NO_KEYS[name])
    assert str(caught.value) == ""
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
