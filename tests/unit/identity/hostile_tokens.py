"""Tokens as attackers and broken clients make them (RFC 8725); signed with the real key where possible."""

import base64
import json
from typing import Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tenantry.identity.keys.signing_key import ALGORITHM, SigningKey
from tenantry.identity.tokens import CLOCK_SKEW_SECONDS, LIFETIME_SECONDS
from tests.unit.identity.forgeries import (
    NOW,
    SIGNATURE,
    SIGNED_HEADER,
    SIGNED_PAYLOAD,
    VALID,
    by_library,
    compact,
    malleable_signature,
    respelled,
    respelled_payload,
    with_claims,
    with_header,
    with_mac,
    with_raw_payload,
    without_claim,
    without_header,
)
from tests.unit.identity.jose import CLAIMS, HEADER, KEY, encode, segment, signed, valid_claims

YEAR: Final = 365 * 24 * 3600
PUBLIC_KEY: Final = base64.urlsafe_b64decode(KEY.public_jwk["x"] + "=")
PUBLIC_PEM: Final = (
    jwt.PyJWK.from_dict(KEY.public_jwk, ALGORITHM)
    .key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
OTHER: Final = SigningKey.generate()
RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
SELF_SIGNED = jwt.PyJWK.from_dict(OTHER.private_key, ALGORITHM)

HOSTILE: Final = {
    # the algorithm
    "alg none": f"{segment(HEADER | {'alg': 'none'})}.{SIGNED_PAYLOAD}.",
    "alg none, signature kept": f"{segment(HEADER | {'alg': 'none'})}.{SIGNED_PAYLOAD}.{SIGNATURE}",
    "alg None": with_header(alg="None"),
    "alg nOnE, signed": with_header(alg="nOnE"),
    "alg missing": without_header("alg"),
    "alg null": with_header(alg=None),
    "alg list": with_header(alg=["EdDSA"]),
    "alg in lower case": with_header(alg="eddsa"),
    "alg Ed25519": with_header(alg="Ed25519"),
    "HS256 with the public key": with_mac(PUBLIC_KEY),
    "HS256 with the public key in PEM": with_mac(PUBLIC_PEM.encode()),
    "HS256 with the public key as it stands in the key set": with_mac(KEY.public_jwk["x"].encode()),
    "HS256 with an empty secret": with_mac(b""),
    "HS256 by the library": by_library("s" * 32, "HS256"),
    "RS256": by_library(RSA_KEY, "RS256"),
    "PS256": by_library(RSA_KEY, "PS256"),
    "ES256": by_library(EC_KEY, "ES256"),
    "alg HS256, signed with the right key": with_header(alg="HS256"),
    # the signature
    "signature empty": f"{SIGNED_HEADER}.{SIGNED_PAYLOAD}.",
    "signature of zeros": f"{SIGNED_HEADER}.{SIGNED_PAYLOAD}.{segment(bytes(64))}",
    "signature cut short": f"{SIGNED_HEADER}.{SIGNED_PAYLOAD}.{SIGNATURE[:-2]}",
    "signature extended": f"{SIGNED_HEADER}.{SIGNED_PAYLOAD}.{SIGNATURE}AAAA",
    "signature of another token": f"{SIGNED_HEADER}.{SIGNED_PAYLOAD}.{with_claims(jti='x').split('.')[2]}",
    "signature by another key": by_library(SELF_SIGNED, "EdDSA"),
    "signature spelled differently": f"{SIGNED_HEADER}.{SIGNED_PAYLOAD}.{respelled(SIGNATURE)}",
    "signature with a larger scalar": malleable_signature(),
    "payload of another token": f"{SIGNED_HEADER}.{segment(valid_claims() | {'sub': 'acct_2'})}.{SIGNATURE}",
    "payload spelled differently": respelled_payload(),
    # key material in the header
    "embedded jwk": encode(HEADER | {"jwk": OTHER.public_jwk}, valid_claims()),
    "jku": with_header(jku="https://attacker.example/jwks.json"),
    "x5u": with_header(x5u="https://attacker.example/cert.pem"),
    "x5c": with_header(x5c=["MIIB"]),
    "x5t": with_header(**{"x5t#S256": "AAAA"}),
    "crit": with_header(crit=["exp"], exp=NOW + 60),
    "crit empty": with_header(crit=[]),
    "b64 false": with_header(b64=False, crit=["b64"]),
    "zip": with_header(zip="DEF"),
    "cty JWT": with_header(cty="JWT"),
    "enc": with_header(enc="A256GCM"),
    "unknown header parameter": with_header(foo="bar"),
    # the key id
    "kid missing": without_header("kid"),
    "kid unknown": with_header(kid=OTHER.kid),
    "kid empty": with_header(kid=""),
    "kid a path": with_header(kid="../../../../dev/null"),
    "kid with NUL": with_header(kid=KEY.kid + "\0"),
    "kid a number": with_header(kid=7),
    "kid null": with_header(kid=None),
    "kid a list": with_header(kid=[KEY.kid]),
    "kid an operator": with_header(kid={"$ne": None}),
    "kid a query": with_header(kid="' OR 1=1 --"),
    "kid of 1 MB": with_header(kid="k" * 2**20),
    "kid of 65 characters": with_header(kid="k" * 65),
    "kid with a lone surrogate": with_header(kid="\ud800"),
    # the type
    "typ missing": without_header("typ"),
    "typ JWT": with_header(typ="JWT"),
    "typ in capitals": with_header(typ="AT+JWT"),
    "typ with its tree": with_header(typ="application/at+jwt"),
    "typ null": with_header(typ=None),
    "typ id token": with_header(typ="id+jwt"),
    # the header as JSON
    "header with a duplicate alg": signed(header='{"alg":"none",' + compact(HEADER)[1:]),
    "header with a duplicate kid": signed(header='{"kid":"x",' + compact(HEADER)[1:]),
    "header a list": signed(header=[HEADER]),
    "header a string": signed(header=json.dumps("EdDSA")),
    "header null": encode("null", valid_claims()),
    "header a NUL": signed(header=b"\0"),
    "header not UTF-8": signed(header=b"\xff\xfe{}"),
    "header in UTF-16": signed(header=compact(HEADER).encode("utf-16")),
    "header with a byte order mark": signed(header=b"\xef\xbb\xbf" + compact(HEADER).encode()),
    "header nested deeply": signed(header="[" * 1000),
    # times
    "expired": signed(valid_claims(now=NOW - LIFETIME_SECONDS - CLOCK_SKEW_SECONDS - 1)),
    "expired a minute ago": signed(valid_claims(now=NOW - LIFETIME_SECONDS - 60)),
    "issued in a minute": signed(valid_claims(now=NOW + 600)),
    "issued in the future": signed(valid_claims(now=NOW + YEAR)),
    "nbf in the future": with_claims(nbf=NOW + 600),
    "nbf before iat": with_claims(nbf=NOW - 600),
    "iat before nbf": with_claims(iat=NOW - 600),
    "exp a string": with_claims(exp=str(NOW + LIFETIME_SECONDS)),
    "exp a float": with_claims(exp=float(NOW + LIFETIME_SECONDS)),
    "exp true": with_claims(exp=True),
    "exp negative": with_claims(exp=-1),
    "exp an object": with_claims(exp={"$gt": 0}),
    "exp in the year 9999": with_claims(exp=253_402_300_799),
    "exp of 400 digits": with_claims(exp=10**400),
    "exp of 3,000 digits": with_raw_payload(exp="9" * 1500),
    "exp infinite": with_raw_payload(exp="Infinity"),
    "exp NaN": with_raw_payload(exp="NaN"),
    "exp 1e400": with_raw_payload(exp="1e400"),
    "lifetime one second too long": with_claims(exp=NOW + LIFETIME_SECONDS + 1),
    "lifetime of a year": with_claims(exp=NOW + YEAR),
    "iat a string": with_claims(iat=str(NOW)),
    "iat a float": with_claims(iat=NOW + 0.5),
    "iat true": with_claims(iat=True),
    "iat infinite": with_raw_payload(iat="Infinity"),
    "nbf a float": with_claims(nbf=float(NOW)),
    "nbf an object": with_claims(nbf={}),
    # the other claims
    **{f"{name} missing": without_claim(name) for name in CLAIMS},
    **{f"{name} null": with_claims(**{name: None}) for name in CLAIMS},
    **{f"{name} an operator": with_claims(**{name: {"$ne": None}}) for name in CLAIMS},
    **{f"{name} a list": with_claims(**{name: [valid_claims()[name]]}) for name in CLAIMS},
    "iss wrong": with_claims(iss="https://attacker.example"),
    "iss with a slash": with_claims(iss="urn:tenantry/"),
    "aud wrong": with_claims(aud="other"),
    **{f"{name} empty": with_claims(**{name: ""}) for name in CLAIMS},
    "aud one more": with_claims(aud=["tenantry", "other"]),
    "sub a number": with_claims(sub=1),
    "role unknown": with_claims(role="root"),
    "role in capitals": with_claims(role="Owner"),
    "epoch true": with_claims(epoch=True),
    "epoch a string": with_claims(epoch="3"),
    "epoch a float": with_claims(epoch=3.0),
    "epoch negative": with_claims(epoch=-1),
    "extra claim": with_claims(scope="admin"),
    "extra claim of the library": with_claims(crit=["exp"]),
    "sub with a lone surrogate": with_claims(sub="\ud800"),
    "claim twice": with_raw_payload(role='"owner"'),
    # the payload as JSON
    "payload a list": signed([valid_claims()]),
    "payload a string": signed(json.dumps("claims")),
    "payload null": signed("null"),
    "payload not JSON": signed("claims"),
    "payload not UTF-8": signed(b"\xff\xfe"),
    "payload nested deeply": signed("[" * 2800),
    "payload nested deeply and closed": signed("[" * 1400 + "]" * 1400),
    "payload with a nested claim": with_raw_payload(org='{"a":' * 400 + "1" + "}" * 400),
    # the serialisation
    "empty": "",
    "dots": "..",
    "one part": SIGNED_HEADER,
    "two parts": f"{SIGNED_HEADER}.{SIGNED_PAYLOAD}",
    "four parts": f"{VALID}.{SIGNATURE}",
    "five parts": f"{VALID}.AAAA.AAAA",
    "trailing dot": VALID + ".",
    "leading dot": "." + VALID,
    "padded": VALID + "=",
    "padded twice": VALID + "==",
    "header padded": f"{SIGNED_HEADER}=.{SIGNED_PAYLOAD}.{SIGNATURE}",
    "leading space": " " + VALID,
    "trailing space": VALID + " ",
    "trailing newline": VALID + "\n",
    "newline inside": f"{SIGNED_HEADER}.\n{SIGNED_PAYLOAD}.{SIGNATURE}",
    "tab inside": f"{SIGNED_HEADER}\t.{SIGNED_PAYLOAD}.{SIGNATURE}",
    "NUL": VALID + "\0",
    "scheme repeated": "Bearer " + VALID,
    "two tokens": f"{VALID}, {VALID}",
    "in quotes": f'"{VALID}"',
    "plain base64 alphabet": VALID.replace("-", "+").replace("_", "/") + "+",
    "length that no base64 has": f"{SIGNED_HEADER}.{SIGNED_PAYLOAD}.A",
    "not ASCII": VALID[:-1] + "é",
    "full-width letters": VALID[:-1] + "Ａ",  # noqa: RUF001
    "lone surrogate": VALID + "\ud800",
    "flattened JSON serialisation": json.dumps(
        {"protected": SIGNED_HEADER, "payload": SIGNED_PAYLOAD, "signature": SIGNATURE}
    ),
    "longer than 4,096 characters": with_claims(jti="j" * 4096),
    "1 MB": "A" * 2**20,
}  # fmt: skip
