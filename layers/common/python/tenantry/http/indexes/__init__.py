"""Indexes as clients send and see them."""
