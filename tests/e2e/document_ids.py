"""Ids of documents of every type, and what clients write for them in paths."""

from typing import Any
from urllib.parse import quote

IDS: dict[str, Any] = {
    "ObjectId": {"$oid": "665f1c2e8b3e4a0012ab34cd"},
    "integer": 5,
    "string of digits": "665f1c2e8b3e4a0012ab34ce",
    "decimal": {"$numberDecimal": "1.10"},
    "date": {"$date": "2026-01-31T12:00:00Z"},
    "UUID": {"$uuid": "0b9c5f2e-7d6a-4e3f-8c1b-2a3d4e5f6071"},
    "object": {"year": 2026, "number": 7},
    "path": "a/b?c#d%41",
    "dots": "..",
    "text": "grüße und ☃",
}
# What needs no base64url, as a client would write it by hand.
BY_HAND: dict[str, tuple[str, Any]] = {
    "word": ("first", "first"),
    "spaces": ("two%20words", "two words"),
    "Unicode": ("gr%C3%BC%C3%9Fe", "grüße"),
    "percent": ("100%25", "100%"),
    "percent-encoded": ("%2541", "%41"),
    "slash": ("a%2Fb", "a/b"),
    "integer": (quote('{"$numberInt":"5"}', safe=""), 5),
    "object": (quote('{"year":2026,"number":7}', safe=""), {"year": 2026, "number": 7}),
}
