"""API keys: with which programs reach an organization without an account."""
