"""A tenant's documents as the bytes that MongoDB stores, for whoever copies them."""
