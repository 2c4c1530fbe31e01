# ruff: noqa - all of it is wrong on purpose, and never runs
import jwt

from tenantry.identity import tokens
from tenantry.identity.keys.public_keys import find_key


def claims_that_are_not_verified(token: str, key: jwt.PyJWK) -> None:
    # ruleid: jwt-without-verification
    jwt.decode(token, key, algorithms=["EdDSA"], options={"verify_signature": False})
    # ruleid: jwt-without-verification
    jwt.decode(token, key, algorithms=["EdDSA"], options={"require": ["exp"], "verify_exp": False})
    # ruleid: jwt-without-verification
    jwt.get_unverified_header(token)
    # ruleid: jwt-without-verification
    jwt.decode_complete(token, key, algorithms=["EdDSA"])
    # ruleid: jwt-without-verification
    tokens._read_claims(token.split(".")[1])
    # ruleid: jwt-without-verification
    tokens._parts(token)
    # ok: jwt-without-verification
    tokens.verify(token, find_key)
    # ok: jwt-without-verification
    jwt.decode(token, key, algorithms=["EdDSA"], options={"require": ["exp"], "strict_aud": True})


def algorithm_that_the_token_chooses(token: str, key: jwt.PyJWK, algorithms: list[str]) -> None:
    # ruleid: jwt-without-algorithm
    jwt.decode(token, key)
    # ruleid: jwt-without-algorithm
    jwt.decode(token, key, algorithms=algorithms)
    # ruleid: jwt-without-algorithm
    jwt.decode(token, key, algorithms=["EdDSA", "HS256"])
    # ruleid: jwt-without-algorithm
    jwt.decode(token, key, algorithms=["none"])
    # ok: jwt-without-algorithm
    jwt.decode(token, key, algorithms=["EdDSA"])


from tenantry.identity import pyjwt as jwt


def decoded_as_the_library_does(token: str, key: jwt.PyJWK) -> None:
    # ruleid: jwt-without-verification
    jwt.decode(token, key, algorithms=["EdDSA"], options={"verify_signature": False})
    # ruleid: jwt-without-algorithm
    jwt.decode(token, key)
    # ok: jwt-without-verification, jwt-without-algorithm
    jwt.decode(token, key, algorithms=["EdDSA"])
