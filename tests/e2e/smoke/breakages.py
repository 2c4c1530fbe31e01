"""For each check, how an answer may be broken that it looks at."""

import json
import time
from typing import Final

from tests.e2e.smoke.breaking_proxy import Breakage
from tests.e2e.smoke.changes import (
    age_key,
    answering,
    edit_keys,
    give_the_token_back,
    has_status,
    is_authorized_by,
    is_from,
    is_unauthorized,
    keep_key,
    of_signer,
    replace_key,
    show_other_texts,
    with_field,
    with_json,
    without,
)

ORGANIZATION: Final = r"/organizations/org_(?!0{32})[0-9a-f]{32}"
PROBLEM = {"type": "about:blank"}
SIGNED_AUDIT = r"GET /operator/audit\?organization=.*"

BREAKAGES: Final = [
    Breakage(("test_health",), "GET /health", answering(200, {"status": "so so"}), is_from(None)),
    Breakage(("test_readiness",), "GET /health/ready", answering(503, PROBLEM)),
    Breakage(("test_version",), "GET /openapi.json", with_json(lambda document: document | {"paths": {}})),
    Breakage(("test_docs",), "GET /docs", without("content-security-policy")),
    Breakage(("test_console",), "GET /console/index.html", without("content-security-policy")),
    Breakage(("test_head[/health]",), "HEAD /health", answering(404)),
    Breakage(("test_head[/.well-known/jwks.json]",), "HEAD /.well-known/jwks.json", without("cache-control")),
    Breakage(("test_methods",), "DELETE /health", with_field("allow", "GET, HEAD, OPTIONS, TRACE")),
    Breakage(
        ("test_clocks",), "GET /health", with_field("date", "Sat, 28 Nov 2026 12:00:00 GMT"), is_from(None)
    ),
    Breakage(
        ("test_foreign_origin",),
        "GET /account",
        with_field("access-control-allow-origin", "*"),
        is_from("https://foreign.example"),
    ),
    Breakage(
        ("test_preflight_of_allowed_origin",),
        "OPTIONS /organizations",
        with_field("access-control-allow-methods", "GET"),
        lambda exchange: "access-control-allow-methods" in exchange.headers,
    ),
    Breakage(
        ("test_answers_to_allowed_origin",),
        "GET /account",
        without("access-control-allow-origin"),
        lambda exchange: (
            "access-control-allow-origin" in exchange.headers
            and exchange.request["origin"] != "https://foreign.example"
        ),
    ),
    Breakage(("test_operators_routes",), "OPTIONS /operator/audit", answering(204)),
    Breakage(
        ("test_unknown_route",),
        "GET /there-is-no-such-route",
        answering(403, {"message": "Missing Authentication Token"}),
        lambda exchange: is_unauthorized(exchange) and "origin" not in exchange.request,
    ),
    Breakage(
        ("test_unknown_route_with_a_token",),
        "GET /there-is-no-such-route",
        answering(403, {"message": "Invalid key=value pair"}),
        is_authorized_by("Bearer"),
    ),
    Breakage(("test_other_spellings",), "POST /login/", answering(200, {})),
    Breakage(
        ("test_missing_token",),
        "GET /account",
        without("www-authenticate"),
        lambda exchange: exchange.status == 401 and "origin" not in exchange.request,
    ),
    Breakage(("test_bodies_that_no_route_takes",), "POST /login", answering(400, PROBLEM), has_status(415)),
    Breakage(("test_unsigned",), "GET /operator/audit", answering(200, {"records": []}), is_unauthorized),
    Breakage(
        ("test_bearer_token",), "POST /operator/organizations", answering(201, {}), is_authorized_by("Bearer")
    ),
    Breakage(("test_forged_signature",), "PUT /operator/.*", answering(204), is_authorized_by("=forged/")),
    Breakage(
        ("test_signature_of_another_request",),
        r"GET /operator/audit\?limit=2",
        answering(200, {"records": []}),
    ),
    Breakage(("test_signed",), SIGNED_AUDIT, answering(200, {"records": []})),
    Breakage(("test_suspension",), "PUT /operator/.*", answering(204), of_signer, is_forwarded=False),
    Breakage(
        ("test_token_is_signed_with_a_published_key",), "GET /.well-known/jwks.json", edit_keys(replace_key)
    ),
    Breakage(
        ("test_private_halves_stay_private",),
        "GET /.well-known/jwks.json",
        edit_keys(lambda keys: keys[0].update(d="AAAA")),
    ),
    Breakage(
        ("test_issuer",),
        "GET /.well-known/openid-configuration",
        with_json(lambda metadata: metadata | {"issuer": "https://foreign.example"}),
    ),
    Breakage(("test_newest_key_is_young",), "GET /.well-known/jwks.json", edit_keys(age_key)),
    Breakage(("test_earlier_keys_end",), "GET /.well-known/jwks.json", edit_keys(keep_key)),
    Breakage(("test_paths",), f"GET {ORGANIZATION}/documents/a%2Bb", with_json(show_other_texts)),
    Breakage(
        ("test_queries",),
        rf"GET {ORGANIZATION}/documents\?filter=.*%25.*",
        with_json(lambda page: page | {"documents": []}),
    ),
    Breakage(
        ("test_location",),
        f"POST {ORGANIZATION}/documents",
        with_field("location", "/elsewhere"),
        lambda exchange: exchange.status == 201 and b"located" in exchange.content,
    ),
    Breakage(
        ("test_queries_that_are_not_encoded",),
        rf"GET {ORGANIZATION}/documents\?.*\|.*",
        with_json(lambda page: page | {"documents": []}),
    ),
    Breakage(("test_malformed_urls",), f"GET {ORGANIZATION}/documents/%zz", answering(500, {})),
    Breakage(
        ("test_accepted",),
        rf"GET {ORGANIZATION}/documents\?limit=1000",
        with_json(lambda page: page | {"documents": page["documents"][1:-1]}),
    ),
    Breakage(
        ("test_too_long_for_the_function",),
        f"POST {ORGANIZATION}/documents",
        answering(201, {}),
        lambda exchange: 5_000_000 < exchange.octets < 6_000_000,
        is_forwarded=False,
    ),
    Breakage(
        ("test_too_long_for_api_gateway",),
        f"POST {ORGANIZATION}/documents",
        answering(500, {}),
        lambda exchange: exchange.octets > 10_000_000,
        is_forwarded=False,
    ),
    Breakage(("test_document",), f"PATCH {ORGANIZATION}/documents/milk", answering(200, {}), has_status(412)),
    Breakage(
        ("test_idempotency",),
        f"POST {ORGANIZATION}/documents",
        with_json(lambda document: document | {"_id": time.monotonic_ns()}),
        lambda exchange: exchange.request.get("idempotency-key") == "smoke",
    ),
    Breakage(
        ("test_members",),
        f"GET {ORGANIZATION}/members",
        with_json(lambda page: {"members": [member | {"role": "viewer"} for member in page["members"]]}),
        has_status(200),
    ),
    Breakage(
        ("test_audit",),
        f"GET {ORGANIZATION}/audit",
        with_json(lambda page: {"records": [each | {"source_address": None} for each in page["records"]]}),
    ),
    Breakage(
        ("test_isolation",),
        f"GET {ORGANIZATION}/members",
        with_json(lambda problem: problem | {"detail": "This organization is not yours."}),
        has_status(404),
    ),
    Breakage(("test_usage",), f"GET {ORGANIZATION}/usage", with_json(lambda use: use | {"requests": -1})),
    Breakage(("test_limit",), "PATCH /operator/.*", answering(200, {}), of_signer, is_forwarded=False),
    Breakage(
        ("test_usage_of_all",), r"GET /operator/usage\?limit=1", answering(200, {"usage": [{}]}), of_signer
    ),
    Breakage(
        ("test_sign_up",),
        f"GET {ORGANIZATION}",
        without("etag"),
        lambda exchange: exchange.status == 200,
    ),
    Breakage(("test_rename",), "GET /organizations/[^/]+/documents/kept", answering(404, PROBLEM)),
    Breakage(("test_confirmation",), "POST /login/confirm", give_the_token_back, is_forwarded=False),
    Breakage(
        ("test_api_key",),
        f"GET {ORGANIZATION}/documents",
        answering(200, {}),
        lambda exchange: exchange.status == 401 and is_authorized_by("Bearer tk_")(exchange),
    ),
    Breakage(
        ("test_deletion_of_the_organization",),
        "POST /login",
        with_json(lambda login: login | {"organization": {"id": "org_0"}}),
        lambda exchange: exchange.status == 200 and json.loads(exchange.content)["organization"] is None,
        times=1,
    ),
    Breakage(
        ("test_deletion_of_the_account",),
        "GET /account",
        answering(200, {}),
        lambda exchange: exchange.status == 401 and is_authorized_by("Bearer ey")(exchange),
    ),
    Breakage(("test_guesses",), "POST /login", without("retry-after"), has_status(429)),
    Breakage(("test_field[Strict-Transport-Security]",), "GET /docs", without("strict-transport-security")),
    Breakage(("test_field[X-Content-Type-Options]",), "POST /login", without("x-content-type-options")),
    Breakage(
        ("test_field[Referrer-Policy]",),
        "GET /there-is-no-such-route",
        with_field("referrer-policy", "origin"),
    ),
    Breakage(("test_nothing_is_cached",), f"GET {ORGANIZATION}", with_field("cache-control", "max-age=60")),
]
