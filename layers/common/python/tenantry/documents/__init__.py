"""The documents of an organization and their indexes, as clients may use them through the API."""
