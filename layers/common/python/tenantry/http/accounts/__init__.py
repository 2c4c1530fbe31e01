"""Accounts and logins as clients send and see them."""
