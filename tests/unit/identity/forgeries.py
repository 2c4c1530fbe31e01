"""How attackers and broken clients make a token from a valid one."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any, Final

import jwt

from tests.unit.identity.jose import HEADER, KEY, encode_segments, segment, signed, valid_claims

NOW: Final = int(time.time())
VALID: Final = signed()
SIGNED_HEADER, SIGNED_PAYLOAD, SIGNATURE = VALID.split(".")


def with_claims(**claims: Any) -> str:
    return signed(valid_claims(NOW) | claims)


def without_claim(name: str) -> str:
    return signed({claim: value for claim, value in valid_claims().items() if claim != name})


def with_header(**parameters: Any) -> str:
    return signed(header=HEADER | parameters)


def without_header(name: str) -> str:
    return signed(header={parameter: value for parameter, value in HEADER.items() if parameter != name})


def with_mac(secret: bytes) -> str:
    """A token whose HS256 "secret" is the public key, which anybody knows."""
    signing_input = f"{segment(HEADER | {'alg': 'HS256'})}.{segment(valid_claims())}"
    mac = hmac.new(secret, signing_input.encode(), hashlib.sha256)
    return f"{signing_input}.{segment(mac.digest())}"


def by_library(key: Any, algorithm: str) -> str:
    return jwt.encode(valid_claims(), key, algorithm=algorithm, headers={"kid": KEY.kid, "typ": "at+jwt"})


def with_raw_payload(**claims: str) -> str:
    """A token whose payload ends with members that Python would not write."""
    members = "".join(f',"{name}":{value}' for name, value in claims.items())
    return signed(compact(valid_claims())[:-1] + members + "}")


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def respelled(text: str) -> str:
    """The same octets in another base64 spelling: the unused low bits of the last character are set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    respelling = text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]
    assert base64.urlsafe_b64decode(respelling + "==") == base64.urlsafe_b64decode(text + "==")
    return respelling


def malleable_signature() -> str:
    """S plus the group's order satisfies the equation as well, so verifiers have to refuse it (RFC 8032)."""
    signature = base64.urlsafe_b64decode(SIGNATURE + "==")
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(signature[32:], "little") + order
    return f"{SIGNED_HEADER}.{SIGNED_PAYLOAD}.{segment(signature[:32] + scalar.to_bytes(32, 'little'))}"


def respelled_payload() -> str:
    payloads = (with_claims(jti="j" * length).split(".")[1] for length in range(1, 4))
    payload = respelled(next(payload for payload in payloads if len(payload) % 4))
    return encode_segments(SIGNED_HEADER, payload)
