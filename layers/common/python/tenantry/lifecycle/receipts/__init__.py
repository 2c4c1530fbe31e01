"""Receipts of erasure: what was removed of an organization for good, when, and at whose wish."""
