"""API keys as clients send and see them."""
