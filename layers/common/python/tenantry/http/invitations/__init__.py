"""Invitations as clients send and see them."""
