"""Logging in, and what continues a login: refresh tokens, other organizations, known devices."""
